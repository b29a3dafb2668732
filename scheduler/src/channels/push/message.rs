//! What a push says, in the person's language.

use scheduler_core::unlinked;
use wire::{Notification, NotificationKind, PushMessage};

use crate::store::PushTarget;

/// A name may run from right to left: isolated, it leaves the text around it as it is (Unicode Standard Annex 9).
const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_DIRECTIONAL_ISOLATE: char = '\u{2069}';

/// A reminder says that a session is soon where it starts within this time, in milliseconds: an hour. The worker says when.
const SOON_MS: i64 = 3_600_000;

/// In Korean for who reads Korean, in English for everybody else. Names stand in it where the person allows that.
pub(super) fn of(notification: &Notification, key: &str, target: &PushTarget) -> PushMessage {
    let locale = target.locale.as_deref().unwrap_or_default();
    let is_korean = locale == "ko" || locale.starts_with("ko-");
    let name = notification.with.as_deref().filter(|_| target.preview);
    let name = name.map(|name| {
        let name = unlinked(name);
        format!("{FIRST_STRONG_ISOLATE}{name}{POP_DIRECTIONAL_ISOLATE}")
    });
    let name = name.as_deref();
    let group = name.filter(|_| notification.room_id.is_some());
    let title = match group {
        Some(group) => in_group(several_messages(notification), group, is_korean),
        None => title(notification, name, is_korean),
    };
    PushMessage {
        id: key.to_owned(),
        kind: notification.kind,
        lang: if is_korean { "ko" } else { "en" }.to_owned(),
        title,
        starts_at: notification.starts_at,
        session_id: notification.session_id.clone(),
        path: path(notification),
    }
}

fn title(notification: &Notification, name: Option<&str>, is_korean: bool) -> String {
    match (several_messages(notification), is_korean) {
        (Some(count), true) => korean_messages(count, name),
        (Some(count), false) => english_messages(count, name),
        (None, true) if is_far(notification) => korean_ahead(name),
        (None, false) if is_far(notification) => english_ahead(name),
        (None, true) => korean(notification.kind, name),
        (None, false) => english(notification.kind, name),
    }
}

/// How many messages wait, where it is more than one.
fn several_messages(notification: &Notification) -> Option<u64> {
    let is_unread = notification.kind == NotificationKind::MessageUnread;
    notification
        .count
        .map(u64::from)
        .filter(|count| is_unread && *count > 1)
}

/// True of a reminder that was due long before the start.
fn is_far(notification: &Notification) -> bool {
    let is_reminder = notification.kind == NotificationKind::SessionReminder;
    let starts_at = notification.starts_at;
    let is_far = starts_at.is_some_and(|at| at.since(notification.created_at) > SOON_MS);
    is_reminder && is_far
}

fn english_ahead(name: Option<&str>) -> String {
    match name {
        Some(name) => format!("You are going to meet {name}"),
        None => "You have a session ahead".to_owned(),
    }
}

fn korean_ahead(name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{name} 님과 만날 예정이에요"),
        None => "예정된 만남이 있어요".to_owned(),
    }
}

fn english_messages(count: u64, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{count} messages from {name} are waiting"),
        None => format!("{count} messages are waiting"),
    }
}

fn korean_messages(count: u64, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{name} 님의 글 {count}개를 아직 읽지 않았어요"),
        None => format!("아직 읽지 않은 글이 {count}개 있어요"),
    }
}

/// What waits in a group that has a name; of one without it is told as of anybody.
fn in_group(count: Option<u64>, group: &str, is_korean: bool) -> String {
    match (count, is_korean) {
        (Some(count), true) => format!("{group}에 아직 읽지 않은 글이 {count}개 있어요"),
        (None, true) => format!("{group}에 새 글이 있어요"),
        (Some(count), false) => format!("{count} messages are waiting in {group}"),
        (None, false) => format!("A message is waiting in {group}"),
    }
}

/// The page below the base of the web front end. A page of a join link has none: the worker finds it by the session.
fn path(notification: &Notification) -> String {
    match (&notification.session_id, notification.kind) {
        (Some(session), _) => format!("session/{}", session.as_str()),
        (None, NotificationKind::GiftReceived) => "gifts".to_owned(),
        (None, _) => String::new(),
    }
}

