//! Deliveries, from their planning to the answer of their channel.

use std::collections::{BTreeSet, HashMap};

use scheduler_core::{
    Delivery, DeliveryState, DeliveryUpdate, DueDelivery, NewDelivery, Recipient, Reopened,
};
use wire::{DeliveryStatus, NotificationChannel, QueueStatus, SessionId, UnixMs, UserId};

use super::{Settled, StoreFuture};

/// A delivery with where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredDelivery {
    pub(crate) delivery: Delivery,
    pub(crate) state: DeliveryState,
    /// Of one that is tried again, too: what was wrong last. Of one that was taken: what was answered.
    pub(crate) last_reason: Option<String>,
    pub(crate) sent_at: Option<UnixMs>,
}

/// Reads committed deliveries.
pub(crate) trait DeliveryQueries: Send + Sync {
    /// A page of what [`DeliveryRepository::claimable`] would find, the longest due first. Most looks find nothing, and
    /// this one waits for no unit of work.
    fn due(&self, page: DuePage) -> StoreFuture<'_, Vec<DueDelivery>>;

    /// Deliveries, the newest first, by id. What they tell is left out where it is a notification.
    fn list(&self, query: DeliveryQuery) -> StoreFuture<'_, Vec<StoredDelivery>>;

    /// What waits in each channel; one in which nothing waits may be left out.
    fn queues(&self) -> StoreFuture<'_, Vec<(NotificationChannel, QueueStatus)>>;
}

/// Which deliveries of a channel to look at.
#[derive(Debug, Clone)]
pub(crate) struct DuePage {
    pub(crate) channel: NotificationChannel,
    pub(crate) now: UnixMs,
    /// Those behind this one, by when they are due and their id; of no time and no id: from the first.
    pub(crate) after: (UnixMs, String),
    /// None that goes to one of these.
    pub(crate) not_to: Vec<String>,
    /// None that is of one of these applications.
    pub(crate) not_of: Vec<String>,
    /// At most so many.
    pub(crate) limit: u32,
}

/// Which deliveries to list; `None` leaves a condition out.
#[derive(Debug, Clone, Default)]
pub(crate) struct DeliveryQuery {
    /// Only those of this application.
    pub(crate) application: Option<String>,
    /// Only those about this session.
    pub(crate) session: Option<SessionId>,
    pub(crate) state: Option<DeliveryStatus>,
    pub(crate) channel: Option<NotificationChannel>,
    /// Only those before this id.
    pub(crate) before: Option<String>,
    /// At most so many.
    pub(crate) limit: u32,
}

/// Reads and writes deliveries within a unit of work. A delivery is open while it is pending.
pub(crate) trait DeliveryRepository: Send {
    /// Adds deliveries; one whose key is known is left out.
    fn insert<'a>(&'a mut self, new: &'a [NewDelivery]) -> StoreFuture<'a, ()>;

    /// How each of these people can be told of something; whoever is not known is left out. Nothing is locked.
    fn recipients<'a>(
        &'a mut self,
        users: &'a BTreeSet<&'a UserId>,
    ) -> StoreFuture<'a, HashMap<UserId, Recipient>>;

    /// Those of these deliveries that are open, whose time has come and that are under no claim that holds, the longest due
    /// first: locked, and those that another unit of work has locked are left out. Of one lane only the first that is open.
    fn claimable<'a>(
        &'a mut self,
        ids: &'a [String],
        now: UnixMs,
    ) -> StoreFuture<'a, Vec<Delivery>>;

    /// Puts a delivery that [`DeliveryRepository::claimable`] has returned under a claim until that moment: one attempt
    /// more, and a term of its own, both as in `claimed`. What was wrong with the attempt before it is forgotten.
    fn claim<'a>(&'a mut self, claimed: &'a Delivery, until: UnixMs) -> StoreFuture<'a, ()>;

    /// Ends the claims of a channel that reach beyond the second of these moments, but those of deliveries that are
    /// `under_way`: their deliveries may be claimed at the first. How many there were.
    fn release_beyond<'a>(
        &'a mut self,
        channel: NotificationChannel,
        from_and_furthest: (UnixMs, UnixMs),
        under_way: &'a BTreeSet<String>,
    ) -> StoreFuture<'a, u64>;

    /// Ends a delivery that [`DeliveryRepository::claimable`] has returned without an attempt.
    fn close<'a>(&'a mut self, id: &'a str, state: &'a DeliveryState) -> StoreFuture<'a, ()>;

    /// One delivery, whosoever it is; locked. What it tells is left out where it is a notification.
    fn find<'a>(&'a mut self, id: &'a str) -> StoreFuture<'a, Option<StoredDelivery>>;

    /// Has a delivery go out once more that [`DeliveryRepository::find`] has returned and that is over: behind whatever
    /// waits, with attempts that count on and waits that begin anew. Its reason says so, and that no claim holds it.
    fn reopen<'a>(&'a mut self, delivery: &'a Delivery, again: Reopened) -> StoreFuture<'a, ()>;

    /// Writes what became of an attempt under the claim of that term, where it is still under it.
    fn settle<'a>(
        &'a mut self,
        claimed: &'a Delivery,
        update: &'a DeliveryUpdate,
        now: UnixMs,
    ) -> StoreFuture<'a, Settled>;
}
