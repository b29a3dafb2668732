//! What every handler is given.

use std::sync::Arc;

use service::Shutdown;
use service::events::Outbox;
use wire::MediaBackend;

use crate::clock::Clock;
use crate::guesses::Guesses;
use crate::hub::Hub;
use crate::join_links::JoinLinks;
use crate::store::{Store, Told};
use crate::tickets::Tickets;

/// The parts of a running scheduler. Clones share them.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) tickets: Tickets,
    pub(crate) links: JoinLinks,
    pub(crate) guesses: Arc<Guesses>,
    pub(crate) hub: Hub,
    pub(crate) clock: Clock,
    pub(crate) outbox: Outbox,
    /// Media that sessions may ask for.
    pub(crate) media: Arc<[MediaBackend]>,
    /// Join links begin with it; without a slash at its end.
    pub(crate) web_origin: Arc<str>,
    /// Ends the streams, which would otherwise hold a stop up.
    pub(crate) shutdown: Shutdown,
}

impl App {
    /// After a write of ours was committed: posters, clock and streams learn of it.
    pub(crate) fn committed(&self, told: Vec<Told>) {
        self.outbox.wake();
        self.clock.look();
        self.hub.publish(told);
    }
}
