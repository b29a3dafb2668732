//! How a media server's tasks reach a session that waits for its room, without knowing who holds sessions.

use wire::SessionId;

/// Holds sessions, some of which wait for their media room.
pub(crate) trait SessionWaker: Send + Sync + 'static {
    /// The room of this session is ready: its session, if it is in memory, looks again.
    fn media_is_ready(&self, session: &SessionId);
}