fn english(kind: NotificationKind, name: Option<&str>) -> String {
    use NotificationKind as Kind;
    match (kind, name) {
        (Kind::SessionReminder, Some(name)) => format!("You meet {name} soon"),
        (Kind::SessionReminder, None) => "Your session is soon".to_owned(),
        (Kind::SessionOpened, Some(name)) => format!("The room with {name} is open"),
        (Kind::SessionOpened, None) => "Your room is open".to_owned(),
        (Kind::SessionScheduled, Some(name)) => format!("You meet {name}"),
        (Kind::SessionScheduled, None) => "A session is booked".to_owned(),
        (Kind::SessionRescheduled, Some(name)) => {
            format!("Your session with {name} was moved")
        }
        (Kind::SessionRescheduled, None) => "Your session was moved".to_owned(),
        (Kind::SessionCancelled, Some(name)) => {
            format!("Your session with {name} was cancelled")
        }
        (Kind::SessionCancelled, None) => "Your session was cancelled".to_owned(),
        (Kind::SessionMissed, Some(name)) => format!("You and {name} did not meet"),
        (Kind::SessionMissed, None) => "Your session did not take place".to_owned(),
        (Kind::MatchCreated, Some(name)) => format!("You and {name} are matched"),
        (Kind::MatchCreated, None) => "You have a match".to_owned(),
        (Kind::GiftReceived, _) => "A gift has come for you".to_owned(),
        (Kind::ProposalReceived, Some(name)) => format!("{name} proposes times"),
        (Kind::ProposalReceived, None) => "Times are proposed to you".to_owned(),
        (Kind::ProposalAnswered, Some(name)) => format!("{name} has answered your proposal"),
        (Kind::ProposalAnswered, None) => "Your proposal was answered".to_owned(),
        (Kind::MessageUnread, Some(name)) => format!("{name} has written to you"),
        (Kind::MessageUnread, None) => "A message is waiting".to_owned(),
    }
}

