//! Transitions of the hub: no I/O, no async, the time as a number.

use crate::house::{House, at, kinds};
use chat_core::{Mark, Output};
use wire::chat::{
    AskPresence, ChatClientFrame, ChatServerFrame, Cursor, History, MarkDelivered, MarkRead, Ping,
    PresenceState, Send, SetStatus, Typing,
};
use wire::{CloseCode, ErrorCode};

fn send(room: &str, client_id: &str, body: &str) -> ChatClientFrame {
    Send {
        room: room.into(),
        client_id: client_id.into(),
        body: body.into(),
    }
    .into()
}

fn read(room: &str, seq: u64) -> ChatClientFrame {
    MarkRead {
        room: room.into(),
        seq,
    }
    .into()
}

fn errors(frames: &[ChatServerFrame]) -> Vec<ErrorCode> {
    let code = |frame: &ChatServerFrame| match frame {
        ChatServerFrame::ErrorBody(body) => Some(body.code),
        _ => None,
    };
    frames.iter().filter_map(code).collect()
}

#[test]
fn cht_20_a_message_is_stored_before_anybody_hears_of_it() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    let (ann, bo) = (house.hello("ann"), house.hello("bo"));
    house.forget();
    let left = house.frame(ann, 7, send("r", "c-1", "hi"));
    assert!(matches!(&left[..], [Output::Append { draft, .. }] if draft.body == "hi"));
    assert!(house.took(ann).is_empty() && house.took(bo).is_empty());
    house.commit(left);
    assert_eq!(kinds(&house.took(ann)), ["sent", "message"]);
    assert_eq!(kinds(&house.took(bo)), ["message"]);
}

#[test]
fn cht_21_a_repeat_answers_the_sender_and_nobody_else() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    let (ann, bo) = (house.hello("ann"), house.hello("bo"));
    house.say(ann, "r", "c-1", "hi");
    house.forget();
    house.say(ann, "r", "c-1", "hi");
    assert_eq!(kinds(&house.took(ann)), ["sent"]);
    assert!(house.took(bo).is_empty());
}

#[test]
fn cht_22_strangers_and_limited_tickets_are_not_members() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    house.room("other", &["ann", "bo"]);
    let stranger = house.hello("eve");
    let limited = house.hello_only("ann", &["other"]);
    for (who, room) in [(stranger, "r"), (limited, "r"), (limited, "nowhere")] {
        for frame in [
            send(room, "c", "hi"),
            read(room, 1),
            MarkDelivered {
                room: room.into(),
                seq: 1,
            }
            .into(),
            Typing { room: room.into() }.into(),
            History {
                room: room.into(),
                before: None,
                after: None,
                limit: None,
            }
            .into(),
        ] {
            assert!(house.frame(who, 1, frame).is_empty());
            assert_eq!(errors(&house.took(who)), [ErrorCode::NotAMember]);
        }
    }
    assert!(!house.frame(limited, 1, send("other", "c", "hi")).is_empty());
}

#[test]
fn cht_22_a_limited_ticket_hears_nothing_of_other_rooms() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    house.room("other", &["ann", "bo"]);
    let limited = house.hello_only("ann", &["other"]);
    let bo = house.hello("bo");
    house.forget();
    house.say(bo, "r", "c-1", "secret");
    assert!(house.took(limited).is_empty());
    house.say(bo, "other", "c-1", "open");
    assert_eq!(kinds(&house.took(limited)), ["message"]);
}

#[test]
fn cht_1_bad_text_and_bad_keys_are_refused() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    let ann = house.hello("ann");
    house.forget();
    for (client_id, body, code) in [
        ("c", "", ErrorCode::BadText),
        ("c", " \n ", ErrorCode::BadText),
        ("c", "a\0b", ErrorCode::BadText),
        ("", "hi", ErrorCode::Malformed),
    ] {
        assert!(house.frame(ann, 1, send("r", client_id, body)).is_empty());
        assert_eq!(errors(&house.took(ann)), [code], "{client_id:?} {body:?}");
    }
}

