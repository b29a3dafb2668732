//! Servers that are set so that a crash loses what they have committed.

use std::time::Duration;

use faults::{DatabaseKind, DatabaseServer, ServiceProcess, row};

/// The exit code of a mistake that a person must put right.
const CONFIG: i32 = 78;
/// A start ends within it, one way or the other.
const LIMIT: Duration = Duration::from_secs(20);
/// Names what is accepted.
const ACCEPTED: &str = "RENDEZVOUS_DATABASE_ACCEPTED_DURABILITY";

/// A scheduler that accepts `others`, and the setting under another value, does not start on the database, and says
/// which setting is what, and how to accept it; accepted as it is it does.
async fn is_refused_unless_accepted(
    url: &str,
    others: &str,
    setting: &str,
    value: &str,
    wanted: &str,
) {
    let accepting = |value: &str| {
        let accepted = format!("{others},{setting}={value}");
        ServiceProcess::scheduler(url).with(ACCEPTED, &accepted)
    };
    let mut scheduler = accepting("other");
    scheduler.launch();
    let status = scheduler.gone(LIMIT).await;
    let line = scheduler.last_line().await;
    assert_eq!(status.code(), Some(CONFIG), "{line}");
    for part in [
        format!("its {setting} is {value}, not {wanted}"),
        format!("database.accepted_durability = [\"{setting}={value}\"]"),
    ] {
        assert!(line.contains(&part), "{line}");
    }
    println!("refused: {line}");
    assert!(accepting(value).started().await.is_ready().await);
}

#[test]
fn flt_42_weaker_durability_of_postgres_is_refused_unless_it_is_accepted() {
    let Some(server) = DatabaseServer::start(DatabaseKind::Postgres, &["fsync=off"]) else {
        return;
    };
    row(async {
        for name in ["scheduler", "forgets"] {
            server.create(name).await;
        }
        let url = server.url("scheduler");
        is_refused_unless_accepted(&url, "", "fsync", "off", "on").await;

        // Of one database alone.
        let weaken = "ALTER DATABASE forgets SET synchronous_commit = off";
        server.run(weaken).await;
        let (url, setting) = (server.url("forgets"), "synchronous_commit");
        is_refused_unless_accepted(&url, "fsync=off", setting, "off", "on").await;
    });
}

#[test]
fn flt_42_weaker_durability_of_mariadb_is_refused_unless_it_is_accepted() {
    let setting = "innodb_flush_log_at_trx_commit";
    let Some(server) = DatabaseServer::start(DatabaseKind::MariaDb, &[&format!("{setting}=2")])
    else {
        return;
    };
    row(async {
        server.create("scheduler").await;
        let url = server.url("scheduler");
        is_refused_unless_accepted(&url, "", setting, "2", "1").await;
    });
}
