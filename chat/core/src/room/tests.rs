use wire::{RoomMember, RoomRole};

use super::*;
use crate::SentCount;

/// A room with an epoch of its own name's.
pub(crate) fn room(id: &str, members: &[&str]) -> Room {
    Room {
        id: id.into(),
        epoch: format!("e-{id}"),
        last_seq: 0,
        min_seq: 1,
        active_at: UnixMs(0),
        last_message: None,
        changes: 0,
        kind: RoomKind::Pair,
        name: None,
        revision: 0,
        uncounted: BTreeSet::new(),
        left: BTreeSet::new(),
        closed: false,
        members: members.iter().map(|user| member(user)).collect(),
    }
}

fn member(user: &str) -> Membership {
    Membership::new(RoomMember {
        user_id: user.into(),
        name: user.to_uppercase(),
        role: RoomRole::Member,
    })
}

/// A message of `from`.
pub(crate) fn message(room: &str, seq: u64, from: &str) -> Message {
    Message {
        room: room.into(),
        seq,
        message_id: format!("m-{room}-{seq}"),
        from: from.into(),
        client_id: format!("c-{seq}"),
        body: format!("body {seq}"),
        sent_at: UnixMs(1_000 + i64::try_from(seq).unwrap()),
        expires_at: None,
        deleted: false,
        corrupt: false,
    }
}

fn to(user: &str, kind: PositionKind, seq: u64) -> PositionUpdate {
    PositionUpdate {
        room: "r".into(),
        user: user.into(),
        kind,
        seq,
    }
}

#[test]
fn cht_4_positions_only_move_forward_and_never_past_the_last_message() {
    let mut room = room("r", &["a", "b"]);
    for seq in 1..=5 {
        assert!(room.stored(&message("r", seq, "a")));
    }
    let b = UserId::from("b");
    assert_eq!(room.reach(&b, PositionKind::Read, 3), Some(3));
    assert_eq!(room.reach(&b, PositionKind::Read, 9), Some(5));
    assert_eq!(room.reach(&b, PositionKind::Read, 0), None);
    assert!(room.moved(&to("b", PositionKind::Read, 3), 0));
    assert_eq!(room.reach(&b, PositionKind::Read, 3), None);
    assert!(!room.moved(&to("b", PositionKind::Read, 2), 0));
    assert!(!room.moved(&to("stranger", PositionKind::Read, 2), 0));
    assert_eq!(
        room.member(&b).map(|m| (m.read_seq, m.delivered_seq)),
        Some((3, 3))
    );
    assert!(room.moved(&to("b", PositionKind::Delivered, 4), 0));
    assert_eq!(
        room.member(&b).map(|m| (m.read_seq, m.delivered_seq)),
        Some((3, 4))
    );
}

#[test]
fn cht_5_unread_counts_the_messages_of_others_behind_the_position() {
    let mut room = room("r", &["a", "b"]);
    for seq in 1..=4 {
        assert!(room.stored(&message("r", seq, "a")));
    }
    let of = |room: &Room, user: &str| {
        let view = room.view(UnixMs(0), &user.into(), false).unwrap();
        (view.read_seq, view.unread)
    };
    assert_eq!((of(&room, "b"), of(&room, "a")), ((0, 4), (4, 0)));
    // Sending is not reading: b has those of a still to read.
    assert!(room.stored(&message("r", 5, "b")));
    assert_eq!((of(&room, "b"), of(&room, "a")), ((0, 4), (4, 1)));
    assert!(room.moved(&to("b", PositionKind::Read, 2), 0));
    assert_eq!(of(&room, "b"), (2, 2));
    assert!(room.moved(&to("b", PositionKind::Read, 5), 1));
    assert_eq!(of(&room, "b"), (5, 0));
    assert!(room.stored(&message("r", 6, "b")));
    assert_eq!((of(&room, "b"), of(&room, "a")), ((6, 0), (4, 2)));
    assert!(room.view(UnixMs(0), &"c".into(), false).is_none());
}

