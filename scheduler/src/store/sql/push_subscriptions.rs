//! Browsers that show pushes to somebody.

use std::collections::BTreeSet;

use scheduler_core::PushedBrowser;
use storage::{FromRow, Row, SqlConnection, query};
use wire::{Notify, SessionId, UnixMs, UserId};

use super::unit_of_work::SqlUnitOfWork;
use super::{SqlStore, unreadable};
use crate::store::{
    PushEndpoint, PushScope, PushSubscriptionQueries, PushSubscriptionRepository, PushTarget,
    StoreError, StoreFuture, StoredPushSubscription,
};

/// A statement that selects subscriptions; what stands behind the table is given.
macro_rules! select_subscriptions {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.user_id, s.login_id, s.session_id, s.generation, s.endpoint_hash, s.endpoint, s.p256dh, \
             s.auth, s.created_at, t.vapid_key, t.expires_at FROM push_subscriptions s \
             LEFT JOIN push_subscription_terms t ON t.subscription_id = s.id ",
            $rest
        )
    };
}

impl PushSubscriptionQueries for SqlStore {
    fn target(&self, id: String) -> StoreFuture<'_, Option<PushTarget>> {
        Box::pin(async move {
            let row: Option<TargetRow> = query(
                "SELECT s.endpoint, s.p256dh, s.auth, t.vapid_key, t.expires_at, u.locale, a.notify \
                 FROM push_subscriptions s JOIN users u ON u.id = s.user_id \
                 LEFT JOIN push_subscription_terms t ON t.subscription_id = s.id \
                 LEFT JOIN accounts a ON a.user_id = s.user_id \
                 LEFT JOIN participants p ON p.session_id = s.session_id AND p.user_id = s.user_id \
                 WHERE s.id = ?1 AND (s.login_id IS NOT NULL OR p.generation = s.generation)",
            )
            .bind(id)
            .fetch_optional(&mut self.db.read().await?)
            .await?;
            row.map(TargetRow::into_target).transpose()
        })
    }

    fn list(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<StoredPushSubscription>> {
        Box::pin(async move {
            let rows: Vec<SubscriptionRow> = query(select_subscriptions!(
                "WHERE s.user_id = ?1 ORDER BY s.id DESC LIMIT ?2"
            ))
            .bind(user.as_str())
            .bind(limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            let rows = rows.into_iter().map(SubscriptionRow::into_subscription);
            rows.collect()
        })
    }
}

impl PushSubscriptionRepository for SqlUnitOfWork {
    fn lock<'a>(
        &'a mut self,
        user: &'a UserId,
        scope: &'a PushScope,
    ) -> StoreFuture<'a, Option<Vec<StoredPushSubscription>>> {
        Box::pin(async move {
            let scope = match scope {
                PushScope::Login(login) => {
                    query("SELECT id FROM logins WHERE id = ?1 AND user_id = ?2 FOR UPDATE")
                        .bind(login)
                        .bind(user.as_str())
                }
                PushScope::Session { id, generation } => query(
                    "SELECT session_id FROM participants \
                     WHERE session_id = ?1 AND user_id = ?2 AND generation = ?3 FOR UPDATE",
                )
                .bind(id.as_str())
                .bind(user.as_str())
                .bind(*generation),
            };
            let scope: Option<(String,)> = scope.fetch_optional(&mut self.tx).await?;
            let person: Option<(String,)> = query("SELECT id FROM users WHERE id = ?1 FOR UPDATE")
                .bind(user.as_str())
                .fetch_optional(&mut self.tx)
                .await?;
            if scope.is_none() || person.is_none() {
                return Ok(None);
            }
            let rows: Vec<SubscriptionRow> =
                query(select_subscriptions!("WHERE s.user_id = ?1 ORDER BY s.id"))
                    .bind(user.as_str())
                    .fetch_all(&mut self.tx)
                    .await?;
            let rows = rows.into_iter().map(SubscriptionRow::into_subscription);
            rows.collect::<Result<_, _>>().map(Some)
        })
    }

    fn put<'a>(&'a mut self, subscription: &'a StoredPushSubscription) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query("DELETE FROM push_subscriptions WHERE endpoint_hash = ?1")
                .bind(&subscription.endpoint_hash)
                .execute(&mut self.tx)
                .await?;
            let (login, session, generation) = match &subscription.scope {
                PushScope::Login(login) => (Some(login.as_str()), None, None),
                PushScope::Session { id, generation } => {
                    (None, Some(id.as_str()), Some(*generation))
                }
            };
            query(
                "INSERT INTO push_subscriptions (id, user_id, login_id, session_id, generation, endpoint_hash, \
                 endpoint, p256dh, auth, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )
            .bind(&subscription.id)
            .bind(subscription.user.as_str())
            .bind(login)
            .bind(session)
            .bind(generation)
            .bind(&subscription.endpoint_hash)
            .bind(subscription.endpoint.url.expose())
            .bind(&subscription.endpoint.p256dh)
            .bind(subscription.endpoint.auth.expose())
            .bind(subscription.created_at)
            .execute(&mut self.tx)
            .await?;
            query(
                "INSERT INTO push_subscription_terms (subscription_id, vapid_key, expires_at) \
                 VALUES (?1, ?2, ?3)",
            )
            .bind(&subscription.id)
            .bind(subscription.endpoint.vapid_key.as_deref())
            .bind(subscription.endpoint.expires_at)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn remove<'a>(&'a mut self, id: &'a str) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let removed = query("DELETE FROM push_subscriptions WHERE id = ?1")
                .bind(id)
                .execute(&mut self.tx)
                .await?;
            Ok(removed == 1)
        })
    }

    fn remove_own<'a>(
        &'a mut self,
        id: &'a str,
        user: &'a UserId,
        session: Option<&'a SessionId>,
    ) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let removed = query(
                "DELETE FROM push_subscriptions WHERE id = ?1 AND user_id = ?2 \
                 AND (?3 IS NULL OR session_id = ?3)",
            )
            .bind(id)
            .bind(user.as_str())
            .bind(session.map(SessionId::as_str))
            .execute(&mut self.tx)
            .await?;
            Ok(removed == 1)
        })
    }
}

