//! What stands in a session's timeline, and how much of it. It is not the record: that is one fold of
//! the same facts, this is what happened, row by row.

use wire::EventType;

/// Entries that are kept of one session. Two people who come and go once a second for a quarter of an
/// hour fill it; what decides how a session went is kept all the same.
pub const MAX_ENTRIES: u32 = 2_000;

/// True while another entry of that kind is kept beside `kept` others.
#[must_use]
pub fn has_room(kind: EventType, kept: u32) -> bool {
    kept < MAX_ENTRIES || is_final(kind)
}

/// What happens once to a session, and says how it went.
fn is_final(kind: EventType) -> bool {
    matches!(
        kind,
        EventType::SessionCancelled | EventType::SessionEnded | EventType::SessionNoShow
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_82_a_timeline_is_bounded_and_its_end_is_always_kept() {
        let joined = EventType::SessionJoined;
        assert!(has_room(joined, MAX_ENTRIES - 1));
        assert!(!has_room(joined, MAX_ENTRIES));
        for end in [
            EventType::SessionCancelled,
            EventType::SessionEnded,
            EventType::SessionNoShow,
        ] {
            assert!(has_room(end, MAX_ENTRIES), "{end:?}");
        }
    }
}
