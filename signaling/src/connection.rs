//! One socket: who it is, and its frames on their way to the session.
//!
//! What a frame does is the core's; how bytes become frames is `service::socket`'s, and which of them are taken
//! `service::realtime`'s.

mod protocol;

use std::sync::Arc;

use service::clock::now;
use service::limits::Limit;
use service::realtime::JoinError;
use service::socket::{ConnectionPermit, Incoming, Socket};
use service::telemetry::spans;
use tracing::Instrument;
use wire::FrameId;
use wire::signaling::Join;

use self::protocol::SignalingFrameReader;
use crate::join::JoinAttempt;
use crate::registry::{RegistryFull, SessionMembership};
use crate::state::AppState;

/// When to try again where there is no room for another session, in milliseconds.
const FULL_RETRY_MS: u64 = 1_000;

/// Serves a socket until it is over, and gives it back for the closing handshake.
pub(crate) async fn serve(
    mut socket: Socket,
    state: Arc<AppState>,
    permit: ConnectionPermit,
) -> Socket {
    let mut reader = SignalingFrameReader::new(socket.handle(), permit);
    // Boxed, so that a socket that has joined does not keep the memory that joining took.
    let Some(membership) = Box::pin(join(&mut socket, &mut reader, &state)).await else {
        return socket;
    };
    while let Incoming::Text(text) = reader.next(&mut socket).await {
        if let Some((envelope, frame)) = reader.read(&text) {
            let id = envelope.id.as_ref().and_then(FrameId::number);
            membership.frame(id, frame);
        }
    }
    let (session, connection) = (membership.session(), membership.connection());
    tracing::debug!(%session, %connection, "socket over");
    socket
}

/// Waits for a good `join`. None where the socket is over, or is to be closed.
async fn join(
    socket: &mut Socket,
    reader: &mut SignalingFrameReader,
    state: &AppState,
) -> Option<SessionMembership> {
    let (join, id) = reader.join(socket, &state.connections).await?;
    match admit(&join, reader, state).instrument(spans::join()).await {
        Ok(membership) => Some(membership),
        Err(error) => {
            reader.refuse_join(error, id);
            None
        }
    }
}

async fn admit(
    join: &Join,
    reader: &mut SignalingFrameReader,
    state: &AppState,
) -> Result<SessionMembership, JoinError> {
    let tickets = &state.connections.tickets;
    let claims = tickets.signaling(&join.ticket, now()).await?;
    let named = claims.common.origins.as_deref();
    reader
        .gate()
        .check_origin(&state.connections.origins, named)?;
    reader.gate().assign_user(&claims.common.sub)?;
    let attempt = JoinAttempt::new(claims, join.resume.as_ref());
    state
        .registry
        .join(attempt, reader.socket().clone())
        .map_err(|RegistryFull| {
            Limit::Sessions.hit();
            JoinError::rate_limited(FULL_RETRY_MS)
        })
}
