//! Who is told that somebody is there, is away or types, and after what grace.

use wire::ErrorCode;
use wire::chat::{AskPresence, ChatClientFrame, ChatServerFrame, PresenceState, SetStatus, Typing};

use crate::house::{House, at, errors, kinds};

#[test]
fn cht_24_presence_is_told_with_a_grace_for_the_lost() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    let ann = house.hello("ann");
    let bo = house.hello("bo");
    assert_eq!(
        house.presences(ann),
        [("bo".to_owned(), PresenceState::Online)]
    );
    assert_eq!(
        house.presences(bo),
        [("ann".to_owned(), PresenceState::Online)]
    );

    house.gone(bo, false);
    house.tick(at(29_999));
    assert!(house.took(ann).is_empty());
    house.tick(at(30_000));
    assert_eq!(
        house.presences(ann),
        [("bo".to_owned(), PresenceState::Offline)]
    );
}

#[test]
fn cht_24_a_clean_close_is_offline_at_once_and_a_return_is_no_news() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    let (ann, bo) = (house.hello("ann"), house.hello("bo"));
    house.forget();
    house.gone(bo, false);
    let bo = house.hello("bo");
    house.tick(at(60_000));
    assert!(house.presences(ann).is_empty());
    house.gone(bo, true);
    assert_eq!(
        house.presences(ann),
        [("bo".to_owned(), PresenceState::Offline)]
    );
}

#[test]
fn cht_24_away_counts_when_every_connection_is() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    let (ann, bo, tablet) = (house.hello("ann"), house.hello("bo"), house.hello("bo"));
    house.forget();
    let away = || {
        ChatClientFrame::from(SetStatus {
            state: PresenceState::Away,
        })
    };
    house.frame(bo, 1, away());
    assert!(house.presences(ann).is_empty());
    house.frame(tablet, 1, away());
    assert_eq!(
        house.presences(ann),
        [("bo".to_owned(), PresenceState::Away)]
    );
    house.frame(
        bo,
        2,
        SetStatus {
            state: PresenceState::Online,
        }
        .into(),
    );
    assert_eq!(
        house.presences(ann),
        [("bo".to_owned(), PresenceState::Online)]
    );
    house.frame(
        bo,
        3,
        SetStatus {
            state: PresenceState::Offline,
        }
        .into(),
    );
    assert_eq!(errors(&house.took(bo)), [ErrorCode::Malformed]);
}

#[test]
fn cht_25_presence_of_a_stranger_is_not_told() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    house.room("elsewhere", &["eve", "kim"]);
    let (ann, _eve) = (house.hello("ann"), house.hello("eve"));
    house.forget();
    let ask = AskPresence {
        users: vec!["eve".into(), "bo".into()],
        subscribe: true,
    };
    house.frame(ann, 1, ask.into());
    let frames = house.took(ann);
    assert_eq!(kinds(&frames), ["presence", "presence", "ok"]);
    let offline = |frame: &ChatServerFrame| matches!(frame, ChatServerFrame::Presence(p) if p.state == PresenceState::Offline && p.last_active_at.is_none());
    assert!(frames[..2].iter().all(offline));
    house.hello("bo");
    assert_eq!(house.presences(ann).len(), 1);
}

#[test]
fn cht_26_in_a_large_room_presence_is_told_to_those_who_asked() {
    let people: Vec<String> = (0..101).map(|n| format!("p{n:03}")).collect();
    let names: Vec<&str> = people.iter().map(String::as_str).collect();
    let mut house = House::with_room("hall", &names);
    let (asks, other) = (house.hello("p000"), house.hello("p001"));
    let ask = AskPresence {
        users: vec!["p002".into()],
        subscribe: true,
    };
    house.frame(asks, 1, ask.into());
    house.forget();
    house.hello("p002");
    assert_eq!(
        house.presences(asks),
        [("p002".to_owned(), PresenceState::Online)]
    );
    assert!(house.presences(other).is_empty());
}

#[test]
fn cht_28_typing_is_told_to_others_and_thinned_out() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    let (ann, phone, bo) = (house.hello("ann"), house.hello("ann"), house.hello("bo"));
    house.forget();
    for _ in 0..3 {
        house.frame(ann, 1, Typing { room: "r".into() }.into());
    }
    assert_eq!(kinds(&house.took(bo)), ["typing"]);
    assert!(house.took(phone).is_empty());
    house.tick(at(500));
    house.frame(ann, 1, Typing { room: "r".into() }.into());
    assert_eq!(kinds(&house.took(bo)), ["typing"]);
}
