//! The services on databases that are servers, and where their URLs' passwords are seen: nowhere.

#[path = "databases/messages.rs"]
mod messages;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};
use storage::testing::{TestDatabase, TestEngine};
use testkit::{ChatPeer, Http, MongoServer, Stack, StackOptions, environment, free_ports, program};

/// How long a stop may take.
const STOP: Duration = Duration::from_secs(15);
const SERVERS: [TestEngine; 2] = [TestEngine::Postgres, TestEngine::MySql];

/// The variables that name the scheduler's database and that of chat's rooms.
fn variables(databases: &[TestDatabase; 2]) -> Vec<(String, String)> {
    let names = [
        "RENDEZVOUS_SCHEDULER_DATABASE_URL",
        "RENDEZVOUS_CHAT_ROOMS_URL",
    ];
    let texts = databases.iter().map(TestDatabase::url_text);
    names.into_iter().map(str::to_owned).zip(texts).collect()
}

fn named(name: &str, text: &str) -> (String, String) {
    (name.to_owned(), text.to_owned())
}

fn run(data_dir: &Path, more: &[(String, String)], args: &[&str]) -> Output {
    program()
        .args(args)
        .envs(environment(data_dir, free_ports()))
        .envs(more.iter().cloned())
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test]
async fn ops_56_the_services_run_on_servers_and_find_all_after_a_restart() {
    for engine in SERVERS {
        let (Some(one), Some(other)) = (
            TestDatabase::create(engine).await,
            TestDatabase::create(engine).await,
        ) else {
            continue;
        };
        let databases = [one, other];
        let variables = variables(&databases);
        let data = tempfile::tempdir().unwrap();
        let mut options = StackOptions {
            data_dir: Some(data.path().to_owned()),
            env: variables.clone(),
            ..StackOptions::default()
        };
        let mut stack = Stack::start_with(options.clone()).await;
        let create = ["keys", "create", "--name", "application"];
        let key = stdout(&run(data.path(), &variables, &create));
        let application = Http::bearer(key.trim());
        let session = stack.book(&application, json!({})).await;
        let ticket = stack.chat_ticket(&application, &session, 0).await;
        let mut room = ChatPeer::hello(&ticket.url, &ticket.ticket, "phone").await;
        room.say(&session.room_id, "c1", "before").await;
        assert_hidden(&stack, &databases);
        stack.signal(Signal::TERM);
        stack.gone(STOP).await;

        options.ports = Some(stack.ports());
        let stack = Stack::start_with(options).await;
        let found = stack.session(&application, &session).await;
        assert_eq!(found.starts_at, session.starts_at, "{engine:?}");
        let listed = stdout(&run(data.path(), &variables, &["keys", "list", "--json"]));
        let listed: Value = serde_json::from_str(&listed).unwrap();
        assert_eq!(listed["api_keys"].as_array().unwrap().len(), 1, "{listed}");
        let ticket = stack.chat_ticket(&application, &session, 1).await;
        let mut room = ChatPeer::hello(&ticket.url, &ticket.ticket, "laptop").await;
        room.say(&session.room_id, "c2", "after").await;
        let unused = data.path().join("scheduler/scheduler.db");
        assert!(!unused.exists(), "{engine:?}: nothing is stored beside");
        assert_hidden(&stack, &databases);
    }
}

/// No password stands in what was printed, or in what other processes can read of the children.
fn assert_hidden(stack: &Stack, databases: &[TestDatabase; 2]) {
    let password = databases[0].url().password().unwrap().to_owned();
    for line in stack.output() {
        assert!(!line.contains(&password), "{line}");
    }
    for name in ["scheduler", "signaling", "chat", "turn"] {
        let pid = stack.child_named(name).unwrap();
        for what in ["cmdline", "environ"] {
            let seen = fs::read(format!("/proc/{pid}/{what}")).unwrap();
            let seen = String::from_utf8_lossy(&seen);
            // The tests' own way of naming the servers, which everything that they start inherits.
            let is_tests = |part: &str| {
                ["POSTGRES_URL=", "MYSQL_URL="]
                    .iter()
                    .any(|name| part.starts_with(name))
            };
            let is_shown = |part: &str| part.contains(&password) && !is_tests(part);
            assert!(!seen.split('\0').any(is_shown), "{name}: {what}");
        }
    }
}

#[tokio::test]
async fn ops_58_doctor_says_of_each_database_how_it_is_and_changes_none() {
    let data = tempfile::tempdir().unwrap();
    for engine in TestEngine::ALL {
        let (Some(one), Some(other)) = (
            TestDatabase::create(engine).await,
            TestDatabase::create(engine).await,
        ) else {
            continue;
        };
        let databases = [one, other];
        let mut variables = variables(&databases);
        variables.push(("RENDEZVOUS_TURN_ENABLED".to_owned(), "false".to_owned()));
        let doctor = || {
            let output = run(data.path(), &variables, &["doctor"]);
            String::from_utf8(output.stdout).unwrap()
        };
        let is_server = engine != TestEngine::Sqlite;
        let url = databases[0].url().to_string();
        let line_of = |said: &str| {
            let lines = said.lines();
            let mut of_scheduler = lines.filter(|line| line.contains("scheduler's database"));
            let line = of_scheduler.next().unwrap().to_owned();
            assert!(line.contains(&url), "{line}");
            line
        };
        for _ in 0..2 {
            let line = line_of(&doctor());
            let due = match is_server {
                true => "migrations are missing",
                false => "is not there yet",
            };
            assert!(line.starts_with("ok ") && line.contains(due), "{line}");
        }
        run(data.path(), &variables, &["migrate"]);
        let line = line_of(&doctor());
        assert!(
            line.starts_with("ok ") && line.contains("up to date"),
            "{line}"
        );
        assert_eq!(
            line.contains("keeps what it has committed"),
            is_server,
            "{line}"
        );

        databases[0]
            .run("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 2")
            .await;
        let line = line_of(&doctor());
        assert!(
            line.starts_with("failed ") && line.contains("9999"),
            "{line}"
        );
    }
}

