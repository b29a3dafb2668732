//! Databases of their own for tests: a file of SQLite, or one on the servers that the environment names.
//!
//! `POSTGRES_URL` (`postgres://user:password@127.0.0.1:5432/postgres`) and `MYSQL_URL` name servers on which the user
//! may create databases; `scripts/with-databases` starts them. Without one its tests fail in CI (`CI=true`), and
//! elsewhere are left out.

use std::io::Write as _;
use std::time::Duration;

use sqlx::mysql::MySqlConnection;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};
use url::Url;
use uuid::Uuid;

use crate::url::Kind;
use crate::{Database, DatabaseOptions, DatabaseUrl, OpenError, Schema};

/// How often dropping a database is tried, and the pause before the next time.
const DROP_TRIES: u32 = 40;
const DROP_PAUSE: Duration = Duration::from_millis(250);

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestEngine {
    /// A file of SQLite.
    Sqlite,
    /// The server of `POSTGRES_URL`.
    Postgres,
    /// The server of `MYSQL_URL`: MariaDB or MySQL.
    MySql,
}

impl TestEngine {
    /// Every engine there is.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::MySql];

    fn server(self) -> Option<Url> {
        let variable = match self {
            Self::Sqlite => return None,
            Self::Postgres => "POSTGRES_URL",
            Self::MySql => "MYSQL_URL",
        };
        let Ok(url) = std::env::var(variable) else {
            left_out(&format!("{variable}, which scripts/with-databases sets"));
            return None;
        };
        Some(Url::parse(&url).unwrap_or_else(|_| panic!("{variable} is no URL")))
    }
}

/// Notes that the calling test is left out, as `testkit::left_out` does, which stands above this crate.
///
/// # Panics
/// Under `CI=true`: there no test may be left out.
pub fn left_out(what: &str) {
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!is_ci, "left out in CI: {what}");
    // Not `eprintln!`: libtest captures that, and shows it of failed tests only.
    let line = format!("LEFT OUT: {what}\n");
    std::io::stderr().write_all(line.as_bytes()).ok();
}

/// An empty database, which goes when this is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    url: DatabaseUrl,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder { _folder: tempfile::TempDir },
    Server { admin: Url, name: String },
}

impl TestDatabase {
    /// A new one; `None`, and the calling test is left out, where there is no such server.
    ///
    /// # Panics
    /// When it can't be made, and in CI where there is no such server.
    pub async fn create(engine: TestEngine) -> Option<Self> {
        Self::create_as(engine, "").await
    }

    /// A new one, with `options` behind `CREATE DATABASE name`.
    ///
    /// # Panics
    /// As [`Self::create`].
    pub async fn create_as(engine: TestEngine, options: &str) -> Option<Self> {
        if engine == TestEngine::Sqlite {
            let folder = tempfile::tempdir().expect("a folder can be made");
            let url = DatabaseUrl::sqlite(folder.path().join("data/test.db"));
            let place = Place::Folder { _folder: folder };
            return Some(Self { url, place });
        }
        let admin = engine.server()?;
        let name = format!("rv_{}", Uuid::now_v7().simple());
        let created = administer(&admin, format!("CREATE DATABASE {name} {options}")).await;
        created.expect("the user may create databases");
        let mut own = admin.clone();
        own.set_path(&name);
        let url = DatabaseUrl::parse(own.as_str()).expect("the server's URL is one of a database");
        let place = Place::Server { admin, name };
        Some(Self { url, place })
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Its URL as text, password and all.
    #[must_use]
    pub fn url_text(&self) -> String {
        match &self.url.0 {
            Kind::Sqlite(path) => format!("sqlite:{}", path.display()),
            Kind::Postgres(url) | Kind::MySql(url) => url.to_string(),
        }
    }

    /// Opens it with the tables of `schema`.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub async fn open(&self, schema: Schema) -> Result<Database, OpenError> {
        Database::open(&self.url, &patient(), schema).await
    }

