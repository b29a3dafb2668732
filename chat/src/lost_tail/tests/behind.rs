//! Messages elsewhere that know less than the rooms.

use wire::UnixMs;

use super::{config, new, room};
use crate::databases;
use crate::lost_tail::{find_behind, give_up_lost};
use crate::store::memory::MemoryStore;
use crate::store::sql::SqlRooms;
use crate::store::{MessageStore, RoomChanges, RoomStore, SettledHead};

async fn rooms(data: &std::path::Path) -> SqlRooms {
    databases::open(&config(data)).await.unwrap().rooms
}

fn settled(id: &str, last_seq: u64) -> RoomChanges {
    let settled = SettledHead {
        room: id.into(),
        last_seq,
        active_at: UnixMs(last_seq.cast_signed()),
    };
    let read = chat_core::MemberProgress {
        room: id.into(),
        user: "ann".into(),
        read_seq: last_seq,
        delivered_seq: last_seq,
        sent: last_seq,
        sent_read: last_seq,
    };
    RoomChanges {
        settled: vec![settled],
        positions: vec![read],
        ..RoomChanges::default()
    }
}

#[tokio::test]
async fn cht_123_messages_that_end_before_what_the_rooms_know_are_a_loss_by_name() {
    let data = tempfile::tempdir().unwrap();
    let (rooms, messages) = (rooms(data.path()).await, MemoryStore::default());
    for (id, count) in [("r", 3), ("q", 5), ("empty", 0)] {
        rooms.apply(&room(id)).await.unwrap();
        for n in 0..count {
            messages.append(&[new(id, n)]).await;
        }
    }
    let find = async || {
        find_behind(&rooms, &messages, "the messages")
            .await
            .unwrap()
    };
    rooms.apply(&settled("r", 2)).await.unwrap();
    rooms.apply(&settled("q", 5)).await.unwrap();
    assert_eq!(find().await, None, "a row may be behind");
    rooms.apply(&settled("r", 9)).await.unwrap();
    rooms.apply(&settled("empty", 1)).await.unwrap();
    let lost = find().await.unwrap();
    assert_eq!((lost.room.as_str(), lost.expected, lost.found), ("r", 9, 3));
    assert_eq!(find().await.unwrap().name(), lost.name());

    give_up_lost(&rooms, &messages).await.unwrap();
    assert_eq!(find().await, None);
    let ids = ["empty".into(), "q".into(), "r".into()];
    let stored = rooms.rooms(&ids).await.unwrap();
    let seqs: Vec<u64> = stored.iter().map(|room| room.last_seq).collect();
    assert_eq!(seqs, [0, 5, 3]);
    let is_new: Vec<bool> = stored.iter().map(|room| room.epoch != "first").collect();
    assert_eq!(is_new, [true, false, true]);
    let ann = &stored[2].members[0];
    let counts = (ann.read_seq, ann.delivered_seq, ann.sent, ann.sent_read);
    assert_eq!(counts, (3, 3, 3, 3));
    // What comes next is counted from there.
    rooms.apply(&settled("r", 4)).await.unwrap();
    assert_eq!(rooms.rooms(&["r".into()]).await.unwrap()[0].last_seq, 4);
}
