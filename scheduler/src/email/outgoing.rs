//! Where mails are sent, and what wakes the task that sends them.

use std::sync::Arc;

use lettre::message::Mailbox;
use tokio::sync::Notify;

use super::transport::Mailer;

/// In whose name mails come where the settings name nobody.
const OUR_NAME: &str = "Rendezvous";

/// The mail server, and the task's bell. Clones share both.
#[derive(Clone)]
pub(crate) struct Email {
    pub(crate) mailer: Arc<Mailer>,
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

/// What people are shown who a mail is from.
pub(crate) fn sender_name(from: &Mailbox) -> &str {
    from.name.as_deref().unwrap_or(OUR_NAME)
}
