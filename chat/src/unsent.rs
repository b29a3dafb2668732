//! Which messages a socket was given and has not written yet: if it ends before, nobody took them by it.

use std::collections::VecDeque;
use std::sync::Arc;

use chat_core::MessageRef;

/// Messages that are kept for one socket: more than its queue and its buffer hold. Beyond it are those for a socket that
/// is being closed; of a person who has so many unread, the first say it.
const MAX_UNSENT: usize = 4_096;

/// The messages that are queued for a socket, with the numbers of their frames.
#[derive(Debug, Default)]
pub(crate) struct UnsentMessages(VecDeque<(u64, Arc<MessageRef>)>);

impl UnsentMessages {
    /// Notes a message whose frame has that number, and forgets those up to `written`.
    pub(crate) fn push(&mut self, number: u64, message: Arc<MessageRef>, written: u64) {
        self.forget(written);
        if self.0.len() >= MAX_UNSENT {
            metrics::counter!("chat_unsent_forgotten_total").increment(1);
            return;
        }
        self.0.push_back((number, message));
    }

    /// Those that were not written.
    pub(crate) fn left(mut self, written: u64) -> Vec<Arc<MessageRef>> {
        self.forget(written);
        self.0.into_iter().map(|(_, message)| message).collect()
    }

    fn forget(&mut self, written: u64) {
        while self.0.front().is_some_and(|(number, _)| *number <= written) {
            self.0.pop_front();
        }
    }
}
