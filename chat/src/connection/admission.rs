//! Who a socket is of: the ticket that it shows, whatever its protocol.

use service::realtime::{JoinError, SocketGate};
use service::telemetry::spans;
use tracing::Instrument;
use wire::{CloseCode, ErrorBody, ErrorCode};

use crate::state::{Admission, AppState};
use crate::store::Stores;

/// Verifies a ticket and what the socket is by it: of which page, and whose.
pub(crate) async fn admit<S: Stores>(
    ticket: &str,
    gate: &mut SocketGate,
    state: &AppState<S>,
) -> Result<Admission, JoinError> {
    check(ticket, gate, state).instrument(spans::join()).await
}

async fn check<S: Stores>(
    ticket: &str,
    gate: &mut SocketGate,
    state: &AppState<S>,
) -> Result<Admission, JoinError> {
    let admission = state.admit(ticket).await?;
    let named = admission.origins.as_deref();
    gate.check_origin(&state.connections.origins, named)?;
    if state.registry.has_removed(&admission.caller) {
        let body = ErrorBody::new(ErrorCode::Forbidden, "You were removed.");
        return Err(JoinError::new(body, CloseCode::Kicked));
    }
    gate.assign_user(&admission.caller.user)?;
    Ok(admission)
}
