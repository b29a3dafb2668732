//! What a store must do about feedback.

use scheduler_core::{BookedSession, CheckedFeedback, Feedback, FeedbackRefusal, check_feedback};
use wire::{EndReason, GiveFeedback, SessionFact, SessionId, UnixMs, UserId};

use super::harness::{NOW, StoreHarness, event};
use crate::commands::{FeedbackOutcome, give_feedback};

fn said(score: i64, text: Option<&str>) -> CheckedFeedback {
    let text = text.map(str::to_owned);
    check_feedback(&GiveFeedback { score, text }).unwrap()
}

async fn give(
    harness: &mut StoreHarness,
    session: &SessionId,
    (user, said): (&UserId, CheckedFeedback),
    now: UnixMs,
) -> FeedbackOutcome {
    let store = harness.store().await;
    let given = give_feedback(&*store, (session, user), &said, now).await;
    given.unwrap()
}

async fn of_session(harness: &mut StoreHarness, session: &BookedSession) -> Vec<Feedback> {
    let store = harness.store().await;
    let found = store.feedback().of_session(session.id.clone()).await;
    found.unwrap()
}

pub(crate) async fn sch_247_feedback_is_read_back_as_it_was_said_last(mut harness: StoreHarness) {
    let session = harness.booked().await;
    let [ana, bo] = session.users();
    let early = give(&mut harness, &session.id, (&ana, said(5, None)), NOW).await;
    let not_over = FeedbackOutcome::Refused(FeedbackRefusal::NotOver);
    assert_eq!(early, not_over);
    let ended = SessionFact {
        reason: Some(EndReason::Completed),
        ..SessionFact::default()
    };
    let ended = event("e", "session.ended", session.id.as_str(), &ended);
    harness.take(vec![ended]).await;

    let words = "\u{1f600} 'Well'";
    give(&mut harness, &session.id, (&ana, said(5, Some(words))), NOW).await;
    give(&mut harness, &session.id, (&bo, said(1, None)), NOW + 1).await;
    let changed = give(&mut harness, &session.id, (&bo, said(2, None)), NOW + 2).await;
    let mut found = of_session(&mut harness, &session).await;
    found.sort_by_key(|feedback| feedback.given_at);
    let [of_ana, of_bo] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!((of_ana.score, of_ana.text.as_deref()), (5, Some(words)));
    assert_eq!((&of_ana.user, of_ana.changed_at), (&ana, None));
    assert_eq!((of_bo.score, of_bo.given_at), (2, NOW + 1));
    assert_eq!((of_bo.changed_at, of_bo.revision), (Some(NOW + 2), 2));
    assert_eq!(changed, FeedbackOutcome::Done(Box::new(of_bo.clone())));
    let nowhere = give(&mut harness, &"none".into(), (&ana, said(5, None)), NOW).await;
    assert_eq!(nowhere, FeedbackOutcome::Gone);
}