    /// Runs statements on it as they are, in its own dialect.
    ///
    /// # Panics
    /// When they are refused.
    pub async fn run(&self, statements: &str) {
        let done = run(&self.url, statements.to_owned()).await;
        done.expect("the statements are right");
    }
}

/// The defaults, with more time: these machines are busy.
#[must_use]
pub fn patient() -> DatabaseOptions {
    DatabaseOptions {
        connect_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_secs(20),
        ..DatabaseOptions::default()
    }
}

/// Runs a statement where no database needs to be named.
async fn administer(admin: &Url, statement: String) -> Result<(), sqlx::Error> {
    let kind = match admin.scheme() {
        "mysql" => Kind::MySql(Box::new(admin.clone())),
        _ => Kind::Postgres(Box::new(admin.clone())),
    };
    run(&DatabaseUrl(kind), statement).await
}

async fn run(url: &DatabaseUrl, statements: String) -> Result<(), sqlx::Error> {
    let text = AssertSqlSafe(statements);
    match &url.0 {
        Kind::Sqlite(path) => {
            if let Some(folder) = path.parent() {
                crate::create_private_dir(folder).map_err(sqlx::Error::Io)?;
            }
            let options = SqliteConnectOptions::new()
                .filename(path)
                .create_if_missing(true);
            let mut connection = options.connect().await?;
            sqlx::raw_sql(text).execute(&mut connection).await?;
            connection.close().await
        }
        Kind::Postgres(url) => {
            let mut connection = PgConnection::connect(url.as_str()).await?;
            sqlx::raw_sql(text).execute(&mut connection).await.map(drop)
        }
        Kind::MySql(url) => {
            let mut connection = MySqlConnection::connect(url.as_str()).await?;
            sqlx::raw_sql(text).execute(&mut connection).await.map(drop)
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Place::Server { admin, name } = &self.place else {
            return;
        };
        let (admin, name) = (admin.clone(), name.clone());
        // A runtime of its own: that of the test may be gone, or wait for this.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let dropped = runtime.map(|runtime| runtime.block_on(drop_database(&admin, &name)));
            dropped
                .expect("a runtime starts")
                .expect("it can be dropped");
        });
        assert!(
            dropping.join().is_ok() || std::thread::panicking(),
            "the database of this test was not dropped"
        );
    }
}

async fn drop_database(admin: &Url, name: &str) -> Result<(), sqlx::Error> {
    let on_postgres = admin.scheme().starts_with("postgres");
    let force = if on_postgres { " WITH (FORCE)" } else { "" };
    let mut tries = 0;
    loop {
        if !on_postgres {
            close_sessions(admin, name).await?;
        }
        let statement = format!("DROP DATABASE IF EXISTS {name}{force}");
        match administer(admin, statement).await {
            // PostgreSQL's own vacuum may be at it, which only its own account could stop: it goes when asked to.
            Err(_) if tries < DROP_TRIES => {
                tries += 1;
                tokio::time::sleep(DROP_PAUSE).await;
            }
            dropped => return dropped,
        }
    }
}

/// Ends who is still connected to a database of MariaDB: a transaction that a test left open holds its tables for as
/// long as it may be idle, and the database can't be dropped before.
async fn close_sessions(admin: &Url, name: &str) -> Result<(), sqlx::Error> {
    let mut connection = MySqlConnection::connect(admin.as_str()).await?;
    let kills = "SELECT concat('KILL ', id) FROM information_schema.processlist WHERE db = ?";
    let kills: Vec<String> = sqlx::query_scalar(kills)
        .bind(name)
        .fetch_all(&mut connection)
        .await?;
    for kill in kills {
        // It may have gone by itself.
        let _ = sqlx::raw_sql(AssertSqlSafe(kill))
            .execute(&mut connection)
            .await;
    }
    connection.close().await
}

/// Every column that a copy moves, as `table.column`.
#[must_use]
pub fn copied_columns(schema: Schema, engine: TestEngine) -> Vec<String> {
    crate::copy::columns(schema, engine == TestEngine::Sqlite)
}