/// The browsers of these people, each person's oldest first.
pub(super) async fn browsers(
    connection: &mut dyn SqlConnection,
    users: &BTreeSet<&UserId>,
) -> Result<Vec<(UserId, PushedBrowser)>, StoreError> {
    let rows: Vec<(String, String, Option<String>)> = query(
        "SELECT user_id, id, session_id FROM push_subscriptions WHERE user_id IN (?1..) ORDER BY id",
    )
    .bind_list(users.iter().map(|user| user.as_str()))
    .fetch_all(connection)
    .await?;
    let browser = |(user, subscription, session): (String, String, Option<String>)| {
        let session = session.map(SessionId);
        let browser = PushedBrowser {
            subscription,
            session,
        };
        (UserId(user), browser)
    };
    Ok(rows.into_iter().map(browser).collect())
}

struct TargetRow {
    endpoint: PushEndpoint,
    locale: Option<String>,
    /// JSON; people of applications have none.
    notify: Option<String>,
}

impl FromRow for TargetRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self {
            endpoint: endpoint(&row)?,
            locale: row.get("locale")?,
            notify: row.get("notify")?,
        })
    }
}

impl TargetRow {
    fn into_target(self) -> Result<PushTarget, StoreError> {
        let notify = self
            .notify
            .map(|json| serde_json::from_str::<Notify>(&json));
        Ok(PushTarget {
            endpoint: self.endpoint,
            locale: self.locale,
            preview: notify.transpose()?.unwrap_or_default().preview,
        })
    }
}

/// A row, whose scope is checked once it is read.
struct SubscriptionRow {
    login: Option<String>,
    session: Option<String>,
    generation: Option<u32>,
    id: String,
    user: String,
    endpoint_hash: String,
    endpoint: PushEndpoint,
    created_at: UnixMs,
}

impl FromRow for SubscriptionRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self {
            login: row.get("login_id")?,
            session: row.get("session_id")?,
            generation: row.get("generation")?,
            id: row.get("id")?,
            user: row.get("user_id")?,
            endpoint_hash: row.get("endpoint_hash")?,
            endpoint: endpoint(&row)?,
            created_at: row.get("created_at")?,
        })
    }
}

impl SubscriptionRow {
    fn into_subscription(self) -> Result<StoredPushSubscription, StoreError> {
        let scope = match (self.login, self.session, self.generation) {
            (Some(login), None, None) => PushScope::Login(login),
            (None, Some(id), Some(generation)) => PushScope::Session {
                id: SessionId(id),
                generation,
            },
            _ => return Err(unreadable("a push subscription")),
        };
        Ok(StoredPushSubscription {
            id: self.id,
            user: UserId(self.user),
            scope,
            endpoint_hash: self.endpoint_hash,
            endpoint: self.endpoint,
            created_at: self.created_at,
        })
    }
}

fn endpoint(row: &Row) -> Result<PushEndpoint, storage::Error> {
    let (url, auth): (String, String) = (row.get("endpoint")?, row.get("auth")?);
    Ok(PushEndpoint {
        url: url.into(),
        p256dh: row.get("p256dh")?,
        auth: auth.into(),
        expires_at: row.get("expires_at")?,
        vapid_key: row.get("vapid_key")?,
    })
}
