//! The events that an application's endpoints are posted, with what comes with each. Which may go is said by
//! `scheduler_core`; a test holds the two together.

use service::describe::DescribedEvent;
use wire::EventType::{
    MatchCreated, MatchEnded, MessageUnread as Unread, RoomChanged, RoomClosed, RoomOpened,
    SessionCancelled, SessionEnded, SessionExtended, SessionFeedback, SessionJoined, SessionLeft,
    SessionLive, SessionNoShow, SessionOpened, SessionReminded, SessionRescheduled,
    SessionScheduled, UserKicked,
};
use wire::{
    FeedbackFact, MatchFact, MessageUnread, ReminderFact, RoomFact, SessionBooked, SessionFact,
    WEBHOOK_TEST,
};

pub(super) fn all() -> Vec<DescribedEvent> {
    [bookings(), lives(), rooms()].concat()
}

fn bookings() -> Vec<DescribedEvent> {
    vec![
        DescribedEvent::of::<SessionBooked>(SessionScheduled.name(), "A session was booked."),
        DescribedEvent::of::<SessionBooked>(
            SessionRescheduled.name(),
            "A booked session was moved or changed.",
        ),
        DescribedEvent::of::<SessionBooked>(
            SessionCancelled.name(),
            "A booked session was called off.",
        ),
        DescribedEvent::of::<ReminderFact>(SessionReminded.name(), "A reminder went out."),
        DescribedEvent::of::<SessionFact>(SessionOpened.name(), "The lobby opened.").with(&[], &[]),
        DescribedEvent::of::<FeedbackFact>(
            SessionFeedback.name(),
            "One of the two said how it was; the words are read of the session.",
        ),
        DescribedEvent::of::<SessionFact>(WEBHOOK_TEST, "An endpoint was tried.").with(&[], &[]),
    ]
}

fn lives() -> Vec<DescribedEvent> {
    let fact = DescribedEvent::of::<SessionFact>;
    vec![
        fact(SessionJoined.name(), "One came in.").with(&["user_id"], &[]),
        fact(SessionLeft.name(), "A participant left for good.").with(&["user_id", "how"], &[]),
        fact(SessionLive.name(), "The clock started.").with(&["started_at", "deadline_at"], &[]),
        fact(SessionExtended.name(), "The deadline moved.")
            .with(&["deadline_at", "extensions_left"], &[]),
        fact(SessionEnded.name(), "It is over.").with(&["reason"], &["absent", "evidence"]),
        fact(SessionNoShow.name(), "Somebody never came.").with(&["absent"], &["evidence"]),
        fact(UserKicked.name(), "One was removed by an operator.").with(&["user_id"], &[]),
    ]
}

fn rooms() -> Vec<DescribedEvent> {
    vec![
        DescribedEvent::of::<MatchFact>(MatchCreated.name(), "Two people were matched."),
        DescribedEvent::of::<MatchFact>(MatchEnded.name(), "A match is over."),
        DescribedEvent::of::<RoomFact>(RoomOpened.name(), "A room is there, for these members."),
        DescribedEvent::of::<RoomFact>(
            RoomChanged.name(),
            "A room has other members, or another name.",
        ),
        DescribedEvent::of::<RoomFact>(RoomClosed.name(), "A room takes no more messages."),
        DescribedEvent::of::<MessageUnread>(
            Unread.name(),
            "A message that nobody was there to take.",
        ),
    ]
}
