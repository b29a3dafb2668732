//! Which tables a database has. Their texts are migrations, `migrations/<service>/<dialect>`, and
//! `migrations/events/<dialect>` of the facts between services, which every service has. Versions are of one
//! sequence: 1 and those from 1001 on are of the facts, the others of the service. A dialect begins with what the
//! tables were when it came; from then on a change has the same version in each.

use std::sync::LazyLock;

use sqlx::migrate;
use sqlx::migrate::Migrator;

/// The tables of one service, and of the facts between services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema(Tables);

/// Whose tables they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tables {
    Signaling,
    Chat,
    Scheduler,
    Turn,
}

/// The migrations of a schema in each dialect. What a server never holds has none there.
pub(crate) struct Migrations {
    pub(crate) sqlite: Migrator,
    pub(crate) postgres: Migrator,
    pub(crate) mysql: Migrator,
}

impl Schema {
    /// Of signaling: sessions and media events. In SQLite alone.
    #[must_use]
    pub fn signaling() -> Self {
        Self(Tables::Signaling)
    }

    /// Of chat: rooms and, in SQLite, messages.
    #[must_use]
    pub fn chat() -> Self {
        Self(Tables::Chat)
    }

    /// Of the scheduler: bookings, people and jobs.
    #[must_use]
    pub fn scheduler() -> Self {
        Self(Tables::Scheduler)
    }

    /// Of the relay: revoked credentials. In SQLite alone.
    #[must_use]
    pub fn turn() -> Self {
        Self(Tables::Turn)
    }

    /// Whose tables they are, in a word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            Tables::Signaling => "signaling",
            Tables::Chat => "chat",
            Tables::Scheduler => "scheduler",
            Tables::Turn => "turn",
        }
    }

    pub(crate) fn migrations(self) -> &'static Migrations {
        match self.0 {
            Tables::Signaling => &SIGNALING,
            Tables::Chat => &CHAT,
            Tables::Scheduler => &SCHEDULER,
            Tables::Turn => &TURN,
        }
    }
}

static SIGNALING: LazyLock<Migrations> = LazyLock::new(|| Migrations {
    sqlite: joined(&[
        migrate!("../../migrations/events/sqlite"),
        migrate!("../../migrations/signaling/sqlite"),
    ]),
    postgres: joined(&[]),
    mysql: joined(&[]),
});

static TURN: LazyLock<Migrations> = LazyLock::new(|| Migrations {
    sqlite: joined(&[
        migrate!("../../migrations/events/sqlite"),
        migrate!("../../migrations/turn/sqlite"),
    ]),
    postgres: joined(&[]),
    mysql: joined(&[]),
});

static CHAT: LazyLock<Migrations> = LazyLock::new(|| Migrations {
    sqlite: joined(&[
        migrate!("../../migrations/events/sqlite"),
        migrate!("../../migrations/chat/sqlite"),
    ]),
    postgres: joined(&[
        migrate!("../../migrations/events/postgres"),
        migrate!("../../migrations/chat/postgres"),
    ]),
    mysql: joined(&[
        migrate!("../../migrations/events/mysql"),
        migrate!("../../migrations/chat/mysql"),
    ]),
});

static SCHEDULER: LazyLock<Migrations> = LazyLock::new(|| Migrations {
    sqlite: joined(&[
        migrate!("../../migrations/events/sqlite"),
        migrate!("../../migrations/scheduler/sqlite"),
    ]),
    postgres: joined(&[
        migrate!("../../migrations/events/postgres"),
        migrate!("../../migrations/scheduler/postgres"),
    ]),
    mysql: joined(&[
        migrate!("../../migrations/events/mysql"),
        migrate!("../../migrations/scheduler/mysql"),
    ]),
});

/// In the order of their versions.
fn joined(parts: &[Migrator]) -> Migrator {
    let mut all: Vec<_> = parts.iter().flat_map(Migrator::iter).cloned().collect();
    all.sort_by_key(|migration| migration.version);
    Migrator::with_migrations(all)
}
