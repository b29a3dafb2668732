//! What the broker does with messages, marks and members: no I/O, no async, the time as a number.

use chat_core::{Output, PositionKind, WriteRequest};
use wire::ErrorCode;
use wire::chat::{ChatServerFrame, History, MarkDelivered, Ping, Typing};

use crate::frames::{errors, kinds, read, send};
use crate::harness::Harness;

#[test]
fn cht_20_a_message_is_stored_before_anybody_hears_of_it() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let (ann, bo) = (chat.hello("ann"), chat.hello("bo"));
    chat.forget();
    let left = chat.frame(ann, 7, send("r", "c-1", "hi"));
    assert!(
        matches!(&left[..], [Output::Persist(WriteRequest::Append { draft, .. })] if draft.body == "hi")
    );
    assert!(chat.took(ann).is_empty() && chat.took(bo).is_empty());
    chat.commit(left);
    assert_eq!(kinds(&chat.took(ann)), ["sent", "message"]);
    assert_eq!(kinds(&chat.took(bo)), ["message"]);
}

#[test]
fn cht_21_a_repeat_answers_the_sender_and_nobody_else() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let (ann, bo) = (chat.hello("ann"), chat.hello("bo"));
    chat.say(ann, "r", "c-1", "hi");
    chat.forget();
    chat.say(ann, "r", "c-1", "hi");
    assert_eq!(kinds(&chat.took(ann)), ["sent"]);
    assert!(chat.took(bo).is_empty());
}

#[test]
fn cht_22_strangers_and_limited_tickets_are_not_members() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    chat.room("other", &["ann", "bo"]);
    let stranger = chat.hello("eve");
    let limited = chat.hello_only("ann", &["other"]);
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
            assert!(chat.frame(who, 1, frame).is_empty());
            assert_eq!(errors(&chat.took(who)), [ErrorCode::NotAMember]);
        }
    }
    assert!(!chat.frame(limited, 1, send("other", "c", "hi")).is_empty());
}

#[test]
fn cht_22_a_limited_ticket_hears_nothing_of_other_rooms() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    chat.room("other", &["ann", "bo"]);
    let limited = chat.hello_only("ann", &["other"]);
    let bo = chat.hello("bo");
    chat.forget();
    chat.say(bo, "r", "c-1", "secret");
    assert!(chat.took(limited).is_empty());
    chat.say(bo, "other", "c-1", "open");
    assert_eq!(kinds(&chat.took(limited)), ["message"]);
}

#[test]
fn cht_1_bad_text_and_bad_keys_are_refused() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let ann = chat.hello("ann");
    chat.forget();
    for (client_id, body, code) in [
        ("c", "", ErrorCode::BadText),
        ("c", " \n ", ErrorCode::BadText),
        ("c", "\0\u{200b}", ErrorCode::BadText),
        ("", "hi", ErrorCode::InvalidField),
    ] {
        assert!(chat.frame(ann, 1, send("r", client_id, body)).is_empty());
        assert_eq!(errors(&chat.took(ann)), [code], "{client_id:?} {body:?}");
    }
}

#[test]
fn cht_4_reading_is_told_once_and_never_goes_back() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let (ann, bo, tablet) = (chat.hello("ann"), chat.hello("bo"), chat.hello("bo"));
    chat.say(ann, "r", "c-1", "one");
    chat.say(ann, "r", "c-2", "two");
    chat.forget();
    let left = chat.frame(bo, 3, read("r", 99));
    assert!(
        matches!(&left[..], [Output::Persist(WriteRequest::MovePosition { update, .. })] if update.seq == 2 && update.kind == PositionKind::Read)
    );
    chat.commit(left);
    assert_eq!(kinds(&chat.took(bo)), ["ok"]);
    assert_eq!(kinds(&chat.took(tablet)), ["read"]);
    assert_eq!(kinds(&chat.took(ann)), ["read"]);
    assert!(chat.frame(tablet, 4, read("r", 1)).is_empty());
    assert_eq!(kinds(&chat.took(tablet)), ["ok"]);
    assert!(chat.took(ann).is_empty());
}

#[test]
fn cht_5_sending_moves_the_senders_position_only_from_the_message_before() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let (ann, bo) = (chat.hello("ann"), chat.hello("bo"));
    chat.say(ann, "r", "c-1", "one");
    chat.say(bo, "r", "c-1", "two");
    let late = chat.hello("bo");
    let welcome = chat.welcome(late);
    assert_eq!((welcome.rooms[0].read_seq, welcome.rooms[0].unread), (0, 1));
    let left = chat.frame(bo, 2, read("r", 1));
    chat.commit(left);
    chat.forget();
    chat.say(bo, "r", "c-2", "three");
    assert_eq!(
        kinds(&chat.took(ann)),
        ["message"],
        "no frame tells of that move"
    );
    let late = chat.hello("bo");
    let welcome = chat.welcome(late);
    assert_eq!((welcome.rooms[0].read_seq, welcome.rooms[0].unread), (1, 0));
    let late = chat.hello("ann");
    assert_eq!(chat.welcome(late).rooms[0].unread, 2);
}