#[test]
fn cht_4_reading_is_told_once_and_never_goes_back() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    let (ann, bo, tablet) = (house.hello("ann"), house.hello("bo"), house.hello("bo"));
    house.say(ann, "r", "c-1", "one");
    house.say(ann, "r", "c-2", "two");
    house.forget();
    let left = house.frame(bo, 3, read("r", 99));
    assert!(matches!(&left[..], [Output::Move { to, .. }] if to.seq == 2 && to.mark == Mark::Read));
    house.commit(left);
    assert_eq!(kinds(&house.took(bo)), ["ok"]);
    assert_eq!(kinds(&house.took(tablet)), ["read"]);
    assert_eq!(kinds(&house.took(ann)), ["read"]);
    assert!(house.frame(tablet, 4, read("r", 1)).is_empty());
    assert_eq!(kinds(&house.took(tablet)), ["ok"]);
    assert!(house.took(ann).is_empty());
}

#[test]
fn cht_5_sending_moves_the_senders_own_position() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    let (ann, bo) = (house.hello("ann"), house.hello("bo"));
    house.say(ann, "r", "c-1", "one");
    house.say(bo, "r", "c-1", "two");
    let late = house.hello("bo");
    let welcome = house.welcome(late);
    assert_eq!((welcome.rooms[0].read_seq, welcome.rooms[0].unread), (2, 0));
    let late = house.hello("ann");
    assert_eq!(house.welcome(late).rooms[0].unread, 1);
}

#[test]
fn cht_3_what_was_missed_follows_in_order_before_what_is_new() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    let ann = house.hello("ann");
    for n in 1..=4 {
        house.say(ann, "r", &format!("c-{n}"), "hi");
    }
    let cursor = Cursor {
        epoch: "e-r".to_owned(),
        seq: 2,
    };
    let (bo, left) = house.hello_with("bo", &[("r", cursor)]);
    assert!(house.welcome(bo).rooms[0].recovered);
    // While the missed ones are being read, another one comes.
    house.say(ann, "r", "c-5", "new");
    assert!(house.took(bo).iter().all(|frame| frame.kind() != "message"));
    house.commit(left);
    let seqs: Vec<u64> = house.messages(bo);
    assert_eq!(seqs, [3, 4, 5]);
    house.say(ann, "r", "c-6", "newer");
    assert_eq!(house.messages(bo), [6]);
}

#[test]
fn cht_3_without_a_good_cursor_nothing_follows() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    let ann = house.hello("ann");
    house.say(ann, "r", "c-1", "hi");
    let cursor = Cursor {
        epoch: "another".to_owned(),
        seq: 0,
    };
    let (bo, left) = house.hello_with("bo", &[("r", cursor)]);
    assert!(!house.welcome(bo).rooms[0].recovered);
    assert!(left.is_empty());
    let (bo, left) = house.hello_with("bo", &[]);
    assert!(!house.welcome(bo).rooms[0].recovered);
    assert!(left.is_empty());
}

#[test]
fn cht_23_who_catches_up_too_slowly_is_closed() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    let ann = house.hello("ann");
    house.say(ann, "r", "c-0", "hi");
    let cursor = Cursor {
        epoch: "e-r".to_owned(),
        seq: 0,
    };
    let (bo, _) = house.hello_with("bo", &[("r", cursor)]);
    for n in 1..=1_001 {
        house.say(ann, "r", &format!("c-{n}"), "hi");
    }
    assert_eq!(house.closed(bo), Some(CloseCode::SlowConsumer));
}

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
fn cht_27_heads_come_25_s_after_a_change_and_not_without_one() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    house.room("quiet", &["ann", "bo"]);
    let (ann, bo) = (house.hello("ann"), house.hello("bo"));
    house.say(ann, "r", "c-1", "hi");
    house.forget();
    house.tick(at(24_999));
    assert!(house.took(bo).is_empty());
    house.tick(at(25_000));
    let frames = house.took(bo);
    let [ChatServerFrame::Heads(heads)] = &frames[..] else {
        panic!("{frames:?}");
    };
    assert_eq!(heads.rooms.len(), 1);
    assert_eq!(
        (heads.rooms[0].room.as_str(), heads.rooms[0].last_seq),
        ("r", 1)
    );
    house.tick(at(50_000));
    assert!(house.took(bo).is_empty());
    assert_eq!(house.next_deadline(), None);
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

