//! Who is told that somebody is there, is away or types, and after what grace.

use wire::ErrorCode;
use wire::chat::{AskPresence, ChatClientFrame, ChatServerFrame, PresenceState, SetStatus, Typing};

use crate::frames::{at, errors, kinds};
use crate::harness::Harness;

#[test]
fn cht_24_presence_is_told_with_a_grace_for_the_lost() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let ann = chat.hello("ann");
    let bo = chat.hello("bo");
    assert_eq!(
        chat.presences(ann),
        [("bo".to_owned(), PresenceState::Online)]
    );
    assert_eq!(
        chat.presences(bo),
        [("ann".to_owned(), PresenceState::Online)]
    );

    chat.gone(bo, false);
    chat.tick(at(29_999));
    assert!(chat.took(ann).is_empty());
    chat.tick(at(30_000));
    assert_eq!(
        chat.presences(ann),
        [("bo".to_owned(), PresenceState::Offline)]
    );
}

#[test]
fn cht_24_a_clean_close_is_offline_at_once_and_a_return_is_no_news() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let (ann, bo) = (chat.hello("ann"), chat.hello("bo"));
    chat.forget();
    chat.gone(bo, false);
    let bo = chat.hello("bo");
    chat.tick(at(60_000));
    assert!(chat.presences(ann).is_empty());
    chat.gone(bo, true);
    assert_eq!(
        chat.presences(ann),
        [("bo".to_owned(), PresenceState::Offline)]
    );
}

#[test]
fn cht_24_away_counts_when_every_connection_is() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let (ann, bo, tablet) = (chat.hello("ann"), chat.hello("bo"), chat.hello("bo"));
    chat.forget();
    let away = || {
        ChatClientFrame::from(SetStatus {
            state: PresenceState::Away,
        })
    };
    chat.frame(bo, 1, away());
    assert!(chat.presences(ann).is_empty());
    chat.frame(tablet, 1, away());
    assert_eq!(
        chat.presences(ann),
        [("bo".to_owned(), PresenceState::Away)]
    );
    chat.frame(
        bo,
        2,
        SetStatus {
            state: PresenceState::Online,
        }
        .into(),
    );
    assert_eq!(
        chat.presences(ann),
        [("bo".to_owned(), PresenceState::Online)]
    );
    chat.frame(
        bo,
        3,
        SetStatus {
            state: PresenceState::Offline,
        }
        .into(),
    );
    assert_eq!(errors(&chat.took(bo)), [ErrorCode::InvalidField]);
}

#[test]
fn cht_25_presence_of_a_stranger_is_not_told() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    chat.room("elsewhere", &["eve", "kim"]);
    let (ann, _eve) = (chat.hello("ann"), chat.hello("eve"));
    chat.forget();
    let ask = AskPresence {
        users: vec!["eve".into(), "bo".into()],
        subscribe: true,
    };
    chat.frame(ann, 1, ask.into());
    let frames = chat.took(ann);
    assert_eq!(kinds(&frames), ["presence", "presence", "ok"]);
    let offline = |frame: &ChatServerFrame| matches!(frame, ChatServerFrame::Presence(p) if p.state == PresenceState::Offline && p.last_active_at.is_none());
    assert!(frames[..2].iter().all(offline));
    chat.hello("bo");
    assert_eq!(chat.presences(ann).len(), 1);
}

#[test]
fn cht_265_each_activity_is_remembered_once_a_minute_and_told_of_who_is_away() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    chat.room("elsewhere", &["eve", "kim"]);
    let ann = chat.hello("ann");
    assert_eq!(chat.take_active(), [("ann".to_owned(), at(0))]);
    for after_ms in [1_000, 59_999, 60_000, 61_000] {
        chat.tick(at(after_ms));
        chat.frame(ann, 1, Typing { room: "r".into() }.into());
    }
    assert_eq!(chat.take_active(), [("ann".to_owned(), at(60_000))]);
    chat.forget();
    let ask = AskPresence {
        users: vec!["bo".into(), "eve".into()],
        subscribe: false,
    };
    chat.ask_presence(ann, ask, &[("bo", at(5)), ("eve", at(5))]);
    let told = chat.took(ann).into_iter().filter_map(|frame| match frame {
        ChatServerFrame::Presence(told) => Some((told.user_id.0, told.last_active_at)),
        _ => None,
    });
    // A stranger looks like one of whom nothing is known.
    let expected = [("bo".to_owned(), Some(at(5))), ("eve".to_owned(), None)];
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[test]
fn cht_26_in_a_large_room_presence_is_told_to_those_who_asked() {
    let people: Vec<String> = (0..101).map(|n| format!("p{n:03}")).collect();
    let names: Vec<&str> = people.iter().map(String::as_str).collect();
    let mut chat = Harness::with_room("hall", &names);
    let (asks, other) = (chat.hello("p000"), chat.hello("p001"));
    let ask = AskPresence {
        users: vec!["p002".into()],
        subscribe: true,
    };
    chat.frame(asks, 1, ask.into());
    chat.forget();
    chat.hello("p002");
    assert_eq!(
        chat.presences(asks),
        [("p002".to_owned(), PresenceState::Online)]
    );
    assert!(chat.presences(other).is_empty());
}

#[test]
fn cht_28_typing_is_told_to_others_and_thinned_out() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let (ann, phone, bo) = (chat.hello("ann"), chat.hello("ann"), chat.hello("bo"));
    chat.forget();
    for _ in 0..3 {
        chat.frame(ann, 1, Typing { room: "r".into() }.into());
    }
    assert_eq!(kinds(&chat.took(bo)), ["typing"]);
    assert!(chat.took(phone).is_empty());
    chat.tick(at(500));
    chat.frame(ann, 1, Typing { room: "r".into() }.into());
    assert_eq!(kinds(&chat.took(bo)), ["typing"]);
}
