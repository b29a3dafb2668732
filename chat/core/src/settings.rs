//! The numbers that the broker goes by.

/// People that one connection may watch, and that are looked up for one question.
pub const MAX_WATCHED: usize = 200;

/// Limits and spans; the defaults are those of `docs/PROTOCOL.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How often a client should ping, in milliseconds; told in `welcome`.
    pub ping_ms: i64,
    /// After how long without a frame a client reconnects, in milliseconds; told in `welcome`.
    pub timeout_ms: i64,
    /// From the loss of the last connection to `offline`, in milliseconds.
    pub offline_grace_ms: i64,
    /// From one `heads` to the next, in milliseconds.
    pub heads_every_ms: i64,
    /// Least time between two `typing` of one person in one room, in milliseconds.
    pub typing_every_ms: i64,
    /// Rooms in a `welcome`.
    pub welcome_rooms: usize,
    /// Members up to which a room is small: its people are told of each other's presence.
    pub small_room: usize,
    /// People that one connection may watch.
    pub max_watched: usize,
    /// Messages that one `hello` is sent in all; rooms beyond it are not recovered.
    pub max_missed_total: u64,
    /// Messages that one answer of `sync` brings in all; rooms beyond it are not recovered.
    pub max_sync_messages: u64,
    /// People whose presence a newcomer is told.
    pub max_told_present: usize,
    /// Frames kept for a connection while what it missed is being read.
    pub max_queued_frames: usize,
    /// Rooms in memory; above it, those are dropped that nobody connected is in.
    pub max_rooms: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ping_ms: 5_000,
            timeout_ms: 12_000,
            offline_grace_ms: 30_000,
            heads_every_ms: 25_000,
            typing_every_ms: 500,
            welcome_rooms: 100,
            small_room: 100,
            max_watched: MAX_WATCHED,
            max_missed_total: 3_000,
            max_sync_messages: 600,
            max_told_present: 200,
            max_queued_frames: 1_000,
            max_rooms: 50_000,
        }
    }
}
