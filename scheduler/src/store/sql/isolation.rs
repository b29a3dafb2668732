//! How units of work are isolated, as [`SchedulerStore::begin`] states it: no more strictly on the servers, and what
//! was found is locked everywhere.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use scheduler_core::BookedSession;
use storage::testing::TestEngine;
use wire::{SessionFact, SessionState};

use super::tests::OwnDatabase;
use crate::commands;
use crate::store::contract::harness::{NOW, StoreHarness, cancelled, event};
use crate::store::contract::races::take;
use crate::store::{SchedulerStore, UnitOfWork};

/// Far longer than a unit of work takes that waits for nobody.
const LONG: Duration = Duration::from_millis(500);

async fn opened(engine: TestEngine) -> Option<(StoreHarness, BookedSession)> {
    let database = OwnDatabase::new(engine).await?;
    let mut harness = StoreHarness::kept_open(database);
    let session = harness.booked().await;
    Some((harness, session))
}

/// How many entries the session's timeline has.
async fn entries(work: &mut dyn UnitOfWork, session: &BookedSession) -> u32 {
    let sessions = BTreeSet::from([&session.id]);
    let counts = work.timeline().counts(&sessions).await.unwrap();
    counts.get(&session.id).copied().unwrap_or_default()
}

/// Another unit of work, which adds to the session's timeline.
fn joining(
    store: &Arc<dyn SchedulerStore>,
    session: &BookedSession,
) -> tokio::task::JoinHandle<()> {
    let joined = SessionFact {
        user_id: Some(session.users()[0].clone()),
        ..SessionFact::default()
    };
    let joined = event("1", "session.joined", session.id.as_str(), &joined);
    let store = Arc::clone(store);
    tokio::spawn(async move { drop(take(store, NOW, vec![joined]).await) })
}

#[tokio::test]
async fn sch_116_on_a_server_what_is_not_locked_changes_between_two_reads() {
    for engine in [TestEngine::Postgres, TestEngine::MySql] {
        let Some((mut harness, session)) = opened(engine).await else {
            continue;
        };
        let store = harness.store().await;
        let mut work = store.begin().await.unwrap();
        assert_eq!(entries(&mut *work, &session).await, 1);
        joining(&store, &session).await.unwrap();
        let after = entries(&mut *work, &session).await;
        assert_eq!(after, 2, "{engine:?} isolates more strictly than is said");
    }
}

#[tokio::test]
async fn sch_116_in_a_file_one_unit_of_work_is_open_at_a_time() {
    let (mut harness, session) = opened(TestEngine::Sqlite).await.unwrap();
    let store = harness.store().await;
    let mut work = store.begin().await.unwrap();
    let joined = joining(&store, &session);
    tokio::time::sleep(LONG).await;
    assert!(!joined.is_finished());
    assert_eq!(entries(&mut *work, &session).await, 1);
    drop(work);
    joined.await.unwrap();
}

#[tokio::test]
async fn sch_116_a_session_that_was_found_stays_as_it_was_until_the_end() {
    for engine in TestEngine::ALL {
        let Some((mut harness, session)) = opened(engine).await else {
            continue;
        };
        let store = harness.store().await;
        let mut work = store.begin().await.unwrap();
        let by_room = work
            .sessions()
            .find_by_room(&session.room_id)
            .await
            .unwrap();
        assert_eq!(by_room.as_ref(), Some(&session));
        let other = Arc::clone(&store);
        let command = cancelled(&session);
        let cancelling =
            tokio::spawn(async move { commands::cancel(&*other, command, NOW).await.map(drop) });
        tokio::time::sleep(LONG).await;
        assert!(!cancelling.is_finished(), "{engine:?}");
        let again = work.sessions().find(&session.id).await.unwrap();
        assert_eq!(again.as_ref(), Some(&session));
        drop(work);
        cancelling.await.unwrap().unwrap();
        let found = store.sessions().find(session.id).await.unwrap().unwrap();
        assert_eq!(found.state(NOW), SessionState::Cancelled);
    }
}
