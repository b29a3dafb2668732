//! The session that a match books: between its two, in its room.

use wire::{
    BookParticipant, BookSession, FieldError, MediaBackend, NotificationKind, UnixMs, UserId,
};

use super::match_record::Match;
use super::outcome::MatchingRefusal;
use super::pair::Pair;
use crate::booking::{CheckedBooking, check_booking};
use crate::commands::{BookCommand, CommandOutcome, book};
use crate::effects::Effects;
use crate::ids::NewId;
use crate::notification::notify_both;
use crate::occupancy::Surroundings;
use crate::people::KnownPerson;
use crate::session::BookedSession;
use crate::terms::Terms;

/// A time at which two could meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingTime {
    /// When their session would start.
    pub starts_at: UnixMs,
    /// The other sessions of the two around it.
    pub surroundings: Surroundings,
}

/// The terms of the session that two would have then; `None` where none can be booked.
#[must_use]
pub fn meeting_terms(
    now: UnixMs,
    pair: &Pair,
    starts_at: UnixMs,
    duration_ms: Option<i64>,
) -> Option<Terms> {
    let meeting = Meeting {
        starts_at,
        duration_ms,
    };
    let users = [pair.low().clone(), pair.high().clone()];
    Some(meeting.booking(now, users).ok()?.terms)
}

/// What a match would book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meeting {
    pub(super) starts_at: UnixMs,
    /// As long as any other session where nobody has said.
    pub(super) duration_ms: Option<i64>,
}

impl Meeting {
    /// Books it; both are notified.
    pub(super) fn book(
        self,
        now: UnixMs,
        of: &Match,
        people: [KnownPerson; 2],
        surroundings: Surroundings,
        new_id: NewId<'_>,
    ) -> Result<(BookedSession, Effects), MatchingRefusal> {
        let users = [people[0].id.clone(), people[1].id.clone()];
        let command = BookCommand {
            application: of.application.clone(),
            booking: self.booking(now, users).map_err(MatchingRefusal::Invalid)?,
            of_match: Some((of.id.clone(), of.room_id.clone())),
            idempotency: None,
        };
        let decision = book(now, command, people.map(Some), surroundings, new_id);
        match (decision.outcome, decision.effects) {
            (CommandOutcome::Done(session), Some(mut effects)) => {
                let kind = NotificationKind::SessionScheduled;
                effects.notifications = notify_both(&session, kind, now, new_id);
                Ok((*session, effects))
            }
            (CommandOutcome::Busy(busy), _) => Err(MatchingRefusal::Busy(busy.user)),
            (CommandOutcome::Invalid(fields), _) => Err(MatchingRefusal::Invalid(fields)),
            _ => Err(MatchingRefusal::Conflict(
                "No session can be booked for these two.",
            )),
        }
    }

    /// A booking of the two with the default terms.
    fn booking(self, now: UnixMs, users: [UserId; 2]) -> Result<CheckedBooking, Vec<FieldError>> {
        let person = |user: UserId| BookParticipant {
            user_id: Some(user),
            ..BookParticipant::default()
        };
        let offer = BookSession {
            participants: users.map(person).into(),
            starts_at: Some(self.starts_at),
            duration_ms: self.duration_ms,
            allow_overlap: Some(false),
            ..BookSession::default()
        };
        check_booking(now, offer, &[MediaBackend::P2p])
    }
}
