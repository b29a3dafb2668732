//! The measurement of the databases in small, where their servers are.

use bench::databases::{Sizes, measure};

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
    // Per reminder: the job, room in the timeline, the entry, the notification.
    for database in ["sqlite", "postgres", "mariadb"] {
        let statements = &measured.statements[&format!("{database}_settle")];
        let per_job = statements.iter().filter(|(_, times)| *times == 100);
        assert_eq!(per_job.count(), 4, "{statements:?}");
        let book = &measured.statements[&format!("{database}_book")];
        assert!(
            book[0].0.starts_with("BEGIN") || book[0].0.starts_with("START"),
            "{book:?}"
        );
        assert_eq!(book[book.len() - 1].0, "COMMIT");
    }
    let figures = &measured.rounds[0];
    let positive = figures.values().filter(|figure| **figure > 0.0);
    // Of three databases: two sides of six measurements, and the questions of five commands.
    assert_eq!(positive.count(), 3 * (2 * 6 + 5), "{figures:?}");
}
