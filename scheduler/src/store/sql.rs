//! The store on an SQL database. Each file holds the statements of one subject.

mod accounts;
mod addressed_gifts;
mod api_keys;
mod applications;
mod audit;
mod blocks;
mod calendar_feeds;
mod deliveries;
mod erasures;
mod events;
mod exports;
mod failures;
mod feedback;
mod gifts;
mod idempotency;
mod invites;
#[cfg(test)]
mod isolation;
mod jobs;
mod logins;
mod mail_addresses;
mod mails;
mod matches;
mod notifications;
mod occupancies;
mod people;
mod proposals;
mod published_facts;
mod push_subscriptions;
mod questions;
mod recipients;
mod reports;
mod retention;
mod rooms;
mod schedules;
mod session_rows;
mod sessions;
mod timeline;
mod tokens;
mod unit_of_work;
mod webhook_deliveries;
mod webhooks;

use storage::{Database, OpenError, Schema};
use wire::UnixMs;

use self::unit_of_work::SqlUnitOfWork;
use super::{
    AccountQueries, AddressedGiftQueries, ApiKeyQueries, ApplicationQueries, AuditQueries,
    BlockQueries, CalendarFeedQueries, DeliveryQueries, ExportQueries, FailureQueries,
    FeedbackQueries, GiftQueries, IdempotencyQueries, JobQueries, MailAddressQueries, MailQueries,
    MatchQueries, NotificationQueries, PersonQueries, PushSubscriptionQueries, QuestionQueries,
    ReportQueries, RoomQueries, ScheduleQueries, SchedulerStore, SessionQueries, StoreError,
    StoreFuture, TimelineQueries, UnitOfWork, WebhookDeliveryQueries, WebhookQueries,
};
use crate::config::StoreLocation;

/// The store of one scheduler. Clones share its connections.
#[derive(Clone)]
pub(crate) struct SqlStore {
    db: Database,
}

impl SqlStore {
    /// Opens the database, and brings its tables up to date.
    pub(crate) async fn open(location: &StoreLocation) -> Result<Self, OpenError> {
        let StoreLocation { database, options } = location;
        let db = Database::open(database, options, Schema::scheduler()).await?;
        Ok(Self { db })
    }

    /// The connections, for readiness and for the outbox.
    pub(crate) fn database(&self) -> &Database {
        &self.db
    }

    /// Closes every connection.
    pub(crate) async fn close(&self) {
        self.db.close().await;
    }
}

impl SchedulerStore for SqlStore {
    fn begin(&self) -> StoreFuture<'_, Box<dyn UnitOfWork>> {
        Box::pin(async {
            let work = SqlUnitOfWork::new(self.db.begin().await?);
            Ok(Box::new(work) as Box<dyn UnitOfWork>)
        })
    }

    fn server_time(&self) -> StoreFuture<'_, Option<UnixMs>> {
        Box::pin(async { Ok(self.db.server_time().await?) })
    }

    fn scrub(&self) -> StoreFuture<'_, bool> {
        Box::pin(async { Ok(self.db.scrub().await?) })
    }

    fn sessions(&self) -> &dyn SessionQueries {
        self
    }

    fn jobs(&self) -> &dyn JobQueries {
        self
    }

    fn people(&self) -> &dyn PersonQueries {
        self
    }

    fn accounts(&self) -> &dyn AccountQueries {
        self
    }

    fn mails(&self) -> &dyn MailQueries {
        self
    }

    fn mail_addresses(&self) -> &dyn MailAddressQueries {
        self
    }

    fn calendar_feeds(&self) -> &dyn CalendarFeedQueries {
        self
    }

    fn push_subscriptions(&self) -> &dyn PushSubscriptionQueries {
        self
    }

    fn feedback(&self) -> &dyn FeedbackQueries {
        self
    }

    fn applications(&self) -> &dyn ApplicationQueries {
        self
    }

    fn gifts(&self) -> &dyn GiftQueries {
        self
    }

    fn addressed_gifts(&self) -> &dyn AddressedGiftQueries {
        self
    }

    fn matches(&self) -> &dyn MatchQueries {
        self
    }

    fn rooms(&self) -> &dyn RoomQueries {
        self
    }

    fn exports(&self) -> &dyn ExportQueries {
        self
    }

    fn blocks(&self) -> &dyn BlockQueries {
        self
    }

    fn reports(&self) -> &dyn ReportQueries {
        self
    }

    fn notifications(&self) -> &dyn NotificationQueries {
        self
    }

    fn deliveries(&self) -> &dyn DeliveryQueries {
        self
    }

    fn idempotency(&self) -> &dyn IdempotencyQueries {
        self
    }

    fn questions(&self) -> &dyn QuestionQueries {
        self
    }

    fn timeline(&self) -> &dyn TimelineQueries {
        self
    }

    fn api_keys(&self) -> &dyn ApiKeyQueries {
        self
    }

    fn audit(&self) -> &dyn AuditQueries {
        self
    }

    fn webhooks(&self) -> &dyn WebhookQueries {
        self
    }

    fn webhook_deliveries(&self) -> &dyn WebhookDeliveryQueries {
        self
    }

    fn schedules(&self) -> &dyn ScheduleQueries {
        self
    }

    fn failures(&self) -> &dyn FailureQueries {
        self
    }
}

impl From<storage::Error> for StoreError {
    fn from(error: storage::Error) -> Self {
        if error.is_conflict() {
            return Self::Conflict(Box::new(error));
        }
        Self::Failed(Box::new(error))
    }
}

/// A row that this version can't understand.
fn unreadable(what: &str) -> StoreError {
    StoreError::Failed(format!("{what} in the store can't be understood").into())
}

