//! Moving a store from any database to any other.

mod rows;

use std::collections::BTreeSet;

use storage::copy::{CopyError, CopyProgress, CopyReport, Step, copy};
use storage::testing::{TestDatabase, TestEngine, patient};
use storage::{DatabaseUrl, Schema, query};

use self::rows::{SESSIONS, SINGLE_ROWS, fill_chat, fill_scheduler};

async fn copied(from: &DatabaseUrl, to: &DatabaseUrl) -> Result<CopyReport, CopyError> {
    copy(from, to, &patient(), &mut |_| {}).await
}

fn total(report: &CopyReport) -> (u64, u64) {
    let sum = |of: fn(&storage::copy::TableReport) -> u64| report.tables.iter().map(of).sum();
    (sum(|table| table.rows), sum(|table| table.copied))
}

/// A source of each engine, filled, and an empty target.
async fn source(engine: TestEngine, schema: Schema) -> Option<TestDatabase> {
    let place = TestDatabase::create(engine).await?;
    let database = place.open(schema).await.unwrap();
    match schema.name() {
        "scheduler" => fill_scheduler(&database).await,
        _ => fill_chat(&database, engine == TestEngine::Sqlite).await,
    }
    database.close().await;
    Some(place)
}

async fn copies_from(engine: TestEngine) {
    let schedulers = source(engine, Schema::scheduler()).await;
    let chats = source(engine, Schema::chat()).await;
    let (Some(schedulers), Some(chats)) = (schedulers, chats) else {
        return;
    };
    for target in TestEngine::ALL {
        let (Some(first), Some(second)) = (
            TestDatabase::create(target).await,
            TestDatabase::create(target).await,
        ) else {
            continue;
        };
        let report = copied(schedulers.url(), first.url()).await.unwrap();
        assert_eq!(report.schema, "scheduler");
        let rows = u64::try_from(SESSIONS * 4 + 2).unwrap() + SINGLE_ROWS.len() as u64;
        assert_eq!(total(&report), (rows + 4 + 1, rows + 4), "{report:?}");
        // Again: nothing is left to copy, and what is open still is.
        let again = copied(schedulers.url(), first.url()).await.unwrap();
        assert_eq!(total(&again).1, 0);
        let open = first.open(Schema::scheduler()).await.unwrap();
        let (due,): (i64,) = query("SELECT count(*) FROM due_jobs WHERE open_at >= 0")
            .fetch_one(&mut open.read().await.unwrap())
            .await
            .unwrap();
        assert_eq!(due, SESSIONS * 2 / 3);
        open.close().await;

        let report = copied(chats.url(), second.url()).await.unwrap();
        assert_eq!(report.schema, "chat");
        let both_files = engine == TestEngine::Sqlite && target == TestEngine::Sqlite;
        let has_messages = report
            .tables
            .iter()
            .any(|table| table.table == "messages" && table.rows == 1);
        assert_eq!(has_messages, both_files);
        let stays = engine == TestEngine::Sqlite && target != TestEngine::Sqlite;
        assert_eq!(
            report.left,
            if stays {
                vec![("messages", 1), ("chain_anchors", 1), ("message_rooms", 1)]
            } else {
                Vec::new()
            }
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edg_121_a_store_moves_from_sqlite_to_any_database() {
    copies_from(TestEngine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edg_121_a_store_moves_from_postgres_to_any_database() {
    copies_from(TestEngine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edg_121_a_store_moves_from_mysql_to_any_database() {
    copies_from(TestEngine::MySql).await;
}

/// Copies until the `stop`th report of progress, and is cut there; true if it was not over before.
async fn cut_after(from: &TestDatabase, to: &TestDatabase, stop: u64) -> bool {
    let (from, to) = (from.url().clone(), to.url().clone());
    let copying = tokio::spawn(async move {
        let mut reports = 0;
        let mut note = |_: CopyProgress| {
            reports += 1;
            if reports == stop {
                std::panic::resume_unwind(Box::new("cut"));
            }
        };
        copy(&from, &to, &patient(), &mut note).await.map(drop)
    });
    copying.await.is_err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edg_121_a_copy_that_was_stopped_goes_on_where_it_was() {
    let from = source(TestEngine::Sqlite, Schema::scheduler())
        .await
        .unwrap();
    for target in TestEngine::ALL {
        let Some(to) = TestDatabase::create(target).await else {
            continue;
        };
        for stop in [2, 5] {
            assert!(
                cut_after(&from, &to, stop).await,
                "it was over before it was stopped"
            );
        }
        let mut resumed = 0;
        let mut note =
            |progress: CopyProgress| resumed += u64::from(progress.step == Step::Resuming);
        let report = copy(from.url(), to.url(), &patient(), &mut note).await;
        let (rows, copied) = total(&report.unwrap());
        assert!(
            resumed > 0 && copied < rows - 1_000,
            "{resumed} {copied} of {rows}"
        );
    }
}

#[tokio::test]
async fn edg_121_what_is_not_the_sources_is_never_written_over() {
    let from = source(TestEngine::Sqlite, Schema::scheduler())
        .await
        .unwrap();
    for (change, table) in [
        (
            "INSERT INTO users (id, application, external_id, name, created_at) VALUES ('0', 'a', 'b', 'c', 1)",
            "users",
        ),
        (
            "UPDATE sessions SET revision = 2 WHERE starts_at = 900",
            "sessions",
        ),
        (
            "DELETE FROM participants WHERE position = 1 AND session_id LIKE 's00007%'",
            "participants",
        ),
    ] {
        let to = TestDatabase::create(TestEngine::Sqlite).await.unwrap();
        copied(from.url(), to.url()).await.unwrap();
        to.run(change).await;
        let error = copied(from.url(), to.url()).await.unwrap_err();
        let CopyError::Different { table: named, .. } = error else {
            panic!("{error}")
        };
        assert_eq!(named, table);
    }
}

#[tokio::test]
async fn edg_121_what_is_no_store_is_not_copied() {
    let from = TestDatabase::create(TestEngine::Sqlite).await.unwrap();
    let to = TestDatabase::create(TestEngine::Sqlite).await.unwrap();
    let missing = copied(from.url(), to.url()).await.unwrap_err();
    assert!(matches!(missing, CopyError::NoStore(_)), "{missing}");
    assert!(
        !from.url().file().unwrap().exists(),
        "a copy makes no source"
    );
    let same = copied(from.url(), from.url()).await.unwrap_err();
    assert!(matches!(same, CopyError::Same(_)), "{same}");
    from.open(Schema::signaling()).await.unwrap().close().await;
    let other = copied(from.url(), to.url()).await.unwrap_err();
    assert!(matches!(other, CopyError::NoStore(_)), "{other}");
}

/// Every table and column that the migrations make, but for what is never copied.
async fn columns(engine: TestEngine, schema: Schema) -> Option<BTreeSet<String>> {
    let statement = match engine {
        TestEngine::Sqlite => {
            "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'"
        }
        TestEngine::Postgres => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns
             WHERE table_schema = 'public' AND is_generated = 'NEVER'"
        }
        TestEngine::MySql => {
            "SELECT table_name, column_name FROM information_schema.columns
             WHERE table_schema = DATABASE() AND extra NOT LIKE '%GENERATED%'"
        }
    };
    let place = TestDatabase::create(engine).await?;
    let database = place.open(schema).await.unwrap();
    let found: Vec<(String, String)> = query(statement)
        .fetch_all(&mut database.read().await.unwrap())
        .await
        .unwrap();
    database.close().await;
    let left_out = ["_sqlx_migrations", "write_probe", "sqlite_sequence"];
    let found = found
        .into_iter()
        .filter(|(table, _)| !left_out.contains(&table.as_str()));
    Some(
        found
            .map(|(table, column)| format!("{table}.{column}"))
            .collect(),
    )
}

#[tokio::test]
async fn edg_121_every_column_of_every_table_is_copied() {
    for schema in [Schema::scheduler(), Schema::chat()] {
        for engine in TestEngine::ALL {
            let Some(found) = columns(engine, schema).await else {
                continue;
            };
            let copied: BTreeSet<String> = storage::testing::copied_columns(schema, engine)
                .into_iter()
                .collect();
            assert_eq!(copied, found, "{engine:?}");
        }
    }
}
