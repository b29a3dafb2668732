//! What is promised of texts that are taken away, and of messages that are too old.

use chat::store::{
    Appended, ChainedMessages, MessageUpkeep, NewMessage, OwnSpan, Stores, TextEnd, TextRemoval,
    TextRemoved,
};
use chat_core::{ChainWalk, HistoryPage, StoredMessage, TextProof, Verdict};
use wire::UnixMs;
use wire::chat::Message;

use super::{all, append, fill, new, seqs, stored, stored_messages};

const NOON: UnixMs = UnixMs(1_700_000_000_000);

fn taken_back(room: &str, seq: u64, by: &str) -> TextRemoval {
    TextRemoval {
        room: room.into(),
        seq,
        end: TextEnd::Deleted(by.into()),
        at: NOON,
    }
}

fn expired(room: &str, seq: u64) -> TextRemoval {
    TextRemoval {
        room: room.into(),
        seq,
        end: TextEnd::Expired,
        at: NOON,
    }
}

async fn remove(store: &impl MessageUpkeep, removals: &[TextRemoval]) -> Vec<TextRemoved> {
    store.remove_texts(removals).await.unwrap()
}

/// Every chain holds, from the anchors of the rooms on, and nothing is missing. Which messages have a text.
async fn sound(store: &impl ChainedMessages) -> Vec<(String, u64, bool)> {
    let mut walk: Option<(String, ChainWalk)> = None;
    let mut found = Vec::new();
    for stored in stored_messages(store, 100).await {
        let room = stored.message.room.clone();
        if walk.as_ref().is_none_or(|(of, _)| of != room.as_str()) {
            let anchors = store.anchors(std::slice::from_ref(&room)).await.unwrap();
            let anchor = anchors.get(&room).copied().unwrap_or_default();
            walk = Some((room.to_string(), ChainWalk::new(Some(anchor), Some(0))));
        }
        let (_, walk) = walk.as_mut().unwrap();
        let step = walk.step(&stored);
        assert_eq!((step.missing, step.verdict), (None, Verdict::Sound));
        found.push((room.to_string(), stored.message.seq, has_text(&stored)));
    }
    found
}

fn has_text(stored: &StoredMessage) -> bool {
    let has_salt = matches!(stored.link.unwrap().text, TextProof::Salted(_));
    assert_eq!(has_salt, !stored.message.body.is_empty());
    has_salt
}

async fn changes(store: &impl Stores, room: &str) -> u64 {
    let heads = store.heads(&[room.into()]).await.unwrap();
    heads.first().map_or(0, |head| head.changes)
}

/// Whoever reads, by whatever way, gets the message without its text.
pub(crate) async fn cht_230_what_was_taken_back_is_gone_and_keeps_its_place(
    store: impl Stores + ChainedMessages,
) {
    let batch = [
        new("r", "ann", "c-1", "one"),
        new("r", "bo", "c-1", "two"),
        new("r", "ann", "c-3", "three"),
    ];
    append(&store, &batch).await;
    let removals = [taken_back("r", 1, "ann"), taken_back("r", 3, "ann")];
    assert_eq!(
        remove(&store, &removals).await,
        [
            TextRemoved::Now { changes: 1 },
            TextRemoved::Now { changes: 2 }
        ]
    );
    let is_stub = |m: &Message| {
        assert_eq!(m.deleted, m.body.is_empty());
        assert!(!m.corrupt);
        m.deleted
    };
    let stubs = |found: &[Message]| found.iter().map(is_stub).collect::<Vec<_>>();
    assert_eq!(stubs(&all(&store, "r").await), [true, false, true]);
    let newest = HistoryPage::asked(None, None, None).unwrap();
    let page = store.page(&"r".into(), newest).await.unwrap();
    assert_eq!(stubs(&page), [true, false, true]);
    assert_eq!(
        (page[0].client_id.as_str(), page[0].from.as_str()),
        ("c-1", "ann")
    );
    assert_eq!(stubs(&store.last(9).await.unwrap()), [true, false, true]);
    let (after, through, limit) = (0, 9, 9);
    let span = OwnSpan {
        after,
        through,
        limit,
    };
    let own = store.written_by(&"ann".into(), &"r".into(), span).await;
    assert_eq!(stubs(&own.unwrap()), [true, true]);
    let head = store.heads(&["r".into()]).await.unwrap().remove(0);
    assert_eq!((head.last_seq, head.changes), (3, 2));
    assert!(is_stub(&head.last.unwrap()));
    let kept: Vec<bool> = sound(&store)
        .await
        .into_iter()
        .map(|(_, _, kept)| kept)
        .collect();
    assert_eq!(kept, [false, true, false]);
    // Its key stands for it, whatever is sent under it, and nothing brings it back.
    for body in ["one", "another"] {
        let again = append(&store, &[new("r", "ann", "c-1", body)]).await;
        assert!(matches!(&again[0], Appended::Repeat(m) if m.seq == 1 && is_stub(m)));
        let known = store.repeat_of(&new("r", "ann", "c-1", body).draft).await;
        assert!(matches!(known.unwrap(), Some(Appended::Repeat(m)) if is_stub(&m)));
    }
    let next = append(&store, &[new("r", "ann", "c-4", "four")]).await;
    assert_eq!(stored(&next[0]).seq, 4);
    assert_eq!(sound(&store).await.len(), 4);
}

