//! What every socket and every route of the service shares.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use service::clock::now;
use service::limiter::{KeyedLimiter, Rate};
use service::origin::AllowedOrigins;
use service::socket::SocketSettings;
use service::tickets::{TicketFault, TicketVerifier};
use service::{Shutdown, Tasks};
use wire::{ChatClaims, ChatRoomGrant, ErrorCode, RoomId, UnixMs, UserId};

use crate::registry::{Caller, Registry};
use crate::writer::{Command, Writer};

/// Least time for a client to stay away while the service restarts, in milliseconds.
const RETRY_AFTER_MIN_MS: u64 = 500;
/// Sockets come back at no more than 100 a second: each adds this much to the span that they are spread
/// over, in milliseconds.
const SPREAD_PER_SOCKET_MS: u64 = 10;
/// Longest spread, in milliseconds.
const SPREAD_MAX_MS: u64 = 12_000;

/// The shared parts.
#[derive(Debug)]
pub(crate) struct Edge<S> {
    pub(crate) registry: Registry,
    pub(crate) writer: Writer,
    pub(crate) stores: Arc<S>,
    pub(crate) tickets: TicketVerifier,
    pub(crate) origins: AllowedOrigins,
    pub(crate) socket: SocketSettings,
    pub(crate) frame_rate: Rate,
    pub(crate) joins: Mutex<KeyedLimiter<IpAddr>>,
    pub(crate) requests: Mutex<KeyedLimiter<UserId>>,
    pub(crate) tasks: Tasks,
    pub(crate) shutdown: Shutdown,
}

/// What a good ticket says.
#[derive(Debug)]
pub(crate) struct Admission {
    pub(crate) caller: Caller,
    pub(crate) grants: Vec<ChatRoomGrant>,
    pub(crate) expires_at: UnixMs,
}

impl From<ChatClaims> for Admission {
    fn from(claims: ChatClaims) -> Self {
        Self {
            caller: Caller {
                user: claims.common.sub,
                only: claims.only.map(|only| only.into_iter().collect()),
            },
            grants: claims.rooms,
            expires_at: UnixMs(claims.common.exp.saturating_mul(1_000)),
        }
    }
}

impl<S> Edge<S> {
    /// Verifies a ticket.
    pub(crate) async fn admit(&self, ticket: &str) -> Result<Admission, TicketFault> {
        let claims = self.tickets.chat(ticket, now()).await?;
        Ok(Admission::from(claims))
    }

    /// Opens what a ticket grants, and brings its person's rooms into memory.
    pub(crate) async fn open(&self, admission: &Admission) -> Result<(), ErrorCode> {
        let (caller, grants) = (admission.caller.clone(), admission.grants.clone());
        let enter = |reply| Command::Enter {
            caller,
            grants,
            reply,
        };
        self.writer.ask(enter).await
    }

    /// Brings a room into memory, if there is one and it is not there yet.
    pub(crate) async fn find(&self, room: &RoomId) -> Result<(), ErrorCode> {
        if self.registry.ask(|hub| hub.knows(room)) {
            return Ok(());
        }
        let room = room.clone();
        self.writer.ask(|reply| Command::Load { room, reply }).await
    }

    /// Counts a first frame of an address.
    ///
    /// # Errors
    /// When there were too many: when to try again, in milliseconds.
    pub(crate) fn count_join(&self, address: IpAddr) -> Result<(), u64> {
        // A bucket is one number: nothing can be half done.
        let mut joins = self.joins.lock().unwrap_or_else(PoisonError::into_inner);
        joins.take(address.to_canonical(), now())
    }

    /// Counts a request of a person, as frames of a socket are counted.
    ///
    /// # Errors
    /// When there were too many: when to try again, in milliseconds.
    pub(crate) fn count_request(&self, user: &UserId) -> Result<(), u64> {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.take(user.clone(), now())
    }

    /// When a client should come back after `going_away`, so that not all come at once.
    pub(crate) fn retry_after_ms(&self) -> u64 {
        let sockets = self.tasks.running() as u64;
        let spread = (sockets * SPREAD_PER_SOCKET_MS).min(SPREAD_MAX_MS);
        RETRY_AFTER_MIN_MS + rand::random_range(0..=spread)
    }
}