#[test]
fn cht_150_own_messages_are_counted_by_the_shorter_way() {
    let mut room = room("r", &["a", "b"]);
    assert!(room.stored(&message("r", 1, "a")));
    for seq in 2..=9 {
        assert!(room.stored(&message("r", seq, "b")));
    }
    let b = room.member(&"b".into()).unwrap();
    assert_eq!((b.read_seq, b.sent, b.sent_read), (0, 8, 0));
    assert_eq!(b.sent_through(0, 9), SentCount::Known(0));
    assert_eq!(b.sent_through(9, 9), SentCount::Known(8));
    let (two, eight) = (b.sent_through(2, 9), b.sent_through(8, 9));
    assert_eq!((two.between(), two.with_between(1)), (Some((0, 2)), 1));
    assert_eq!((eight.between(), eight.with_between(1)), (Some((8, 9)), 7));
    let a = room.member(&"a".into()).unwrap();
    assert_eq!(
        a.sent_through(5, 9),
        SentCount::Known(1),
        "all of theirs are read"
    );
}

#[test]
fn cht_151_kakaos_number_is_what_is_left_of_the_others() {
    let mut room = room("r", &["a", "b", "c"]);
    assert!(room.stored(&message("r", 1, "a")));
    let read_by =
        |room: &Room, user: &str| room.view(UnixMs(0), &user.into(), false).unwrap().read_by;
    assert_eq!((read_by(&room, "a"), read_by(&room, "b")), (0, 1));
    assert!(room.moved(&to("b", PositionKind::Read, 1), 0));
    assert_eq!((read_by(&room, "a"), read_by(&room, "b")), (1, 1));
    assert!(room.stored(&message("r", 2, "c")));
    assert_eq!(read_by(&room, "a"), 0, "c has not read the first");
}

#[test]
fn cht_152_a_room_of_more_than_20_says_how_many() {
    let names: Vec<String> = (0..21).map(|n| format!("u{n:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let shown = |count: usize| {
        let view = room("r", &names[..count])
            .view(UnixMs(0), &"u00".into(), false)
            .unwrap();
        (view.members.len(), view.member_count)
    };
    assert_eq!((shown(20), shown(21)), ((20, None), (0, Some(21))));
}

#[test]
fn cht_160_who_joins_reads_from_their_joining_on() {
    let mut room = room("r", &["a"]);
    for seq in 1..=3 {
        assert!(room.stored(&message("r", seq, "a")));
    }
    room.members.push(member("b").joining_after(3));
    let view = room.view(UnixMs(0), &"b".into(), false).unwrap();
    assert_eq!((view.min_seq, view.read_seq, view.unread), (4, 3, 0));
    assert_eq!(view.last_message, None);
    assert!(room.stored(&message("r", 4, "a")));
    let view = room.view(UnixMs(0), &"b".into(), false).unwrap();
    assert_eq!(
        (view.unread, view.last_message.map(|last| last.seq)),
        (1, Some(4))
    );
}

#[test]
fn a_known_message_changes_nothing() {
    let mut room = room("r", &["a", "b"]);
    assert!(room.stored(&message("r", 1, "a")));
    let before = room.clone();
    assert!(!room.stored(&message("r", 1, "b")));
    assert_eq!(room, before);
}

#[test]
fn cht_82_in_a_closed_room_nobody_sees_how_far_the_others_are() {
    let mut room = room("r", &["a", "b"]);
    assert!(room.stored(&message("r", 1, "a")));
    let open = room.view(UnixMs(0), &"b".into(), false).unwrap();
    assert_eq!((open.members[0].read_seq, open.closed), (1, false));
    room.closed = true;
    let of = |user: &str| room.view(UnixMs(0), &user.into(), false).unwrap();
    assert!(of("b").closed);
    assert_eq!(of("b").members[0].read_seq, 0);
    assert_eq!((of("a").members[0].read_seq, of("a").read_seq), (1, 1));
}