/// Of several that say the same the first one counts.
pub(crate) async fn cht_230_only_ones_own_is_taken_back_and_once(
    store: impl Stores + ChainedMessages,
) {
    fill(&store, "r", 2).await;
    let removals = [
        taken_back("r", 1, "bo"),
        taken_back("r", 9, "ann"),
        taken_back("q", 1, "ann"),
        taken_back("r", 1, "ann"),
        taken_back("r", 1, "ann"),
    ];
    assert_eq!(
        remove(&store, &removals).await,
        [
            TextRemoved::NotTheirs,
            TextRemoved::NotThere,
            TextRemoved::NotThere,
            TextRemoved::Now { changes: 1 },
            TextRemoved::Before { changes: 1 },
        ]
    );
    let again = remove(&store, &[taken_back("r", 1, "ann")]).await;
    assert_eq!(again, [TextRemoved::Before { changes: 1 }]);
    assert_eq!(changes(&store, "r").await, 1);
}

pub(crate) async fn cht_230_what_was_said_before_there_were_changes_counts_none(
    store: impl Stores + ChainedMessages,
) {
    fill(&store, "r", 1).await;
    assert_eq!(
        (changes(&store, "r").await, changes(&store, "q").await),
        (0, 0)
    );
    assert!(store.heads(&["q".into()]).await.unwrap().is_empty());
}

/// One that is stored now and has so long to live.
fn living(client_id: &str, body: &str, stored_before_ms: i64, ttl_ms: u64) -> NewMessage {
    let mut message = new("r", "ann", client_id, body);
    message.sent_at = testkit::now() + -stored_before_ms;
    message.draft.ttl_ms = Some(ttl_ms);
    message
}

/// Whether or not its text is stored.
pub(crate) async fn cht_242_what_has_expired_is_told_to_nobody(
    store: impl Stores + ChainedMessages,
) {
    let batch = [
        living("c-1", "over", 10_000, 5_000),
        living("c-2", "alive", 10_000, 3_600_000),
    ];
    append(&store, &batch).await;
    let bodies = |found: Vec<Message>| -> Vec<String> {
        assert!(found.iter().all(|m| m.expires_at.is_some() && !m.deleted));
        found.into_iter().map(|m| m.body).collect()
    };
    assert_eq!(bodies(all(&store, "r").await), ["", "alive"]);
    assert_eq!(bodies(store.last(9).await.unwrap()), ["", "alive"]);
    let (after, through, limit) = (0, 9, 9);
    let span = OwnSpan {
        after,
        through,
        limit,
    };
    let own = store.written_by(&"ann".into(), &"r".into(), span).await;
    assert_eq!(bodies(own.unwrap()), ["", "alive"]);
    let again = append(&store, &[batch[0].clone()]).await;
    assert!(matches!(&again[0], Appended::Repeat(m) if m.body.is_empty()));
    let other = append(&store, &[living("c-1", "other", 10_000, 5_000)]).await;
    assert_eq!(other[0], Appended::Conflict, "its text is still stored");
    assert_eq!(sound(&store).await.len(), 2);
}

