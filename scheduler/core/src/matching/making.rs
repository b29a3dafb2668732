//! A match that an application makes of two of its people.

use wire::{CreateMatch, FieldError, Participant, UnixMs};

use super::announce::Announcer;
use super::match_record::Match;
use super::outcome::{Decided, MatchingChange, MatchingDecision, MatchingEffects, MatchingRefusal};
use crate::field_checks::FieldErrors;
use crate::ids::NewId;
use crate::participant::{ParticipantRef, check_people};
use crate::people::{KnownPerson, resolve};

/// Two people whom an application matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchCommand {
    /// Whose people they are.
    pub application: String,
    /// The two, checked and not yet looked up.
    pub people: [ParticipantRef; 2],
}

/// Checks whom an application would match.
///
/// # Errors
/// Every field that is wrong, not only the first.
pub fn check_match(asked: CreateMatch) -> Result<[ParticipantRef; 2], Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    match check_people(&mut errors, asked.participants) {
        Some(people) => errors.into_result(people),
        None => Err(errors.0),
    }
}

/// Makes a match of two; whoever is new to the application is added. `found` is what the store has for each of the
/// two, and `is_matched` true while a match of them stands.
///
/// # Errors
/// [`MatchingRefusal::Invalid`] for nobody or one person twice, [`MatchingRefusal::AlreadyMatched`].
pub fn make_match(
    now: UnixMs,
    command: MatchCommand,
    found: [Option<KnownPerson>; 2],
    is_matched: bool,
    new_id: NewId<'_>,
) -> MatchingDecision<Match> {
    let MatchCommand {
        application,
        people,
    } = command;
    let (two, people) =
        resolve(now, &application, people, found, new_id).map_err(MatchingRefusal::Invalid)?;
    if is_matched {
        return Err(MatchingRefusal::AlreadyMatched);
    }
    let mut participants: [Participant; 2] = two.map(|one| one.public());
    participants.sort_by(|one, other| one.user_id.cmp(&other.user_id));
    let made = Match {
        id: new_id().into(),
        application,
        participants,
        room_id: new_id().into(),
        created_at: now,
        ended_at: None,
    };
    let mut announcer = Announcer::new(now, new_id);
    announcer.match_created(&made);
    announcer.notify_match(&made);
    let mut changes: Vec<_> = people.into_iter().map(MatchingChange::Person).collect();
    changes.push(MatchingChange::InsertMatch(Box::new(made.clone())));
    Ok(Decided {
        answer: made,
        effects: MatchingEffects::new(changes, announcer.effects),
    })
}
