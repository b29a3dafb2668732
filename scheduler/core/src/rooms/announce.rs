//! What the services, and the application of a group, are told of it.

use wire::{Event, EventType, UnixMs};

use super::group::Group;
use crate::commands::SOURCE;
use crate::effects::Effects;
use crate::ids::NewId;
use crate::webhook::outgoing;

/// Tells of the group as it is now, under its revision.
pub(super) fn announced(now: UnixMs, group: &Group, kind: EventType, new_id: NewId<'_>) -> Effects {
    let event = Event {
        id: new_id(),
        kind: kind.name().to_owned(),
        occurred_at: now,
        source: SOURCE.to_owned(),
        subject: group.id.to_string(),
        revision: Some(group.revision),
        data: serde_json::to_value(group.fact()).expect("a fact has only plain fields"),
    };
    Effects {
        outgoing: outgoing(&group.application, &event).into_iter().collect(),
        events: vec![event],
        ..Effects::default()
    }
}
