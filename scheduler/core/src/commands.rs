//! Commands of applications and of the two: what each is given, and what it may come to.

mod announce;
mod decide;
mod feedback;
mod follow;
mod invite;
mod renew_link;
mod replan;

pub use decide::{book, cancel, change, repeated};
pub use feedback::{FeedbackRefusal, give_feedback};
pub use follow::follow;
pub use invite::invite;
pub use renew_link::renew_link;

use wire::{EndReason, FieldError, MatchId, OperatorAction, RoomId, SessionId, UnixMs, UserId};

use crate::booking::CheckedBooking;
use crate::effects::Effects;
use crate::idempotency::{FirstAnswer, IdempotencyKey, StoredAnswer};
use crate::occupancy::Busy;
use crate::session::BookedSession;
use crate::terms::Terms;

/// The name of this service in the events that it publishes.
pub const SOURCE: &str = "scheduler";

/// A checked booking, to be stored.
#[derive(Debug, Clone)]
pub struct BookCommand {
    /// The application that books.
    pub application: String,
    /// What it asked for, within every bound.
    pub booking: CheckedBooking,
    /// The match that books, with its room; `None` opens a room for this session alone.
    pub of_match: Option<(MatchId, RoomId)>,
    /// Makes a repeat safe, where the client sent one.
    pub idempotency: Option<IdempotencyKey>,
}

/// Checked terms, to replace those of `revision`.
#[derive(Debug, Clone)]
pub struct ChangeCommand {
    /// The application that asks; only its own sessions are found.
    pub application: String,
    /// The session to change.
    pub id: SessionId,
    /// The revision that `terms` were made for.
    pub revision: u64,
    /// All terms, changed and unchanged ones.
    pub terms: Terms,
    /// Why they change.
    pub reason: ChangeReason,
    /// Makes a repeat safe, where the client sent one.
    pub idempotency: Option<IdempotencyKey>,
}

/// Why the terms of a session change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeReason {
    /// Somebody asks for it: an overlap that is not allowed is refused.
    Asked,
    /// The rules of its time zone have changed. It keeps to what was agreed on, whatever it overlaps then.
    ZoneRules,
}

/// A session to be called off.
#[derive(Debug, Clone)]
pub struct CancelCommand {
    /// The application that asks; only its own sessions are found.
    pub application: String,
    /// The session to cancel.
    pub id: SessionId,
    /// Only if it still has this revision; `None` cancels any.
    pub revision: Option<u64>,
    /// Makes a repeat safe, where the client sent one.
    pub idempotency: Option<IdempotencyKey>,
}

/// A person's link that is to be replaced.
#[derive(Debug, Clone)]
pub struct RenewLinkCommand {
    /// The application that asks; only its own sessions are found.
    pub application: String,
    /// The session that the link is for.
    pub id: SessionId,
    /// Whose link it is.
    pub user: UserId,
    /// What the audit log is told.
    pub action: OperatorAction,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq)]
pub enum CommandOutcome {
    /// Carried out: the session as it is now.
    Done(Box<BookedSession>),
    /// Carried out before under the same idempotency key.
    Repeated {
        /// The session as it was at that moment.
        session: Box<BookedSession>,
        /// When that was.
        at: UnixMs,
    },
    /// The idempotency key stood for another command.
    KeyReused,
    /// These fields name an unknown person, or one person twice.
    Invalid(Vec<FieldError>),
    /// One of the two has another session at that time, and an overlap is not allowed.
    Busy(Busy),
    /// The session has another revision than the command was made for.
    RevisionMismatch,
    /// The person was removed by an operator: no link of theirs opens anything.
    Kicked,
    /// The session is live, and can't be changed.
    Live,
    /// The session is over, for this reason.
    Over(EndReason),
    /// This application has no such session.
    NotFound,
}

/// What a command comes to, and what is to be written for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What the client is answered.
    pub outcome: CommandOutcome,
    /// `None` when nothing is to be written.
    pub effects: Option<Effects>,
}

impl Decision {
    fn unchanged(outcome: CommandOutcome) -> Self {
        Self {
            outcome,
            effects: None,
        }
    }

    fn done(
        now: UnixMs,
        session: BookedSession,
        idempotency: Option<IdempotencyKey>,
        mut effects: Effects,
    ) -> Self {
        let session = Box::new(session);
        effects.answer = idempotency.map(|key| StoredAnswer {
            application: session.application.clone(),
            key,
            answer: FirstAnswer::Session(session.clone()),
            at: now,
        });
        Self {
            outcome: CommandOutcome::Done(session),
            effects: Some(effects),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
