//! Which tables a database has. Their texts are migrations, `migrations/<service>/<dialect>`, and
//! `migrations/events/<dialect>` of the facts between services, which every service has; an engine's folder
//! takes those of its dialect. Versions are of one sequence: 1 and those from 1001 on are of the facts, the
//! others of the service.

/// The tables of one service, and of the facts between services.
#[derive(Debug, Clone, Copy)]
pub struct Schema(pub(crate) Tables);

/// Whose tables they are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tables {
    Signaling,
    Chat,
    Scheduler,
    Turn,
}

impl Schema {
    /// Of signaling: sessions and media events.
    #[must_use]
    pub fn signaling() -> Self {
        Self(Tables::Signaling)
    }

    /// Of chat: rooms and messages.
    #[must_use]
    pub fn chat() -> Self {
        Self(Tables::Chat)
    }

    /// Of the scheduler: bookings, people and jobs.
    #[must_use]
    pub fn scheduler() -> Self {
        Self(Tables::Scheduler)
    }

    /// Of the relay: revoked credentials.
    #[must_use]
    pub fn turn() -> Self {
        Self(Tables::Turn)
    }
}
