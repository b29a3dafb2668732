//! What every socket and every route of the service shares.

use std::sync::Arc;

use chat_core::{check_id, check_participant};
use service::clock::now;
use service::http::HttpError;
use service::realtime::ConnectionContext;
use service::tickets::TicketFault;
use wire::{ChatClaims, ChatRoomGrant, ErrorCode, Participant, RoomId, UnixMs};

use crate::caller::Caller;
use crate::feed::Feed;
use crate::last_activity::LastActivity;
use crate::quotas::HourlyQuota;
use crate::registry::Registry;
use crate::room_loader::RoomLoader;
use crate::store::Stores;
use crate::store_handle::{StoreCommand, StoreHandle};

/// The registry, the store, and what connections are checked against.
#[derive(Debug)]
pub(crate) struct AppState<S> {
    pub(crate) registry: Registry,
    pub(crate) writer: StoreHandle,
    pub(crate) stores: Arc<S>,
    pub(crate) rooms: RoomLoader<S>,
    pub(crate) exports: HourlyQuota,
    pub(crate) feed: Feed,
    pub(crate) last_activity: LastActivity,
    pub(crate) connections: ConnectionContext,
}

/// What a good ticket says.
#[derive(Debug)]
pub(crate) struct Admission {
    pub(crate) caller: Caller,
    pub(crate) grants: Vec<ChatRoomGrant>,
    /// Pages that may use it; none: those of the service's own list.
    pub(crate) origins: Option<Vec<String>>,
    pub(crate) expires_at: UnixMs,
    /// What it calls its person.
    pub(crate) name: String,
}

impl From<ChatClaims> for Admission {
    fn from(claims: ChatClaims) -> Self {
        Self {
            caller: Caller {
                user: claims.common.sub,
                only: claims.only.map(|only| only.into_iter().collect()),
                session: claims.session,
                issued_at: UnixMs(claims.common.iat.saturating_mul(1_000)),
                tenant: claims.tenant,
            },
            grants: claims.rooms,
            origins: claims.common.origins,
            expires_at: UnixMs(claims.common.exp.saturating_mul(1_000)),
            name: claims.common.name,
        }
    }
}

/// Checks all that a ticket names: a genuine one may still name what no store can hold.
fn check_names(claims: &ChatClaims) -> Result<(), &'static str> {
    let holder = Participant {
        user_id: claims.common.sub.clone(),
        name: claims.common.name.clone(),
    };
    check_participant(&holder)?;
    if let Some(session) = &claims.session {
        check_id(session.as_str())?;
    }
    for room in claims.only.iter().flatten() {
        check_id(room.as_str())?;
    }
    for grant in &claims.rooms {
        check_id(grant.id.as_str())?;
        grant.members.iter().try_for_each(check_participant)?;
    }
    Ok(())
}

impl<S: Stores> AppState<S> {
    /// Verifies a ticket.
    pub(crate) async fn admit(&self, ticket: &str) -> Result<Admission, TicketFault> {
        let claims = self.connections.tickets.chat(ticket, now()).await?;
        check_names(&claims).map_err(|_| TicketFault::Malformed)?;
        let mut admission = Admission::from(claims);
        self.check_erased(&admission.caller)?;
        for grant in &mut admission.grants {
            grant
                .members
                .retain(|member| !self.registry.has_erased(&member.user_id));
        }
        Ok(admission)
    }

    /// Refuses whoever was erased since their ticket was given.
    pub(crate) fn check_erased(&self, caller: &Caller) -> Result<(), TicketFault> {
        match self.registry.has_erased(&caller.user) {
            true => Err(TicketFault::Erased),
            false => Ok(()),
        }
    }

    /// Refuses whoever was erased, or removed, while their request waited.
    ///
    /// # Errors
    /// As the request would be answered if it came now.
    pub(crate) fn check_still_in(&self, caller: &Caller) -> Result<(), HttpError> {
        self.check_erased(caller)?;
        self.check_removed(caller)
    }

    /// Refuses whoever was removed since their ticket was given.
    pub(crate) fn check_removed(&self, caller: &Caller) -> Result<(), HttpError> {
        match self.registry.has_removed(caller) {
            true => Err(HttpError::forbidden("You were removed.")),
            false => Ok(()),
        }
    }

    /// Opens what a ticket grants, and brings its person's rooms into memory.
    pub(crate) async fn open(&self, admission: &Admission) -> Result<(), ErrorCode> {
        let unopened = self.rooms.unopened(&admission.grants).await;
        let grants = unopened.map_err(|error| error.report())?;
        if !grants.is_empty() {
            self.writer
                .ask(|reply| StoreCommand::OpenRooms { grants, reply })
                .await?;
        }
        let loaded = self.rooms.load_rooms_of(&admission.caller).await;
        loaded.map_err(|error| error.report())
    }

    /// Brings rooms into memory that are there, all of them at once.
    pub(crate) async fn find_all(
        &self,
        rooms: impl IntoIterator<Item = RoomId>,
    ) -> Result<(), ErrorCode> {
        let loaded = self.rooms.load(rooms.into_iter().collect()).await;
        loaded.map_err(|error| error.report())
    }

    /// Brings a room into memory, if there is one and it is not there yet.
    pub(crate) async fn find(&self, room: &RoomId) -> Result<(), ErrorCode> {
        if self.registry.ask(|broker| broker.knows(room)) {
            return Ok(());
        }
        // Boxed: a socket's task, which calls this with each frame, does not keep its size.
        Box::pin(self.find_all([room.clone()])).await
    }
}
