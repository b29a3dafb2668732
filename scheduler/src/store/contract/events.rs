//! What a store must do about events of other services.

use wire::{SessionFact, SessionState};

use super::harness::{NOW, START_IN_MS, StoreHarness, event};

pub(crate) async fn sch_77_facts_count_once_and_in_any_order(mut harness: StoreHarness) {
    let session = harness.booked().await;
    let subject = session.id.as_str();
    let live = SessionFact {
        started_at: Some(NOW),
        deadline_at: Some(NOW + 60_000),
        ..SessionFact::default()
    };
    let joined = SessionFact {
        user_id: Some(session.users()[0].clone()),
        ..SessionFact::default()
    };
    let facts = [
        event("1", "session.joined", subject, &joined),
        event("2", "session.live", subject, &live),
    ];
    let mut reversed: Vec<_> = facts.iter().rev().cloned().collect();
    reversed.extend(facts.clone());
    harness.take(reversed).await;
    harness.take(facts.to_vec()).await;
    let after = harness.find(&session.id).await.unwrap();
    assert_eq!(after.state(NOW), SessionState::Live);
    assert_eq!(after.record.joined_at(&session.users()[0]), [NOW]);
    let claimed = harness.claim_batch(NOW + START_IN_MS).await;
    assert_eq!(claimed.source_watermark, Some(NOW));
}
