//! Sockets, and what becomes of what is sent through them.

use std::collections::VecDeque;
use std::sync::Arc;

use wire::ConnectionId;
use wire::signaling::{ClientFrame, ServerFrame};

use crate::prng::Prng;

/// From a client to the core.
#[derive(Debug, Clone)]
pub(crate) enum Up {
    Join {
        /// Number of the token, and the last `seq` taken.
        resume: Option<(u64, u64)>,
    },
    Frame {
        id: Option<u64>,
        frame: ClientFrame,
    },
}

/// From the core to a client.
#[derive(Debug, Clone)]
pub(crate) enum Down {
    Frame {
        seq: Option<u64>,
        frame: Arc<ServerFrame>,
    },
    Close,
}

/// One socket of one person.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) id: ConnectionId,
    pub(crate) side: usize,
    pub(crate) up: VecDeque<Up>,
    pub(crate) down: VecDeque<Down>,
    /// The client's end is gone; the core will hear of it after what is still under way.
    pub(crate) cut: bool,
    /// The core's end is gone; the client will hear of it after what is still under way.
    pub(crate) closed: bool,
    /// Something to the client was lost: a stream that has lost anything does not live long.
    pub(crate) torn: bool,
}

impl Socket {
    pub(crate) fn new(id: ConnectionId, side: usize) -> Self {
        Self {
            id,
            side,
            up: VecDeque::new(),
            down: VecDeque::new(),
            cut: false,
            closed: false,
            torn: false,
        }
    }
}

/// Takes the next one, or loses it, leaves a double behind, or takes a later one first.
pub(crate) fn take<T: Clone>(queue: &mut VecDeque<T>, prng: &mut Prng, trouble: bool) -> Option<T> {
    let fate = if trouble { prng.below(1_000) } else { 999 };
    match fate {
        0..10 => {
            queue.pop_front();
            None
        }
        10..40 => queue.front().cloned(),
        40..60 if queue.len() > 1 => queue.remove(1),
        _ => queue.pop_front(),
    }
}
