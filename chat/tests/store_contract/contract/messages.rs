//! What is promised of messages.

use chat::store::{Appended, OwnSpan, Stores};
use chat_core::HistoryPage;

use super::{all, append, fill, new, seqs, stored};

/// Numbers are dense within each room, in the order of the batch.
pub(crate) async fn cht_40_seq_is_dense_by_room(store: impl Stores) {
    let batch = [
        new("r", "ann", "c-1", "a"),
        new("q", "ann", "c-1", "b"),
        new("r", "bo", "c-1", "c"),
    ];
    let first = append(&store, &batch).await;
    assert_eq!(
        first.iter().map(|a| stored(a).seq).collect::<Vec<_>>(),
        [1, 1, 2]
    );
    let second = append(&store, &[new("r", "ann", "c-2", "d")]).await;
    assert_eq!(stored(&second[0]).seq, 3);
    let message = stored(&first[2]);
    assert_eq!((message.from.as_str(), message.body.as_str()), ("bo", "c"));
    assert_eq!(message.message_id, batch[2].message_id);
}

/// A repeat is answered with what was stored, within a batch too; it takes no number.
pub(crate) async fn cht_41_a_repeat_has_one_effect(store: impl Stores) {
    let first = append(&store, &[new("r", "ann", "c-1", "a")]).await;
    let mut again = new("r", "ann", "c-1", "a");
    again.message_id = "another".to_owned();
    let batch = [
        again,
        new("r", "ann", "c-2", "b"),
        new("r", "ann", "c-2", "b"),
    ];
    let second = append(&store, &batch).await;
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
    append(&store, &[new("r", "ann", "c-1", "a")]).await;
    let batch = [
        new("r", "ann", "c-1", "other"),
        new("r", "bo", "c-1", "other"),
        new("q", "ann", "c-1", "other"),
    ];
    let outcomes = append(&store, &batch).await;
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
    assert_eq!((heads[0].min_seq, heads[0].last_seq), (1, 4));
    let last = heads[0].last.as_ref().unwrap();
    assert_eq!((last.room.as_str(), last.seq), ("r", 4));
    assert_eq!(heads[0].changes, 0);
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
    let first = append(&store, &[new("r", "ann", "c-1", "a")]).await;
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
        append(&store, &batch).await;
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
    let (ann, room) = ("ann".into(), "r".into());
    for (after, through, expected) in [(0, 6, 3), (1, 6, 2), (0, 4, 2), (2, 2, 0), (5, 9, 0)] {
        let count = store.count_written_by(&ann, &room, after, through);
        assert_eq!(count.await.unwrap(), expected, "{after} {through}");
    }
}

/// New texts, repeats, conflicts and keys that come twice, in many rooms: each has its outcome, and no number is left out.
pub(crate) async fn cht_100_a_batch_of_many_rooms_is_dense_whatever_is_in_it(store: impl Stores) {
    let room = |n: u64| format!("r{}", n % 4);
    for (round, step) in [(0, 1), (1, 3), (2, 5)] {
        let batch: Vec<_> = (0..120)
            .map(|n| {
                let body = if n % 11 == 3 { "other" } else { "hi" };
                new(&room(n), "ann", &format!("c-{}", n * step % 60), body)
            })
            .collect();
        let outcomes = append(&store, &batch).await;
        for (sent, outcome) in batch.iter().zip(&outcomes) {
            if let Appended::Stored(message) | Appended::Repeat(message) = outcome {
                let draft = &sent.draft;
                let found = (&message.room, &message.client_id, &message.body);
                assert_eq!(
                    found,
                    (&draft.room, &draft.client_id, &draft.body),
                    "{round}"
                );
            }
        }
    }
    for n in 0..4 {
        let messages = all(&store, &room(n)).await;
        let expected: Vec<u64> = (1..=messages.len() as u64).collect();
        assert_eq!(seqs(&messages), expected);
        let mut keys: Vec<_> = messages.iter().map(|m| m.client_id.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), messages.len(), "each key once");
    }
}

/// Whatever is visible, and as long as a message may be.
pub(crate) async fn cht_101_a_text_comes_back_byte_for_byte(store: impl Stores) {
    let long = "\u{1F469}\u{200D}\u{1F680}".repeat(1_400);
    let texts = [
        "https://example.org/?a=$b&c.d[0]=%20#\u{e9}",
        "\u{1112}\u{1161}\u{11ab}\u{ae00} \u{d55c}\u{ae00}",
        "\u{1F1F0}\u{1F1F7} \u{1F44D}\u{1F3FD} \u{1F3F3}\u{FE0F}\u{200D}\u{1F308}",
        "e\u{301} \u{e9} \u{212b} \u{fb01}",
        "  two lines\n\tand a tab  ",
        "{\"$set\": {\"body\": 1}}",
        long.as_str(),
    ];
    let key = |n: usize| format!("\u{d0a4}.$-{n}");
    let batch: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(n, text)| new("r\u{f6}m", "\u{c548}", &key(n), text))
        .collect();
    append(&store, &batch).await;
    let found = all(&store, "r\u{f6}m").await;
    let bodies: Vec<&str> = found.iter().map(|message| message.body.as_str()).collect();
    assert_eq!(bodies, texts);
    let again = append(&store, &batch).await;
    for (message, outcome) in found.into_iter().zip(again) {
        assert_eq!(outcome, Appended::Repeat(message));
    }
}

/// A message has the id that it was given, and those of one writer rise with its messages.
pub(crate) async fn cht_102_message_ids_are_kept_and_rise(store: impl Stores) {
    let batch: Vec<_> = (0..40)
        .map(|n| new(&format!("r{}", n % 3), "ann", &format!("c-{n}"), "hi"))
        .collect();
    append(&store, &batch).await;
    let last = store.last(100).await.unwrap();
    let found: Vec<_> = last.iter().map(|message| &message.message_id).collect();
    let given: Vec<_> = batch.iter().map(|message| &message.message_id).collect();
    assert_eq!(found, given);
    assert!(found.is_sorted());
}