impl From<StoreError> for bus::AcceptError {
    fn from(error: StoreError) -> Self {
        Self::Store(match error.into_source().downcast::<storage::Error>() {
            Ok(error) => *error,
            Err(other) => storage::Error::Corrupt(other),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fmt::Write as _;
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::Arc;

    use storage::testing::{TestDatabase, TestEngine, patient};
    use storage::{Row, query};

    use super::SqlStore;
    use crate::config::StoreLocation;
    use crate::store::SchedulerStore;
    use crate::store::contract::{StoreFactory, StoreHarness, races, run_store_contract};

    /// Deletes what a rule may have left.
    const EMPTYING: &[&str] = &[
        "DELETE FROM schedule_runs",
        "DELETE FROM fact_backlogs",
        "DELETE FROM person_revisions",
        "DELETE FROM push_subscription_terms",
        "DELETE FROM push_subscriptions",
        "DELETE FROM calendar_feeds",
        "DELETE FROM session_feedback",
        "DELETE FROM webhook_endpoints",
        "DELETE FROM applications",
        "DELETE FROM asked_questions",
        "DELETE FROM mails",
        "DELETE FROM mail_addresses",
        "DELETE FROM email_optouts",
        "DELETE FROM invites",
        "DELETE FROM account_tokens",
        "DELETE FROM logins",
        "DELETE FROM searchable_names",
        "DELETE FROM accounts",
        "DELETE FROM occupancies",
        "DELETE FROM proposals",
        "DELETE FROM match_sessions",
        "DELETE FROM gifts",
        "DELETE FROM addressed_gifts",
        "DELETE FROM mail_recipients",
        "DELETE FROM reports",
        "DELETE FROM peeks",
        "DELETE FROM blocks",
        "DELETE FROM matches",
        "DELETE FROM room_members",
        "DELETE FROM rooms",
        "DELETE FROM notification_rooms",
        "DELETE FROM notification_subjects",
        "DELETE FROM notification_counts",
        "DELETE FROM sessions",
        "DELETE FROM users",
        "DELETE FROM notifications",
        "DELETE FROM timeline",
        "DELETE FROM delivery_rounds",
        "DELETE FROM deliveries",
        "DELETE FROM due_jobs",
        "DELETE FROM idempotency",
        "DELETE FROM api_keys",
        "DELETE FROM audit",
        "DELETE FROM configuration",
        "DELETE FROM inbox",
        "DELETE FROM inbox_watermark",
        "DELETE FROM outbox",
        "DELETE FROM outbox_cursor",
    ];

    /// A database of a test's own, which goes with the last of its factories.
    pub(crate) struct OwnDatabase {
        database: Arc<TestDatabase>,
        open: Option<SqlStore>,
    }

    impl OwnDatabase {
        /// `None` where there is no such server.
        pub(crate) async fn new(engine: TestEngine) -> Option<Self> {
            let database = TestDatabase::create(engine).await?;
            Some(Self {
                database: Arc::new(database),
                open: None,
            })
        }

        /// Another factory on the same database, with nothing in it.
        pub(crate) async fn emptied(&self) -> Self {
            let store = self.opened().await;
            let mut transaction = store.db.begin().await.unwrap();
            for statement in EMPTYING {
                query(statement).execute(&mut transaction).await.unwrap();
            }
            transaction.commit().await.unwrap();
            store.close().await;
            Self {
                database: Arc::clone(&self.database),
                open: None,
            }
        }

        async fn opened(&self) -> SqlStore {
            let location = StoreLocation {
                database: self.database.url().clone(),
                options: patient(),
            };
            SqlStore::open(&location).await.unwrap()
        }
    }

    impl StoreFactory for OwnDatabase {
        fn reopen(&mut self) -> Pin<Box<dyn Future<Output = Arc<dyn SchedulerStore>> + '_>> {
            Box::pin(async {
                if let Some(open) = self.open.take() {
                    open.close().await;
                }
                let store = self.opened().await;
                self.open = Some(store.clone());
                Arc::new(store) as Arc<dyn SchedulerStore>
            })
        }

        fn texts(&self) -> Pin<Box<dyn Future<Output = String> + '_>> {
            Box::pin(async {
                let store = self.open.as_ref().unwrap();
                let mut connection = store.db.read().await.unwrap();
                let mut texts = String::new();
                for emptying in EMPTYING {
                    let statement: &'static str = emptying.replacen("DELETE", "SELECT *", 1).leak();
                    let rows: Vec<Row> = query(statement).fetch_all(&mut connection).await.unwrap();
                    writeln!(texts, "{statement}: {rows:?}").unwrap();
                }
                texts
            })
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sch_183_eight_hundred_crossings_more_in_a_file() {
        let database = OwnDatabase::new(TestEngine::Sqlite).await;
        let harness = StoreHarness::kept_open(database.expect("a file is always there"));
        races::crossings(harness, 800).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sch_203_eight_hundred_overlapping_bookings_more_in_a_file() {
        let database = OwnDatabase::new(TestEngine::Sqlite).await;
        let harness = StoreHarness::kept_open(database.expect("a file is always there"));
        races::overlaps(harness, 800).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sch_276_five_hundred_moves_and_cancellations_more_in_a_file() {
        let database = OwnDatabase::new(TestEngine::Sqlite).await;
        let mut harness = StoreHarness::kept_open(database.expect("a file is always there"));
        races::changed_while_due(&harness.store().await, 500).await;
    }

    run_store_contract!(each sqlite, OwnDatabase::new(TestEngine::Sqlite));
    run_store_contract!(in_turn postgres, OwnDatabase::new(TestEngine::Postgres));
    run_store_contract!(in_turn mysql, OwnDatabase::new(TestEngine::MySql));
}
