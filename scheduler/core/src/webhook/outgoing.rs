//! Which events leave us for an application's back end, and with what data. It is a list of what may go: whatever is not
//! on it stays between the services.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::{
    Event, EventType, FeedbackFact, MatchFact, MessageUnread, ReminderFact, RoomFact,
    SessionBooked, SessionFact,
};

use crate::account::{LEFT, PEOPLE};
use crate::commands::SOURCE;
use crate::delivery::OutgoingEvent;
use crate::session::BookedSession;
use crate::timeline::TimelineEntry;

/// True for what an endpoint may ask for.
pub(crate) fn is_outgoing(kind: EventType) -> bool {
    match kind {
        EventType::SessionScheduled
        | EventType::SessionRescheduled
        | EventType::SessionCancelled
        | EventType::SessionReminded
        | EventType::SessionOpened
        | EventType::SessionJoined
        | EventType::SessionLeft
        | EventType::SessionLive
        | EventType::SessionExtended
        | EventType::SessionEnded
        | EventType::SessionNoShow
        | EventType::SessionFeedback
        | EventType::MatchCreated
        | EventType::MatchEnded
        | EventType::RoomOpened
        | EventType::RoomChanged
        | EventType::RoomClosed
        | EventType::MessageUnread
        | EventType::UserKicked => true,
        // Between people with accounts, who have no application; between the services; and for operators.
        EventType::GiftReceived
        | EventType::GiftOpened
        | EventType::ProposalCreated
        | EventType::ProposalAnswered
        | EventType::SessionReminderMissed
        | EventType::ApplicationChanged
        | EventType::UserBlocked
        | EventType::PersonChanged
        | EventType::UserErased
        | EventType::OperatorAction => false,
    }
}

/// The event as the endpoints of `application`, whose session, match or room it is about, are told of it; `None` where
/// they are not. Fields that this version does not know stay here.
pub(crate) fn outgoing(application: &str, event: &Event) -> Option<OutgoingEvent> {
    let kind = EventType::from_name(&event.kind)?;
    if application == PEOPLE || application == LEFT || !is_outgoing(kind) {
        return None;
    }
    let event = Event {
        data: known_data(kind, &event.data)?,
        ..event.clone()
    };
    Some(OutgoingEvent {
        application: application.to_owned(),
        event,
    })
}

/// The same of what stands in the timeline of a session and is no event between the services.
pub(crate) fn outgoing_entry(
    session: &BookedSession,
    entry: &TimelineEntry,
) -> Option<OutgoingEvent> {
    if session.application == PEOPLE || !is_outgoing(entry.item.kind) {
        return None;
    }
    let data = serde_json::to_value(&entry.item).expect("an entry has only plain fields");
    let event = Event {
        id: entry.id.clone(),
        kind: entry.item.kind.name().to_owned(),
        occurred_at: entry.item.at,
        source: SOURCE.to_owned(),
        subject: entry.session.to_string(),
        revision: entry.item.revision,
        data: known_data(entry.item.kind, &data)?,
    };
    Some(OutgoingEvent {
        application: session.application.clone(),
        event,
    })
}

fn known_data(kind: EventType, data: &Value) -> Option<Value> {
    match kind {
        EventType::SessionScheduled
        | EventType::SessionRescheduled
        | EventType::SessionCancelled => only_fields_of::<SessionBooked>(data),
        EventType::SessionReminded => only_fields_of::<ReminderFact>(data),
        EventType::SessionFeedback => only_fields_of::<FeedbackFact>(data),
        EventType::MatchCreated | EventType::MatchEnded => only_fields_of::<MatchFact>(data),
        EventType::RoomOpened | EventType::RoomChanged | EventType::RoomClosed => {
            only_fields_of::<RoomFact>(data)
        }
        EventType::MessageUnread => only_fields_of::<MessageUnread>(data),
        _ => only_fields_of::<SessionFact>(data),
    }
}

fn only_fields_of<T: Serialize + DeserializeOwned>(data: &Value) -> Option<Value> {
    let known: T = serde_json::from_value(data.clone()).ok()?;
    serde_json::to_value(known).ok()
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;
    use wire::UnixMs;

    use super::*;
    use crate::booking::tests::NOW;
    use crate::ids::NewId;
    use crate::settlement::tests::{counted, session};
    use crate::timeline::ReminderEntry;

    pub(crate) fn event(kind: &str, data: Value) -> Event {
        Event {
            id: "e".to_owned(),
            kind: kind.to_owned(),
            occurred_at: NOW,
            source: "signaling".to_owned(),
            subject: "s".to_owned(),
            revision: None,
            data,
        }
    }

    #[test]
    fn sch_295_only_what_is_listed_goes_out_and_only_to_an_application() {
        let joined = event("session.joined", json!({"user_id": "u", "secret": "x"}));
        let told = outgoing("shop", &joined).unwrap();
        assert_eq!(told.application, "shop");
        assert_eq!((told.event.id.as_str(), told.event.occurred_at), ("e", NOW));
        assert_eq!(
            told.event.data,
            json!({"user_id": "u"}),
            "known fields alone"
        );
        assert_eq!(outgoing(PEOPLE, &joined), None, "of people with accounts");
        assert_eq!(outgoing(LEFT, &joined), None);
        for inside in [
            "user.blocked",
            "node.summary",
            "operator.action",
            "gift.received",
        ] {
            assert_eq!(
                outgoing("shop", &event(inside, json!({}))),
                None,
                "{inside}"
            );
        }
    }

    #[test]
    fn sch_295_no_words_of_people_go_out() {
        let said = event(
            "session.feedback",
            json!({"user_id": "u", "score": 2, "text": "Hm."}),
        );
        let told = outgoing("shop", &said).unwrap();
        assert_eq!(told.event.data, json!({"user_id": "u", "score": 2}));
        let unread = json!({"room_id": "r", "user_id": "u", "from": "v", "seq": 3, "message_id": "m", "body": "Hi"});
        let told = outgoing("shop", &event("message.unread", unread)).unwrap();
        assert!(told.event.data.get("body").is_none());
        assert_eq!(
            outgoing("shop", &event("session.feedback", json!({}))),
            None
        );
    }

    #[test]
    fn sch_296_a_reminder_goes_out_under_the_id_of_its_entry() {
        let session = session();
        let [ana, _] = session.users();
        let new_id: NewId<'_> = &mut counted();
        let entry = |missed| {
            let entry = ReminderEntry {
                id: "e".to_owned(),
                session: session.id.clone(),
                revision: 3,
                before_ms: 300_000,
                user: Some(ana.clone()),
                missed,
            };
            entry.at(UnixMs(5))
        };
        let told = outgoing_entry(&session, &entry(None)).unwrap().event;
        assert_eq!(
            (told.kind.as_str(), told.id.as_str()),
            ("session.reminded", "e")
        );
        assert_eq!((told.revision, told.occurred_at), (Some(3), UnixMs(5)));
        assert_eq!(told.data, json!({"user_id": ana, "before_ms": 300_000}));
        let missed = entry(Some(crate::job::MissReason::SessionStarted));
        assert_eq!(outgoing_entry(&session, &missed), None);
        let _ = new_id();
    }
}
