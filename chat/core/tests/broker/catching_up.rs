//! What somebody gets who was away, or comes for the first time: what was missed, heads, rooms, pages.

use chat_core::{Output, ReadRequest};
use wire::chat::{ChatClientFrame, ChatServerFrame, Cursor, History};
use wire::{CloseCode, ErrorCode};

use crate::frames::{at, errors};
use crate::harness::Harness;

#[test]
fn cht_3_what_was_missed_follows_in_order_before_what_is_new() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let ann = chat.hello("ann");
    for n in 1..=4 {
        chat.say(ann, "r", &format!("c-{n}"), "hi");
    }
    let cursor = Cursor {
        epoch: "e-r".to_owned(),
        seq: 2,
    };
    let (bo, left) = chat.hello_with("bo", &[("r", cursor)]);
    assert!(chat.welcome(bo).rooms[0].recovered);
    // While the missed ones are being read, another one comes.
    chat.say(ann, "r", "c-5", "new");
    assert!(chat.took(bo).iter().all(|frame| frame.kind() != "message"));
    chat.commit(left);
    let seqs: Vec<u64> = chat.messages(bo);
    assert_eq!(seqs, [3, 4, 5]);
    chat.say(ann, "r", "c-6", "newer");
    assert_eq!(chat.messages(bo), [6]);
}

#[test]
fn cht_3_without_a_good_cursor_nothing_follows() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let ann = chat.hello("ann");
    chat.say(ann, "r", "c-1", "hi");
    let cursor = Cursor {
        epoch: "another".to_owned(),
        seq: 0,
    };
    let (bo, left) = chat.hello_with("bo", &[("r", cursor)]);
    assert!(!chat.welcome(bo).rooms[0].recovered);
    assert!(left.is_empty());
    let (bo, left) = chat.hello_with("bo", &[]);
    assert!(!chat.welcome(bo).rooms[0].recovered);
    assert!(left.is_empty());
}

#[test]
fn cht_23_who_catches_up_too_slowly_is_closed() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let ann = chat.hello("ann");
    chat.say(ann, "r", "c-0", "hi");
    let cursor = Cursor {
        epoch: "e-r".to_owned(),
        seq: 0,
    };
    let (bo, _) = chat.hello_with("bo", &[("r", cursor)]);
    for n in 1..=1_001 {
        chat.say(ann, "r", &format!("c-{n}"), "hi");
    }
    assert_eq!(chat.closed(bo), Some(CloseCode::SlowConsumer));
}

#[test]
fn cht_27_heads_come_25_s_after_a_change_and_not_without_one() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    chat.room("quiet", &["ann", "bo"]);
    let (ann, bo) = (chat.hello("ann"), chat.hello("bo"));
    chat.say(ann, "r", "c-1", "hi");
    chat.forget();
    chat.tick(at(24_999));
    assert!(chat.took(bo).is_empty());
    chat.tick(at(25_000));
    let frames = chat.took(bo);
    let [ChatServerFrame::Heads(heads)] = &frames[..] else {
        panic!("{frames:?}");
    };
    assert_eq!(heads.rooms.len(), 1);
    assert_eq!(
        (heads.rooms[0].room.as_str(), heads.rooms[0].last_seq),
        ("r", 1)
    );
    chat.tick(at(50_000));
    assert!(chat.took(bo).is_empty());
    assert_eq!(chat.next_deadline(), None);
}

#[test]
fn cht_31_a_welcome_has_the_newest_hundred_rooms() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    for n in 0..150 {
        chat.room(&format!("r{n:03}"), &["ann", "bo"]);
    }
    let bo = chat.hello("bo");
    chat.say(bo, "r000", "c-1", "hi");
    let ann = chat.hello("ann");
    let welcome = chat.welcome(ann);
    assert_eq!(welcome.rooms.len(), 100);
    assert_eq!(welcome.rooms[0].room.as_str(), "r000");
}

#[test]
fn cht_33_a_page_names_one_end_at_most() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let ann = chat.hello("ann");
    chat.forget();
    let history = |before, after, limit| {
        ChatClientFrame::from(History {
            room: "r".into(),
            before,
            after,
            limit,
        })
    };
    assert!(
        chat.frame(ann, 1, history(Some(1), Some(1), None))
            .is_empty()
    );
    assert_eq!(errors(&chat.took(ann)), [ErrorCode::BadCursor]);
    for (asked, limit) in [(None, 50), (Some(7), 7), (Some(0), 1), (Some(1_000), 200)] {
        let left = chat.frame(ann, 2, history(None, None, asked));
        assert!(
            matches!(&left[..], [Output::Read(ReadRequest::History { page, .. })] if page.limit == limit)
        );
    }
}
