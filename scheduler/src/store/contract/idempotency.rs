//! What a store must do about idempotency keys.

use scheduler_core::{CommandOutcome, SweptTable};

use super::harness::{NOW, StoreHarness, booking, done, key};
use crate::commands::sweep;

pub(crate) async fn sch_71_a_key_stands_for_its_first_command(mut harness: StoreHarness) {
    let first = done(harness.book(booking("shop", Some(key("k", "a")))).await).0;
    let again = harness.book(booking("shop", Some(key("k", "a")))).await;
    let repeated = CommandOutcome::Repeated {
        session: Box::new(first),
        at: NOW,
    };
    assert_eq!(again.outcome, repeated);
    let other = harness.book(booking("shop", Some(key("k", "b")))).await;
    assert_eq!(other.outcome, CommandOutcome::KeyReused);
    let store = harness.store().await;
    let answers = store.idempotency();
    let known = answers.find("shop".into(), key("k", "a")).await.unwrap();
    assert_eq!(known.unwrap().key, key("k", "a"));
    for (cutoff, swept) in [(NOW, 0), (NOW + 1, 1)] {
        let done = sweep(&*store, SweptTable::Idempotency, cutoff, 500).await;
        assert_eq!(done.unwrap(), swept);
    }
    drop(store);
    done(harness.book(booking("shop", Some(key("k", "b")))).await);
}
