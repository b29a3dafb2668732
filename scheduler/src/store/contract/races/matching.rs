//! Two who do something about each other at once.

use std::sync::Arc;

use scheduler_core::{MatchingRefusal, Proposal};
use wire::{ProposalState, UserId};

use super::{ROUNDS, Store, at_once};
use crate::commands::{self, MatchingExecuted};
use crate::store::contract::harness::{NOW, StoreHarness};
use crate::store::contract::matching::{HOUR_MS, add_people, gift, gifts, send};
use crate::store::{GiftBox, SchedulerStore, SessionFilter, SessionsOf};

/// The lower id and the higher one of a round.
async fn two_people(store: &Store, round: usize) -> [String; 2] {
    let two = [format!("ana-{round}"), format!("bo-{round}")];
    add_people(&**store, &[&two[0], &two[1]]).await;
    two
}

async fn sends(
    store: Store,
    [from, to]: [String; 2],
    opens_in_ms: i64,
    times: Vec<i64>,
) -> MatchingExecuted<scheduler_core::Gift> {
    send(&*store, gift(&from, &to, "special", opens_in_ms, &times)).await
}

async fn sessions_of(store: &dyn SchedulerStore, user: &str) -> usize {
    let filter = SessionFilter {
        whose: SessionsOf::Person(user.into()),
        from: None,
        to: None,
        state: None,
        after: None,
        limit: 10,
    };
    store.sessions().list(filter).await.unwrap().len()
}

pub(crate) async fn sch_183_gifts_that_cross_at_once_make_one_match(harness: StoreHarness) {
    crossings(harness, ROUNDS).await;
}

/// So many pairs give each other a special gift at once: sealed or not, with a time of both or without.
pub(crate) async fn crossings(mut harness: StoreHarness, rounds: usize) {
    let store = harness.store().await;
    for round in 0..rounds {
        let [ana, bo] = two_people(&store, round).await;
        let opens_in_ms = if round % 2 == 0 { HOUR_MS } else { 0 };
        let shares_a_time = round % 3 == 0;
        let his = if shares_a_time { HOUR_MS } else { 2 * HOUR_MS };
        let to_bo = [ana.clone(), bo.clone()];
        let to_ana = [bo.clone(), ana.clone()];
        let (one, other) = at_once(
            sends(Arc::clone(&store), to_bo, opens_in_ms, vec![HOUR_MS]),
            sends(Arc::clone(&store), to_ana, 0, vec![his]),
        )
        .await;
        one.outcome.unwrap();
        other.outcome.unwrap();
        let matches = store
            .matches()
            .list(ana.as_str().into(), None, 10)
            .await
            .unwrap();
        let [made] = &matches[..] else {
            panic!("round {round}: {matches:?}");
        };
        for giver in [&ana, &bo] {
            let given = gifts(&*store, giver, GiftBox::Sent).await;
            let [given] = &given[..] else {
                panic!("round {round}: {given:?}");
            };
            assert_eq!(given.opened_at, Some(NOW), "round {round}");
            assert_eq!(given.match_id.as_ref(), Some(&made.id), "round {round}");
        }
        let rooms = store
            .sessions()
            .rooms_of(bo.as_str().into(), 10)
            .await
            .unwrap();
        assert_eq!(rooms.len(), 1, "round {round}");
        assert_eq!(sessions_of(&*store, &ana).await, usize::from(shares_a_time));
        let open = store
            .matches()
            .open_proposals(vec![made.id.clone()])
            .await
            .unwrap();
        assert_eq!(open.len(), usize::from(!shares_a_time), "round {round}");
    }
}

/// The proposal of the first of a round's two, whose gifts have crossed.
async fn proposed(store: &Store, round: usize) -> ([UserId; 2], Proposal) {
    let [ana, bo] = two_people(store, round).await;
    let to_bo = [ana.clone(), bo.clone()];
    let to_ana = [bo.clone(), ana.clone()];
    sends(Arc::clone(store), to_ana, 0, vec![])
        .await
        .outcome
        .unwrap();
    sends(Arc::clone(store), to_bo, 0, vec![HOUR_MS])
        .await
        .outcome
        .unwrap();
    let (ana, bo) = (UserId::from(ana), UserId::from(bo));
    let made = store.matches().list(ana.clone(), None, 1).await.unwrap();
    let open = store
        .matches()
        .open_proposals(vec![made[0].id.clone()])
        .await
        .unwrap();
    ([ana, bo], open.into_iter().next().unwrap())
}

async fn accepts(store: Store, by: UserId, proposal: Proposal) -> MatchingExecuted<Proposal> {
    let at = NOW + HOUR_MS;
    commands::accept(&*store, &by, &proposal.id, at, NOW)
        .await
        .unwrap()
}