#[test]
fn ops_58_doctor_says_what_to_do_about_a_server_that_is_away() {
    let data = tempfile::tempdir().unwrap();
    let url = "postgres://u:canary@127.0.0.1:9/d".to_owned();
    let more = [("RENDEZVOUS_SCHEDULER_DATABASE_URL".to_owned(), url)];
    let output = run(data.path(), &more, &["doctor"]);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{stdout}");
    assert!(
        stdout.contains("failed  scheduler's database postgres://u:***@127.0.0.1:9/d"),
        "{stdout}"
    );
    assert!(stdout.contains("start it, or correct its URL"), "{stdout}");
    assert!(!stdout.contains("canary"), "{stdout}");
}

#[test]
fn ops_75_doctor_looks_at_the_server_of_messages_and_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let said = |url: &str| {
        let more = [named("RENDEZVOUS_CHAT_MESSAGES_URL", url)];
        let output = run(data.path(), &more, &["doctor"]);
        let stdout = String::from_utf8(output.stdout).unwrap();
        let mut lines = stdout.lines();
        let of_messages = lines.find(|line| line.contains("chat messages' database"));
        of_messages.unwrap().to_owned()
    };
    let away = said("mongodb://u:canary@127.0.0.1:9/d");
    assert!(
        away.starts_with("failed ") && away.contains("mongodb://127.0.0.1:9/d"),
        "{away}"
    );
    assert!(!away.contains("canary"), "{away}");
    for server in [MongoServer::Secantus, MongoServer::Ferret] {
        let Some(url) = server.new_database() else {
            continue;
        };
        for _ in 0..2 {
            let line = said(&url);
            assert!(
                line.starts_with("ok ") && line.contains("its indexes are missing"),
                "{line}"
            );
        }
    }
}

#[test]
fn ops_52_config_shows_a_database_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let more = [
        named(
            "RENDEZVOUS_SCHEDULER_DATABASE_URL",
            "postgres://u:canary@db/rendezvous",
        ),
        named("RENDEZVOUS_CHAT_ROOMS_URL", "mysql://u:canary@db/rooms"),
    ];
    let shown = stdout(&run(folder.path(), &more, &["config"]));
    assert!(
        shown.contains("database_url = \"postgres://u:(hidden)@db/rendezvous\""),
        "{shown}"
    );
    assert!(
        shown.contains("rooms_url = \"mysql://u:(hidden)@db/rooms\""),
        "{shown}"
    );
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn ops_37_a_databases_password_on_a_command_line_or_in_an_open_file_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let set = |text: &str| {
        let assignment = format!("scheduler.database_url={text}");
        run(folder.path(), &[], &["config", "--set", &assignment])
    };
    assert_refused(&set("postgres://u:canary@db/d"), "scheduler.database_url");
    assert!(set("postgres://u@db/d").status.success());
    assert!(set("sqlite:elsewhere.db").status.success());

    let file = folder.path().join("mine.toml");
    let text = "[chat]\nrooms_url = 'postgres://u:canary@db/d'\n";
    for (mode, is_taken) in [(0o644, false), (0o600, true)] {
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        let output = run(
            folder.path(),
            &[],
            &["--config", file.to_str().unwrap(), "config"],
        );
        match is_taken {
            true => assert!(output.status.success(), "{output:?}"),
            false => assert_refused(&output, "chat.rooms_url"),
        }
    }
}

#[test]
fn ops_54_one_database_for_two_services_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let more = [
        named(
            "RENDEZVOUS_SCHEDULER_DATABASE_URL",
            "postgres://u:canary@db/d",
        ),
        named(
            "RENDEZVOUS_CHAT_ROOMS_URL",
            "postgresql://v:canary@DB:5432/d",
        ),
    ];
    for command in ["up", "scheduler", "chat", "migrate", "keys"] {
        let args = match command {
            "keys" => vec![command, "list"],
            _ => vec![command],
        };
        let output = run(folder.path(), &more, &args);
        assert_refused(&output, "scheduler.database_url and chat.rooms_url");
    }
}

#[test]
fn ops_56_a_password_may_be_left_to_postgresqls_own_variable() {
    let Ok(url) = std::env::var("POSTGRES_URL") else {
        testkit::left_out("POSTGRES_URL, which scripts/with-databases sets");
        return;
    };
    let with_password = url::Url::parse(&url).unwrap();
    let mut without = with_password.clone();
    without.set_password(None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let dry_run = |password: Option<&str>| {
        let mut command: Command = program();
        command
            .args(["migrate", "--dry-run"])
            .envs(environment(folder.path(), free_ports()))
            .env("RENDEZVOUS_SCHEDULER_DATABASE_URL", without.as_str())
            .env("PGPASSFILE", "/nowhere");
        if let Some(password) = password {
            command.env("PGPASSWORD", password);
        }
        command.output().unwrap()
    };
    assert!(dry_run(with_password.password()).status.success());
    assert_eq!(dry_run(None).status.code(), Some(1));
}

#[track_caller]
fn assert_refused(output: &Output, name: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{stderr}");
    let line = stderr.lines().last().unwrap_or_default();
    assert!(line.contains(name), "{stderr}");
    assert!(!stderr.contains("canary"), "{stderr}");
}
