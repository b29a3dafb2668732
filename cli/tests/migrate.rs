//! `rendezvous migrate` on each kind of database.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use storage::testing::{TestDatabase, TestEngine};
use storage::{Database, DatabaseOptions, Schema};
use testkit::{environment, free_ports, program};

/// The exit code of a mistake that a person must put right.
const CONFIG: i32 = 78;

/// The program on `data_dir`, with the scheduler's database and chat's rooms at two URLs.
fn command(data_dir: &Path, databases: &[TestDatabase; 2], args: &[&str]) -> Command {
    let mut command = program();
    command
        .args(args)
        .envs(environment(data_dir, free_ports()))
        .env("RENDEZVOUS_SCHEDULER_DATABASE_URL", databases[0].url_text())
        .env("RENDEZVOUS_CHAT_ROOMS_URL", databases[1].url_text());
    command
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

async fn databases(engine: TestEngine) -> Option<[TestDatabase; 2]> {
    let one = TestDatabase::create(engine).await?;
    Some([one, TestDatabase::create(engine).await?])
}

async fn missing(database: &TestDatabase) -> Vec<i64> {
    let options = DatabaseOptions::default();
    let pending = Database::pending(database.url(), &options, Schema::scheduler()).await;
    pending.unwrap().iter().map(|one| one.version).collect()
}

#[tokio::test]
async fn ops_55_migrate_brings_every_database_up_to_date_and_says_so() {
    for engine in TestEngine::ALL {
        let Some(databases) = databases(engine).await else {
            continue;
        };
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");

        let listed = printed(
            &command(&data, &databases, &["migrate", "--dry-run"])
                .output()
                .unwrap(),
        );
        assert_eq!(listed.lines().count(), 3, "{listed}");
        assert!(listed.contains("would apply 1 (events)"), "{listed}");
        assert!(!data.exists(), "{engine:?}: a dry run makes no file");
        let all = missing(&databases[0]).await;
        assert!(all.len() > 1, "{engine:?}: a dry run applies nothing");

        let done = printed(&command(&data, &databases, &["migrate"]).output().unwrap());
        for (line, name) in done
            .lines()
            .zip(["scheduler", "chat rooms", "chat messages"])
        {
            assert!(
                line.starts_with(name) && line.contains("applied 1 (events)"),
                "{done}"
            );
        }
        assert!(missing(&databases[0]).await.is_empty(), "{engine:?}");

        let again = printed(&command(&data, &databases, &["migrate"]).output().unwrap());
        let is_done = |line: &str| line.ends_with("up to date");
        assert!(again.lines().all(is_done), "{again}");
        let json = printed(
            &command(&data, &databases, &["migrate", "--json"])
                .output()
                .unwrap(),
        );
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["dry_run"], false);
        assert_eq!(json["databases"].as_array().unwrap().len(), 3, "{json}");
        assert_eq!(
            json["databases"][0]["migrations"],
            Value::Array(Vec::new()),
            "{json}"
        );
    }
}

#[tokio::test]
async fn ops_55_of_processes_that_migrate_at_once_each_finds_it_done() {
    for engine in TestEngine::ALL {
        let Some(databases) = databases(engine).await else {
            continue;
        };
        let folder = tempfile::tempdir().unwrap();
        let start = |_| {
            let mut command = command(folder.path(), &databases, &["migrate"]);
            let piped = std::process::Stdio::piped;
            command.stdout(piped()).stderr(piped()).spawn().unwrap()
        };
        // All of them before the first is waited for.
        let running: Vec<_> = (0..4).map(start).collect();
        for one in running {
            let output = one.wait_with_output().unwrap();
            assert!(output.status.success(), "{engine:?}: {output:?}");
        }
        assert!(missing(&databases[0]).await.is_empty(), "{engine:?}");
    }
}

#[tokio::test]
async fn ops_55_a_newer_database_is_refused_by_name_and_left_alone() {
    for engine in TestEngine::ALL {
        let Some(databases) = databases(engine).await else {
            continue;
        };
        let folder = tempfile::tempdir().unwrap();
        printed(
            &command(folder.path(), &databases, &["migrate"])
                .output()
                .unwrap(),
        );
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             SELECT 9999, 'of the future', success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1";
        databases[0].run(newer).await;
        for args in [
            &["migrate"][..],
            &["migrate", "--dry-run"],
            &["scheduler"],
            &["keys", "list"],
        ] {
            let output = command(folder.path(), &databases, args).output().unwrap();
            assert_refused(
                &output,
                &["9999", "of the future", &databases[0].url().to_string()],
            );
        }
    }
}

#[tokio::test]
async fn ops_55_another_services_tables_are_refused() {
    for engine in TestEngine::ALL {
        let Some(databases) = databases(engine).await else {
            continue;
        };
        let folder = tempfile::tempdir().unwrap();
        databases[0]
            .open(Schema::chat())
            .await
            .unwrap()
            .close()
            .await;
        let output = command(folder.path(), &databases, &["migrate"])
            .output()
            .unwrap();
        assert_refused(&output, &["scheduler", &databases[0].url().to_string()]);
    }
}

#[tokio::test]
async fn ops_55_a_server_that_is_away_is_one_line_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    for url in [
        "postgres://u:canary@127.0.0.1:9/d",
        "mysql://u:canary@127.0.0.1:9/d",
    ] {
        let output = program()
            .arg("migrate")
            .envs(environment(folder.path(), free_ports()))
            .env("RENDEZVOUS_SCHEDULER_DATABASE_URL", url)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(
            stderr.contains("127.0.0.1:9/d") && !stderr.contains("canary"),
            "{stderr}"
        );
    }
}

/// Checks for code 78 and a line on stderr that holds each of `parts`.
#[track_caller]
fn assert_refused(output: &Output, parts: &[&str]) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(CONFIG), "{stderr}");
    let line = stderr.lines().last().unwrap_or_default();
    for part in parts {
        assert!(line.contains(part), "no {part:?} in {stderr}");
    }
}
