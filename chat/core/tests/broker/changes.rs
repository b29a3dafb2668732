//! Messages that are taken back, and texts whose time has come.

use chat_core::WriteOutcome;
use wire::chat::{ChatClientFrame, ChatServerFrame, DeleteMessage, MessageDeleted, RoomView, Send};
use wire::{ConnectionId, ErrorCode};

use crate::disorder::SeededRandom;
use crate::frames::{at, errors, kinds, member, read, room};
use crate::harness::Harness;

fn delete(room: &str, seq: u64) -> ChatClientFrame {
    let room = room.into();
    DeleteMessage { room, seq }.into()
}

fn take_back(chat: &mut Harness, who: ConnectionId, seq: u64) {
    let left = chat.frame(who, 9, delete("r", seq));
    chat.commit(left);
}

fn view(chat: &mut Harness, user: &str) -> RoomView {
    let connection = chat.hello(user);
    chat.welcome(connection).rooms.remove(0)
}

#[test]
fn cht_231_who_takes_a_message_back_is_answered_and_everybody_told_once() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let (phone, laptop, bo) = (chat.hello("ann"), chat.hello("ann"), chat.hello("bo"));
    chat.say(phone, "r", "c-1", "hi");
    chat.say(phone, "r", "c-2", "again");
    chat.forget();
    take_back(&mut chat, phone, 1);
    assert_eq!(kinds(&chat.took(phone)), ["deleted", "ok"]);
    let told = ChatServerFrame::from(MessageDeleted {
        room: "r".into(),
        seq: 1,
        user_id: "ann".into(),
    });
    for who in [laptop, bo] {
        assert_eq!(chat.took(who), std::slice::from_ref(&told));
    }
    // Again: the same answer, and nobody is told.
    take_back(&mut chat, laptop, 1);
    assert_eq!(kinds(&chat.took(laptop)), ["ok"]);
    assert!(chat.took(phone).is_empty() && chat.took(bo).is_empty());
}

#[test]
fn cht_231_what_is_anothers_or_not_there_is_refused() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let (ann, bo, eve) = (chat.hello("ann"), chat.hello("bo"), chat.hello("eve"));
    chat.say(ann, "r", "c-1", "hi");
    chat.forget();
    for (who, seq, code) in [
        (bo, 1, ErrorCode::Forbidden),
        (ann, 0, ErrorCode::NotFound),
        (ann, 2, ErrorCode::NotFound),
        (ann, u64::MAX, ErrorCode::NotFound),
        (eve, 1, ErrorCode::NotAMember),
    ] {
        take_back(&mut chat, who, seq);
        assert_eq!(errors(&chat.took(who)), [code], "{seq}");
    }
    assert_eq!(chat.stored()[0].body, "hi");
}

#[test]
fn cht_231_who_joined_later_is_not_told_of_what_they_never_saw() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let ann = chat.hello("ann");
    chat.say(ann, "r", "c-1", "before");
    let mut joined = room("r", &["ann", "bo"]);
    joined.members.push(member("kim").joining_after(1));
    let changed = true;
    chat.told(WriteOutcome::RoomOpened {
        room: joined,
        changed,
    });
    let kim = chat.hello("kim");
    chat.forget();
    take_back(&mut chat, ann, 1);
    assert!(chat.took(kim).is_empty());
    let theirs = chat.frame(kim, 1, delete("r", 1));
    assert!(theirs.is_empty());
    assert_eq!(errors(&chat.took(kim)), [ErrorCode::NotFound]);
}

#[test]
fn cht_234_whoever_comes_back_sees_by_the_number_that_texts_went() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let ann = chat.hello("ann");
    chat.say(ann, "r", "c-1", "hi");
    chat.say(ann, "r", "c-2", "the last");
    assert_eq!(view(&mut chat, "bo").changes, 0);
    let (_, cursor) = chat.news("bo", None);
    take_back(&mut chat, ann, 2);
    let shown = view(&mut chat, "bo");
    let last = shown.last_message.unwrap();
    assert_eq!(
        (shown.changes, last.deleted, last.body.as_str()),
        (1, true, "")
    );
    assert_eq!(shown.unread, 2, "it is there until it is read");
    // Who polls is told the room, and once.
    let (frames, next) = chat.news("bo", Some(&cursor));
    let [ChatServerFrame::RoomView(told)] = &frames[..] else {
        panic!("{frames:?}");
    };
    assert_eq!((told.changes, told.recovered), (1, true));
    assert!(chat.news("bo", Some(&next)).0.is_empty());
    chat.told(WriteOutcome::TextsExpired {
        room: "r".into(),
        changes: 3,
    });
    assert_eq!(view(&mut chat, "bo").changes, 3);
}

