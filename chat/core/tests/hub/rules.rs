//! What the hub does with messages, marks and members: no I/O, no async, the time as a number.

use chat_core::{Mark, Output};
use wire::ErrorCode;
use wire::chat::{ChatServerFrame, History, MarkDelivered, Ping, Typing};

use crate::house::{House, errors, kinds, read, send};

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
