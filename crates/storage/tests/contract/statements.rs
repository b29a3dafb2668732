//! What statements in the subset of SQL do on every engine.

use storage::{Database, Error, Value, query};

use crate::fixture::Store;

const INSERT: &str = "INSERT INTO inbox (event_id, received_at) VALUES ?rows
     ON CONFLICT (event_id) DO UPDATE SET received_at = GREATEST(inbox.received_at, excluded.received_at)";

async fn insert(database: &Database, rows: &[(&str, i64)]) -> u64 {
    let rows = rows.iter().map(|(id, at)| [(*id).into(), (*at).into()]);
    let insert = query(INSERT).bind_rows(rows);
    database.execute(insert).await.unwrap()
}

async fn all(database: &Database) -> Vec<(String, i64)> {
    query("SELECT event_id, received_at FROM inbox ORDER BY event_id")
        .fetch_all(&mut database.read().await.unwrap())
        .await
        .unwrap()
}

#[tokio::test]
async fn edg_66_many_rows_are_one_statement_and_a_conflict_is_settled() {
    let Store { database, .. } = &Store::open().await;
    assert_eq!(insert(database, &[]).await, 0);
    assert_eq!(insert(database, &[("b", 5), ("a", i64::MAX)]).await, 2);
    insert(database, &[("b", 3), ("c\"'\u{e9}", -1)]).await;
    insert(database, &[("b", 7)]).await;
    let expected = [("a", i64::MAX), ("b", 7), ("c\"'\u{e9}", -1)];
    assert_eq!(
        all(database).await,
        expected.map(|(id, at)| (id.to_owned(), at))
    );
}

#[tokio::test]
async fn edg_66_rows_are_inserted_in_their_order() {
    let Store { database, .. } = &Store::open().await;
    let ids: Vec<String> = (0..50).rev().map(|number| format!("e{number}")).collect();
    let rows = ids.iter().map(|id| [id.into(), 1.into(), "{}".into()]);
    let insert = query("INSERT INTO outbox (event_id, occurred_at, body) VALUES ?rows");
    database.execute(insert.bind_rows(rows)).await.unwrap();
    let found: Vec<(String,)> = query("SELECT event_id FROM outbox ORDER BY position")
        .fetch_all(&mut database.read().await.unwrap())
        .await
        .unwrap();
    let found: Vec<String> = found.into_iter().map(|(id,)| id).collect();
    assert_eq!(found, ids);
}

#[tokio::test]
async fn edg_66_a_list_is_a_subquery() {
    let Store { database, .. } = &Store::open().await;
    insert(database, &[("a", 1), ("b", 2), ("c", 3)]).await;
    let within = "SELECT event_id FROM inbox WHERE received_at > ?1 AND event_id IN (?2..)
         ORDER BY event_id FOR UPDATE SKIP LOCKED";
    let mut connection = database.begin().await.unwrap();
    let found: Vec<(String,)> = query(within)
        .bind(1_i64)
        .bind_list(["c", "a", "x", "b"])
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert_eq!(found, [("b".to_owned(),), ("c".to_owned(),)]);
    let joined = "SELECT ids.value, received_at FROM (?1..) AS ids
         JOIN inbox ON event_id = ids.value ORDER BY event_id";
    let found: Vec<(String, i64)> = query(joined)
        .bind_list(["b", "x"])
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert_eq!(found, [("b".to_owned(), 2)]);
    let none: Vec<(String,)> = query(within)
        .bind(0_i64)
        .bind_list(Vec::<String>::new())
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert!(none.is_empty());
}

#[tokio::test]
async fn edg_66_values_come_back_as_they_were_bound() {
    let Store { database, .. } = &Store::open().await;
    let mut connection = database.read().await.unwrap();
    let row: storage::Row = query("SELECT ?1 AS a, ?2 AS b, ?3 AS c, ?4 AS d, ?1 AS e")
        .bind("text")
        .bind(true)
        .bind(None::<i64>)
        .bind(u64::MAX)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(row.get::<String>("e").unwrap(), "text");
    assert!(row.get::<bool>("b").unwrap());
    assert_eq!(row.get::<Option<String>>(2).unwrap(), None);
    assert_eq!(row.get::<u64>("d").unwrap(), i64::MAX.unsigned_abs());
    assert!(matches!(row.get::<i64>("a"), Err(Error::Corrupt(_))));
    assert!(matches!(row.get::<String>("c"), Err(Error::Corrupt(_))));
    assert!(matches!(row.get::<u32>("d"), Err(Error::Corrupt(_))));
    assert!(matches!(row.get::<i64>("f"), Err(Error::Statement(_))));
    assert_eq!(Value::from(Some("x")), Value::from("x"));
}

#[tokio::test]
async fn edg_67_errors_are_kinds() {
    let Store { database, .. } = &Store::open().await;
    let insert = || query("INSERT INTO inbox (event_id, received_at) VALUES ('a', 1)");
    database.execute(insert()).await.unwrap();
    let twice = database.execute(insert()).await.unwrap_err();
    assert!(matches!(twice, Error::UniqueViolation(_)), "{twice:?}");
    let wrong = database
        .execute(query("INSERT INTO nowhere VALUES (1)"))
        .await;
    assert!(matches!(wrong, Err(Error::Statement(_))), "{wrong:?}");
    let mut connection = database.read().await.unwrap();
    let none =
        query("SELECT 1 FROM inbox WHERE event_id = 'b'").fetch_one::<(i64,)>(&mut connection);
    assert!(matches!(none.await, Err(Error::Corrupt(_))));
    // What is wrong with a statement is its own affair: the store goes on.
    database.probe_writable().await.unwrap();
}

#[tokio::test]
async fn edg_67_a_full_disk_is_full_and_heals() {
    let Store { database, .. } = &Store::open().await;
    let mut transaction = database.begin().await.unwrap();
    let (pages,): (i64,) = query("PRAGMA page_count")
        .fetch_one(&mut transaction)
        .await
        .unwrap();
    assert!(pages < 64);
    query("PRAGMA max_page_count = 64")
        .fetch_one::<(i64,)>(&mut transaction)
        .await
        .unwrap();
    let large = "x".repeat(1024 * 1024);
    let insert = || query("INSERT INTO inbox (event_id, received_at) VALUES (?1, 1)").bind(&large);
    let full = insert().execute(&mut transaction).await.unwrap_err();
    assert!(matches!(full, Error::Full(_)), "{full:?}");
    drop(transaction);
    let mut transaction = database.begin().await.unwrap();
    query("PRAGMA max_page_count = 100000")
        .fetch_one::<(i64,)>(&mut transaction)
        .await
        .unwrap();
    insert().execute(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
}
