//! How many descriptors the process may have open: as many as the system allows.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Kept for what is no connection: stores, the log, requests to the other services.
const RESERVED: u64 = 64;

/// Raises the soft limit to the hard one, and logs it. Returns what counts from now on; none without limit.
pub fn raise() -> Option<u64> {
    let before = getrlimit(Resource::Nofile);
    let wanted = Rlimit {
        current: before.maximum,
        maximum: before.maximum,
    };
    if before.current != before.maximum
        && let Err(error) = setrlimit(Resource::Nofile, wanted)
    {
        tracing::warn!(%error, "the limit of descriptors stays as it was");
    }
    let now = getrlimit(Resource::Nofile).current;
    tracing::info!(from = ?before.current, to = ?now, "descriptors");
    now
}

/// How many connections fit beside what else needs descriptors.
pub(crate) fn room_for_connections() -> usize {
    let limit = getrlimit(Resource::Nofile).current;
    let room = limit.map_or(u64::MAX, |limit| limit.saturating_sub(RESERVED).max(1));
    usize::try_from(room).unwrap_or(usize::MAX)
}
