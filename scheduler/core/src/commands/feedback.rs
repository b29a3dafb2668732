//! One of the two says how a session was.

use wire::{Event, EventType, FeedbackFact, SessionState, UnixMs, UserId};

use super::SOURCE;
use crate::effects::Effects;
use crate::feedback::{CheckedFeedback, Feedback};
use crate::ids::NewId;
use crate::session::BookedSession;
use crate::webhook::outgoing;

/// How long it may be changed, in milliseconds: a day.
const CHANGEABLE_MS: i64 = 86_400_000;
/// How often it may be changed: each time the application is told.
const MAX_CHANGES: u64 = 20;

/// Why nothing can be said, or be said again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedbackRefusal {
    /// It is not over.
    NotOver,
    /// It was called off before it began.
    NeverHeld,
    /// A day has passed since it was said.
    Final,
    /// It was changed too often; until it is final, so many milliseconds.
    TooOften(u64),
}

/// Says it, in place of what they said `before`; the application is told where it is something else.
///
/// # Errors
/// Why nothing can be said now.
pub fn give_feedback(
    now: UnixMs,
    session: &BookedSession,
    user: &UserId,
    before: Option<Feedback>,
    said: CheckedFeedback,
    new_id: NewId<'_>,
) -> Result<(Feedback, Effects), FeedbackRefusal> {
    if session.over(now).is_none() {
        return Err(FeedbackRefusal::NotOver);
    }
    let is_cancelled = session.state(now) == SessionState::Cancelled;
    if is_cancelled && session.record.started_at().is_none() {
        return Err(FeedbackRefusal::NeverHeld);
    }
    let feedback = match before {
        None => Feedback {
            session: session.id.clone(),
            user: user.clone(),
            score: said.score,
            text: said.text,
            given_at: now,
            changed_at: None,
            revision: 1,
        },
        Some(before) if before.score == said.score && before.text == said.text => {
            return Ok((before, Effects::default()));
        }
        Some(before) => changed(now, before, said)?,
    };
    let event = event(now, &feedback, new_id);
    let effects = Effects {
        outgoing: outgoing(&session.application, &event).into_iter().collect(),
        events: vec![event],
        feedback: Some(feedback.clone()),
        ..Effects::default()
    };
    Ok((feedback, effects))
}

fn changed(
    now: UnixMs,
    before: Feedback,
    said: CheckedFeedback,
) -> Result<Feedback, FeedbackRefusal> {
    let left_ms = CHANGEABLE_MS - now.since(before.given_at);
    if left_ms <= 0 {
        return Err(FeedbackRefusal::Final);
    }
    if before.revision > MAX_CHANGES {
        return Err(FeedbackRefusal::TooOften(left_ms.unsigned_abs()));
    }
    Ok(Feedback {
        score: said.score,
        text: said.text,
        changed_at: Some(now),
        revision: before.revision + 1,
        ..before
    })
}

fn event(now: UnixMs, feedback: &Feedback, new_id: NewId<'_>) -> Event {
    let fact = FeedbackFact {
        user_id: feedback.user.clone(),
        score: feedback.score,
    };
    Event {
        id: new_id(),
        kind: EventType::SessionFeedback.name().to_owned(),
        occurred_at: now,
        source: SOURCE.to_owned(),
        subject: feedback.session.to_string(),
        revision: None,
        data: serde_json::to_value(fact).expect("it has only plain fields"),
    }
}

#[cfg(test)]
mod tests {
    use wire::EndReason;

    use super::*;
    use crate::booking::tests::NOW;
    use crate::feedback::tests::said;
    use crate::record::Fact;
    use crate::settlement::tests::{counted, session};

    fn ended() -> BookedSession {
        let mut session = session();
        let fact = Fact::Ended {
            reason: EndReason::Completed,
            absent: None,
        };
        session.record.note(NOW, fact);
        session
    }

    fn give(
        now: UnixMs,
        session: &BookedSession,
        before: Option<Feedback>,
        said: CheckedFeedback,
    ) -> Result<(Feedback, Effects), FeedbackRefusal> {
        let [ana, _] = session.users();
        give_feedback(now, session, &ana, before, said, &mut counted())
    }

    #[test]
    fn sch_246_nothing_is_said_of_what_is_not_over_or_never_was() {
        let mut session = session();
        let refused = give(NOW, &session, None, said(5, None)).unwrap_err();
        assert_eq!(refused, FeedbackRefusal::NotOver);
        session.cancelled = true;
        let refused = give(NOW, &session, None, said(5, None)).unwrap_err();
        assert_eq!(refused, FeedbackRefusal::NeverHeld);
        let live = Fact::Live {
            started_at: NOW,
            deadline_at: NOW + 1,
        };
        session.record.note(NOW, live);
        assert!(give(NOW, &session, None, said(5, None)).is_ok(), "it began");
    }

    #[test]
    fn sch_247_it_is_said_once_and_changed_for_a_day() {
        let session = ended();
        let (first, effects) = give(NOW, &session, None, said(4, Some("Well"))).unwrap();
        assert_eq!(effects.feedback.as_ref(), Some(&first));
        let [event] = effects.events.as_slice() else {
            panic!("{effects:?}");
        };
        assert_eq!(event.kind, "session.feedback");
        assert_eq!(event.subject, session.id.to_string());
        assert_eq!(event.data["score"], 4);
        assert!(event.data.get("text").is_none(), "the words stay here");

        let same = give(
            NOW + 5,
            &session,
            Some(first.clone()),
            said(4, Some("Well")),
        );
        assert_eq!(same.unwrap(), (first.clone(), Effects::default()));
        let later = NOW + CHANGEABLE_MS - 1;
        let (second, _) = give(later, &session, Some(first.clone()), said(2, None)).unwrap();
        assert_eq!((second.score, second.revision), (2, 2));
        assert_eq!((second.given_at, second.changed_at), (NOW, Some(later)));
        let late = give(later + 1, &session, Some(first), said(1, None));
        assert_eq!(late.unwrap_err(), FeedbackRefusal::Final);
    }

    #[test]
    fn sch_247_it_is_changed_twenty_times_at_most() {
        let session = ended();
        let mut before = None;
        for score in (1..=2).cycle().take(21) {
            before = Some(give(NOW, &session, before, said(score, None)).unwrap().0);
        }
        let refused = give(NOW + 1, &session, before, said(5, None)).unwrap_err();
        assert_eq!(refused, FeedbackRefusal::TooOften(86_399_999));
    }
}