#[test]
fn cht_29_unread_names_those_who_were_not_there() {
    let mut chat = Harness::with_room("r", &["ann", "bo", "kim"]);
    let ann = chat.hello("ann");
    chat.hello("kim");
    assert_eq!(chat.say(ann, "r", "c-1", "hi"), ["bo"]);
    let bo = chat.hello("bo");
    assert!(chat.say(ann, "r", "c-2", "hi").is_empty());
    chat.gone(bo, false);
    assert_eq!(chat.say(ann, "r", "c-3", "hi"), ["bo"]);
    // Somebody whose ticket does not reach the room is not there for it.
    chat.hello_only("bo", &["elsewhere"]);
    assert_eq!(chat.say(ann, "r", "c-4", "hi"), ["bo"]);
}

#[test]
fn cht_169_what_the_last_connection_did_not_send_nobody_took() {
    let mut chat = Harness::with_room("r", &["ann", "bo", "kim"]);
    let (ann, bo, tablet) = (chat.hello("ann"), chat.hello("bo"), chat.hello("bo"));
    for n in 1..=4 {
        chat.say(ann, "r", &format!("c-{n}"), "hi");
    }
    assert!(
        chat.dies_with(bo, &[2, 3, 4]).is_empty(),
        "the tablet has them"
    );
    let delivered = MarkDelivered {
        room: "r".into(),
        seq: 2,
    };
    let left = chat.frame(tablet, 1, delivered.into());
    chat.commit(left);
    assert_eq!(
        chat.dies_with(tablet, &[2, 3, 4]),
        [3, 4],
        "it had the second"
    );
    assert!(chat.dies_with(ann, &[4]).is_empty(), "she wrote it");
}

#[test]
fn cht_169_what_waits_for_who_catches_up_is_not_taken_either() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let ann = chat.hello("ann");
    chat.say(ann, "r", "c-1", "missed");
    let cursor = wire::chat::Cursor {
        epoch: "e-r".to_owned(),
        seq: 0,
    };
    let (bo, _reading) = chat.hello_with("bo", &[("r", cursor)]);
    assert!(chat.say(ann, "r", "c-2", "meanwhile").is_empty());
    assert_eq!(chat.dies_with(bo, &[]), [2]);
}

#[test]
fn cht_30_a_new_room_and_a_new_member_are_told() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let (ann, kim) = (chat.hello("ann"), chat.hello("kim"));
    chat.forget();
    chat.open("new", &["ann", "kim"]);
    assert_eq!(kinds(&chat.took(ann)), ["room"]);
    assert_eq!(kinds(&chat.took(kim)), ["room"]);
    chat.say(ann, "r", "c-1", "before you");
    chat.open("r", &["ann", "bo", "kim"]);
    let frames = chat.took(kim);
    let [ChatServerFrame::RoomView(room)] = &frames[..] else {
        panic!("{frames:?}");
    };
    assert_eq!((room.last_seq, room.unread), (1, 1));
    chat.forget();
    chat.open("r", &["ann", "bo", "kim"]);
    assert!(chat.took(kim).is_empty(), "nothing changed");
}

#[test]
fn cht_32_ping_is_answered_and_a_second_hello_refused() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let ann = chat.hello("ann");
    chat.forget();
    chat.frame(
        ann,
        1,
        Ping {
            sent_at: Some(17.into()),
        }
        .into(),
    );
    assert_eq!(kinds(&chat.took(ann)), ["pong"]);
    let hello = wire::chat::Hello {
        ticket: "t".into(),
        device_id: "d".into(),
        cursors: None,
    };
    chat.frame(ann, 2, hello.into());
    assert_eq!(errors(&chat.took(ann)), [ErrorCode::AlreadyJoined]);
}

#[test]
fn cht_34_rooms_that_nobody_uses_leave_memory() {
    let mut chat = Harness::holding(10);
    chat.room("mine", &["ann", "bo"]);
    chat.hello("ann");
    for n in 0..50 {
        chat.room(&format!("r{n}"), &["kim", "lee"]);
    }
    assert!(chat.knows("mine"));
    assert!(chat.knows("r49"));
    assert!(!chat.knows("r0"));
}
