//! What all rooms of one run share.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::options::ChatOptions;
use crate::admission::LoadAdmission;
use crate::tally::Tally;

/// One run of the generator against chat.
#[derive(Debug)]
pub(crate) struct ChatRun {
    pub(crate) options: ChatOptions,
    pub(crate) tally: Tally,
    /// Cancelled when the person at the keyboard has seen enough.
    pub(crate) stop: CancellationToken,
    pub(crate) admission: LoadAdmission,
}

impl ChatRun {
    pub(crate) fn new(options: ChatOptions, stop: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            tally: Tally::default(),
            stop,
            admission: LoadAdmission::new(options.concurrency, options.join_rate),
            options,
        })
    }
}
