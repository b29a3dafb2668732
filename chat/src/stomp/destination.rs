//! Where frames are sent to, and what is subscribed to.

use wire::RoomId;

/// A person's rooms as they change.
pub(super) const ROOMS: &str = "/user/queue/rooms";
/// What became of frames that were refused.
pub(super) const ERRORS: &str = "/user/queue/errors";
/// Messages of a room: this and its id.
pub(super) const TOPIC: &str = "/topic/rooms/";
/// Messages for a room: this and its id.
const SEND: &str = "/app/rooms/";
/// What a reader's position is sent to, after the room.
const READ: &str = "/read";

/// What a `SUBSCRIBE` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StompSource {
    /// Messages of a room.
    Room(RoomId),
    /// The person's rooms.
    Rooms,
    /// What was refused.
    Errors,
}

/// What a `SEND` is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StompTarget {
    /// A message for a room.
    Message(RoomId),
    /// How far the room is read.
    Read(RoomId),
}

impl StompSource {
    pub(super) fn of(destination: &str) -> Option<Self> {
        match destination {
            ROOMS => Some(Self::Rooms),
            ERRORS => Some(Self::Errors),
            other => named(other.strip_prefix(TOPIC)?).map(Self::Room),
        }
    }
}

impl StompTarget {
    pub(super) fn of(destination: &str) -> Option<Self> {
        let room = destination.strip_prefix(SEND)?;
        match room.strip_suffix(READ) {
            Some(room) => named(room).map(Self::Read),
            None => named(room).map(Self::Message),
        }
    }
}

fn named(room: &str) -> Option<RoomId> {
    (!room.is_empty()).then(|| room.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cht_132_a_destination_is_one_of_five() {
        assert_eq!(
            StompSource::of("/topic/rooms/r-1"),
            Some(StompSource::Room("r-1".into()))
        );
        assert_eq!(
            StompSource::of("/user/queue/rooms"),
            Some(StompSource::Rooms)
        );
        assert_eq!(
            StompSource::of("/user/queue/errors"),
            Some(StompSource::Errors)
        );
        assert_eq!(
            StompTarget::of("/app/rooms/r-1"),
            Some(StompTarget::Message("r-1".into()))
        );
        assert_eq!(
            StompTarget::of("/app/rooms/r-1/read"),
            Some(StompTarget::Read("r-1".into()))
        );
        for other in [
            "",
            "/topic/rooms/",
            "/topic/rooms",
            "/queue/rooms",
            "/user/queue",
        ] {
            assert_eq!(StompSource::of(other), None, "{other}");
        }
        for other in ["/app/rooms/", "/app/rooms//read", "/topic/rooms/r-1"] {
            assert_eq!(StompTarget::of(other), None, "{other}");
        }
    }
}