#[test]
fn cht_235_also_in_a_closed_room_one_takes_back_what_one_wrote() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let (ann, bo) = (chat.hello("ann"), chat.hello("bo"));
    chat.say(ann, "r", "c-1", "hi");
    chat.close("r", &["ann", "bo"], true);
    chat.forget();
    take_back(&mut chat, ann, 1);
    assert_eq!(kinds(&chat.took(bo)), ["deleted"]);
}

#[test]
fn cht_240_the_last_message_of_a_room_is_shown_until_its_time() {
    let mut chat = Harness::with_room("r", &["ann", "bo"]);
    let ann = chat.hello("ann");
    let send = Send {
        room: "r".into(),
        client_id: "c-1".to_owned(),
        body: "until then".to_owned(),
        ttl_ms: Some(1_000),
    };
    let left = chat.frame(ann, 1, send.into());
    chat.commit(left);
    let shown = |chat: &mut Harness| view(chat, "bo").last_message.unwrap().body;
    chat.tick(at(999));
    assert_eq!(shown(&mut chat), "until then");
    chat.tick(at(1_000));
    assert_eq!(shown(&mut chat), "");
}

#[test]
fn cht_241_a_life_that_no_text_has_is_an_invalid_field() {
    let mut chat = Harness::with_room("r", &["ann"]);
    let ann = chat.hello("ann");
    chat.forget();
    for ttl_ms in [0, 999, 31_536_000_001, u64::MAX] {
        let send = Send {
            room: "r".into(),
            client_id: "c-1".to_owned(),
            body: "hi".to_owned(),
            ttl_ms: Some(ttl_ms),
        };
        assert!(chat.frame(ann, 1, send.into()).is_empty());
        assert_eq!(
            errors(&chat.took(ann)),
            [ErrorCode::InvalidField],
            "{ttl_ms}"
        );
    }
}

/// However sending, reading, taking back and coming back follow on each other, what is unread is the others' messages
/// after the position, and what is shown has the texts that are there.
#[test]
fn cht_234_unread_and_changes_are_exact_in_any_order() {
    for seed in 0..300 {
        let mut random = SeededRandom(seed);
        let mut chat = Harness::with_room("r", &["ann", "bo"]);
        let people = [chat.hello("ann"), chat.hello("bo")];
        let (mut read_to, mut count) = ([0_u64; 2], 0);
        for step in 0..60 {
            let who = random.below(2) as usize;
            match random.below(4) {
                0 | 1 => {
                    chat.say(people[who], "r", &format!("c-{step}"), "hi");
                    count += 1;
                    if read_to[who] + 1 == count {
                        read_to[who] = count;
                    }
                }
                2 if count > 0 => take_back(&mut chat, people[who], 1 + random.below(count)),
                3 if count > 0 => {
                    let seq = 1 + random.below(count);
                    let left = chat.frame(people[who], 1, read("r", seq));
                    chat.commit(left);
                    read_to[who] = read_to[who].max(seq);
                }
                _ => {}
            }
        }
        let gone = chat.stored().iter().filter(|m| m.deleted).count() as u64;
        for (n, user) in ["ann", "bo"].into_iter().enumerate() {
            let unread = chat.stored().iter();
            let unread = unread.filter(|m| m.from.as_str() != user && m.seq > read_to[n]);
            let unread = unread.count() as u64;
            let last = chat.stored().last().cloned();
            let shown = view(&mut chat, user);
            assert_eq!((shown.unread, shown.changes), (unread, gone), "seed {seed}");
            assert_eq!(shown.last_message, last, "seed {seed}");
        }
    }
}
