//! What every frame of a socket passes before it is read, whatever its protocol: rates, origin, person, budget of errors.

use wire::{CloseCode, UserId};

use super::JoinError;
use crate::clock::steady;
use crate::origin::{AllowedOrigins, OriginNotAllowed};
use crate::socket::{ConnectionPermit, RateExceeded, SocketHandle};

/// One socket that has been accepted, and what it may still send.
#[derive(Debug)]
pub struct SocketGate {
    socket: SocketHandle,
    permit: ConnectionPermit,
}

impl SocketGate {
    /// For a socket that has been accepted under `permit`.
    #[must_use]
    pub fn new(socket: SocketHandle, permit: ConnectionPermit) -> Self {
        Self { socket, permit }
    }

    /// What others write to this socket with.
    #[must_use]
    pub fn socket(&self) -> &SocketHandle {
        &self.socket
    }

    /// Closes with `code` after what is queued.
    pub fn close(&self, code: CloseCode) {
        self.socket.close(code);
    }

    /// Queues a frame's text; a client that reads too slowly is closed with 4002.
    pub fn send(&self, text: String) {
        if self.socket.try_send(text.into()).is_err() {
            self.close(CloseCode::SlowConsumer);
        }
    }

    /// Counts a frame.
    ///
    /// # Errors
    /// As [`ConnectionPermit::check_frame`].
    pub fn check_frame(&mut self) -> Result<(), RateExceeded> {
        self.permit.check_frame(steady())
    }

    /// Counts frames that bring no message. True when they are too many: close with 4004.
    #[must_use]
    pub fn check_overhead(&mut self, frames: u32) -> bool {
        self.permit.check_overhead(frames, steady())
    }

    /// Counts a frame that did not bring a good ticket. True when they are too many: close with 4004.
    #[must_use]
    pub fn check_stranger(&mut self) -> bool {
        self.permit.check_stranger(steady())
    }

    /// Counts a frame that could not be read. True when it is one too many: close with 4500.
    #[must_use]
    pub fn count_malformed(&mut self) -> bool {
        self.permit.count_malformed(steady())
    }

    /// Checks the page that opened the socket against those that its ticket is for.
    ///
    /// # Errors
    /// When it is none of them; the ticket may be good elsewhere.
    pub fn check_origin(
        &mut self,
        origins: &AllowedOrigins,
        named: Option<&[String]>,
    ) -> Result<(), JoinError> {
        let origin = self.permit.take_origin();
        let checked = origins.check_ticket(origin.as_ref(), named);
        checked.map_err(|OriginNotAllowed| JoinError::origin_not_allowed())
    }

    /// The ticket was good: from here on the socket counts as one of this person's, and pays for no stranger.
    ///
    /// # Errors
    /// When they have too many, or have joined too often.
    pub fn assign_user(&mut self, user: &UserId) -> Result<(), JoinError> {
        let counted = self.permit.assign_user(user, steady());
        counted.map_err(JoinError::rate_limited)
    }

    /// What a join is refused with. One without a good ticket is charged to its address; where that has shown too
    /// many, it is told so instead.
    #[must_use]
    pub fn refusal(&self, error: JoinError) -> JoinError {
        let counted = self.permit.check_refused_join(steady());
        counted.err().map_or(error, JoinError::rate_limited)
    }
}
