//! Databases with the tables of outbox and inbox, each of a test's own.

use storage::testing::{TestDatabase, TestEngine};
use storage::{Database, Schema};

/// An open database, which goes with this.
pub(crate) struct Store {
    pub(crate) database: Database,
    pub(crate) place: TestDatabase,
}

impl Store {
    /// `None`, and the calling test is left out, where there is no such server.
    pub(crate) async fn open(engine: TestEngine) -> Option<Self> {
        let place = TestDatabase::create(engine).await?;
        let database = place.open(Schema::scheduler()).await.unwrap();
        Some(Self { database, place })
    }

    /// Opens it once more, as another process would.
    pub(crate) async fn open_again(&self) -> Database {
        self.place.open(Schema::scheduler()).await.unwrap()
    }
}

/// Makes of each story a test on each engine.
macro_rules! on_every_engine {
    ($(async fn $story:ident($store:ident: &Store) $body:block)+) => {
        $( async fn $story($store: &$crate::fixture::Store) $body )+
        $crate::fixture::on_every_engine!(@engine sqlite Sqlite $($story)+);
        $crate::fixture::on_every_engine!(@engine postgres Postgres $($story)+);
        $crate::fixture::on_every_engine!(@engine mysql MySql $($story)+);
    };
    (@engine $module:ident $engine:ident $($story:ident)+) => {
        mod $module {
            $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let engine = storage::testing::TestEngine::$engine;
                if let Some(store) = $crate::fixture::Store::open(engine).await {
                    super::$story(&store).await;
                    store.database.close().await;
                }
            } )+
        }
    };
}

pub(crate) use on_every_engine;