fn korean(kind: NotificationKind, name: Option<&str>) -> String {
    use NotificationKind as Kind;
    match (kind, name) {
        (Kind::SessionReminder, Some(name)) => format!("곧 {name} 님과 만나요"),
        (Kind::SessionReminder, None) => "곧 만날 시간이에요".to_owned(),
        (Kind::SessionOpened, Some(name)) => format!("{name} 님과 만날 방이 열렸어요"),
        (Kind::SessionOpened, None) => "만날 방이 열렸어요".to_owned(),
        (Kind::SessionScheduled, Some(name)) => format!("{name} 님과 만나요"),
        (Kind::SessionScheduled, None) => "만날 약속이 잡혔어요".to_owned(),
        (Kind::SessionRescheduled, Some(name)) => {
            format!("{name} 님과의 만남이 옮겨졌어요")
        }
        (Kind::SessionRescheduled, None) => "만날 시간이 옮겨졌어요".to_owned(),
        (Kind::SessionCancelled, Some(name)) => {
            format!("{name} 님과 만나기로 한 약속이 취소됐어요")
        }
        (Kind::SessionCancelled, None) => "만나기로 한 약속이 취소됐어요".to_owned(),
        (Kind::SessionMissed, Some(name)) => format!("{name} 님과 만나지 못했어요"),
        (Kind::SessionMissed, None) => "약속한 만남이 이루어지지 않았어요".to_owned(),
        (Kind::MatchCreated, Some(name)) => format!("{name} 님과 짝이 되었어요"),
        (Kind::MatchCreated, None) => "새로운 짝이 생겼어요".to_owned(),
        (Kind::GiftReceived, _) => "선물이 왔어요".to_owned(),
        (Kind::ProposalReceived, Some(name)) => format!("{name} 님이 시간을 제안했어요"),
        (Kind::ProposalReceived, None) => "제안받은 시간이 있어요".to_owned(),
        (Kind::ProposalAnswered, Some(name)) => format!("{name} 님이 제안에 답했어요"),
        (Kind::ProposalAnswered, None) => "보낸 제안에 답이 왔어요".to_owned(),
        (Kind::MessageUnread, Some(name)) => format!("{name} 님이 글을 남겼어요"),
        (Kind::MessageUnread, None) => "새 글이 있어요".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::PushEndpoint;

    const KINDS: [&str; 11] = [
        "session_reminder",
        "session_opened",
        "session_scheduled",
        "session_rescheduled",
        "session_cancelled",
        "session_missed",
        "match_created",
        "gift_received",
        "proposal_received",
        "proposal_answered",
        "message_unread",
    ];

    fn told(kind: &str, locale: Option<&str>, preview: bool) -> PushMessage {
        let notification = json!({
            "id": "n", "kind": kind, "created_at": 1, "session_id": "s-1", "starts_at": 7, "with": "Canary",
        });
        let notification = serde_json::from_value(notification).unwrap();
        of(&notification, "key-1", &target(locale, preview))
    }

    fn target(locale: Option<&str>, preview: bool) -> PushTarget {
        PushTarget {
            endpoint: PushEndpoint {
                url: "https://push.example/a".into(),
                p256dh: String::new(),
                auth: "".into(),
                expires_at: None,
                vapid_key: Some("our key".to_owned()),
            },
            locale: locale.map(str::to_owned),
            preview,
        }
    }

    #[test]
    fn sch_287_a_push_names_nobody_where_its_person_wants_no_names() {
        for kind in KINDS {
            for locale in ["en", "ko"] {
                let without = told(kind, Some(locale), false);
                let text = serde_json::to_string(&without).unwrap();
                assert!(!text.contains("Canary"), "{text}");
                assert!(!without.title.is_empty());
                let with = told(kind, Some(locale), true);
                let names = with.title.contains("\u{2068}Canary\u{2069}");
                assert_eq!(names, kind != "gift_received", "{}", with.title);
            }
        }
    }

    #[test]
    fn sch_398_a_reminder_far_ahead_does_not_say_that_it_is_soon() {
        let reminder = |starts_at: i64| -> Notification {
            serde_json::from_value(json!({
                "id": "n", "kind": "session_reminder", "created_at": 1, "starts_at": starts_at,
            }))
            .unwrap()
        };
        assert!(!is_far(&reminder(1 + SOON_MS)));
        assert!(is_far(&reminder(2 + SOON_MS)));
        let [said, titled] =
            ["en", "ko"].map(|locale| told("session_reminder", Some(locale), true));
        assert!(said.title.contains("soon") && titled.title.starts_with('곧'));
        for ahead in [english_ahead(Some("Bo")), korean_ahead(Some("Bo"))] {
            assert!(ahead.contains("Bo") && !ahead.contains("soon") && !ahead.contains('곧'));
        }
    }

    #[test]
    fn sch_401_a_name_is_no_link_on_a_lock_screen() {
        let target = target(None, true);
        let mut told: Notification =
            serde_json::from_value(json!({"id": "n", "kind": "match_created", "created_at": 1}))
                .unwrap();
        told.with = Some("Bo http://evil.example".to_owned());
        let title = of(&told, "k", &target).title;
        assert!(title.contains("Bo http: //evil. example"), "{title}");
    }

    #[test]
    fn sch_287_messages_that_wait_are_counted() {
        let waiting = |count| Notification {
            count,
            with: Some("Bo".to_owned()),
            ..serde_json::from_value(
                json!({ "id": "n", "kind": "message_unread", "created_at": 1 }),
            )
            .unwrap()
        };
        assert_eq!(several_messages(&waiting(None)), None);
        assert_eq!(several_messages(&waiting(Some(1))), None);
        assert_eq!(several_messages(&waiting(Some(3))), Some(3));
        assert_eq!(english_messages(3, None), "3 messages are waiting");
        assert!(korean_messages(3, Some("Bo")).contains("3개"));
    }

    #[test]
    fn sch_444_a_push_of_a_group_says_its_name_alone_and_none_where_none_is_to_be_seen() {
        let waiting = |count, name: Option<&str>, locale, preview| {
            let told = Notification {
                count,
                with: name.map(str::to_owned),
                ..serde_json::from_value(json!({
                    "id": "n", "kind": "message_unread", "created_at": 1, "room_id": "r",
                }))
                .unwrap()
            };
            let title = of(&told, "k", &target(Some(locale), preview)).title;
            title.replace([FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE], "")
        };
        let named = |count, locale| waiting(count, Some("Hiking"), locale, true);
        assert_eq!(named(Some(1), "en"), "A message is waiting in Hiking");
        assert_eq!(named(Some(3), "en"), "3 messages are waiting in Hiking");
        assert_eq!(named(None, "ko"), "Hiking에 새 글이 있어요");
        let three = named(Some(3), "ko");
        assert_eq!(three, "Hiking에 아직 읽지 않은 글이 3개 있어요");
        for unnamed in [
            waiting(Some(3), None, "en", true),
            waiting(Some(3), Some("Hiking"), "en", false),
        ] {
            assert_eq!(unnamed, "3 messages are waiting");
        }
    }

    #[test]
    fn sch_287_a_push_is_in_the_persons_language() {
        for (locale, lang) in [
            (Some("ko"), "ko"),
            (Some("ko-KR"), "ko"),
            (Some("kok"), "en"),
            (Some("fr-CA"), "en"),
            (None, "en"),
        ] {
            let message = told("session_reminder", locale, true);
            assert_eq!(message.lang, lang, "{locale:?}");
            assert_eq!(message.id, "key-1");
            assert_eq!(message.path, "session/s-1");
        }
    }
}
