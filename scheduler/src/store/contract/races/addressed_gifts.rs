//! Gifts to addresses that cross when they come, mails that are counted, and keys that come twice at once.

use std::sync::Arc;

use scheduler_core::{MailKind, MatchCommand, MatchingRefusal, OwnedKey, check_match};
use serde_json::json;
use wire::{GiftKind, UserId};

use super::{ROUNDS, Store, at_once};
use crate::commands;
use crate::store::contract::addressed_gifts::{add_verified, send_to};
use crate::store::contract::harness::{NOW, StoreHarness};
use crate::store::contract::matching::{HOUR_MS, add_people, gift, gifts, send};
use crate::store::contract::reports::owned;
use crate::store::{GiftBox, SchedulerStore};

/// Two of a round who have shown their addresses, and a special gift of the first that waits for the other's.
async fn waiting(store: &Store, round: usize) -> [String; 2] {
    let [ana, bo] = [format!("ana-{round}"), format!("bo-{round}")];
    add_verified(&**store, &ana).await;
    add_verified(&**store, &bo).await;
    let two = [ana.as_str(), bo.as_str()];
    let opens_in_ms = if round.is_multiple_of(2) { HOUR_MS } else { 0 };
    let sent = send_to(&**store, two, GiftKind::Special, opens_in_ms, &[HOUR_MS]);
    sent.await.unwrap();
    [ana, bo]
}

async fn claims(store: Store, user: String) {
    let user = UserId::from(user);
    commands::claim_gifts_of(&*store, &user, NOW).await.unwrap();
}

async fn crossed_once(store: &dyn SchedulerStore, [ana, bo]: &[String; 2], round: usize) {
    let matches = store
        .matches()
        .list(ana.as_str().into(), None, 10)
        .await
        .unwrap();
    let [made] = &matches[..] else {
        panic!("round {round}: {matches:?}");
    };
    for giver in [ana, bo] {
        let given = gifts(store, giver, GiftBox::Sent).await;
        let [given] = &given[..] else {
            panic!("round {round}: {given:?}");
        };
        assert_eq!(given.opened_at, Some(NOW), "round {round}");
        assert_eq!(given.match_id.as_ref(), Some(&made.id), "round {round}");
    }
    let sessions = store.matches().open_sessions(vec![made.id.clone()]);
    assert_eq!(
        sessions.await.unwrap().len(),
        1,
        "round {round}: a time of both"
    );
}

pub(crate) async fn sch_229_two_claims_that_cross_at_once_make_one_match(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS {
        let [ana, bo] = waiting(&store, round).await;
        let back = [bo.as_str(), ana.as_str()];
        let sent = send_to(&*store, back, GiftKind::Special, HOUR_MS, &[HOUR_MS]);
        sent.await.unwrap();
        at_once(
            claims(Arc::clone(&store), ana.clone()),
            claims(Arc::clone(&store), bo.clone()),
        )
        .await;
        crossed_once(&*store, &[ana, bo], round).await;
    }
}

pub(crate) async fn sch_229_a_claim_and_a_gift_that_cross_at_once_make_one_match(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS {
        let [ana, bo] = waiting(&store, round).await;
        let (sending, to_ana) = (
            Arc::clone(&store),
            gift(&bo, &ana, "special", 0, &[HOUR_MS]),
        );
        let (sent, ()) = at_once(
            async move { send(&*sending, to_ana).await },
            claims(Arc::clone(&store), bo.clone()),
        )
        .await;
        sent.outcome.unwrap();
        crossed_once(&*store, &[ana, bo], round).await;
    }
}

pub(crate) async fn sch_229_a_gift_that_is_claimed_and_taken_back_at_once_is_one_of_both(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS / 10 {
        let [ana, bo] = waiting(&store, round).await;
        let given = store.addressed_gifts().list(ana.as_str().into(), None, 1);
        let id = given.await.unwrap().remove(0).id;
        let (taking, giver) = (Arc::clone(&store), UserId::from(ana.as_str()));
        let (taken, ()) = at_once(
            async move {
                let taken = commands::withdraw_gift(&*taking, &giver, &id, NOW).await;
                taken.unwrap().outcome
            },
            claims(Arc::clone(&store), bo.clone()),
        )
        .await;
        assert_eq!(taken, Ok(()), "round {round}: it is sealed either way");
        for (user, of) in [(&ana, GiftBox::Sent), (&bo, GiftBox::Received)] {
            assert!(gifts(&*store, user, of).await.is_empty(), "round {round}");
        }
    }
}

