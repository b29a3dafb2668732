//! What a media room is called, and whose room a name is.

use wire::{MediaBackend, SessionId};

/// The room of a session's revision: `<session id>.<revision>`. OpenVidu 2 takes letters, digits, `-` and
/// `_` only: there it is `<session id>_<revision>`.
pub(crate) fn format(kind: MediaBackend, session: &SessionId, revision: u64) -> String {
    format!("{session}{}{revision}", separator(kind))
}

/// The session and revision of a room; none for a room that is not ours.
pub(crate) fn parse(kind: MediaBackend, room: &str) -> Option<(SessionId, u64)> {
    let (session, revision) = room.rsplit_once(separator(kind))?;
    let revision = revision.parse().ok()?;
    (!session.is_empty()).then(|| (SessionId::from(session), revision))
}

fn separator(kind: MediaBackend) -> char {
    match kind {
        MediaBackend::Openvidu => '_',
        MediaBackend::Livekit | MediaBackend::P2p => '.',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn med_20_a_room_is_named_after_session_and_revision() {
        let session = SessionId::from("0190-a_b");
        assert_eq!(format(MediaBackend::Livekit, &session, 3), "0190-a_b.3");
        assert_eq!(format(MediaBackend::Openvidu, &session, 3), "0190-a_b_3");
        for kind in [MediaBackend::Livekit, MediaBackend::Openvidu] {
            let room = format(kind, &session, 3);
            assert_eq!(parse(kind, &room), Some((session.clone(), 3)));
        }
        for other in ["", "lobby", ".3", "a.", "a.b", "a.-1"] {
            assert_eq!(parse(MediaBackend::Livekit, other), None, "{other}");
        }
    }
}
