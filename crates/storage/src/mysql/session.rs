//! Connecting to MariaDB or MySQL, and what is set for a session.

use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, MySql};

use crate::catalog::CatalogQueries;
use crate::server::{Driver, ServerConnection, Weakness};
use crate::url::Kind;
use crate::{DatabaseOptions, DatabaseUrl, Error, Schema, StorageFuture, TlsMode, query};

/// Statements that stay prepared in one connection: more than a service has.
const STATEMENTS: usize = 500;
/// The collation that tells texts apart byte by byte, spaces at the end among them, in MariaDB and in MySQL.
const COLLATIONS: [&str; 2] = ["utf8mb4_nopad_bin", "utf8mb4_0900_bin"];
/// `"key"` is a name, and what does not fit is an error.
const SQL_MODE: &str =
    "SET SESSION sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'";
const READ_ONLY: &str = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY";

impl ServerConnection for MySqlConnection {
    fn command<'a>(&'a mut self, text: &'static str) -> StorageFuture<'a, ()> {
        Box::pin(async move { Ok(sqlx::raw_sql(text).execute(self).await.map(drop)?) })
    }

    fn ping(&mut self) -> StorageFuture<'_, ()> {
        Box::pin(async move { Ok(sqlx::Connection::ping(self).await?) })
    }
}

impl Driver for MySql {
    type Connection = MySqlConnection;
    type Target = MySqlConnectOptions;

    const BEGIN: &'static str = "START TRANSACTION READ WRITE";

    // By UTC: the clock of a zone shows an hour twice a year.
    const NOW: &'static str = "SELECT CAST(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000 AS SIGNED)";

    const CATALOG: CatalogQueries = CatalogQueries {
        has_migrations: "SELECT count(*) FROM information_schema.tables \
         WHERE table_schema = DATABASE() AND table_name = '_sqlx_migrations'",
        other_table: "SELECT CAST(min(table_name) AS CHAR) FROM information_schema.tables \
         WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name <> '_sqlx_migrations'",
    };

    fn target(url: &DatabaseUrl, options: &DatabaseOptions) -> Result<MySqlConnectOptions, Error> {
        let Kind::MySql(server) = &url.0 else {
            return Err(Error::Statement("it is neither MariaDB nor MySQL".into()));
        };
        let mut target = MySqlConnectOptions::from_url(server)?
            .charset("utf8mb4")
            .statement_cache_capacity(STATEMENTS)
            .disable_statement_logging();
        target = match options.tls {
            TlsMode::Auto if url.is_local() => target,
            TlsMode::Auto | TlsMode::Verify => target.ssl_mode(MySqlSslMode::VerifyIdentity),
            TlsMode::Encrypt => target.ssl_mode(MySqlSslMode::Required),
            TlsMode::Off => target.ssl_mode(MySqlSslMode::Disabled),
        };
        if let Some(address) = url.ipv6_host() {
            target = target.host(&address.to_string());
        }
        if let Some(file) = &options.tls_ca {
            target = target.ssl_ca(file);
        }
        Ok(target)
    }

    fn connect(
        target: &MySqlConnectOptions,
        limit: Option<Duration>,
    ) -> StorageFuture<'_, MySqlConnection> {
        Box::pin(async move {
            let mut connection = target.connect().await?;
            connection.command(SQL_MODE).await?;
            if let Some(limit) = limit {
                connection.command(READ_ONLY).await?;
                set_limits(&mut connection, limit).await?;
            }
            Ok(connection)
        })
    }

    fn durability(connection: &mut MySqlConnection) -> StorageFuture<'_, Vec<Weakness>> {
        Box::pin(async move {
            let (flush, pages): (i64, i64) = query(
                "SELECT @@GLOBAL.innodb_flush_log_at_trx_commit, @@GLOBAL.innodb_doublewrite",
            )
            .fetch_one(connection)
            .await?;
            let weak = |setting, value: i64| {
                (value != 1).then(|| Weakness {
                    setting,
                    value: value.to_string(),
                    wanted: "1",
                })
            };
            let found = [
                weak("innodb_flush_log_at_trx_commit", flush),
                weak("innodb_doublewrite", pages),
            ];
            Ok(found.into_iter().flatten().collect())
        })
    }

    /// None: each text column says that it is of `utf8mb4`.
    fn poor_encoding(_: &mut MySqlConnection) -> StorageFuture<'_, Option<String>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn migrations(schema: Schema) -> &'static Migrator {
        &schema.migrations().mysql
    }

    fn lock(connection: &mut MySqlConnection) -> StorageFuture<'_, ()> {
        Box::pin(async move {
            // Not sqlx's own, which waits for -1 s: MariaDB answers that with NULL, and keeps nobody off. The limit of
            // whoever waits is a shorter one.
            let (kept,): (i64,) =
                query("SELECT COALESCE(GET_LOCK(CONCAT('rendezvous.', MD5(DATABASE())), 3600), 0)")
                    .fetch_one(connection)
                    .await?;
            match kept {
                1 => Ok(()),
                _ => Err(Error::Busy("another process is migrating it".into())),
            }
        })
    }

    fn unlock(connection: &mut MySqlConnection) -> StorageFuture<'_, ()> {
        connection.command("DO RELEASE_LOCK(CONCAT('rendezvous.', MD5(DATABASE())))")
    }

    fn adapted(connection: &mut MySqlConnection) -> StorageFuture<'_, Option<[&'static str; 2]>> {
        Box::pin(async move { Ok((!is_mariadb(connection).await?).then_some(COLLATIONS)) })
    }
}

/// The server's own limits behind ours, so that a process that stopped holds no lock.
async fn set_limits(connection: &mut MySqlConnection, limit: Duration) -> Result<(), Error> {
    let seconds = limit.as_secs_f64();
    let lock = limit.as_secs().max(1);
    let idle = (limit * 2).as_secs().max(1);
    let limits = if is_mariadb(connection).await? {
        format!(
            "SET SESSION innodb_lock_wait_timeout = {lock}, max_statement_time = {seconds}, \
             idle_transaction_timeout = {idle}"
        )
    } else {
        // MySQL has none for a transaction that idles but that of every connection, which the pool makes good.
        format!(
            "SET SESSION innodb_lock_wait_timeout = {lock}, max_execution_time = {}, wait_timeout = {idle}",
            limit.as_millis()
        )
    };
    sqlx::raw_sql(AssertSqlSafe(limits))
        .execute(connection)
        .await?;
    Ok(())
}

async fn is_mariadb(connection: &mut MySqlConnection) -> Result<bool, Error> {
    let (version,): (String,) = query("SELECT VERSION()").fetch_one(connection).await?;
    Ok(version.contains("MariaDB"))
}
