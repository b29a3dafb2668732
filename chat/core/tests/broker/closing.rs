//! What passes no more: in a room that was closed, between two of whom one blocks the other, from who was erased.

use chat_core::{Input, RoomBroker, Settings, WriteOutcome};
use wire::chat::{
    AskPresence, ChatClientFrame, ChatServerFrame, MarkDelivered, PresenceState, Typing,
};
use wire::{CloseCode, ErrorCode, UserId};

use crate::frames::{at, errors, kinds, read, room};
use crate::harness::Harness;

const PAIR: [&str; 2] = ["ann", "bo"];

fn ask(user: &str, subscribe: bool) -> ChatClientFrame {
    let users = vec![user.into()];
    AskPresence { users, subscribe }.into()
}

#[test]
fn cht_80_a_closed_room_is_told_and_takes_no_message() {
    let mut chat = Harness::with_room("r", &PAIR);
    let (ann, kim) = (chat.hello("ann"), chat.hello("kim"));
    chat.forget();
    assert_eq!(chat.may_append("r", "ann"), Ok(()));
    chat.close("r", &PAIR, true);
    assert!(matches!(&chat.took(ann)[..], [ChatServerFrame::RoomView(view)] if view.closed));
    assert!(chat.took(kim).is_empty());
    assert_eq!(chat.may_append("r", "ann"), Err(ErrorCode::RoomClosed));
    assert_eq!(chat.may_append("r", "kim"), Err(ErrorCode::NotAMember));
}

#[test]
fn cht_82_in_a_closed_room_neither_typing_nor_positions_pass() {
    let mut chat = Harness::with_room("r", &PAIR);
    let (ann, bo, tablet) = (chat.hello("ann"), chat.hello("bo"), chat.hello("bo"));
    chat.say(ann, "r", "c-1", "one");
    chat.close("r", &PAIR, true);
    chat.forget();
    let room = || "r".into();
    assert!(chat.frame(bo, 1, Typing { room: room() }.into()).is_empty());
    assert_eq!(errors(&chat.took(bo)), [ErrorCode::RoomClosed]);
    let delivered = MarkDelivered {
        room: room(),
        seq: 1,
    };
    for (moved, kind) in [(delivered.into(), "delivered"), (read("r", 1), "read")] {
        let left = chat.frame(bo, 2, moved);
        chat.commit(left);
        assert_eq!(kinds(&chat.took(bo)), ["ok"]);
        assert_eq!(kinds(&chat.took(tablet)), [kind]);
    }
    assert!(chat.took(ann).is_empty());
    let late = chat.hello("ann");
    let bo = &chat.welcome(late).rooms[0].members[1];
    assert_eq!((bo.user_id.as_str(), bo.read_seq), ("bo", 0));
}

#[test]
fn cht_95_whoever_shares_no_open_room_any_more_is_not_there() {
    let mut chat = Harness::with_room("r", &PAIR);
    let (ann, bo) = (chat.hello("ann"), chat.hello("bo"));
    chat.frame(ann, 1, ask("bo", true));
    chat.forget();
    chat.close("r", &PAIR, true);
    assert_eq!(
        chat.presences(ann),
        [("bo".to_owned(), PresenceState::Offline)]
    );
    assert_eq!(
        chat.presences(bo),
        [("ann".to_owned(), PresenceState::Offline)]
    );
    chat.gone(bo, true);
    let bo = chat.hello("bo");
    assert!(
        chat.presences(ann).is_empty(),
        "not even to who asked for it"
    );
    assert!(chat.presences(bo).is_empty());
    chat.frame(ann, 2, ask("bo", true));
    assert_eq!(
        chat.presences(ann),
        [("bo".to_owned(), PresenceState::Offline)]
    );
    chat.close("r", &PAIR, false);
    assert_eq!(
        chat.presences(ann),
        [("bo".to_owned(), PresenceState::Online)]
    );
    chat.gone(bo, true);
    assert_eq!(
        chat.presences(ann),
        [("bo".to_owned(), PresenceState::Offline)]
    );
}

#[test]
fn cht_95_in_another_room_of_both_presence_is_told_as_before() {
    let mut chat = Harness::with_room("r", &PAIR);
    chat.room("group", &["ann", "bo", "kim"]);
    let (ann, bo) = (chat.hello("ann"), chat.hello("bo"));
    chat.forget();
    chat.close("r", &PAIR, true);
    assert!(chat.presences(ann).is_empty());
    chat.gone(bo, true);
    assert_eq!(
        chat.presences(ann),
        [("bo".to_owned(), PresenceState::Offline)]
    );
}

#[test]
fn cht_89_who_is_erased_is_closed_out_and_gone_without_a_grace() {
    let mut chat = Harness::with_room("r", &PAIR);
    let (ann, bo) = (chat.hello("ann"), chat.hello("bo"));
    chat.forget();
    let user = UserId::from("bo");
    chat.told(WriteOutcome::UserErased { user });
    chat.close("r", &["ann"], false);
    assert_eq!(chat.closed(bo), Some(CloseCode::Unauthenticated));
    let told = chat.took(ann);
    assert_eq!(kinds(&told), ["presence", "room"]);
    assert!(matches!(&told[1], ChatServerFrame::RoomView(view) if view.members.len() == 1));
    chat.frame(bo, 1, read("r", 1));
    chat.gone(bo, false);
    chat.tick(at(60_000));
    assert!(chat.took(ann).is_empty() && chat.took(bo).is_empty());
    // Nobody is told that they were not there.
    assert!(chat.say(ann, "r", "c-1", "hi").is_empty());
}

#[test]
fn cht_89_the_grace_of_who_is_erased_is_over() {
    let mut chat = Harness::with_room("r", &PAIR);
    let (ann, bo) = (chat.hello("ann"), chat.hello("bo"));
    chat.gone(bo, false);
    chat.forget();
    let user = UserId::from("bo");
    chat.told(WriteOutcome::UserErased { user });
    assert_eq!(
        chat.presences(ann),
        [("bo".to_owned(), PresenceState::Offline)]
    );
    assert_eq!(chat.next_deadline(), None);
}

#[test]
fn cht_84_what_was_read_before_a_block_is_not_taken() {
    for outcome in [
        WriteOutcome::BlocksChanged,
        WriteOutcome::UserErased { user: "bo".into() },
    ] {
        let mut broker = RoomBroker::new(Settings::default());
        let load = |as_of| Input::Loaded {
            room: room("r", &PAIR),
            as_of,
        };
        let before = broker.version();
        broker.handle(at(0), Input::Written(outcome));
        broker.handle(at(0), load(before));
        assert!(broker.is_outdated(&"r".into(), before) && !broker.knows(&"r".into()));
        let now = broker.version();
        broker.handle(at(0), load(now));
        assert!(broker.knows(&"r".into()));
    }
}
