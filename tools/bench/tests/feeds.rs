//! The measurement of feeds in small, where the servers of databases are.

use bench::feeds::{self, FeedSizes};

#[tokio::test]
async fn cht_223_posts_and_pages_are_measured_of_whom_few_and_many_follow() {
    let sizes = FeedSizes {
        few: 3,
        many: 1_200,
        history: 1,
        operations: 2,
        rounds: 1,
    };
    let Some(measured) = feeds::measure(sizes).await.unwrap() else {
        return;
    };
    let measured: serde_json::Value = serde_json::from_str(&measured).unwrap();
    let figures = measured["rounds"][0].as_object().unwrap();
    // Of three databases: posts and pages of both kinds, and a post that comes into all feeds, each by two quantiles.
    assert_eq!(figures.len(), 3 * 5 * 2, "{figures:?}");
    assert!(figures.values().all(|span| span.as_f64() > Some(0.0)));
}
