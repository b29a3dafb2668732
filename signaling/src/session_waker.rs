//! Lets the tasks of a media server wake a session that waits for its room, without knowing the registry.

use wire::SessionId;

/// Holds sessions, some of which wait for their media room.
pub(crate) trait SessionWaker: Send + Sync + 'static {
    /// The room of this session is ready: its session, if it is in memory, looks again.
    fn media_is_ready(&self, session: &SessionId);
}
