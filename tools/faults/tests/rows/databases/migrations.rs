//! Tables that are brought up to date by processes that die, or that are not alone.

use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::time::Duration;

use faults::{DeadlyLink, ServiceProcess, row, thorough};
use storage::testing::TestEngine;
use testkit::has_tool;

use self::described::{description, empty};
use self::old_file::{LAST_POSITION, OldFile};

mod described;
mod old_file;
mod statements;

/// The exit code of a mistake that a person must put right.
const CONFIG: i32 = 78;
/// A start ends within it, one way or the other.
const LIMIT: Duration = Duration::from_secs(20);
/// What SQLite changes a file with.
const WRITES: &str = "pwrite64,fsync,fdatasync,ftruncate,unlink";

/// True where it was killed; it must have done its work else.
fn was_killed(migrating: Child) -> bool {
    let output = migrating.wait_with_output().unwrap();
    let was_killed = output.status.signal() == Some(9);
    assert!(was_killed || output.status.success(), "{output:?}");
    was_killed
}

fn migrates(process: &ServiceProcess) {
    let output = process.run(&["migrate"]);
    assert!(output.status.success(), "{output:?}");
}

/// What an uninterrupted migration makes of an empty database.
async fn reference(engine: TestEngine) -> Option<Vec<String>> {
    let (_database, url) = empty(engine).await?;
    migrates(&ServiceProcess::scheduler(&url));
    Some(description(&url).await)
}

/// Killed at each `every`th packet, from the first to the last.
async fn killed_on_a_server(engine: TestEngine, every: usize) {
    let Some(reference) = reference(engine).await else {
        return;
    };
    let (mut kills, mut at) = (0, 1);
    loop {
        let (_database, url) = empty(engine).await.unwrap();
        let (front, port, name) = parts(&url);
        let link = DeadlyLink::to(port).await;
        let by_link = ServiceProcess::scheduler(&format!("{front}:{}/{name}", link.port()));
        let migrating = by_link.spawn(&["migrate"]);
        link.kill(migrating.id(), at);
        if !was_killed(migrating) {
            println!("{engine:?}: {kills} kills, in {} packets", link.packets());
            assert!(kills > 0);
            break;
        }
        kills += 1;
        let mut process = ServiceProcess::scheduler(&url);
        migrates(&process);
        let found = description(&url).await;
        assert_eq!(found, reference, "killed after packet {at}");
        if thorough() || kills == 1 {
            process.start().await;
        }
        at += every;
    }
}

/// `postgres://user:password@host`, the port, and the database.
fn parts(url: &str) -> (&str, u16, &str) {
    let (front, rest) = url.rsplit_once(':').unwrap();
    let (port, name) = rest.split_once('/').unwrap();
    (front, port.parse().unwrap(), name)
}

/// Killed at each `every`th call that changes a file of the schema before, with data in it.
async fn killed_on_a_file(every: usize) {
    let old = OldFile::make().await;
    let before = old.rows().await;
    // Chat's file is made here, and then left alone.
    let chat = tempfile::tempdir().unwrap();
    let chat = format!("sqlite:{}", chat.path().join("chat.db").display());
    let process = |file: &OldFile| {
        ServiceProcess::scheduler(&file.url())
            .with("RENDEZVOUS_CHAT_ROOMS_URL", &chat)
            .with("RENDEZVOUS_CHAT_MESSAGES_URL", &chat)
    };
    let whole = old.copy();
    migrates(&process(&whole));
    let reference = description(&whole.url()).await;
    assert_eq!(reference.last().map(String::as_str), Some(LAST_POSITION));
    let (mut kills, mut at) = (0, 1);
    loop {
        let copy = old.copy();
        let trace = format!("trace={WRITES}");
        let inject = format!("inject={WRITES}:signal=SIGKILL:when={at}");
        let killed = process(&copy).under(&[
            "strace",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            &trace,
            "-e",
            &inject,
        ]);
        if !was_killed(killed.spawn(&["migrate"])) {
            break;
        }
        kills += 1;
        let process = process(&copy);
        migrates(&process);
        let found = description(&copy.url()).await;
        assert_eq!(found, reference, "killed at call {at}");
        assert_eq!(copy.rows().await, before, "killed at call {at}");
        at += every;
    }
    println!("a file: {kills} kills, below call {at}");
    assert!(kills > 0);
}

#[test]
fn flt_43_killed_at_some_packets_a_migration_of_postgres_completes() {
    row(killed_on_a_server(TestEngine::Postgres, 10));
}

#[test]
fn flt_43_killed_at_some_packets_a_migration_of_mariadb_completes() {
    row(killed_on_a_server(TestEngine::MySql, 10));
}

#[test]
fn flt_43_killed_at_some_writes_a_migration_of_an_old_file_completes_with_its_rows() {
    if !has_tool("strace") {
        return;
    }
    row(killed_on_a_file(8));
}

/// Two at once on an empty database, over and over: both end well, and it is made once.
async fn two_at_once(engine: TestEngine, rounds: usize) {
    let Some(reference) = reference(engine).await else {
        return;
    };
    for round in 0..rounds {
        let (_database, url) = empty(engine).await.unwrap();
        let both = [(); 2].map(|()| ServiceProcess::scheduler(&url));
        let both = both.map(|one| (one.spawn(&["migrate"]), one));
        for (migrating, _home) in both {
            assert!(!was_killed(migrating));
        }
        let found = description(&url).await;
        assert_eq!(found, reference, "{engine:?}, round {round}");
    }
    println!("{engine:?}: two migrated at once in {rounds} rounds");
}

#[test]
fn flt_44_of_two_that_migrate_at_once_one_does_and_both_end_well() {
    for engine in TestEngine::ALL {
        row(two_at_once(engine, 3));
    }
}

#[test]
fn flt_44_a_newer_database_is_refused_by_name() {
    for engine in TestEngine::ALL {
        row(async {
            let Some((database, url)) = empty(engine).await else {
                return;
            };
            let mut scheduler = ServiceProcess::scheduler(&url);
            migrates(&scheduler);
            let newer = "INSERT INTO _sqlx_migrations \
                 (version, description, success, checksum, execution_time) \
                 SELECT 9999, 'of the future', success, checksum, execution_time \
                 FROM _sqlx_migrations WHERE version = 1";
            database.run(newer).await;
            let before = description(&url).await;
            scheduler.launch();
            let status = scheduler.gone(LIMIT).await;
            let line = scheduler.last_line().await;
            assert_eq!(status.code(), Some(CONFIG), "{line}");
            for part in ["9999", "of the future", &database.url().to_string()] {
                assert!(line.contains(part), "{line}");
            }
            println!("{engine:?}: {line}");
            assert_eq!(description(&url).await, before, "it is left alone");
        });
    }
}

mod long {
    use super::*;

    #[test]
    fn flt_43_killed_at_every_packet_a_migration_of_postgres_completes() {
        row(killed_on_a_server(TestEngine::Postgres, 1));
    }

    #[test]
    fn flt_43_killed_at_every_packet_a_migration_of_mariadb_completes() {
        row(killed_on_a_server(TestEngine::MySql, 1));
    }

    #[test]
    fn flt_43_killed_at_every_write_a_migration_of_an_old_file_completes_with_its_rows() {
        if has_tool("strace") {
            row(killed_on_a_file(1));
        }
    }

    #[test]
    fn flt_44_of_two_that_migrate_at_once_over_and_over_one_does() {
        for engine in TestEngine::ALL {
            row(two_at_once(engine, 10));
        }
    }
}