/// In steps of any size, and each once.
pub(crate) async fn cht_243_what_has_expired_is_found_and_goes(
    store: impl Stores + ChainedMessages,
) {
    let batch = [
        new("r", "ann", "c-1", "for good"),
        living("c-2", "later", 10_000, 8_000),
        living("c-3", "first", 10_000, 5_000),
        living("c-4", "alive", 0, 3_600_000),
        living("c-5", "taken back", 10_000, 5_000),
    ];
    append(&store, &batch).await;
    remove(&store, &[taken_back("r", 5, "ann")]).await;
    let now = testkit::now();
    let due = store.overdue(now, 1).await.unwrap();
    assert_eq!(due, [("r".into(), 3)]);
    let due = store.overdue(now, 9).await.unwrap();
    assert_eq!(due, [("r".into(), 3), ("r".into(), 2)]);
    let removals = [expired("r", 3), expired("r", 2), expired("r", 3)];
    assert_eq!(
        remove(&store, &removals).await,
        [
            TextRemoved::Now { changes: 2 },
            TextRemoved::Now { changes: 3 },
            TextRemoved::Before { changes: 3 },
        ]
    );
    assert!(store.overdue(now, 9).await.unwrap().is_empty());
    let kept: Vec<bool> = sound(&store)
        .await
        .into_iter()
        .map(|(_, _, kept)| kept)
        .collect();
    assert_eq!(kept, [true, false, false, true, false]);
    let found = all(&store, "r").await;
    let facts = |m: &Message| (m.expires_at.is_some(), m.deleted, m.body.is_empty());
    assert_eq!(facts(&found[1]), (true, false, true));
    // What has expired may be taken back too.
    let back = remove(&store, &[taken_back("r", 2, "ann")]).await;
    assert_eq!(back, [TextRemoved::Now { changes: 4 }]);
    assert!(all(&store, "r").await[1].deleted);
    let later = UnixMs(now.0 + 7_200_000);
    assert_eq!(store.overdue(later, 9).await.unwrap(), [("r".into(), 4)]);
}

/// What is before its beginning is counted for nothing, though it is stored.
pub(crate) async fn cht_250_a_room_begins_after_what_was_too_old(
    store: impl Stores + ChainedMessages,
) {
    fill(&store, "r", 5).await;
    fill(&store, "q", 2).await;
    store.begin_after(&"r".into(), 3).await.unwrap();
    let head = store.heads(&["r".into()]).await.unwrap().remove(0);
    assert_eq!((head.min_seq, head.last_seq), (4, 5));
    sound(&store).await;
    assert!(store.delete_before_beginning(&"r".into(), 2).await.unwrap());
    sound(&store).await;
    assert!(!store.delete_before_beginning(&"r".into(), 2).await.unwrap());
    assert_eq!(seqs(&all(&store, "r").await), [4, 5]);
    assert_eq!(seqs(&all(&store, "q").await), [1, 2]);
    sound(&store).await;
    // An earlier beginning changes nothing.
    store.begin_after(&"r".into(), 2).await.unwrap();
    let head = store.heads(&["r".into()]).await.unwrap().remove(0);
    assert_eq!((head.min_seq, head.last_seq), (4, 5));
    let next = append(&store, &[new("r", "ann", "c-1", "its key is free again")]).await;
    assert_eq!(stored(&next[0]).seq, 6);
    sound(&store).await;
}

pub(crate) async fn cht_250_a_room_without_messages_goes_on_where_it_was(
    store: impl Stores + ChainedMessages,
) {
    fill(&store, "r", 3).await;
    store.begin_after(&"r".into(), 3).await.unwrap();
    for _ in 0..2 {
        let head = store.heads(&["r".into()]).await.unwrap().remove(0);
        assert_eq!((head.min_seq, head.last_seq, head.last), (4, 3, None));
        store.delete_before_beginning(&"r".into(), 9).await.unwrap();
    }
    assert!(all(&store, "r").await.is_empty());
    let next = append(&store, &[new("r", "ann", "c-1", "new")]).await;
    assert_eq!(stored(&next[0]).seq, 4);
    let head = store.heads(&["r".into()]).await.unwrap().remove(0);
    assert_eq!((head.min_seq, head.last_seq), (4, 4));
    assert_eq!(sound(&store).await, [("r".to_owned(), 4, true)]);
}

