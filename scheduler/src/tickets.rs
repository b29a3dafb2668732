//! Tickets: JWTs that carry a whole booking, so that the other services need not ask the scheduler.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock, RwLockReadGuard};
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde_json::Value;
use service::tickets::{KeySet, TicketFault, TicketVerifier};
use uuid::Uuid;
use wire::{
    ChatClaims, ChatRoomGrant, RoomId, SessionId, SessionSpec, SignalingClaims, TicketAudience,
    TicketHeaderClaims, TicketResponse, UnixMs, UserId,
};

use crate::config::{Config, keys_dir};
use crate::keys::{KeyError, KeyRing};
use crate::operators;

/// How long a ticket counts beyond its session's latest end: clocks differ.
pub(crate) const SIGNALING_MARGIN_MS: i64 = 60_000;
/// How long a chat ticket counts.
pub(crate) const CHAT_LIFE_MS: i64 = 12 * 3_600_000;

/// Two changes of a folder within this span may have one time: file systems count in ticks.
const CLOCK_TICK: Duration = Duration::from_millis(50);

/// Signs tickets, and names the address where each is used. Clones share one set of keys.
#[derive(Clone)]
pub(crate) struct Tickets {
    issuer: String,
    signaling: String,
    /// Where operators reach signaling.
    signaling_http: String,
    chat: String,
    data_dir: PathBuf,
    ring: Arc<RwLock<LoadedKeys>>,
}

/// The keys, and what their folder looked like when they were read.
struct LoadedKeys {
    ring: KeyRing,
    /// When the folder last changed; none where that was too recent to tell from a change to come.
    folder_changed_at: Option<SystemTime>,
}

/// Whom a ticket is for.
pub(crate) struct TicketSubject {
    pub(crate) user_id: UserId,
    pub(crate) name: String,
    /// Pages that may use it; none: those of the service's own list.
    pub(crate) origins: Option<Vec<String>>,
}

/// What a chat ticket opens, and whose it is.
pub(crate) struct ChatGrants {
    /// Whom it is for.
    pub(crate) holder: TicketSubject,
    /// Rooms to open where they are not there yet.
    pub(crate) rooms: Vec<ChatRoomGrant>,
    /// The only rooms that it reaches; none: all of the holder's.
    pub(crate) only: Option<Vec<RoomId>>,
    /// Of a join link's: its session.
    pub(crate) session: Option<SessionId>,
    /// Name of the application whose person it is.
    pub(crate) tenant: String,
}

impl Tickets {
    /// Reads the keys, and makes the first one where there is none.
    pub(crate) fn load_or_create(config: &Config) -> Result<Self, KeyError> {
        Ok(Self {
            issuer: config.public_url.clone(),
            signaling: websocket(&config.signaling_url, "/v1/signal"),
            signaling_http: config.signaling_url.trim_end_matches('/').to_owned(),
            chat: websocket(&config.chat_url, "/v1/chat"),
            ring: Arc::new(RwLock::new(LoadedKeys::read(&config.data_dir)?)),
            data_dir: config.data_dir.clone(),
        })
    }

    /// A ticket to join `session`; counts until the session's latest possible end.
    pub(crate) fn signaling(
        &self,
        now: UnixMs,
        holder: TicketSubject,
        session: SessionSpec,
    ) -> jsonwebtoken::errors::Result<TicketResponse> {
        let expires_at = session.latest_end() + SIGNALING_MARGIN_MS;
        let common = self.common(now, expires_at, TicketAudience::Signaling, holder);
        let claims = SignalingClaims { common, session };
        self.answer(&claims, &self.signaling, claims.common.exp)
    }

    /// A ticket to chat in the rooms that `grants` names; with `only`, in no other.
    pub(crate) fn chat(
        &self,
        now: UnixMs,
        grants: ChatGrants,
    ) -> jsonwebtoken::errors::Result<TicketResponse> {
        let common = self.common(now, now + CHAT_LIFE_MS, TicketAudience::Chat, grants.holder);
        let claims = ChatClaims {
            common,
            rooms: grants.rooms,
            only: grants.only,
            session: grants.session,
            tenant: Some(grants.tenant),
        };
        self.answer(&claims, &self.chat, claims.common.exp)
    }

