//! How a store is opened.

use std::os::unix::fs::PermissionsExt;

use storage::{Database, OpenError, Schema};

use crate::fixture::Store;

#[tokio::test]
async fn edg_27_a_store_is_durable_and_private() {
    let store = Store::open().await;
    for pool in [store.database.writer(), store.database.readers()] {
        let (mode,): (String,) = sqlx::query_as("PRAGMA journal_mode")
            .fetch_one(pool)
            .await
            .unwrap();
        let (full,): (i64,) = sqlx::query_as("PRAGMA synchronous")
            .fetch_one(pool)
            .await
            .unwrap();
        let (keys,): (i64,) = sqlx::query_as("PRAGMA foreign_keys")
            .fetch_one(pool)
            .await
            .unwrap();
        assert_eq!((mode.as_str(), full, keys), ("wal", 2, 1));
    }
    store.database.probe_writable().await.unwrap();
    let file = store.path();
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&file.with_extension("db-wal")), 0o600);
}

#[tokio::test]
async fn edg_27_readers_can_not_write() {
    let store = Store::open().await;
    let refused = sqlx::query("DELETE FROM inbox")
        .execute(store.database.readers())
        .await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn edg_27_two_processes_take_turns() {
    let store = Store::open().await;
    let path = store.path();
    let other = Database::open(&path, Schema::scheduler()).await.unwrap();
    let count = async |database: &Database| {
        for _ in 0..50 {
            let mut transaction = database.begin().await.unwrap();
            let (at,): (i64,) =
                sqlx::query_as("SELECT coalesce(max(complete_to), 0) FROM inbox_source")
                    .fetch_one(&mut *transaction)
                    .await
                    .unwrap();
            sqlx::query(
                "INSERT OR REPLACE INTO inbox_source (source, complete_to) VALUES ('x', ?1)",
            )
            .bind(at + 1)
            .execute(&mut *transaction)
            .await
            .unwrap();
            transaction.commit().await.unwrap();
        }
    };
    tokio::join!(count(&store.database), count(&other));
    let (sum,): (i64,) = sqlx::query_as("SELECT complete_to FROM inbox_source")
        .fetch_one(store.database.readers())
        .await
        .unwrap();
    assert_eq!(sum, 100);
}

#[tokio::test]
async fn what_can_not_be_opened_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let blocked = directory.path().join("file");
    std::fs::write(&blocked, "").unwrap();
    let error = Database::open(&blocked.join("x.db"), Schema::scheduler())
        .await
        .unwrap_err();
    assert!(matches!(error, OpenError::File { .. }), "{error}");
    assert!(error.to_string().contains("x.db"));
}
