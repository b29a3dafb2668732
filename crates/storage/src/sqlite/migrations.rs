//! The migrations of each schema in SQLite's dialect, with those of the events among them.

use std::sync::LazyLock;

use sqlx::migrate::Migrator;

use crate::Schema;
use crate::schema::Tables;

static EVENTS: Migrator = sqlx::migrate!("../../migrations/events/sqlite");
static SIGNALING: LazyLock<Migrator> =
    LazyLock::new(|| with_events(&sqlx::migrate!("../../migrations/signaling/sqlite")));
static CHAT: LazyLock<Migrator> =
    LazyLock::new(|| with_events(&sqlx::migrate!("../../migrations/chat/sqlite")));
static SCHEDULER: LazyLock<Migrator> =
    LazyLock::new(|| with_events(&sqlx::migrate!("../../migrations/scheduler/sqlite")));
static TURN: LazyLock<Migrator> =
    LazyLock::new(|| with_events(&sqlx::migrate!("../../migrations/turn/sqlite")));

pub(super) fn of(schema: Schema) -> &'static Migrator {
    match schema.0 {
        Tables::Signaling => &SIGNALING,
        Tables::Chat => &CHAT,
        Tables::Scheduler => &SCHEDULER,
        Tables::Turn => &TURN,
    }
}

fn with_events(service: &Migrator) -> Migrator {
    Migrator::with_migrations(EVENTS.iter().chain(service.iter()).cloned().collect())
}
