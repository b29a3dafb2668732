//! What one transaction sees of others: as much as `READ COMMITTED` says, and what it locks is its own. Nothing here
//! passes by luck of a stronger level: `mod levels` reads which one is set.

use std::time::Duration;

use storage::{Database, Error, SqlConnection, query};

use crate::fixture::on_every_engine;

const READ: &str = "SELECT position FROM outbox_cursor WHERE destination = ?1";
const LOCK: &str = "SELECT position FROM outbox_cursor WHERE destination = ?1 FOR UPDATE";
/// As many as the issue asks for.
const ROUNDS: i64 = 200;

async fn add(database: &Database, destination: &str, position: i64) {
    let insert = query("INSERT INTO outbox_cursor (destination, position) VALUES (?1, ?2)");
    let insert = insert.bind(destination).bind(position);
    database.execute(insert).await.unwrap();
}

async fn get(connection: &mut dyn SqlConnection, text: &'static str, destination: &str) -> i64 {
    let found = query(text).bind(destination).fetch_one(connection).await;
    let (position,) = found.unwrap();
    position
}

async fn set(
    connection: &mut dyn SqlConnection,
    destination: &str,
    position: i64,
) -> Result<u64, Error> {
    query("UPDATE outbox_cursor SET position = ?2 WHERE destination = ?1")
        .bind(destination)
        .bind(position)
        .execute(connection)
        .await
}

async fn count_up(database: &Database) {
    for _ in 0..ROUNDS {
        let mut transaction = database.begin().await.unwrap();
        let at = get(&mut transaction, LOCK, "a").await;
        set(&mut transaction, "a", at + 1).await.unwrap();
        transaction.commit().await.unwrap();
    }
}

/// Takes rows until none is left that nobody holds; what it took.
async fn claim_all(database: &Database) -> Vec<String> {
    let mut claimed = Vec::new();
    loop {
        let mut transaction = database.begin().await.unwrap();
        let found: Vec<(String,)> = query(
            "SELECT destination FROM outbox_cursor WHERE position = 0 ORDER BY destination LIMIT 5
             FOR UPDATE SKIP LOCKED",
        )
        .fetch_all(&mut transaction)
        .await
        .unwrap();
        let ids: Vec<String> = found.into_iter().map(|(id,)| id).collect();
        let update = "UPDATE outbox_cursor SET position = 1 WHERE destination IN (?1..)";
        let taken = query(update).bind_list(ids.iter().map(String::as_str));
        let taken = taken.execute(&mut transaction).await.unwrap();
        assert_eq!(taken, ids.len() as u64);
        transaction.commit().await.unwrap();
        let none_left = ids.is_empty();
        claimed.extend(ids);
        if none_left {
            let left = "SELECT count(*) FROM outbox_cursor WHERE position = 0";
            let mut connection = database.read().await.unwrap();
            if query(left)
                .fetch_one::<(i64,)>(&mut connection)
                .await
                .unwrap()
                == (0,)
            {
                return claimed;
            }
        }
    }
}

