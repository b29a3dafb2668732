//! What every socket and every route of a realtime service is checked against.

use std::future::Future;
use std::sync::Arc;

use axum::response::Response;

use crate::clock::steady;
use crate::http::HttpError;
use crate::lifecycle::{Shutdown, Tasks};
use crate::origin::AllowedOrigins;
use crate::reconnect_backoff::ReconnectBackoff;
use crate::socket::{ConnectionLimiter, ConnectionPermit, Socket, Upgrade};
use crate::tickets::TicketVerifier;

/// Tickets, origins, limits and the shutdown, as connections meet them. Clones share them.
#[derive(Debug, Clone)]
pub struct ConnectionContext {
    /// Verifies tickets with the scheduler's keys.
    pub tickets: TicketVerifier,
    /// Pages that may connect.
    pub origins: AllowedOrigins,
    /// Caps and rates by socket, by person and by address.
    pub limiter: ConnectionLimiter,
    /// The sockets that are open.
    pub sockets: Tasks,
    /// Tells sockets to close.
    pub shutdown: Shutdown,
    pub(super) reconnect_backoff: Arc<ReconnectBackoff>,
}

impl ConnectionContext {
    /// Accepts a WebSocket and runs `serve` with it and its permit; `serve` gives the socket back for the
    /// closing handshake.
    ///
    /// # Errors
    /// As [`Upgrade::accept`].
    pub fn accept<F, Fut>(
        &self,
        request: Upgrade,
        subprotocol: &'static str,
        serve: F,
    ) -> Result<Response, HttpError>
    where
        F: FnOnce(Socket, ConnectionPermit) -> Fut + Send + 'static,
        Fut: Future<Output = Socket> + Send + 'static,
    {
        let permit = self.limiter.admit(&request, steady());
        let settings = self.limiter.settings(subprotocol);
        request.accept(&self.origins, settings, &self.sockets, move |socket| {
            serve(socket, permit)
        })
    }

    /// When a client should come back after `going_away`, in milliseconds, so that not all come at once.
    #[must_use]
    pub fn retry_after_ms(&self) -> u64 {
        self.reconnect_backoff
            .retry_after_ms(self.sockets.running(), rand::random())
    }
}
