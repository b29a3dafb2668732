//! Deliveries: one person or endpoint is told of one thing by one channel. Planned with what causes it, tried until the
//! channel has an answer that is final, and never sent silently late.

mod attempt;
mod fair_share;
mod planning;
mod quiet_hours;
mod reopening;

use wire::{DeliveryStatus, Event, Notification, NotificationChannel, SessionId, UnixMs, UserId};

pub use attempt::{BackOff, ChannelAnswer, DeliveryUpdate, settle_delivery};
pub use fair_share::{AttemptsInFlight, DeliveryShares, DueDelivery, FairChoice};
pub use planning::{PushedBrowser, Recipient, plan_deliveries};
pub use reopening::{ReopenRefusal, Reopened, reopen_delivery};

/// What is to be told to one person or endpoint by one channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Its own id, rising with time.
    pub id: String,
    /// The same whenever it is planned again: what it stems from, the channel, and the person, subscription or endpoint.
    /// The other side is given it, or a hash of it, and knows a second attempt by it.
    pub key: String,
    /// By which channel.
    pub channel: NotificationChannel,
    /// Kind of the notification, or type of the event, as it is on the wire.
    pub kind: String,
    /// Whose person or endpoint it is.
    pub application: String,
    /// The person who is told; `None` for an endpoint.
    pub user: Option<UserId>,
    /// The session that it is about, if it is about one.
    pub session: Option<SessionId>,
    /// The push subscription or webhook endpoint; `None` where the channel finds the person's address when it sends.
    pub target: Option<String>,
    /// Deliveries of one lane go out one after the other, by id: the next waits until the one before is over.
    pub lane: Option<String>,
    /// What is told.
    pub content: DeliveryContent,
    /// How often it was claimed, the present claim included; what is sent again counts on.
    pub attempts: u32,
    /// Of these, how many had been made when it was last sent again: the waits between attempts begin anew from there.
    pub attempts_before: u32,
    /// Counts the claims, and never starts again: what is written under an older one is refused.
    pub term: u64,
    /// When it was to be sent first.
    pub due_at: UnixMs,
    /// From then on it is of no use, and missed.
    pub expires_at: Option<UnixMs>,
    /// When it was planned.
    pub created_at: UnixMs,
}

/// What a delivery tells.
#[derive(Debug, Clone, PartialEq)]
pub enum DeliveryContent {
    /// A person's notification, as their list has it.
    Notification(Box<Notification>),
    /// An event, for an application's endpoint.
    Event(Box<Event>),
    /// The notification is there no more, or was not asked for.
    Absent,
}

/// Where a delivery stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryState {
    /// To be sent, or sent again.
    Pending,
    /// The channel has taken it.
    Sent,
    /// Given up: the channel refused it for good, or as often as it is tried.
    Failed(String),
    /// Not sent in time; why.
    Missed(String),
    /// Not to be sent, by what the person or the application wants; why.
    Suppressed(String),
}

impl DeliveryState {
    /// The same without why.
    #[must_use]
    pub fn status(&self) -> DeliveryStatus {
        match self {
            DeliveryState::Pending => DeliveryStatus::Pending,
            DeliveryState::Sent => DeliveryStatus::Sent,
            DeliveryState::Failed(_) => DeliveryStatus::Failed,
            DeliveryState::Missed(_) => DeliveryStatus::Missed,
            DeliveryState::Suppressed(_) => DeliveryStatus::Suppressed,
        }
    }

    /// The word that is stored and shown.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.status().name()
    }

    /// Why, where it was not sent.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            DeliveryState::Pending | DeliveryState::Sent => None,
            DeliveryState::Failed(reason)
            | DeliveryState::Missed(reason)
            | DeliveryState::Suppressed(reason) => Some(reason),
        }
    }
}

/// A delivery that is to be stored, unique by its key.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDelivery {
    /// What is told to whom.
    pub delivery: Delivery,
    /// Where it stands from the start.
    pub state: DeliveryState,
}

/// An event that an application's endpoints are told of.
#[derive(Debug, Clone, PartialEq)]
pub struct OutgoingEvent {
    /// The application whose endpoints are told.
    pub application: String,
    /// What they are told.
    pub event: Event,
}
