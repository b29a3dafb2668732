//! Somebody who is erased while they, or others with them, do something else.

use std::sync::Arc;

use scheduler_core::{Gift, Proposal};
use wire::UserId;

use super::{Store, at_once};
use crate::commands::{self, MatchingExecuted, SignupOutcome};
use crate::store::contract::accounts::{login, signup};
use crate::store::contract::erasures::stored;
use crate::store::contract::harness::{NOW, StoreHarness};
use crate::store::contract::matching::{HOUR_MS, gift, send};
use crate::store::{SchedulerStore, StoredAccount};

const ROUNDS: usize = 50;

/// Two with accounts, of whom the first is erased: in every other round the one with the higher id.
async fn two_people(store: &Store, round: usize) -> ([String; 2], StoredAccount) {
    let mut two = [format!("ana-{round}"), format!("bo-{round}")];
    if round % 2 == 1 {
        two.reverse();
    }
    for user in &two {
        let outcome = commands::sign_up(&**store, &signup(user, user), NOW).await;
        assert_eq!(outcome.unwrap(), SignupOutcome::Done);
    }
    let account = stored(&**store, &two[0]).await;
    (two, account)
}

async fn erases(store: Store, account: StoredAccount) -> bool {
    let erased = commands::erase(&*store, &account, NOW).await.unwrap();
    erased.is_some()
}

async fn gives(store: Store, [from, to]: [String; 2], times: Vec<i64>) -> MatchingExecuted<Gift> {
    send(&*store, gift(&from, &to, "special", HOUR_MS, &times)).await
}

/// The other one has no match any more, and no session ahead.
async fn assert_nothing_stands(store: &dyn SchedulerStore, other: &str, round: usize) {
    let matches = store.matches().list(other.into(), None, 10).await.unwrap();
    assert!(matches.is_empty(), "round {round}: {matches:?}");
    let sessions = store.exports().sessions(other.into(), 10).await.unwrap();
    for session in sessions {
        assert!(session.cancelled, "round {round}: {session:?}");
        let name = session.other_name(&other.into());
        assert_eq!(name.as_deref(), Some(wire::LEFT_NAME), "round {round}");
    }
}

pub(crate) async fn sch_215_of_an_erasure_and_a_login_at_once_no_login_stays(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS {
        let ([user, _], account) = two_people(&store, round).await;
        let second = login(&user, &format!("{user}-2"));
        let (logging_in, compared) = (Arc::clone(&store), account.clone());
        let (erased, _) = at_once(erases(Arc::clone(&store), account), async move {
            let done = commands::log_in(&*logging_in, &compared, &second).await;
            done.unwrap()
        })
        .await;
        assert!(erased, "round {round}");
        for id in ["1", "2"] {
            let hash = format!("hash of {user}-{id}");
            let found = store.accounts().find_login(hash).await.unwrap();
            assert!(found.is_none(), "round {round}");
        }
        let listed = store.accounts().logins(user.as_str().into(), NOW).await;
        assert!(listed.unwrap().is_empty(), "round {round}");
    }
}

pub(crate) async fn sch_215_of_an_erasure_and_an_acceptance_at_once_no_session_stays(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS {
        let ([leaves, stays], account) = two_people(&store, round).await;
        let two = [leaves.clone(), stays.clone()];
        let back = [stays.clone(), leaves.clone()];
        gives(Arc::clone(&store), back, vec![])
            .await
            .outcome
            .unwrap();
        gives(Arc::clone(&store), two, vec![2 * HOUR_MS])
            .await
            .outcome
            .unwrap();
        let proposal = proposal_of(&*store, &stays).await;
        let (accepting, by) = (Arc::clone(&store), UserId::from(stays.as_str()));
        let (erased, _) = at_once(erases(Arc::clone(&store), account), async move {
            let at = proposal.times[0];
            let accepted = commands::accept(&*accepting, &by, &proposal.id, at, NOW).await;
            accepted.unwrap()
        })
        .await;
        assert!(erased, "round {round}");
        assert_nothing_stands(&*store, &stays, round).await;
    }
}

async fn proposal_of(store: &dyn SchedulerStore, user: &str) -> Proposal {
    let open = store.exports().proposals(user.into(), 1).await.unwrap();
    open.into_iter().next().unwrap()
}

pub(crate) async fn sch_215_of_an_erasure_and_a_booking_at_once_no_session_stays(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS {
        let ([leaves, stays], account) = two_people(&store, round).await;
        let first = [leaves.clone(), stays.clone()];
        gives(Arc::clone(&store), first, vec![HOUR_MS])
            .await
            .outcome
            .unwrap();
        let crossing = [stays.clone(), leaves.clone()];
        let (erased, _) = at_once(
            erases(Arc::clone(&store), account),
            gives(Arc::clone(&store), crossing, vec![HOUR_MS]),
        )
        .await;
        assert!(erased, "round {round}");
        assert_nothing_stands(&*store, &stays, round).await;
    }
}
