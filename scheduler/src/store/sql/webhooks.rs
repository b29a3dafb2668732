//! Endpoints of applications, and listeners.

use scheduler_core::{DisableReason, WebhookEndpoint, WebhookTarget};
use storage::{FromRow, Row, query};
use wire::{EventType, UnixMs};

use super::unit_of_work::SqlUnitOfWork;
use super::{SqlStore, unreadable};
use crate::store::{StoreError, StoreFuture, WebhookQueries, WebhookRepository};

/// The kind of an endpoint that has an address.
const URL: &str = "url";
/// The kind of one that fetches.
const LISTENER: &str = "listener";

/// Columns of an endpoint, as [`EndpointRow`] reads them.
macro_rules! select_endpoints {
    ($rest:literal) => {
        concat!(
            "SELECT id, application, url, events, description, disabled, secret_number, previous_until, failing_since, \
             created_at, expires_at FROM webhook_endpoints ",
            $rest
        )
    };
}

impl WebhookQueries for SqlStore {
    fn find(&self, id: String) -> StoreFuture<'_, Option<WebhookEndpoint>> {
        Box::pin(async move {
            let row: Option<EndpointRow> = query(select_endpoints!("WHERE id = ?1"))
                .bind(id)
                .fetch_optional(&mut self.db.read().await?)
                .await?;
            row.map(EndpointRow::into_endpoint).transpose()
        })
    }

    fn list(&self, application: String) -> StoreFuture<'_, Vec<WebhookEndpoint>> {
        Box::pin(async move {
            let rows: Vec<EndpointRow> = query(select_endpoints!(
                "WHERE application = ?1 AND kind = 'url' ORDER BY id"
            ))
            .bind(application)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            rows.into_iter().map(EndpointRow::into_endpoint).collect()
        })
    }

    fn listeners(&self, application: String) -> StoreFuture<'_, Vec<WebhookEndpoint>> {
        Box::pin(async move {
            let rows: Vec<EndpointRow> = query(select_endpoints!(
                "WHERE application = ?1 AND kind = 'listener' ORDER BY id"
            ))
            .bind(application)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            rows.into_iter().map(EndpointRow::into_endpoint).collect()
        })
    }
}

impl WebhookRepository for SqlUnitOfWork {
    fn find<'a>(&'a mut self, id: &'a str) -> StoreFuture<'a, Option<WebhookEndpoint>> {
        Box::pin(async move {
            let row: Option<EndpointRow> = query(select_endpoints!("WHERE id = ?1 FOR UPDATE"))
                .bind(id)
                .fetch_optional(&mut self.tx)
                .await?;
            row.map(EndpointRow::into_endpoint).transpose()
        })
    }