    /// A ticket for the operators' routes of every service; its address is signaling's.
    pub(crate) fn operator(
        &self,
        now: UnixMs,
        name: &str,
    ) -> jsonwebtoken::errors::Result<TicketResponse> {
        let claims = operators::claims(&self.issuer, now, name);
        self.answer(&claims, &self.signaling_http, claims.exp)
    }

    /// Checks an operator's ticket with our own keys.
    pub(crate) async fn check_operator(
        &self,
        ticket: &str,
        now: UnixMs,
    ) -> Result<TicketHeaderClaims, TicketFault> {
        let keys = KeySet::from_jwks(&self.jwks(now).to_string()).unwrap_or_default();
        TicketVerifier::with_keys(keys, &self.issuer)
            .operator(ticket, now)
            .await
    }

    /// The public keys.
    pub(crate) fn jwks(&self, now: UnixMs) -> Value {
        self.keys().ring.jwks(now)
    }

    /// True while there is a key to sign with.
    pub(crate) fn can_sign(&self) -> bool {
        self.keys().ring.can_sign()
    }

    /// Reads the keys again: one may have been added beside this process. Retired ones whose time is over
    /// are deleted.
    pub(crate) fn reload(&self, now: UnixMs) -> Result<(), KeyError> {
        let loaded = LoadedKeys::read(&self.data_dir)?;
        let pruned = loaded.ring.prune(&self.data_dir, now);
        *self.ring.write().expect("no holder panics") = loaded;
        pruned
    }

    /// The keys as they are now: a key that was retired or revoked beside this process signs nothing more.
    /// Looking at the folder takes microseconds.
    fn keys(&self) -> RwLockReadGuard<'_, LoadedKeys> {
        let changed_at = folder_changed_at(&self.data_dir);
        let loaded = self.ring.read().expect("no holder panics");
        if loaded.folder_changed_at.is_some() && loaded.folder_changed_at == changed_at {
            return loaded;
        }
        drop(loaded);
        match LoadedKeys::read(&self.data_dir) {
            Ok(keys) => *self.ring.write().expect("no holder panics") = keys,
            Err(error) => {
                tracing::error!(%error, "the keys could not be read again; the known ones sign on");
            }
        }
        self.ring.read().expect("no holder panics")
    }

    fn common(
        &self,
        now: UnixMs,
        expires_at: UnixMs,
        aud: TicketAudience,
        holder: TicketSubject,
    ) -> TicketHeaderClaims {
        TicketHeaderClaims {
            iss: self.issuer.clone(),
            aud,
            sub: holder.user_id,
            name: holder.name,
            iat: now.as_secs(),
            nbf: now.as_secs(),
            exp: expires_at.as_secs(),
            jti: Uuid::now_v7().to_string(),
            origins: holder.origins,
        }
    }

    fn answer(
        &self,
        claims: &impl Serialize,
        url: &str,
        exp: i64,
    ) -> jsonwebtoken::errors::Result<TicketResponse> {
        Ok(TicketResponse {
            ticket: self.keys().ring.sign(claims)?,
            url: url.to_owned(),
            expires_at: UnixMs(exp.saturating_mul(1000)),
        })
    }
}

impl LoadedKeys {
    /// Reads the keys, and makes the first one where there is none.
    fn read(data_dir: &Path) -> Result<Self, KeyError> {
        // Before the keys: a change between the two is then seen at the next look.
        let changed_at = folder_changed_at(data_dir);
        let settled = |at: &SystemTime| at.elapsed().is_ok_and(|age| age > CLOCK_TICK);
        Ok(Self {
            ring: KeyRing::load_or_create(data_dir)?,
            folder_changed_at: changed_at.filter(settled),
        })
    }
}

fn folder_changed_at(data_dir: &Path) -> Option<SystemTime> {
    std::fs::metadata(keys_dir(data_dir)).ok()?.modified().ok()
}

/// The WebSocket address of a route of a service.
pub(crate) fn websocket(public_url: &str, route: &str) -> String {
    let base = public_url.trim_end_matches('/');
    match base.strip_prefix("http") {
        Some(rest) => format!("ws{rest}{route}"),
        None => format!("{base}{route}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_23_a_ticket_names_the_socket_under_the_services_public_address() {
        assert_eq!(
            websocket("http://localhost:8081", "/v1/signal"),
            "ws://localhost:8081/v1/signal"
        );
        assert_eq!(
            websocket("https://chat.example/", "/v1/chat"),
            "wss://chat.example/v1/chat"
        );
    }
}
