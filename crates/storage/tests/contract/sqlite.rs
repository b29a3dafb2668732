//! What is SQLite's alone: a file, its mode, and one writer.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use storage::testing::TestEngine;
use storage::{Database, Error, OpenError, Schema, SqlConnection, query};

use crate::fixture::Store;

async fn store() -> Store {
    Store::open(TestEngine::Sqlite).await.unwrap()
}

#[tokio::test]
async fn edg_27_a_store_is_durable_and_private() {
    let store = store().await;
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
    let file = store.place.url().file().unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    assert_eq!(mode(file), 0o600);
    assert_eq!(mode(&file.with_extension("db-wal")), 0o600);
}

async fn pragma<T: storage::FromRow>(connection: &mut dyn SqlConnection, text: &'static str) -> T {
    query(text).fetch_one(connection).await.unwrap()
}

#[tokio::test]
async fn edg_140_what_is_deleted_is_in_no_byte_of_a_file() {
    const SECRET: &str = "Zerafina Quillfeather";
    let store = store().await;
    let insert = "INSERT INTO outbox (position, event_id, occurred_at, body) VALUES ?rows";
    // Short and long ones, so that some fill pages of their own.
    let bodies: Vec<(i64, String)> = (1..200)
        .map(|n| {
            (
                n,
                SECRET.repeat(usize::try_from(n % 40 * n % 40 + 1).unwrap()),
            )
        })
        .collect();
    let rows = bodies.iter().map(|(n, body)| {
        let id = format!("e-{n}");
        [(*n).into(), id.into(), 1.into(), body.into()]
    });
    let inserted = query(insert).bind_rows(rows);
    store.database.execute(inserted).await.unwrap();
    let file = store.place.url().file().unwrap();
    let found = || {
        let files = std::fs::read_dir(file.parent().unwrap()).unwrap();
        let files = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
        let has = |bytes: &Vec<u8>| bytes.windows(SECRET.len()).any(|w| w == SECRET.as_bytes());
        files.filter(has).count()
    };
    store.database.empty_log().await.unwrap();
    assert_eq!(found(), 1, "in the file itself, and no log any more");
    let delete = query("DELETE FROM outbox WHERE position > 100");
    store.database.execute(delete).await.unwrap();
    let shorten = query("UPDATE outbox SET body = '{}'");
    store.database.execute(shorten).await.unwrap();
    assert_ne!(found(), 0, "the log has it still");
    store.database.empty_log().await.unwrap();
    assert_eq!(found(), 0);
}

#[tokio::test]
async fn edg_27_two_processes_take_turns() {
    let store = store().await;
    let other = store.open_again().await;

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
}

async fn position(connection: &mut dyn SqlConnection) -> i64 {
    let (at,) = query("SELECT coalesce(max(position), 0) FROM outbox_cursor")
        .fetch_one(connection)
        .await
        .unwrap();
    at
}

async fn set(connection: &mut dyn SqlConnection, position: i64) {
    query("INSERT INTO outbox_cursor (destination, position) VALUES ('x', ?1)")
        .bind(position)
        .execute(connection)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edg_27_a_new_file_is_opened_by_several_at_once() {
    for _ in 0..15 {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("new.db");
        let opening = [(); 4].map(|()| {
            let file = file.clone();
            tokio::spawn(async move { Database::open_file(&file, Schema::scheduler()).await })
        });
        for opened in opening {
            opened.await.unwrap().unwrap().close().await;
        }
    }
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

#[tokio::test]
async fn edg_67_a_full_disk_is_full_and_heals() {
    let store = store().await;
    let database = &store.database;
    let mut transaction = database.begin().await.unwrap();
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
