//! The measurement of a large store beside a small one in small, where the servers of databases are.

use bench::store_size::{self, StoreSizes};

#[tokio::test]
async fn lod_20_a_large_store_is_measured_beside_a_small_one_and_while_retention_works() {
    let sizes = StoreSizes {
        large: 200,
        small: 60,
        commands: 2,
        old: 10,
        rounds: 1,
    };
    let Some(measured) = store_size::measure(sizes).await.unwrap() else {
        return;
    };
    let measured: serde_json::Value = serde_json::from_str(&measured).unwrap();
    let figures = measured["rounds"][0].as_object().unwrap();
    // Of three databases: three commands on two stores, three quantiles of three spans, and what retention did.
    assert_eq!(figures.len(), 3 * (3 * 2 + 3 * 3 + 2), "{figures:?}");
    for database in ["sqlite", "postgres", "mariadb"] {
        // The reminders that were due are settled with the sessions that are erased.
        let erased = figures[&format!("{database}_erased")].as_f64();
        assert!(erased >= Some(10.0), "{figures:?}");
    }
}
