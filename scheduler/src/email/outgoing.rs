//! Where mails are sent, and what wakes the task that sends them.

use std::sync::Arc;

use lettre::message::Mailbox;
use scheduler_core::unlinked;
use tokio::sync::Notify;
use wire::ApplicationView;

use super::message::one_line;
use super::transport::Mailer;
use crate::store_clock::StoreClock;

/// In whose name mails come where the settings name nobody.
pub(crate) const OUR_NAME: &str = "Rendezvous";
/// Characters of the name in a `From`.
const MAX_NAME_CHARS: usize = 100;

/// The mail server, the clock that mails are claimed by, and the task's bell. Clones share them.
#[derive(Clone)]
pub(crate) struct Email {
    pub(crate) mailer: Arc<Mailer>,
    pub(super) clock: StoreClock,
    pub(super) bell: Arc<Notify>,
}

impl Email {
    pub(crate) fn new(mailer: Mailer, clock: &StoreClock) -> Self {
        Self {
            mailer: Arc::new(mailer),
            clock: clock.clone(),
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

/// In whose name an application's people are told of something.
pub(crate) fn application_name(said: &ApplicationView) -> String {
    let name = said.sender_name.as_ref().unwrap_or(&said.name);
    one_line(&unlinked(name), MAX_NAME_CHARS)
}