pub(crate) async fn sch_184_of_two_answers_at_once_one_counts(mut harness: StoreHarness) {
    let store = harness.store().await;
    for round in 0..ROUNDS / 10 {
        let ([ana, bo], proposal) = proposed(&store, round).await;
        let (own, withdrawn) = (Arc::clone(&store), proposal.clone());
        let author = ana.clone();
        let (accepted, withdrawn) = at_once(
            accepts(Arc::clone(&store), bo, proposal.clone()),
            async move {
                let withdrawing = commands::withdraw_proposal(&*own, &author, &withdrawn.id, NOW);
                withdrawing.await.unwrap()
            },
        )
        .await;
        let stored = store
            .matches()
            .find_proposal(proposal.id)
            .await
            .unwrap()
            .unwrap();
        let is_accepted = stored.state == ProposalState::Accepted;
        assert_eq!(accepted.outcome.is_ok(), is_accepted, "round {round}");
        assert_eq!(withdrawn.outcome.is_ok(), !is_accepted, "round {round}");
        assert_eq!(
            sessions_of(&*store, ana.as_str()).await,
            usize::from(is_accepted)
        );
    }
}

pub(crate) async fn sch_184_one_acceptance_that_comes_twice_at_once_books_once(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS / 10 {
        let ([ana, bo], proposal) = proposed(&store, round).await;
        let (one, other) = at_once(
            accepts(Arc::clone(&store), bo.clone(), proposal.clone()),
            accepts(Arc::clone(&store), bo, proposal),
        )
        .await;
        assert_eq!(
            one.outcome.unwrap(),
            other.outcome.unwrap(),
            "round {round}"
        );
        assert_eq!(sessions_of(&*store, ana.as_str()).await, 1, "round {round}");
    }
}

pub(crate) async fn sch_184_of_an_end_and_an_acceptance_at_once_no_session_stays(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS / 10 {
        let ([ana, bo], proposal) = proposed(&store, round).await;
        let (ending, of) = (Arc::clone(&store), proposal.match_id.clone());
        let (accepted, ended) = at_once(
            accepts(Arc::clone(&store), bo, proposal.clone()),
            async move { commands::end_match(&*ending, &ana, &of, NOW).await.unwrap() },
        )
        .await;
        ended.outcome.unwrap();
        let open = store
            .matches()
            .open_sessions(vec![proposal.match_id.clone()])
            .await
            .unwrap();
        assert!(open.is_empty(), "round {round}: {:?}", accepted.outcome);
        let left = store
            .matches()
            .open_proposals(vec![proposal.match_id])
            .await
            .unwrap();
        assert!(left.is_empty(), "round {round}");
    }
}

pub(crate) async fn sch_185_neither_a_peek_nor_the_last_gift_of_a_day_counts_twice(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS / 20 {
        let [ana, bo] = two_people(&store, round).await;
        let mut sent = Vec::new();
        for _ in 0..19 {
            let one = send(&*store, gift(&ana, &bo, "plain", HOUR_MS, &[])).await;
            sent.push(one.outcome.unwrap());
        }
        let last = |store: Store| {
            let command = gift(&ana, &bo, "plain", HOUR_MS, &[]);
            async move { send(&*store, command).await.outcome }
        };
        let (one, other) = at_once(last(Arc::clone(&store)), last(Arc::clone(&store))).await;
        assert!(
            one.is_ok() != other.is_ok(),
            "round {round}: {one:?} {other:?}"
        );
        let peek = |store: Store, at: usize| {
            let (user, id) = (UserId::from(bo.as_str()), sent[at].id.clone());
            async move {
                commands::peek(&*store, &user, &id, NOW)
                    .await
                    .unwrap()
                    .outcome
            }
        };
        let (one, other) = at_once(peek(Arc::clone(&store), 0), peek(Arc::clone(&store), 1)).await;
        let refused = [one, other].into_iter().filter_map(Result::err);
        let refused: Vec<_> = refused.collect();
        assert!(
            matches!(refused[..], [MatchingRefusal::NoPeeksLeft(_)]),
            "{refused:?}"
        );
    }
}

pub(crate) async fn sch_187_of_a_block_and_a_gift_that_would_cross_no_match_stays(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS / 10 {
        let [ana, bo] = two_people(&store, round).await;
        let to_bo = [ana.clone(), bo.clone()];
        let to_ana = [bo.clone(), ana.clone()];
        sends(Arc::clone(&store), to_bo, HOUR_MS, vec![HOUR_MS])
            .await
            .outcome
            .unwrap();
        let blocking = Arc::clone(&store);
        let (by, user) = (UserId::from(ana.as_str()), UserId::from(bo.as_str()));
        let (sent, blocked) = at_once(
            sends(Arc::clone(&store), to_ana, 0, vec![HOUR_MS]),
            async move { commands::block(&*blocking, &by, &user, NOW).await.unwrap() },
        )
        .await;
        sent.outcome.unwrap();
        blocked.outcome.unwrap();
        let matches = store
            .matches()
            .list(bo.as_str().into(), None, 10)
            .await
            .unwrap();
        assert!(matches.is_empty(), "round {round}: {matches:?}");
        assert!(sessions_of(&*store, &ana).await <= 1, "round {round}");
    }
}
