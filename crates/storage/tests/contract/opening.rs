//! How a database is opened, and who waits for whom.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use storage::{Database, Error, OpenError, Schema, SqlConnection, query};

use crate::fixture::Store;

#[tokio::test]
async fn edg_27_a_store_is_durable_and_private() {
    let store = Store::open().await;
    let mut reading = store.database.read().await.unwrap();
    let mut writing = store.database.begin().await.unwrap();
    let connections: [&mut dyn SqlConnection; 2] = [&mut reading, &mut writing];
    for connection in connections {
        let (mode,): (String,) = pragma(connection, "PRAGMA journal_mode").await;
        let (full,): (i64,) = pragma(connection, "PRAGMA synchronous").await;
        let (keys,): (i64,) = pragma(connection, "PRAGMA foreign_keys").await;
        assert_eq!((mode.as_str(), full, keys), ("wal", 2, 1));
    }
    drop(writing);
    store.database.probe_writable().await.unwrap();
    let file = store.path();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&file.with_extension("db-wal")), 0o600);
}

async fn pragma<T: storage::FromRow>(connection: &mut dyn SqlConnection, text: &'static str) -> T {
    query(text).fetch_one(connection).await.unwrap()
}

#[tokio::test]
async fn edg_27_readers_can_not_write() {
    let store = Store::open().await;
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

#[tokio::test]
async fn edg_27_two_processes_take_turns() {
    let store = Store::open().await;
    let other = Database::open_file(&store.path(), Schema::scheduler())
        .await
        .unwrap();

    // Whoever has begun is waited for, though it has only read.
    let mut first = store.database.begin().await.unwrap();
    assert_eq!(position(&mut first).await, 0);
    let waiting = tokio::spawn({
        let other = other.clone();
        async move { other.begin().await }
    });
    set(&mut first, 1).await;
    // It has had the time of as many trips to the file by now.
    for _ in 0..20 {
        let seen = position(&mut other.read().await.unwrap()).await;
        assert_eq!(seen, 0, "nothing is committed yet");
    }
    assert!(!waiting.is_finished(), "two transactions write at once");
    first.commit().await.unwrap();
    let mut second = waiting.await.unwrap().unwrap();
    assert_eq!(
        position(&mut second).await,
        1,
        "it began before the first was over"
    );
    drop(second);

    let count = async |database: &Database| {
        for _ in 0..50 {
            let mut transaction = database.begin().await.unwrap();
            let at = position(&mut transaction).await;
            set(&mut transaction, at + 1).await;
            transaction.commit().await.unwrap();
        }
    };
    tokio::join!(count(&store.database), count(&other));
    assert_eq!(
        position(&mut store.database.read().await.unwrap()).await,
        101
    );
}

async fn position(connection: &mut dyn SqlConnection) -> i64 {
    let (at,) = query("SELECT coalesce(max(position), 0) FROM outbox_cursor")
        .fetch_one(connection)
        .await
        .unwrap();
    at
}

async fn set(connection: &mut dyn SqlConnection, position: i64) {
    query(
        "INSERT INTO outbox_cursor (destination, position) VALUES ('x', ?1)
         ON CONFLICT (destination) DO UPDATE SET position = excluded.position",
    )
    .bind(position)
    .execute(connection)
    .await
    .unwrap();
}

#[tokio::test]
async fn what_is_not_committed_is_rolled_back() {
    let store = Store::open().await;
    let mut transaction = store.database.begin().await.unwrap();
    set(&mut transaction, 5).await;
    drop(transaction);
    let mut again = store.database.begin().await.unwrap();
    assert_eq!(position(&mut again).await, 0);
}

#[tokio::test]
async fn what_can_not_be_opened_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let blocked = directory.path().join("file");
    std::fs::write(&blocked, "").unwrap();
    let opened = Database::open_file(&blocked.join("x.db"), Schema::scheduler()).await;
    let error = opened.unwrap_err();
    assert!(matches!(error, OpenError::File { .. }), "{error}");
    assert!(error.to_string().contains("x.db"));

    let garbage = directory.path().join("garbage.db");
    std::fs::write(&garbage, "no database".repeat(100)).unwrap();
    let error = Database::open_file(&garbage, Schema::chat())
        .await
        .unwrap_err();
    let OpenError::Connect { source, .. } = &error else {
        panic!("{error}");
    };
    assert!(matches!(source, Error::Corrupt(_)), "{source:?}");
}