on_every_engine! {
    async fn edg_27_readers_can_not_write(store: &Store) {
        let write = || query("INSERT INTO inbox (event_id, received_at) VALUES ('x', 1)");
        let mut reading = store.database.read().await.unwrap();
        write().execute(&mut reading).await.unwrap_err();
        // The same statement is fine where writing is.
        assert_eq!(store.database.execute(write()).await.unwrap(), 1);
        let (count,): (i64,) = query("SELECT count(*) FROM inbox")
            .fetch_one(&mut reading)
            .await
            .unwrap();
        assert_eq!(count, 1);
    }

    async fn edg_27_what_is_not_committed_is_rolled_back(store: &Store) {
        let database = &store.database;
        add(database, "a", 1).await;
        for _ in 0..30 {
            let mut transaction = database.begin().await.unwrap();
            set(&mut transaction, "a", 5).await.unwrap();
            drop(transaction);
            let mut again = database.begin().await.unwrap();
            assert_eq!(get(&mut again, LOCK, "a").await, 1);
        }
    }

    async fn edg_117_what_is_locked_is_nobody_elses_and_no_update_is_lost(store: &Store) {
        let database = &store.database;
        add(database, "a", 0).await;
        let other = store.open_again().await;
        tokio::join!(count_up(database), count_up(&other), count_up(database));
        let mut connection = database.read().await.unwrap();
        assert_eq!(get(&mut connection, READ, "a").await, 3 * ROUNDS);
        other.close().await;
    }

    async fn edg_117_of_claims_at_once_each_row_goes_to_one(store: &Store) {
        let database = &store.database;
        let mut expected: Vec<String> = (0..ROUNDS).map(|number| format!("row {number:03}")).collect();
        let rows = expected.iter().map(|id| [id.into(), 0.into()]);
        let insert = query("INSERT INTO outbox_cursor (destination, position) VALUES ?rows");
        database.execute(insert.bind_rows(rows)).await.unwrap();
        let other = store.open_again().await;
        let (mut first, second, third) =
            tokio::join!(claim_all(database), claim_all(&other), claim_all(&other));
        first.extend(second.into_iter().chain(third));
        first.sort();
        expected.sort();
        assert_eq!(first, expected);
        other.close().await;
    }

    async fn edg_117_who_inserts_the_same_key_at_once_loses_and_may_try_again(store: &Store) {
        let database = &store.database;
        for round in 0..ROUNDS {
            let id = format!("event {round}");
            let insert = || {
                let text = "INSERT INTO inbox (event_id, received_at) VALUES (?1, 1)";
                database.execute(query(text).bind(&id))
            };
            let (first, second) = tokio::join!(insert(), insert());
            let (won, lost) = if first.is_ok() { (first, second) } else { (second, first) };
            assert_eq!(won.unwrap(), 1);
            assert!(lost.unwrap_err().is_conflict());
        }
    }

    async fn edg_117_of_two_that_wait_for_each_other_one_is_told_to_try_again(store: &Store) {
        let database = &store.database;
        add(database, "a", 0).await;
        add(database, "b", 0).await;
        let both = |first: &'static str, second: &'static str| async move {
            let mut transaction = database.begin().await?;
            set(&mut transaction, first, 1).await?;
            tokio::time::sleep(Duration::from_millis(200)).await;
            set(&mut transaction, second, 1).await?;
            transaction.commit().await
        };
        let (first, second) = tokio::join!(both("a", "b"), both("b", "a"));
        // SQLite has one take its turn after the other.
        assert!(first.is_ok() || second.is_ok());
        for result in [first, second] {
            assert!(result.is_ok() || result.unwrap_err().is_conflict());
        }
    }
}

/// Which level is set, and that it shows: the second look of a transaction sees what was committed meanwhile.
mod levels {
    use storage::testing::TestEngine;

    use super::{READ, add, get, set};
    use crate::fixture::Store;

    async fn sees_what_is_committed_meanwhile(store: &Store) {
        add(&store.database, "a", 1).await;
        let mut first = store.database.begin().await.unwrap();
        assert_eq!(get(&mut first, READ, "a").await, 1);
        let mut second = store.database.begin().await.unwrap();
        set(&mut second, "a", 2).await.unwrap();
        assert_eq!(get(&mut first, READ, "a").await, 1, "it is not committed");
        second.commit().await.unwrap();
        assert_eq!(get(&mut first, READ, "a").await, 2);
    }

    #[tokio::test]
    async fn edg_117_postgres_reads_what_is_committed() {
        let Some(store) = Store::open(TestEngine::Postgres).await else {
            return;
        };
        let mut transaction = store.database.begin().await.unwrap();
        let level = storage::query("SHOW transaction_isolation");
        let (level,): (String,) = level.fetch_one(&mut transaction).await.unwrap();
        assert_eq!(level, "read committed");
        drop(transaction);
        sees_what_is_committed_meanwhile(&store).await;
        store.database.close().await;
    }

    #[tokio::test]
    async fn edg_117_mysql_reads_what_is_committed() {
        let Some(store) = Store::open(TestEngine::MySql).await else {
            return;
        };
        sees_what_is_committed_meanwhile(&store).await;
        store.database.close().await;
    }
}
