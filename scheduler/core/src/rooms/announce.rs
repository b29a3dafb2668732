//! What the services, and the application of a group, are told of it.

use wire::{Event, EventType, RoomFact, UnixMs};

use super::group::Group;
use crate::commands::SOURCE;
use crate::effects::Effects;
use crate::ids::NewId;
use crate::webhook::outgoing;

/// Tells of the group as it is now, under its revision.
pub(super) fn announced(now: UnixMs, group: &Group, kind: EventType, new_id: NewId<'_>) -> Effects {
    announced_as(now, group, (kind, group.fact()), new_id)
}

/// The same, where the fact says more than the group does.
pub(super) fn announced_as(
    now: UnixMs,
    group: &Group,
    (kind, fact): (EventType, RoomFact),
    new_id: NewId<'_>,
) -> Effects {
    let event = Event {
        id: new_id(),
        kind: kind.name().to_owned(),
        occurred_at: now,
        source: SOURCE.to_owned(),
        subject: group.id.to_string(),
        revision: Some(group.revision),
        data: serde_json::to_value(fact).expect("a fact has only plain fields"),
    };
    Effects {
        outgoing: outgoing(&group.application, &event).into_iter().collect(),
        events: vec![event],
        ..Effects::default()
    }
}
