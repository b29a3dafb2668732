//! What a session holds for its pages, in the books of the process.

use service::limits::Limit;
use signaling_core::Input;
use wire::{SessionId, UnixMs};

use super::{PendingCommit, SessionState};
use crate::resume_ledger::OverBudget;
use crate::write_buffer::WriteBuffer;

impl SessionState {
    /// Enters into the books of the process what the session's buffers hold now; where that is too much for all
    /// together, they are let go.
    pub(super) fn settle_account(
        &mut self,
        id: &SessionId,
        writes: &WriteBuffer,
        now: UnixMs,
        commits: &mut Vec<PendingCommit>,
    ) {
        if let Err(OverBudget) = self.account.set(self.session.buffered_bytes()) {
            // Others' are being let go; until then nobody's grows.
            Limit::ResumeTotalBytes.hit();
            for seat in [0, 1] {
                let input = Input::DropBuffer { seat };
                self.step(id, writes, now, input, commits);
            }
            // Nothing is held now: that is never too much.
            let _ = self.account.set(self.session.buffered_bytes());
        }
    }
}
