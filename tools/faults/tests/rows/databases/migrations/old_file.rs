//! A scheduler's file as the version before servers made it, with data in it.

use std::fs;
use std::path::Path;

use faults::look;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, SqlSafeStr as _};

/// Its migrations, by version.
const MIGRATIONS: [(i64, &str); 5] = [
    (1, "events/sqlite/0001_events.sql"),
    (2, "scheduler/sqlite/0002_sessions.sql"),
    (3, "scheduler/sqlite/0003_operators_and_timeline.sql"),
    (4, "scheduler/sqlite/0004_audit.sql"),
    (1001, "events/sqlite/1001_watermarks_by_node.sql"),
];
/// People, a session, jobs in each state, and an outbox whose last two rows were delivered and deleted.
const DATA: &str = "
    INSERT INTO api_keys (hash, application, created_at, scope) VALUES ('h', 'shop', 1, 'app');
    INSERT INTO users (id, application, external_id, name, created_at)
        VALUES ('u1', 'shop', 'ana', 'Ana', 1), ('u2', 'shop', 'bo', 'Bo', 1);
    INSERT INTO sessions (id, application, revision, room_id, status, starts_at, lobby_opens_at, terms, record,
        cancelled, created_at) VALUES ('s1', 'shop', 1, 'r1', 'booked', 9000000000000, 8999999000000, '{}', '{}', 0, 1);
    INSERT INTO participants (session_id, position, user_id, name, generation)
        VALUES ('s1', 0, 'u1', 'Ana', 1), ('s1', 1, 'u2', 'Bo', 1);
    INSERT INTO jobs (id, session_id, revision, kind, before_ms, user_id, due_at, state, reason, lease_until)
        VALUES ('j1', 's1', 1, 'reminder', 60000, 'u1', 5, 'done', NULL, NULL),
               ('j2', 's1', 1, 'reminder', 60000, 'u2', 5, 'missed', 'superseded', NULL),
               ('j3', 's1', 1, 'lobby_opens', 0, '', 8999999000000, 'due', NULL, NULL),
               ('j4', 's1', 1, 'start', 0, '', 9000000000000, 'claimed', NULL, 9000000005000),
               ('j5', 's1', 1, 'retention', 0, '', 9900000000000, 'cancelled', NULL, NULL);
    INSERT INTO notifications (id, user_id, session_id, kind, cause, created_at)
        VALUES ('n1', 'u1', 's1', 'session_reminder', 'job:j1', 5);
    INSERT INTO idempotency (application, scope, key, fingerprint, answer, created_at)
        VALUES ('shop', 'POST /v1/sessions', 'k', 'f', '{}', 1);
    INSERT INTO timeline (id, session_id, at, body) VALUES ('t1', 's1', 1, '{}');
    INSERT INTO audit (id, at, actor, action, subject) VALUES ('a1', 1, 'x', 'key.created', 'shop');
    INSERT INTO outbox (event_id, occurred_at, body) VALUES ('e1', 1, '{}'), ('e2', 2, '{}'), ('e3', 3, '{}'),
        ('e4', 4, '{}'), ('e5', 5, '{}');
    DELETE FROM outbox WHERE position > 3;
    INSERT INTO outbox_cursor (destination, position) VALUES ('signaling', 5), ('chat', 3);
    INSERT INTO inbox (event_id, received_at) VALUES ('i1', 1);
    INSERT INTO inbox_watermark (source, node, complete_to, heard_at) VALUES ('signaling', 'n', 7, 1);
";
/// Each row of before, in what both versions have of it.
const ROWS: [&str; 12] = [
    "SELECT json_array(hash, application, created_at, scope) FROM api_keys ORDER BY 1",
    "SELECT json_array(id, application, external_id, name, created_at) FROM users ORDER BY 1",
    "SELECT json_array(id, room_id, status, starts_at, terms, record, cancelled) FROM sessions ORDER BY 1",
    "SELECT json_array(session_id, position, user_id, name, generation) FROM participants ORDER BY 1",
    "SELECT json_array(id, kind, before_ms, user_id, due_at, state, reason, lease_until) FROM jobs ORDER BY 1",
    "SELECT json_array(id, user_id, session_id, kind, cause, created_at) FROM notifications ORDER BY 1",
    "SELECT json_array(application, scope, key, fingerprint, answer) FROM idempotency ORDER BY 1",
    "SELECT json_array(id, session_id, at, body) FROM timeline ORDER BY 1",
    "SELECT json_array(id, at, actor, action, subject) FROM audit ORDER BY 1",
    "SELECT json_array(position, event_id, occurred_at, body) FROM outbox ORDER BY 1",
    "SELECT json_array(destination, position) FROM outbox_cursor ORDER BY 1",
    "SELECT json_array(source, node, complete_to, heard_at) FROM inbox_watermark ORDER BY 1",
];
/// The last position that the outbox of [`DATA`] gave, in a row that was deleted.
pub(super) const LAST_POSITION: &str = "5";

/// A file in a folder of its own.
pub(super) struct OldFile(tempfile::TempDir);

impl OldFile {
    pub(super) async fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = Self(folder);
        let options = SqliteConnectOptions::new().filename(made.path());
        // As the program opens it.
        let options = options
            .create_if_missing(true)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal);
        let mut connection = options.connect().await.unwrap();
        migrator()
            .run_direct(None, &mut connection, false)
            .await
            .unwrap();
        let data = sqlx::raw_sql(DATA).execute(&mut connection);
        data.await.unwrap();
        connection.close().await.unwrap();
        made
    }

    pub(super) fn copy(&self) -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        fs::copy(self.path(), copy.path()).unwrap();
        copy
    }

    pub(super) fn url(&self) -> String {
        format!("sqlite:{}", self.path().display())
    }

    /// What was there before, as it is now.
    pub(super) async fn rows(&self) -> Vec<String> {
        let mut all = Vec::new();
        let moved = "SELECT name FROM sqlite_master WHERE name = 'due_jobs'";
        let moved = !look(&self.url(), moved).await.is_empty();
        for statement in ROWS {
            let statement = if moved {
                &statement.replace("FROM jobs", "FROM due_jobs")
            } else {
                statement
            };
            let found = look(&self.url(), statement).await;
            assert!(!found.is_empty(), "{statement} finds nothing");
            all.extend(found);
        }
        all
    }

    fn path(&self) -> std::path::PathBuf {
        self.0.path().join("scheduler.db")
    }
}

fn migrator() -> Migrator {
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let migration = |(version, file): (i64, &'static str)| {
        let sql = fs::read_to_string(migrations.join(file)).unwrap();
        let sql = AssertSqlSafe(sql).into_sql_str();
        Migration::new(version, file.into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(MIGRATIONS.into_iter().map(migration).collect())
}