/// A process dies after each of the steps: the next one begins anew, and it comes to the same.
pub(crate) async fn cht_251_whatever_was_done_last_is_done_again(
    store: impl Stores + ChainedMessages,
) {
    for done in 0..4 {
        let room = format!("r{done}");
        fill(&store, &room, 4).await;
        let id = room.as_str().into();
        if done > 0 {
            store.begin_after(&id, 3).await.unwrap();
        }
        if done > 1 {
            store.delete_before_beginning(&id, 1).await.unwrap();
        }
        if done > 2 {
            store.delete_before_beginning(&id, 9).await.unwrap();
        }
        store.begin_after(&id, 3).await.unwrap();
        while store.delete_before_beginning(&id, 1).await.unwrap() {}
        assert_eq!(seqs(&all(&store, &room).await), [4], "{done}");
        let head = store.heads(&[id]).await.unwrap().remove(0);
        assert_eq!((head.min_seq, head.last_seq), (4, 4), "{done}");
        append(&store, &[new(&room, "bo", "c", "on")]).await;
    }
    assert_eq!(sound(&store).await.len(), 8);
}

pub(crate) async fn cht_252_the_oldest_messages_come_first(store: impl Stores + ChainedMessages) {
    fill(&store, "r", 2).await;
    fill(&store, "q", 1).await;
    fill(&store, "r", 3).await;
    let places = async |limit| -> Vec<(String, u64)> {
        let found = store.oldest(limit).await.unwrap();
        let place = |age: chat::store::MessageAge| (age.room.to_string(), age.seq);
        found.into_iter().map(place).collect()
    };
    let first = ("r".to_owned(), 1);
    assert_eq!(places(1).await, [first]);
    let order: Vec<u64> = places(9).await.into_iter().map(|(_, seq)| seq).collect();
    assert_eq!(order, [1, 2, 1, 3]);
    assert_eq!(store.oldest(1).await.unwrap()[0].sent_at, NOON);
}

/// Ten bytes, into a room that holds 40 at most.
fn filling(client_id: &str) -> NewMessage {
    NewMessage {
        room_bytes: 40,
        ..new("r", "ann", client_id, "ten bytes.")
    }
}

async fn is_taken(store: &impl Stores, client_id: &str) -> bool {
    match &append(store, &[filling(client_id)]).await[0] {
        Appended::Stored(_) => true,
        Appended::Full => false,
        other => panic!("{other:?}"),
    }
}

/// Until something is taken away, has expired or is too old: then as much comes in as went.
pub(crate) async fn cht_264_a_full_room_takes_what_went(store: impl Stores + ChainedMessages) {
    let batch: Vec<NewMessage> = (1..=5).map(|n| filling(&format!("c-{n}"))).collect();
    let outcomes = append(&store, &batch).await;
    let seqs: Vec<u64> = outcomes[..4].iter().map(|one| stored(one).seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4]);
    assert_eq!(outcomes[4], Appended::Full);
    // Who sends again is answered, and other rooms are not full.
    let again = append(&store, &[filling("c-2")]).await;
    assert!(matches!(&again[0], Appended::Repeat(message) if message.seq == 2));
    let other = NewMessage {
        room_bytes: 40,
        ..new("q", "ann", "c-1", "ten bytes.")
    };
    assert!(matches!(
        append(&store, &[other]).await[0],
        Appended::Stored(_)
    ));
    for _ in 0..2 {
        remove(&store, &[taken_back("r", 2, "ann")]).await;
    }
    assert!(is_taken(&store, "c-6").await);
    assert!(!is_taken(&store, "c-7").await);
    // Of the first three one is gone already: 20 bytes are free, before and after their rows are.
    for _ in 0..2 {
        store.begin_after(&"r".into(), 3).await.unwrap();
    }
    assert!(is_taken(&store, "c-7").await);
    while store.delete_before_beginning(&"r".into(), 1).await.unwrap() {}
    assert!(is_taken(&store, "c-8").await);
    assert!(!is_taken(&store, "c-9").await);
    for _ in 0..2 {
        remove(&store, &[expired("r", 5)]).await;
    }
    assert!(is_taken(&store, "c-9").await);
    assert!(!is_taken(&store, "c-10").await);
    // All of it: what comes next is all that the room holds.
    store.begin_after(&"r".into(), 8).await.unwrap();
    while store.delete_before_beginning(&"r".into(), 9).await.unwrap() {}
    for n in 11..=14 {
        assert!(is_taken(&store, &format!("c-{n}")).await, "{n}");
    }
    assert!(!is_taken(&store, "c-15").await);
    sound(&store).await;
}
