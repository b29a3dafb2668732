//! Where mails are sent, and what wakes the task that sends them.

use std::sync::Arc;

use tokio::sync::Notify;

use super::transport::Mailer;

/// The mail server, and the task's bell. Clones share both.
#[derive(Clone)]
pub(crate) struct Email {
    pub(super) mailer: Arc<Mailer>,
    pub(super) bell: Arc<Notify>,
}

impl Email {
    pub(crate) fn new(mailer: Mailer) -> Self {
        Self {
            mailer: Arc::new(mailer),
            bell: Arc::new(Notify::new()),
        }
    }

    /// A mail was committed: it is sent now.
    pub(crate) fn wake(&self) {
        self.bell.notify_one();
    }
}
