//! Connections of sqlx and nothing around them: no pool, no deadline, no decision.

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use sqlx::{MySqlConnection, PgConnection, SqliteConnection};
use storage::Value;
use storage::testing::{TestDatabase, TestEngine};

use super::recording::Question;

/// As the scheduler's own sessions are, where it changes what a statement means.
const MYSQL_SESSION: &str = "SET SESSION sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'; \
     SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";

/// One connection to the server.
#[derive(Debug)]
pub(crate) enum BareConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
    MySql(MySqlConnection),
}

/// Asks everything of `$work` in its order, and drops the answers.
macro_rules! ask {
    ($connection:expr, $work:expr) => {
        for question in $work {
            match question {
                Question::Plain(text) => {
                    sqlx::raw_sql(*text).execute(&mut *$connection).await?;
                }
                Question::Prepared { text, values } => {
                    let query =
                        values
                            .iter()
                            .fold(sqlx::query(*text), |query, value| match value {
                                Value::Integer(value) => query.bind(*value),
                                Value::Text(text) => query.bind(text.as_deref()),
                            });
                    query.fetch_all(&mut *$connection).await?;
                }
            }
        }
    };
}

impl BareConnection {
    /// Connects to a database that has its tables.
    ///
    /// # Errors
    /// When that fails.
    pub(crate) async fn open(
        engine: TestEngine,
        database: &TestDatabase,
    ) -> Result<Self, sqlx::Error> {
        let url = database.url_text();
        match engine {
            TestEngine::Sqlite => {
                let path = url.strip_prefix("sqlite:").unwrap_or(&url);
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .disable_statement_logging();
                Ok(Self::Sqlite(options.connect().await?))
            }
            TestEngine::Postgres => Ok(Self::Postgres(PgConnection::connect(&url).await?)),
            TestEngine::MySql => {
                let mut connection = MySqlConnection::connect(&url).await?;
                sqlx::raw_sql(MYSQL_SESSION)
                    .execute(&mut connection)
                    .await?;
                Ok(Self::MySql(connection))
            }
        }
    }

    /// Asks the same again.
    ///
    /// # Errors
    /// When the database refuses some of it.
    pub(crate) async fn ask(&mut self, work: &[Question]) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(connection) => ask!(connection, work),
            Self::Postgres(connection) => ask!(connection, work),
            Self::MySql(connection) => ask!(connection, work),
        }
        Ok(())
    }
}
