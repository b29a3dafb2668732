//! What is promised of the chains of messages.

use chat::store::{Appended, ChainedMessages, OwnSpan, Stores};
use chat_core::{
    ChainAnchor, ChainHash, ChainWalk, HistoryPage, StoredMessage, TextProof, Verdict,
};
use wire::chat::Message;

use super::{all, append, fill, new};

/// All that is stored, `limit` at a time.
pub(crate) async fn stored_messages(
    store: &impl ChainedMessages,
    limit: u32,
) -> Vec<StoredMessage> {
    let mut found: Vec<StoredMessage> = Vec::new();
    loop {
        let place = found
            .last()
            .map(|last| (&last.message.room, last.message.seq));
        let more = store.stored_after(place, limit).await.unwrap();
        assert!(more.len() <= limit as usize);
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// Repeats and conflicts leave no trace in a chain, and batches no seam.
pub(crate) async fn cht_118_every_message_is_bound_to_the_one_before_it(
    store: impl Stores + ChainedMessages,
) {
    fill(&store, "q", 2).await;
    let batch = [
        new("r", "ann", "c-1", "a"),
        new("q", "bo", "c-1", ""),
        new("r", "ann", "c-1", "a"),
        new("r", "ann", "c-1", "another"),
        new("r", "bo", "c-1", "b"),
    ];
    let outcomes = append(&store, &batch).await;
    assert_eq!(outcomes[3], Appended::Conflict);
    fill(&store, "r", 3).await;
    append(&store, &[new("q", "bo", "c-2", "z")]).await;
    let stored = stored_messages(&store, 200).await;
    let mut salts = Vec::new();
    for (room, count) in [("q", 4), ("r", 4)] {
        let mut walk = ChainWalk::new(Some(ChainAnchor::default()), Some(0));
        let of_room: Vec<_> = stored
            .iter()
            .filter(|s| s.message.room.as_str() == room)
            .collect();
        assert_eq!(of_room.len(), count, "{room}");
        for stored in of_room {
            let step = walk.step(stored);
            assert_eq!((step.missing, step.verdict), (None, Verdict::Sound));
            let link = stored.link.unwrap();
            assert_eq!(link.previous == ChainHash::GENESIS, stored.message.seq == 1);
            match link.text {
                TextProof::Salted(salt) => salts.push(salt.0),
                TextProof::Gone(_) => panic!("its text is there"),
            }
        }
        let anchors = store.anchors(&[room.into()]).await.unwrap();
        let anchor = anchors.get(&room.into()).copied().unwrap_or_default();
        assert_eq!(anchor, ChainAnchor::default());
    }
    salts.sort_unstable();
    salts.dedup();
    assert_eq!(salts.len(), 8, "each has a salt of its own");
}

/// In pieces of any size.
pub(crate) async fn cht_118_all_messages_come_room_by_room(store: impl Stores + ChainedMessages) {
    for (room, count) in [("b", 3), ("a", 4), ("c", 1)] {
        fill(&store, room, count).await;
    }
    for limit in [1, 3, 100] {
        let stored = stored_messages(&store, limit).await;
        let places: Vec<_> = stored
            .iter()
            .map(|stored| (stored.message.room.as_str(), stored.message.seq))
            .collect();
        let expected = [
            ("a", 1),
            ("a", 2),
            ("a", 3),
            ("a", 4),
            ("b", 1),
            ("b", 2),
            ("b", 3),
            ("c", 1),
        ];
        assert_eq!(places, expected, "{limit}");
    }
}

/// A room `r` of three messages of Ann's, `c-1` to `c-3`, of which the second is stored otherwise: whichever way it is read,
/// its text is not told, and the others are what they were.
pub(crate) async fn shows_the_second_as_damaged(store: &(impl Stores + ChainedMessages)) {
    let is_damaged = |message: &Message| message.corrupt && message.body.is_empty();
    let damaged = |messages: &[Message]| -> Vec<bool> {
        for message in messages.iter().filter(|message| !message.corrupt) {
            assert_eq!(message.body, "hi");
        }
        messages.iter().map(is_damaged).collect()
    };
    assert_eq!(damaged(&all(store, "r").await), [false, true, false]);
    let before = HistoryPage::asked(Some(3), None, Some(1)).unwrap();
    assert_eq!(
        damaged(&store.page(&"r".into(), before).await.unwrap()),
        [true]
    );
    let span = OwnSpan {
        after: 0,
        through: 9,
        limit: 9,
    };
    let own = store
        .written_by(&"ann".into(), &"r".into(), span)
        .await
        .unwrap();
    assert_eq!(damaged(&own), [false, true, false]);
    assert_eq!(damaged(&store.last(9).await.unwrap()), [false, true, false]);
    // Sent again, the sender hears what they said; in other words nobody can say.
    let said = new("r", "ann", "c-2", "hi");
    let repeat = store.repeat_of(&said.draft).await.unwrap().unwrap();
    assert!(
        matches!(&repeat, Appended::Repeat(m) if m.body == "hi" && !m.corrupt),
        "{repeat:?}"
    );
    for again in [said, new("r", "ann", "c-2", "other")] {
        let outcome = append(store, std::slice::from_ref(&again)).await.remove(0);
        let Appended::Repeat(message) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(message.seq, 2);
        assert_eq!(is_damaged(&message), again.draft.body == "other");
    }
    // And the room goes on.
    append(store, &[new("r", "ann", "c-4", "hi")]).await;
    assert_eq!(damaged(&all(store, "r").await), [false, true, false, false]);
}
