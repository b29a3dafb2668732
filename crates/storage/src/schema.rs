//! The tables of each service, as migrations: `migrations/<service>/<dialect>`, and those of the facts
//! between services, `migrations/events/<dialect>`, which every service has. Versions are of one sequence:
//! 1 and those from 1001 on are of the facts, the others of the service.

use std::sync::LazyLock;

use sqlx::migrate::Migrator;

static EVENTS: Migrator = sqlx::migrate!("../../migrations/events/sqlite");
static SIGNALING: LazyLock<Migrator> =
    LazyLock::new(|| with_events(&sqlx::migrate!("../../migrations/signaling/sqlite")));
static CHAT: LazyLock<Migrator> =
    LazyLock::new(|| with_events(&sqlx::migrate!("../../migrations/chat/sqlite")));
static SCHEDULER: LazyLock<Migrator> =
    LazyLock::new(|| with_events(&sqlx::migrate!("../../migrations/scheduler/sqlite")));

/// Which tables a database has: those of one service, and of the facts between services.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    sqlite: &'static LazyLock<Migrator>,
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

fn with_events(service: &Migrator) -> Migrator {
    Migrator::with_migrations(EVENTS.iter().chain(service.iter()).cloned().collect())
}
