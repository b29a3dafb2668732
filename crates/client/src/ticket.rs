//! Where a session's tickets come from.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// The answer of `POST /v1/sessions/{id}/ticket`: a signed ticket, and where to connect with it.
pub use wire::TicketResponse as Ticket;

/// A ticket that is asked for.
pub type TicketFuture<'a> = Pin<Box<dyn Future<Output = Result<Ticket, NoTicket>> + Send + 'a>>;

/// Gives tickets of one person in one session: before the first join, when the last ticket is over, and when the
/// service does not accept it. A closure that returns a future is one.
pub trait TicketSource: Send + Sync + 'static {
    /// Asks for a ticket.
    fn ticket(&self) -> TicketFuture<'_>;
}

impl<F, Answer> TicketSource for F
where
    F: Fn() -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Result<Ticket, NoTicket>> + Send + 'static,
{
    fn ticket(&self) -> TicketFuture<'_> {
        Box::pin(self())
    }
}

/// Why there is no ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoTicket {
    /// Stable code of the error, as `session_over` or `unauthenticated`.
    pub code: String,
    /// One plain sentence, without secrets.
    pub message: String,
    /// Of `session_over`: how the session ended.
    pub reason: Option<String>,
    /// Asking again would be answered the same.
    pub is_final: bool,
}

impl NoTicket {
    /// Whoever gives tickets refuses, and would again.
    pub fn refused(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            reason: None,
            is_final: true,
        }
    }

    /// Nobody answered, or only that it can't be done now: it is asked again, with back-off.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self {
            code: "unavailable".to_owned(),
            message: message.into(),
            reason: None,
            is_final: false,
        }
    }
}

impl fmt::Display for NoTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no ticket ({}): {}", self.code, self.message)
    }
}

impl std::error::Error for NoTicket {}
