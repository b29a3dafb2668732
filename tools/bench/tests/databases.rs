//! The measurement of the databases in small, where their servers are.

use bench::databases::{Sizes, measure};
use bench::store_size::{self, StoreSizes};

#[tokio::test]
async fn the_bare_loop_asks_what_the_scheduler_asks_and_each_database_can_be_measured() {
    let sizes = Sizes {
        jobs: 1_000,
        bookings: 16,
        batches: 1,
        looks: 2,
        rounds: 1,
    };
    let Some(measured) = measure(sizes).await.unwrap() else {
        return;
    };
    // Per reminder: the job, room in the timeline, the entry, the notification; and its deliveries.
    for database in ["sqlite", "postgres", "mariadb"] {
        let statements = &measured.statements[&format!("{database}_settle")];
        let per_job = statements.iter().filter(|(_, times)| *times == 100);
        assert!(per_job.count() >= 4, "{statements:?}");
        let book = &measured.statements[&format!("{database}_book")];
        // What the application says of itself is read before the transaction.
        let begins = |text: &str| text.starts_with("BEGIN") || text.starts_with("START");
        assert!(begins(&book[1].0), "{book:?}");
        assert_eq!(book[book.len() - 1].0, "COMMIT");
    }
    let figures = &measured.rounds[0];
    let positive = figures.values().filter(|figure| **figure > 0.0);
    // Of three databases: two sides of six measurements and of three figures of all that is due, and the questions of
    // five commands.
    assert_eq!(positive.count(), 3 * (2 * (6 + 3) + 5), "{figures:?}");
}

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
