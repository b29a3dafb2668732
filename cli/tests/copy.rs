//! `rendezvous copy` between every two kinds of database. That each row arrives is shown in `crates/storage`.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use storage::testing::{TestDatabase, TestEngine};
use storage::{Schema, query};
use testkit::{environment, free_ports, program};

const ROWS: i64 = 700;

fn command(data_dir: &Path, args: &[&str]) -> Command {
    let mut command = program();
    command.args(args).envs(environment(data_dir, free_ports()));
    command
}

/// `--from-env A --to-env B` with these in them.
fn copy(from: &TestDatabase, to: &TestDatabase) -> Output {
    let folder = tempfile::tempdir().unwrap();
    command(
        folder.path(),
        &["copy", "--from-env", "A", "--to-env", "B", "--json"],
    )
    .env("A", from.url_text())
    .env("B", to.url_text())
    .output()
    .unwrap()
}

fn report(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn table<'a>(report: &'a Value, name: &str) -> &'a Value {
    let tables = report["tables"].as_array().unwrap();
    tables.iter().find(|one| one["table"] == name).unwrap()
}

/// With some keys of API users.
async fn scheduler(engine: TestEngine) -> Option<TestDatabase> {
    let database = TestDatabase::create(engine).await?;
    let store = database.open(Schema::scheduler()).await.unwrap();
    let rows = (0..ROWS).map(|one| [format!("{one:064x}").into(), "shop".into(), one.into()]);
    let insert = query("INSERT INTO api_keys (hash, application, created_at) VALUES ?rows");
    store.execute(insert.bind_rows(rows)).await.unwrap();
    store.close().await;
    Some(database)
}

#[tokio::test]
async fn ops_57_copy_moves_a_store_between_any_two_databases_and_shows_that_both_are_the_same() {
    for from in TestEngine::ALL {
        let Some(source) = scheduler(from).await else {
            continue;
        };
        for to in TestEngine::ALL {
            let Some(target) = TestDatabase::create(to).await else {
                continue;
            };
            let output = copy(&source, &target);
            let first = report(&output);
            let keys = table(&first, "api_keys");
            assert_eq!(
                (&keys["rows"], &keys["copied"]),
                (&ROWS.into(), &ROWS.into())
            );
            assert_eq!(first["store"], "scheduler");
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(stderr.contains("copying api_keys: 700 of 700"), "{stderr}");

            let again = report(&copy(&source, &target));
            let keys_again = table(&again, "api_keys");
            assert_eq!(keys_again["copied"], 0, "{from:?} to {to:?}");
            assert_eq!(keys_again["sha256"], keys["sha256"]);
        }
    }
}

#[tokio::test]
async fn ops_57_what_can_not_be_copied_is_one_line_and_no_password_is_shown() {
    for engine in TestEngine::ALL {
        let (Some(source), Some(empty)) =
            (scheduler(engine).await, TestDatabase::create(engine).await)
        else {
            continue;
        };
        let password = source
            .url()
            .password()
            .unwrap_or("no-password-at-all")
            .to_owned();
        assert_refused(&copy(&source, &source), &["one database"], &password);
        assert_refused(&copy(&empty, &source), &["holds no store"], &password);
        let other = TestDatabase::create(engine).await.unwrap();
        other.open(Schema::chat()).await.unwrap().close().await;
        assert_refused(&copy(&source, &other), &["scheduler"], &password);
    }
}

#[test]
fn ops_57_the_two_databases_are_named_as_arguments_or_by_variables() {
    let folder = tempfile::tempdir().unwrap();
    let output = |args: &[&str]| command(folder.path(), args).output().unwrap();
    let unset = output(&["copy", "--from-env", "NOT_SET", "--to", "sqlite:b.db"]);
    assert_refused(&unset, &["--from-env NOT_SET", "not set"], "canary");
    let wrong = output(&["copy", "--from", "oracle:canary", "--to", "sqlite:b.db"]);
    assert_refused(&wrong, &["--from: "], "canary");
    // A password on a command line is a warning, and on the line of a failure it is hidden.
    let to = "postgres://u:canary@127.0.0.1:9/d";
    let shown = output(&["copy", "--from", to, "--to", "sqlite:b.db"]);
    let stderr = String::from_utf8_lossy(&shown.stderr);
    assert_eq!(shown.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("--from-env") && !stderr.contains("canary"),
        "{stderr}"
    );
    for incomplete in [&["copy"][..], &["copy", "--from", "sqlite:a.db"]] {
        assert_eq!(output(incomplete).status.code(), Some(2));
    }
}

#[track_caller]
fn assert_refused(output: &Output, parts: &[&str], secret: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{stderr}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let line = stderr.lines().last().unwrap_or_default();
    for part in parts {
        assert!(line.contains(part), "no {part:?} in {stderr}");
    }
    assert!(!stderr.contains(secret), "{stderr}");
}
