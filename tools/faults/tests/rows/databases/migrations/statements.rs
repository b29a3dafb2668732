//! MariaDB commits each statement that changes a table by itself: a migration may end after any of them, with its row in
//! the table of migrations as one that has not succeeded.

use std::fs;
use std::path::Path;

use faults::{ServiceProcess, row, thorough};
use storage::testing::{TestDatabase, TestEngine};

use super::described::{description, empty};
use super::migrates;

/// The files, by version.
const FILES: [(usize, &str); 2] = [
    (1, "events/mysql/0001_events.sql"),
    (2, "scheduler/mysql/0002_scheduler.sql"),
];
/// Those of a short run: every so many.
const EVERY: usize = 5;
/// As the program sets it: `"key"` is a name.
const SQL_MODE: &str =
    "SET SESSION sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'";

/// A file's statements, each with the comments before it. No comment has a semicolon.
fn statements(file: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let text = fs::read_to_string(folder.join(file)).unwrap();
    let parts = text.split_inclusive(';').map(str::to_owned);
    parts.filter(|part| part.ends_with(';')).collect()
}

/// The state in which a process leaves the tables that dies in file `cut` after `done` of its statements.
async fn leave_cut_short(database: &TestDatabase, whole: &TestDatabase, cut: usize, done: usize) {
    let (version, _) = FILES[cut];
    let name = whole.url_text();
    let (_, name) = name.rsplit_once('/').unwrap();
    let mut script = format!(
        "{SQL_MODE}; CREATE TABLE _sqlx_migrations LIKE {name}._sqlx_migrations; \
         INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) \
         SELECT version, description, installed_on, version < {version}, checksum, -1 \
         FROM {name}._sqlx_migrations WHERE version <= {version};"
    );
    for (_, file) in &FILES[..cut] {
        script.extend(statements(file));
    }
    script.extend(statements(FILES[cut].1).into_iter().take(done));
    database.run(&script).await;
}

#[test]
fn flt_43_cut_short_after_any_statement_a_migration_of_mariadb_completes() {
    row(async {
        let Some((whole, whole_url)) = empty(TestEngine::MySql).await else {
            return;
        };
        migrates(&ServiceProcess::scheduler(&whole_url));
        let reference = description(&whole_url).await;
        let mut ends = 0;
        for (cut, (_, file)) in FILES.iter().enumerate() {
            let count = statements(file).len();
            assert!(count > EVERY, "{file} has {count} statements");
            for done in (0..=count).step_by(if thorough() { 1 } else { EVERY }) {
                let (database, url) = empty(TestEngine::MySql).await.unwrap();
                leave_cut_short(&database, &whole, cut, done).await;
                migrates(&ServiceProcess::scheduler(&url));
                let found = description(&url).await;
                assert_eq!(found, reference, "{file} ended after {done} statements");
                ends += 1;
            }
        }
        println!("MariaDB: completed after each of {ends} ends");
    });
}
