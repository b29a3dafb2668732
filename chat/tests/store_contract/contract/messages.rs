//! What is promised of messages.

use chat::store::{Appended, OwnSpan, Stores};
use chat_core::HistoryPage;

use super::{fill, new, seqs, stored};

/// Numbers are dense within each room, in the order of the batch.
pub(crate) async fn cht_40_seq_is_dense_by_room(store: impl Stores) {
    let batch = [
        new("r", "ann", "c-1", "a"),
        new("q", "ann", "c-1", "b"),
        new("r", "bo", "c-1", "c"),
    ];
    let first = store.append(&batch).await.unwrap();
    assert_eq!(
        first.iter().map(|a| stored(a).seq).collect::<Vec<_>>(),
        [1, 1, 2]
    );
    let second = store.append(&[new("r", "ann", "c-2", "d")]).await.unwrap();
    assert_eq!(stored(&second[0]).seq, 3);
    let message = stored(&first[2]);
    assert_eq!((message.from.as_str(), message.body.as_str()), ("bo", "c"));
    assert_eq!(message.message_id, "id of r bo c-1");
}

/// A repeat is answered with what was stored, within a batch too; it takes no number.
pub(crate) async fn cht_41_a_repeat_has_one_effect(store: impl Stores) {
    let first = store.append(&[new("r", "ann", "c-1", "a")]).await.unwrap();
    let mut again = new("r", "ann", "c-1", "a");
    again.message_id = "another".to_owned();
    let batch = [
        again,
        new("r", "ann", "c-2", "b"),
        new("r", "ann", "c-2", "b"),
    ];
    let second = store.append(&batch).await.unwrap();
    assert_eq!(second[0], Appended::Repeat(stored(&first[0]).clone()));
    assert_eq!(stored(&second[1]).seq, 2);
    assert_eq!(second[2], Appended::Repeat(stored(&second[1]).clone()));
    let page = store
        .page(&"r".into(), HistoryPage::asked(None, None, None).unwrap())
        .await
        .unwrap();
    assert_eq!(seqs(&page), [1, 2]);
}

/// The same key with another text is a conflict, and changes nothing; of another sender or room it is none.
pub(crate) async fn cht_42_a_key_stands_for_one_text(store: impl Stores) {
    store.append(&[new("r", "ann", "c-1", "a")]).await.unwrap();
    let batch = [
        new("r", "ann", "c-1", "other"),
        new("r", "bo", "c-1", "other"),
        new("q", "ann", "c-1", "other"),
    ];
    let outcomes = store.append(&batch).await.unwrap();
    assert_eq!(outcomes[0], Appended::Conflict);
    assert_eq!((stored(&outcomes[1]).seq, stored(&outcomes[2]).seq), (2, 1));
}

/// Pages rise, exclude what they are named by, and lie where they were asked for.
pub(crate) async fn cht_43_pages_lie_where_they_were_asked_for(store: impl Stores) {
    fill(&store, "r", 10).await;
    fill(&store, "q", 3).await;
    for (before, after, limit, expected) in [
        (None, None, 3, vec![8, 9, 10]),
        (Some(8), None, 3, vec![5, 6, 7]),
        (Some(3), None, 3, vec![1, 2]),
        (Some(1), None, 3, vec![]),
        (None, Some(0), 3, vec![1, 2, 3]),
        (None, Some(8), 3, vec![9, 10]),
        (None, Some(10), 3, vec![]),
        (Some(u64::MAX), None, 1, vec![10]),
        (None, Some(u64::MAX), 1, vec![]),
    ] {
        let page = HistoryPage::asked(before, after, Some(limit)).unwrap();
        let found = store.page(&"r".into(), page).await.unwrap();
        assert_eq!(seqs(&found), expected, "{before:?} {after:?} {limit}");
    }
}

/// Heads are those of the rooms that have messages.
pub(crate) async fn cht_44_heads_are_the_two_ends(store: impl Stores) {
    fill(&store, "r", 4).await;
    let heads = store.heads(&["r".into(), "empty".into()]).await.unwrap();
    assert_eq!(heads.len(), 1);
    assert_eq!((heads[0].min_seq, heads[0].last.seq), (1, 4));
    assert_eq!(heads[0].last.room.as_str(), "r");
}

/// The last messages come in the order in which they were stored.
pub(crate) async fn cht_45_the_last_messages_of_all_rooms(store: impl Stores) {
    fill(&store, "r", 2).await;
    fill(&store, "q", 2).await;
    let last = store.last(3).await.unwrap();
    let found: Vec<_> = last.iter().map(|m| (m.room.as_str(), m.seq)).collect();
    assert_eq!(found, [("r", 2), ("q", 1), ("q", 2)]);
}

/// What a key stands for is told without storing: the message, a conflict, or nothing.
pub(crate) async fn cht_83_a_repeat_is_found_without_storing_anything(store: impl Stores) {
    let first = store.append(&[new("r", "ann", "c-1", "a")]).await.unwrap();
    let repeat = async |client_id, body| {
        let draft = new("r", "ann", client_id, body).draft;
        store.repeat_of(&draft).await.unwrap()
    };
    let known = Appended::Repeat(stored(&first[0]).clone());
    assert_eq!(repeat("c-1", "a").await, Some(known));
    assert_eq!(repeat("c-1", "other").await, Some(Appended::Conflict));
    assert_eq!(repeat("c-2", "a").await, None);
    assert_eq!(store.last(10).await.unwrap().len(), 1);
}

/// Of a span, the messages of one person alone, rising, and no more than asked for.
pub(crate) async fn cht_92_what_one_wrote_is_found_in_its_span(store: impl Stores) {
    for n in 1..=6 {
        let from = if n % 2 == 1 { "ann" } else { "bo" };
        let batch = [new("r", from, &format!("c-{n}"), "hi")];
        store.append(&batch).await.unwrap();
    }
    fill(&store, "q", 2).await;
    for (after, through, limit, expected) in [
        (0, 6, 9, vec![1, 3, 5]),
        (1, 6, 9, vec![3, 5]),
        (0, 4, 9, vec![1, 3]),
        (0, 6, 2, vec![1, 3]),
        (5, 6, 9, vec![]),
    ] {
        let span = OwnSpan {
            after,
            through,
            limit,
        };
        let found = store.written_by(&"ann".into(), &"r".into(), span).await;
        assert_eq!(seqs(&found.unwrap()), expected, "{span:?}");
    }
}