#[test]
fn cht_29_unread_names_those_who_were_not_there() {
    let mut house = House::with_room("r", &["ann", "bo", "kim"]);
    let ann = house.hello("ann");
    house.hello("kim");
    assert_eq!(house.say(ann, "r", "c-1", "hi"), ["bo"]);
    let bo = house.hello("bo");
    assert!(house.say(ann, "r", "c-2", "hi").is_empty());
    house.gone(bo, false);
    assert_eq!(house.say(ann, "r", "c-3", "hi"), ["bo"]);
    // Somebody whose ticket does not reach the room is not there for it.
    house.hello_only("bo", &["elsewhere"]);
    assert_eq!(house.say(ann, "r", "c-4", "hi"), ["bo"]);
}

#[test]
fn cht_30_a_new_room_and_a_new_member_are_told() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    let (ann, kim) = (house.hello("ann"), house.hello("kim"));
    house.forget();
    house.open("new", &["ann", "kim"]);
    assert_eq!(kinds(&house.took(ann)), ["room"]);
    assert_eq!(kinds(&house.took(kim)), ["room"]);
    house.say(ann, "r", "c-1", "before you");
    house.open("r", &["ann", "bo", "kim"]);
    let frames = house.took(kim);
    let [ChatServerFrame::RoomView(room)] = &frames[..] else {
        panic!("{frames:?}");
    };
    assert_eq!((room.last_seq, room.unread), (1, 1));
    house.forget();
    house.open("r", &["ann", "bo", "kim"]);
    assert!(house.took(kim).is_empty(), "nothing changed");
}

#[test]
fn cht_31_a_welcome_has_the_newest_hundred_rooms() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    for n in 0..150 {
        house.room(&format!("r{n:03}"), &["ann", "bo"]);
    }
    let bo = house.hello("bo");
    house.say(bo, "r000", "c-1", "hi");
    let ann = house.hello("ann");
    let welcome = house.welcome(ann);
    assert_eq!(welcome.rooms.len(), 100);
    assert_eq!(welcome.rooms[0].room.as_str(), "r000");
}

#[test]
fn cht_32_ping_is_answered_and_a_second_hello_refused() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    let ann = house.hello("ann");
    house.forget();
    house.frame(
        ann,
        1,
        Ping {
            sent_at: Some(17.into()),
        }
        .into(),
    );
    assert_eq!(kinds(&house.took(ann)), ["pong"]);
    let hello = wire::chat::Hello {
        ticket: "t".into(),
        device_id: "d".into(),
        cursors: None,
    };
    house.frame(ann, 2, hello.into());
    assert_eq!(errors(&house.took(ann)), [ErrorCode::AlreadyJoined]);
}

#[test]
fn cht_33_a_page_names_one_end_at_most() {
    let mut house = House::with_room("r", &["ann", "bo"]);
    let ann = house.hello("ann");
    house.forget();
    let history = |before, after, limit| {
        ChatClientFrame::from(History {
            room: "r".into(),
            before,
            after,
            limit,
        })
    };
    assert!(
        house
            .frame(ann, 1, history(Some(1), Some(1), None))
            .is_empty()
    );
    assert_eq!(errors(&house.took(ann)), [ErrorCode::BadCursor]);
    for (asked, limit) in [(None, 50), (Some(7), 7), (Some(0), 1), (Some(1_000), 200)] {
        let left = house.frame(ann, 2, history(None, None, asked));
        assert!(matches!(&left[..], [Output::History { page, .. }] if page.limit == limit));
    }
}

#[test]
fn cht_34_rooms_that_nobody_uses_leave_memory() {
    let mut house = House::holding(10);
    house.room("mine", &["ann", "bo"]);
    house.hello("ann");
    for n in 0..50 {
        house.room(&format!("r{n}"), &["kim", "lee"]);
    }
    assert!(house.knows("mine"));
    assert!(house.knows("r49"));
    assert!(!house.knows("r0"));
}