    fn of_application<'a>(
        &'a mut self,
        application: &'a str,
    ) -> StoreFuture<'a, Vec<WebhookEndpoint>> {
        Box::pin(async move {
            let rows: Vec<EndpointRow> =
                query(select_endpoints!("WHERE application = ?1 ORDER BY id"))
                    .bind(application)
                    .fetch_all(&mut self.tx)
                    .await?;
            rows.into_iter().map(EndpointRow::into_endpoint).collect()
        })
    }

    fn insert<'a>(&'a mut self, endpoint: &'a WebhookEndpoint, most: u32) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let columns = TargetColumns::of(&endpoint.target);
            let taken: Vec<(u32,)> = query(
                "SELECT position FROM webhook_endpoints WHERE application = ?1 AND kind = ?2 ORDER BY position",
            )
            .bind(&endpoint.application)
            .bind(columns.kind)
            .fetch_all(&mut self.tx)
            .await?;
            // Of two that take the same one at once, one runs again.
            let Some(position) = (0..most).find(|position| !taken.contains(&(*position,))) else {
                return Ok(false);
            };
            query(
                "INSERT INTO webhook_endpoints (id, application, kind, position, url, events, description, disabled, \
                 secret_number, previous_until, failing_since, created_at, expires_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )
            .bind(&endpoint.id)
            .bind(&endpoint.application)
            .bind(columns.kind)
            .bind(position)
            .bind(columns.url)
            .bind(serde_json::to_string(&endpoint.events)?)
            .bind(endpoint.description.as_deref())
            .bind(endpoint.disabled.map(DisableReason::name))
            .bind(endpoint.secret_number)
            .bind(endpoint.previous_secret_until)
            .bind(endpoint.failing_since)
            .bind(endpoint.created_at)
            .bind(columns.expires_at)
            .execute(&mut self.tx)
            .await?;
            Ok(true)
        })
    }

    fn update<'a>(&'a mut self, endpoint: &'a WebhookEndpoint) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let columns = TargetColumns::of(&endpoint.target);
            query(
                "UPDATE webhook_endpoints SET url = ?1, events = ?2, description = ?3, disabled = ?4, \
                 secret_number = ?5, previous_until = ?6, failing_since = ?7, expires_at = ?8 WHERE id = ?9",
            )
            .bind(columns.url)
            .bind(serde_json::to_string(&endpoint.events)?)
            .bind(endpoint.description.as_deref())
            .bind(endpoint.disabled.map(DisableReason::name))
            .bind(endpoint.secret_number)
            .bind(endpoint.previous_secret_until)
            .bind(endpoint.failing_since)
            .bind(columns.expires_at)
            .bind(&endpoint.id)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn delete<'a>(&'a mut self, id: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query("DELETE FROM webhook_endpoints WHERE id = ?1")
                .bind(id)
                .execute(&mut self.tx)
                .await?;
            query(
                "UPDATE deliveries SET state = 'failed', reason = 'endpoint_deleted', open_at = NULL \
                 WHERE target = ?1 AND open_at IS NOT NULL",
            )
            .bind(id)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn forget_listeners(&mut self, now: UnixMs) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            let forgotten = query("DELETE FROM webhook_endpoints WHERE expires_at <= ?1")
                .bind(now)
                .execute(&mut self.tx)
                .await?;
            Ok(forgotten)
        })
    }
}

/// How an endpoint is told, in columns.
struct TargetColumns<'a> {
    kind: &'static str,
    url: Option<&'a str>,
    expires_at: Option<UnixMs>,
}

impl<'a> TargetColumns<'a> {
    fn of(target: &'a WebhookTarget) -> Self {
        match target {
            WebhookTarget::Url(url) => Self {
                kind: URL,
                url: Some(url),
                expires_at: None,
            },
            WebhookTarget::Listener { expires_at } => Self {
                kind: LISTENER,
                url: None,
                expires_at: Some(*expires_at),
            },
        }
    }
}

struct EndpointRow {
    id: String,
    application: String,
    url: Option<String>,
    events: String,
    description: Option<String>,
    disabled: Option<String>,
    secret_number: u32,
    previous_until: Option<UnixMs>,
    failing_since: Option<UnixMs>,
    created_at: UnixMs,
    expires_at: Option<UnixMs>,
}

impl FromRow for EndpointRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self {
            id: row.get("id")?,
            application: row.get("application")?,
            url: row.get("url")?,
            events: row.get("events")?,
            description: row.get("description")?,
            disabled: row.get("disabled")?,
            secret_number: row.get("secret_number")?,
            previous_until: row.get("previous_until")?,
            failing_since: row.get("failing_since")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
        })
    }
}

impl EndpointRow {
    fn into_endpoint(self) -> Result<WebhookEndpoint, StoreError> {
        let target = match (self.url, self.expires_at) {
            (Some(url), None) => WebhookTarget::Url(url),
            (None, Some(expires_at)) => WebhookTarget::Listener { expires_at },
            _ => return Err(unreadable("an endpoint")),
        };
        let disabled = match self.disabled {
            Some(word) => {
                let reason = DisableReason::from_name(&word);
                Some(reason.ok_or_else(|| unreadable("an endpoint"))?)
            }
            None => None,
        };
        let events: Vec<EventType> = serde_json::from_str(&self.events)?;
        Ok(WebhookEndpoint {
            id: self.id,
            application: self.application,
            target,
            events,
            description: self.description,
            disabled,
            secret_number: self.secret_number,
            previous_secret_until: self.previous_until,
            failing_since: self.failing_since,
            created_at: self.created_at,
        })
    }
}
