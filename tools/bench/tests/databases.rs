//! The measurement of the databases in small, where their servers are. It stands alone in its process, whose log it reads
//! for what SQLite was asked.

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
    // Of a hundred reminders together: the sessions, the jobs, room in the timelines, the entries, the notifications, their
    // people and their deliveries, within a transaction.
    for database in ["sqlite", "postgres", "mariadb"] {
        let statements = &measured.statements[&format!("{database}_settle")];
        let is_once = statements.iter().all(|(_, times)| *times == 1);
        assert!(
            is_once && (10..=14).contains(&statements.len()),
            "{statements:?}"
        );
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
