//! By which door one of a pair comes in, and what it says there.

use std::sync::Arc;

/// How one of a pair comes in.
#[derive(Clone)]
pub(crate) struct ChatEntry {
    /// The WebSocket's address, complete.
    pub(crate) url: String,
    /// Proof of who one is; `None` where the server asks for none.
    pub(crate) ticket: Option<Arc<str>>,
    /// Tells the devices of a person apart, and the two of a pair where the server knows nobody.
    pub(crate) device: String,
    pub(crate) room: Arc<str>,
    /// What is in every message: what comes otherwise was changed on its way.
    pub(crate) body: Arc<str>,
}