pub(crate) async fn sch_230_the_last_mail_of_a_day_is_not_sent_twice(mut harness: StoreHarness) {
    let store = harness.store().await;
    for round in 0..ROUNDS / 20 {
        let [ana, cy] = [format!("ana-{round}"), format!("cy-{round}")];
        add_verified(&*store, &ana).await;
        add_verified(&*store, &cy).await;
        let bo = format!("bo-{round}");
        for _ in 0..4 {
            let sent = send_to(&*store, [&ana, &bo], GiftKind::Plain, 0, &[]);
            sent.await.unwrap();
        }
        let sends = |from: String| {
            let (store, bo) = (Arc::clone(&store), bo.clone());
            async move { send_to(&*store, [&from, &bo], GiftKind::Plain, 0, &[]).await }
        };
        let (one, other) = at_once(sends(ana), sends(cy)).await;
        one.unwrap();
        other.unwrap();
        let due = store.mails().due(NOW, 1_000).await.unwrap();
        let to = format!("{bo}@example.org");
        let of_bo = due
            .iter()
            .filter(|one| one.mail.kind == MailKind::Gift && one.mail.to.text() == to);
        assert_eq!(of_bo.count(), 5, "round {round}");
    }
}

/// The id that two commands came to under one key, of which one was answered as before.
fn one_id(round: usize, answers: [Result<String, MatchingRefusal>; 2]) -> String {
    let mut made = Vec::new();
    let mut repeated = Vec::new();
    for answer in answers {
        match answer {
            Ok(id) => made.push(id),
            Err(MatchingRefusal::Repeated(before)) => repeated.push(before.id),
            Err(other) => panic!("round {round}: {other:?}"),
        }
    }
    assert_eq!(made.len(), 1, "round {round}");
    assert_eq!(made, repeated, "round {round}");
    made.remove(0)
}

pub(crate) async fn sch_231_a_key_that_comes_twice_at_once_makes_one_thing(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS / 10 {
        let [ana, bo] = [format!("ana-{round}"), format!("bo-{round}")];
        add_people(&*store, &[&ana, &bo]).await;
        let key = |what: &str| owned(&format!("{what}-{round}"), "a");
        let gives = |key: OwnedKey| {
            let (store, command) = (Arc::clone(&store), gift(&ana, &bo, "special", HOUR_MS, &[]));
            async move {
                let sent = commands::send_gift(&*store, command, Some(&key), NOW).await;
                sent.unwrap().outcome.map(|gift| gift.id.0)
            }
        };
        let (one, other) = at_once(gives(key("gift")), gives(key("gift"))).await;
        one_id(round, [one, other]);
        assert_eq!(gifts(&*store, &ana, GiftBox::Sent).await.len(), 1);

        let (of, people) = (format!("shop-{round}"), ["x", "y"]);
        let people = people.map(|id| json!({"external_id": id, "name": id}));
        let asked = serde_json::from_value(json!({"participants": people})).unwrap();
        let command = MatchCommand {
            application: of,
            people: check_match(asked).unwrap(),
        };
        let matches = |key: OwnedKey| {
            let (store, command) = (Arc::clone(&store), command.clone());
            async move {
                let made = commands::make_match(&*store, command, Some(&key), NOW).await;
                made.unwrap().outcome.map(|made| made.id.0)
            }
        };
        let (one, other) = at_once(matches(key("match")), matches(key("match"))).await;
        let id = one_id(round, [one, other]);

        let made = store.matches().find(id.into()).await.unwrap().unwrap();
        let by = made.participants[0].user_id.clone();
        let proposes = |key: OwnedKey| {
            let (store, by, id) = (Arc::clone(&store), by.clone(), made.id.clone());
            let asked = json!({"times": [NOW + HOUR_MS]});
            let asked = serde_json::from_value(asked).unwrap();
            let asked = scheduler_core::check_proposal(NOW, asked).unwrap();
            async move {
                let put = commands::propose(&*store, &by, &id, asked, Some(&key), NOW).await;
                put.unwrap().outcome.map(|proposal| proposal.id.0)
            }
        };
        let (one, other) = at_once(proposes(key("times")), proposes(key("times"))).await;
        one_id(round, [one, other]);
    }
}
