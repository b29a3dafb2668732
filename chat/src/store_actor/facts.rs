//! What events of other services say, as the changes that they ask for. One that makes no sense is skipped and counted.

use chat_core::{MAX_MEMBERS, check_id, check_participant};
use serde::de::DeserializeOwned;
use wire::{
    Event, EventType, MatchFact, Participant, PersonFact, RoomFact, RoomId, RoomKind,
    SessionBooked, UserBlocked, UserErased, UserId,
};

use crate::removals::Removal;
use crate::store::{
    BlockChange, Closing, Erasure, GroupFact, MatchChange, Opening, ProfileChange, RoomChanges,
};

/// Adds what an event asks for.
pub(super) fn take(event: &Event, changes: &mut RoomChanges) {
    let Some(kind) = EventType::from_name(&event.kind) else {
        return;
    };
    if let Err(problem) = take_kind(kind, event, changes) {
        metrics::counter!("chat_events_skipped_total").increment(1);
        tracing::warn!(event = ?event.id, kind = ?event.kind, problem, "skipped an event");
    }
}

fn take_kind(kind: EventType, event: &Event, changes: &mut RoomChanges) -> Result<(), String> {
    match kind {
        // A cancelled booking has its room too: events may come in any order.
        EventType::SessionScheduled
        | EventType::SessionRescheduled
        | EventType::SessionCancelled => {
            let SessionBooked { session, room_id } = data(event)?;
            let revision = event.revision.unwrap_or(session.revision);
            let members = session.participants.to_vec();
            changes
                .openings
                .push(opening(event, room_id, members, revision)?);
        }
        EventType::RoomOpened | EventType::RoomChanged | EventType::RoomClosed => {
            let fact: RoomFact = data(event)?;
            let room = fact.room_id.clone();
            check_room(&room)?;
            if kind == EventType::RoomClosed {
                let at = event.occurred_at;
                changes.closings.push(Closing { room, at });
            }
            match fact.kind {
                RoomKind::Group => changes.groups.push(group(event, fact)?),
                RoomKind::Pair => {
                    let revision = event.revision.unwrap_or_default();
                    let members = fact.members.into_iter().map(Participant::from).collect();
                    let opening = opening(event, fact.room_id, members, revision)?;
                    changes.openings.push(opening);
                }
            }
        }
        EventType::UserBlocked => {
            let UserBlocked {
                by,
                user_id: user,
                blocked,
            } = data(event)?;
            check_person("by", &by)?;
            check_person("user_id", &user)?;
            let order = (event.occurred_at, event.id.clone());
            changes.blocks.push(BlockChange {
                by,
                user,
                blocked,
                order,
            });
        }
        EventType::MatchCreated | EventType::MatchEnded => {
            let matched = kind == EventType::MatchCreated;
            changes.matches.push(match_change(event, matched)?);
        }
        EventType::PersonChanged => changes.profiles.push(profile_change(event)?),
        EventType::UserErased => {
            let UserErased { user_id: user } = data(event)?;
            check_person("user_id", &user)?;
            let at = event.occurred_at;
            changes.erasures.push(Erasure { user, at });
        }
        EventType::UserKicked => changes.removals.extend(Removal::of(event)),
        _ => {}
    }
    Ok(())
}

fn data<T: DeserializeOwned>(event: &Event) -> Result<T, String> {
    T::deserialize(&event.data).map_err(|error| error.to_string())
}

fn opening(
    event: &Event,
    room: RoomId,
    members: Vec<Participant>,
    revision: u64,
) -> Result<Opening, String> {
    check_room(&room)?;
    for member in &members {
        check_participant(member).map_err(|bad| format!("a participant: {bad}"))?;
    }
    Ok(Opening {
        room,
        epoch: uuid::Uuid::now_v7().to_string(),
        members,
        revision: Some(revision),
        at: event.occurred_at,
    })
}

fn group(event: &Event, fact: RoomFact) -> Result<GroupFact, String> {
    if fact.members.len() > MAX_MEMBERS {
        metrics::counter!("chat_rooms_too_large_total").increment(1);
        return Err(format!("members: more than {MAX_MEMBERS}"));
    }
    for member in &fact.members {
        let named = Participant::from(member.clone());
        check_participant(&named).map_err(|bad| format!("a member: {bad}"))?;
    }
    Ok(GroupFact {
        room: fact.room_id,
        epoch: uuid::Uuid::now_v7().to_string(),
        name: fact.name.filter(|name| !name.is_empty()),
        members: fact.members,
        revision: event.revision.unwrap_or_default().max(1),
        left: fact.left,
        at: event.occurred_at,
    })
}

fn match_change(event: &Event, matched: bool) -> Result<MatchChange, String> {
    let MatchFact { participants, .. } = data(event)?;
    for person in &participants {
        check_participant(person).map_err(|bad| format!("a participant: {bad}"))?;
    }
    if participants[0].user_id == participants[1].user_id {
        return Err("participants: one and the same".to_owned());
    }
    Ok(MatchChange {
        pair: participants,
        matched,
        order: (event.occurred_at, event.id.clone()),
    })
}

fn profile_change(event: &Event) -> Result<ProfileChange, String> {
    let fact: PersonFact = data(event)?;
    check_person("user_id", &fact.user_id)?;
    check_id(&fact.tenant).map_err(|bad| format!("tenant: {bad}"))?;
    let named = Participant {
        user_id: fact.user_id,
        name: fact.name,
    };
    check_participant(&named).map_err(|bad| format!("name: {bad}"))?;
    Ok(ProfileChange {
        user: named.user_id,
        name: named.name,
        tenant: fact.tenant,
        discoverable: fact.discoverable,
        revision: event.revision.unwrap_or_default().max(1),
        at: event.occurred_at,
    })
}

fn check_room(room: &RoomId) -> Result<(), String> {
    check_id(room.as_str()).map_err(|bad| format!("room_id: {bad}"))
}

fn check_person(field: &str, user: &UserId) -> Result<(), String> {
    check_id(user.as_str()).map_err(|bad| format!("{field}: {bad}"))
}
