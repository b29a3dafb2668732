//! What a reader who is slow misses, and what they don't.

use chat_core::{Membership, Room};
use wire::chat::{ChatClientFrame, Message, PresenceState, SetStatus};
use wire::{Participant, RoomKind, RoomMember};

use super::*;

const QUEUE: usize = 8;

fn room() -> Room {
    let member = |name: &str| {
        Membership::new(RoomMember::from(Participant {
            user_id: name.into(),
            name: name.to_owned(),
        }))
    };
    Room {
        id: "r".into(),
        epoch: "e".to_owned(),
        last_seq: 0,
        min_seq: 1,
        active_at: UnixMs(1),
        last_message: None,
        kind: RoomKind::Pair,
        name: None,
        revision: 0,
        members: ["ann", "bo"].map(member).to_vec(),
        changes: 0,
        uncounted: std::collections::BTreeSet::new(),
        left: std::collections::BTreeSet::new(),
        closed: false,
    }
}

fn caller(user: &str) -> Caller {
    Caller {
        user: user.into(),
        only: None,
        session: None,
        issued_at: UnixMs(0),
        tenant: None,
    }
}

#[test]
fn cht_171_a_slow_reader_misses_presence_before_messages() {
    let (store, _queue) = StoreHandle::new();
    let registry = Registry::new(Settings::default(), store);
    let (room, as_of) = (room(), 0);
    registry.handle(Input::Loaded { room, as_of });
    let large = SocketHandle::unread(1_000, 1 << 20);
    let small = SocketHandle::unread(QUEUE, 1 << 20);
    let (ann, _reads) = registry.enter(&caller("ann"), large, BTreeMap::new());
    let (_bo, _reads) = registry.enter(&caller("bo"), small.clone(), BTreeMap::new());
    // Nobody reads Bo's socket: news of Ann would soon fill its queue.
    for round in 0..4 * QUEUE {
        let state = match round % 2 {
            0 => PresenceState::Away,
            _ => PresenceState::Online,
        };
        registry.handle(Input::Frame {
            connection: ann.connection(),
            id: None,
            frame: ChatClientFrame::from(SetStatus { state }),
        });
    }
    assert!(!small.has_room());
    assert_eq!(small.closing(), None);
    let stored = |seq: u64| WriteOutcome::Stored {
        message: Message {
            room: "r".into(),
            seq,
            message_id: format!("m-{seq}"),
            from: "ann".into(),
            client_id: format!("c-{seq}"),
            body: "hi".to_owned(),
            sent_at: UnixMs(1),
            expires_at: None,
            deleted: false,
            corrupt: false,
        },
        origin: None,
    };
    registry.publish(vec![stored(1)]);
    assert_eq!(small.closing(), None, "there is place for a message");
    registry.publish((2..=QUEUE as u64).map(stored).collect());
    // None is left out: Bo comes back for them.
    assert_eq!(small.closing(), Some(CloseCode::SlowConsumer));
}
