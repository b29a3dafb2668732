//! What a store must do about the questions of sessions.

use std::collections::BTreeSet;

use scheduler_core::{BookedSession, QUESTIONS_PER_SESSION, pair};
use wire::{QuestionLocale, SessionId};

use super::harness::{NOW, StoreHarness, booking, done, moved};
use crate::commands::question_at;
use crate::store::{StoreError, UnitOfWork};

impl StoreHarness {
    async fn ask(&mut self, session: &SessionId, position: u32, random: u64) -> Option<String> {
        let store = self.store().await;
        let given = question_at(&*store, session, position, random).await;
        given.unwrap().map(|question| question.id.clone())
    }
}

async fn erase(mut work: Box<dyn UnitOfWork>, session: &BookedSession) -> Result<(), StoreError> {
    work.sessions().erase(&session.id).await?;
    work.commit().await
}

pub(crate) async fn sch_161_a_place_of_a_session_keeps_its_question(mut harness: StoreHarness) {
    let session = harness.booked().await;
    let last = QUESTIONS_PER_SESSION - 1;
    let first = harness.ask(&session.id, 0, 7).await.unwrap();
    let skipped = harness.ask(&session.id, last, 7).await.unwrap();
    assert_ne!(first, skipped);
    // Whatever is drawn, and after the booking was changed.
    done(harness.change(moved(&session, 1), NOW + 1).await);
    for random in [0, 8, u64::MAX] {
        assert_eq!(harness.ask(&session.id, 0, random).await.unwrap(), first);
        assert_eq!(
            harness.ask(&session.id, last, random).await.unwrap(),
            skipped
        );
    }
    assert_eq!(harness.ask(&"nobody's".into(), 0, 7).await, None);

    // It goes with its session, and nothing of the pair is left.
    let store = harness.store().await;
    erase(store.begin().await.unwrap(), &session).await.unwrap();
    let mut work = store.begin().await.unwrap();
    assert_eq!(
        work.questions().times_had(&pair(&session)).await.unwrap(),
        []
    );
}

pub(crate) async fn sch_162_a_pair_has_none_again_before_it_had_all_over_all_of_its_sessions(
    mut harness: StoreHarness,
) {
    let one = harness.booked().await;
    let mut swapped = booking("shop", None);
    swapped.booking.people.reverse();
    let other = done(harness.book(swapped).await).0;
    let strangers = super::harness::booking_of("shop", ["ana", "cy"], None);
    let strangers = done(harness.book(strangers).await).0;

    let mut had = BTreeSet::new();
    let all = catalog_size();
    // On one opening of the store: there are many.
    let store = harness.store().await;
    for number in 0..all {
        let session = if number % 2 == 0 { &one } else { &other };
        let given = question_at(&*store, &session.id, number, 5).await.unwrap();
        let given = given.unwrap().id.clone();
        assert!(had.insert(given.clone()), "{given} came again");
    }
    drop(store);
    let again = harness.ask(&other.id, all, 5).await.unwrap();
    assert!(had.contains(&again));
    // What two have had is nothing to another two.
    let first = harness.ask(&strangers.id, 0, 5).await.unwrap();
    let question = scheduler_core::question(&first).unwrap();
    assert!(!question.text(QuestionLocale::Ko).is_empty());
    let store = harness.store().await;
    let mut work = store.begin().await.unwrap();
    let counted = work.questions().times_had(&pair(&one)).await.unwrap();
    assert_eq!(counted.len(), had.len());
    assert_eq!(counted.iter().map(|(_, times)| times).sum::<u32>(), all + 1);
}

/// How many questions there are: their numbers have no gap.
fn catalog_size() -> u32 {
    let is_there = |number: &u32| scheduler_core::question(&format!("q{number}")).is_some();
    (1..).take_while(is_there).last().unwrap_or_default()
}
