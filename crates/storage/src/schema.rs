//! The tables of each service, as migrations.

use sqlx::migrate::Migrator;

static SIGNALING: Migrator = sqlx::migrate!("../../migrations/signaling/sqlite");
static CHAT: Migrator = sqlx::migrate!("../../migrations/chat/sqlite");
static SCHEDULER: Migrator = sqlx::migrate!("../../migrations/scheduler/sqlite");

/// Which tables a database has: those of one service, and of the facts between services.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    sqlite: &'static Migrator,
}

impl Schema {
    /// Of signaling: sessions and media events.
    #[must_use]
    pub fn signaling() -> Self {
        Self { sqlite: &SIGNALING }
    }

    /// Of chat: rooms and messages.
    #[must_use]
    pub fn chat() -> Self {
        Self { sqlite: &CHAT }
    }

    /// Of the scheduler: bookings, people and jobs.
    #[must_use]
    pub fn scheduler() -> Self {
        Self { sqlite: &SCHEDULER }
    }

    pub(crate) fn sqlite(self) -> &'static Migrator {
        self.sqlite
    }
}
