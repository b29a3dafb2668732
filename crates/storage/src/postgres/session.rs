//! Connecting to PostgreSQL, and what is set for a session.

use std::time::Duration;

use sqlx::migrate::{Migrate, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{ConnectOptions as _, Postgres};

use crate::catalog::CatalogQueries;
use crate::server::{Driver, ServerConnection, Weakness};
use crate::url::Kind;
use crate::{DatabaseOptions, DatabaseUrl, Error, Schema, StorageFuture, TlsMode, query};

/// Statements that stay prepared in one connection: more than a service has.
const STATEMENTS: usize = 500;
/// How much longer than a statement an idle transaction lives, so that the locks of a process that stopped go.
const IDLE_FACTOR: u32 = 2;

impl ServerConnection for PgConnection {
    fn command<'a>(&'a mut self, text: &'static str) -> StorageFuture<'a, ()> {
        Box::pin(async move { Ok(sqlx::raw_sql(text).execute(self).await.map(drop)?) })
    }

    fn ping(&mut self) -> StorageFuture<'_, ()> {
        Box::pin(async move { Ok(sqlx::Connection::ping(self).await?) })
    }
}

impl Driver for Postgres {
    type Connection = PgConnection;
    type Target = PgConnectOptions;

    const BEGIN: &'static str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

    const NOW: &'static str = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";

    const CATALOG: CatalogQueries = CatalogQueries {
        has_migrations: "SELECT count(to_regclass('_sqlx_migrations'))",
        other_table: "SELECT min(tablename::text) FROM pg_tables \
         WHERE schemaname = current_schema() AND tablename <> '_sqlx_migrations'",
    };

    fn target(url: &DatabaseUrl, options: &DatabaseOptions) -> Result<PgConnectOptions, Error> {
        let Kind::Postgres(server) = &url.0 else {
            return Err(Error::Statement("it is no PostgreSQL".into()));
        };
        let mut target = PgConnectOptions::from_url(server)?
            .application_name("rendezvous")
            .statement_cache_capacity(STATEMENTS)
            .disable_statement_logging();
        target = match options.tls {
            TlsMode::Auto if url.is_local() => target,
            TlsMode::Auto | TlsMode::Verify => target.ssl_mode(PgSslMode::VerifyFull),
            TlsMode::Encrypt => target.ssl_mode(PgSslMode::Require),
            TlsMode::Off => target.ssl_mode(PgSslMode::Disable),
        };
        if let Some(address) = url.ipv6_host() {
            target = target.host(&address.to_string());
        }
        if let Some(file) = &options.tls_ca {
            target = target.ssl_root_cert(file);
        }
        Ok(target)
    }

    fn connect(
        target: &PgConnectOptions,
        limit: Option<Duration>,
    ) -> StorageFuture<'_, PgConnection> {
        let target = match limit {
            None => target.clone(),
            Some(limit) => target.clone().options(limits(limit)),
        };
        Box::pin(async move { Ok(target.connect().await?) })
    }

    fn durability(connection: &mut PgConnection) -> StorageFuture<'_, Vec<Weakness>> {
        Box::pin(async move {
            let (commit, fsync, pages): (String, String, String) = query(
                "SELECT current_setting('synchronous_commit'), current_setting('fsync'), \
                 current_setting('full_page_writes')",
            )
            .fetch_one(connection)
            .await?;
            let is_durable = matches!(commit.as_str(), "on" | "remote_apply");
            let weak = |setting, value: String, is_fine: bool| {
                (!is_fine).then_some(Weakness {
                    setting,
                    value,
                    wanted: "on",
                })
            };
            let found = [
                weak("synchronous_commit", commit, is_durable),
                weak("fsync", fsync.clone(), fsync == "on"),
                weak("full_page_writes", pages.clone(), pages == "on"),
            ];
            Ok(found.into_iter().flatten().collect())
        })
    }

    fn poor_encoding(connection: &mut PgConnection) -> StorageFuture<'_, Option<String>> {
        Box::pin(async move {
            let encoding = "SELECT current_setting('server_encoding')";
            let (encoding,): (String,) = query(encoding).fetch_one(connection).await?;
            Ok(Some(encoding).filter(|encoding| encoding != "UTF8"))
        })
    }

    fn migrations(schema: Schema) -> &'static Migrator {
        &schema.migrations().postgres
    }

    fn lock(connection: &mut PgConnection) -> StorageFuture<'_, ()> {
        Box::pin(async move { Ok(Migrate::lock(connection).await.map_err(sqlx::Error::from)?) })
    }

    fn unlock(connection: &mut PgConnection) -> StorageFuture<'_, ()> {
        Box::pin(async move {
            Ok(Migrate::unlock(connection)
                .await
                .map_err(sqlx::Error::from)?)
        })
    }

    fn adapted(_: &mut PgConnection) -> StorageFuture<'_, Option<[&'static str; 2]>> {
        Box::pin(std::future::ready(Ok(None)))
    }
}

/// The server's own limits behind ours, so that a process that stopped holds no lock; and no session writes but in a
/// transaction that says so.
fn limits(limit: Duration) -> [(&'static str, String); 4] {
    let limit_ms = limit.as_millis().max(1);
    let idle_ms = limit_ms * u128::from(IDLE_FACTOR);
    [
        ("statement_timeout", limit_ms.to_string()),
        ("lock_timeout", limit_ms.to_string()),
        ("idle_in_transaction_session_timeout", idle_ms.to_string()),
        ("default_transaction_read_only", "on".to_owned()),
    ]
}
