//! What every socket and every route of the service shares.

use service::realtime::ConnectionContext;

use crate::registry::Registry;

/// The sessions, and what connections are checked against.
#[derive(Debug)]
pub(crate) struct AppState {
    pub(crate) registry: Registry,
    pub(crate) connections: ConnectionContext,
}
