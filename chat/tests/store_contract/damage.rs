//! Messages that are not what was stored, in a file and on a server: what was changed, what is gone, what a bit became.

mod flips;
mod mongo;

use chat::store::sql::SqlRooms;
use chat::store::{
    Appended, ChainFault, ChainedMessages, FaultKind, MessageStore, Stores, TextEnd, TextRemoval,
    TextRemoved, verify_messages,
};
use chat_core::{HistoryPage, Verdict};
use storage::testing::TestEngine;
use storage::{Database, query};
use wire::UnixMs;

use crate::contract::{
    StoreFactory, all, append, fill, new, opened, opening, settled, shows_the_second_as_damaged,
    stored, stored_messages,
};
use crate::sql::{SqlFactory, SqlStores};

/// A store in a file, and the file.
pub(crate) async fn in_a_file() -> (SqlFactory, SqlStores, Database) {
    let factory = SqlFactory::on(TestEngine::Sqlite);
    let store = factory.make().await.expect("a file");
    let database = factory.room_database().await.expect("the same file");
    (factory, store, database)
}

async fn change(database: &Database, statement: &'static str) {
    assert_eq!(database.execute(query(statement)).await.unwrap(), 1);
}

#[tokio::test]
async fn cht_119_what_was_changed_in_a_file_is_shown_as_damaged() {
    for statement in [
        "UPDATE messages SET body = 'he' WHERE seq = 2",
        "UPDATE messages SET sent_at = sent_at + 1 WHERE seq = 2",
        "UPDATE messages SET message_id = 'x' WHERE seq = 2",
        "UPDATE messages SET salt = 'AAAAAAAAAAAAAAAAAAAAAA' WHERE seq = 2",
        "UPDATE messages SET body = CAST(x'ff80' AS TEXT) WHERE seq = 2",
    ] {
        let (_factory, store, database) = in_a_file().await;
        fill(&store, "r", 3).await;
        change(&database, statement).await;
        if statement.contains("salt")
            || statement.contains("sent_at")
            || statement.contains("message_id")
        {
            // What a retry is compared with is gone too.
            assert_eq!(damaged(&store).await, [2], "{statement}");
            continue;
        }
        shows_the_second_as_damaged(&store).await;
    }
}

/// The numbers of the damaged messages of room `r`.
async fn damaged(store: &impl MessageStore) -> Vec<u64> {
    let messages = all(store, "r").await;
    let corrupt = messages.into_iter().filter(|message| message.corrupt);
    corrupt
        .inspect(|message| assert_eq!(message.body, ""))
        .map(|message| message.seq)
        .collect()
}

#[tokio::test]
async fn cht_119_a_message_without_a_link_or_of_another_history_is_damaged() {
    let (_factory, store, database) = in_a_file().await;
    fill(&store, "r", 3).await;
    change(
        &database,
        "UPDATE messages SET salt = NULL, digest = NULL, previous = NULL, chain = NULL WHERE seq = 3",
    )
    .await;
    assert_eq!(damaged(&store).await, [3]);
    // Each is sound by itself.
    let (_other, other, _) = in_a_file().await;
    fill(&other, "r", 3).await;
    let stranger = stored_messages(&other, 9).await.remove(1);
    assert_eq!(stranger.verdict(None), Verdict::Sound);
    let (_factory, store, database) = in_a_file().await;
    fill(&store, "r", 3).await;
    for (column, text) in [
        (
            "UPDATE messages SET message_id = ?1 WHERE seq = 2",
            stranger.message.message_id.clone(),
        ),
        (
            "UPDATE messages SET salt = ?1 WHERE seq = 2",
            column_of(&other, 0).await,
        ),
        (
            "UPDATE messages SET previous = ?1 WHERE seq = 2",
            column_of(&other, 1).await,
        ),
        (
            "UPDATE messages SET chain = ?1 WHERE seq = 2",
            column_of(&other, 2).await,
        ),
    ] {
        database.execute(query(column).bind(text)).await.unwrap();
    }
    assert_eq!(
        damaged(&store).await,
        [2, 3],
        "neither follows the one before it"
    );
}

/// Salt, previous chain or chain of the second message, as text.
async fn column_of(store: &SqlStores, at: usize) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let link = stored_messages(store, 9).await[1].link.unwrap();
    let salt = match link.text {
        chat_core::TextProof::Salted(salt) => URL_SAFE_NO_PAD.encode(salt.0),
        chat_core::TextProof::Gone(_) => panic!("its text is there"),
    };
    let texts = [
        salt,
        URL_SAFE_NO_PAD.encode(link.previous.0),
        URL_SAFE_NO_PAD.encode(link.chain.0),
    ];
    texts[at].clone()
}

#[tokio::test]
async fn cht_116_in_the_place_of_what_is_gone_a_page_has_a_damaged_one() {
    let (_factory, store, database) = in_a_file().await;
    fill(&store, "r", 9).await;
    let gone = "DELETE FROM messages WHERE seq IN (1, 4, 5)";
    assert_eq!(database.execute(query(gone)).await.unwrap(), 3);
    assert_eq!(damaged(&store).await, [1, 4, 5]);
    let seqs = async |before, after| -> Vec<u64> {
        let page = HistoryPage::asked(before, after, Some(3)).unwrap();
        let found = store.page(&"r".into(), page).await.unwrap();
        found.iter().map(|message| message.seq).collect()
    };
    assert_eq!(seqs(None, Some(3)).await, [4, 5, 6]);
    assert_eq!(seqs(Some(7), None).await, [4, 5, 6]);
    assert_eq!(
        seqs(Some(6), None).await,
        [2, 3],
        "nothing says that there were more"
    );
}

#[tokio::test]
async fn cht_114_a_chain_begins_where_pruning_ended() {
    let (_factory, store, database) = in_a_file().await;
    fill(&store, "r", 5).await;
    // What retention is to do: the anchor, then the messages.
    change(
        &database,
        "INSERT INTO chain_anchors (room_id, seq, chain) SELECT room_id, seq, chain FROM messages WHERE seq = 3",
    )
    .await;
    let pruned = "DELETE FROM messages WHERE seq <= 3";
    assert_eq!(database.execute(query(pruned)).await.unwrap(), 3);
    assert_eq!(damaged(&store).await, Vec::<u64>::new());
    let report = verify_messages(&store.rooms, &store.messages)
        .await
        .unwrap();
    assert_eq!((report.messages, report.faults), (2, 0));
    // With all of them gone the numbers go on, and the chain.
    let all_gone =
        "UPDATE chain_anchors SET (seq, chain) = (SELECT seq, chain FROM messages WHERE seq = 5)";
    change(&database, all_gone).await;
    database
        .execute(query("DELETE FROM messages"))
        .await
        .unwrap();
    let next = append(&store, &[new("r", "ann", "c-9", "hi")]).await;
    assert_eq!(stored(&next[0]).seq, 6);
    let report = verify_messages(&store.rooms, &store.messages)
        .await
        .unwrap();
    assert_eq!((report.messages, report.faults), (1, 0));
}

#[tokio::test]
async fn cht_124_messages_from_before_are_served_and_the_chain_begins_after_them() {
    let (factory, store, database) = in_a_file().await;
    fill(&store, "r", 3).await;
    fill(&store, "old", 2).await;
    // A database of before.
    for statement in [
        "DROP INDEX messages_by_expiry",
        "ALTER TABLE messages DROP COLUMN expires_at",
        "ALTER TABLE messages DROP COLUMN deleted_at",
        "ALTER TABLE messages DROP COLUMN bytes_through",
        "DROP TABLE message_rooms",
        "ALTER TABLE messages DROP COLUMN salt",
        "ALTER TABLE messages DROP COLUMN digest",
        "ALTER TABLE messages DROP COLUMN previous",
        "ALTER TABLE messages DROP COLUMN chain",
        "DROP TABLE chain_anchors",
        "DELETE FROM _sqlx_migrations WHERE version IN (8, 10, 11)",
    ] {
        database.execute(query(statement)).await.unwrap();
    }
    database.close().await;
    store.messages.close().await;
    let store = factory.make().await.expect("it is there");
    assert_eq!(all(&store, "r").await.len(), 3);
    fill(&store, "r", 5).await;
    append(&store, &[new("r", "bo", "c-1", "hi")]).await;
    assert_eq!(damaged(&store).await, Vec::<u64>::new());
    let report = verify_messages(&store.rooms, &store.messages)
        .await
        .unwrap();
    assert_eq!((report.rooms, report.messages), (2, 8));
    assert_eq!((report.unchained, report.faults), (5, 0));
    is_taken_back_and_pruned(&store).await;
    let database = factory.room_database().await.expect("it is there");
    change(
        &database,
        "UPDATE messages SET body = 'x' WHERE room_id = 'r' AND seq = 4",
    )
    .await;
    change(
        &database,
        "UPDATE messages SET body = 'y' WHERE room_id = 'r' AND seq = 3",
    )
    .await;
    assert_eq!(
        damaged(&store).await,
        [4],
        "of those before nobody can say anything"
    );
}

#[tokio::test]
async fn cht_125_every_fault_of_a_store_is_named() {
    let (_factory, store, database) = in_a_file().await;
    let rooms = ["a", "b", "c"].map(|room| opening(room, &["Ann", "Bo"], None));
    chat::store::RoomStore::apply(&store, &opened(rooms.to_vec()))
        .await
        .unwrap();
    fill(&store, "a", 4).await;
    fill(&store, "b", 5).await;
    for (room, last_seq) in [("a", 4), ("b", 5), ("c", 2)] {
        let settled = settled(room, last_seq, 5);
        chat::store::RoomStore::apply(&store, &settled)
            .await
            .unwrap();
    }
    change(
        &database,
        "UPDATE messages SET body = 'x' WHERE room_id = 'a' AND seq = 2",
    )
    .await;
    for gone in [
        "DELETE FROM messages WHERE room_id = 'b' AND seq = 5",
        "DELETE FROM messages WHERE room_id = 'b' AND seq = 2",
    ] {
        change(&database, gone).await;
    }
    let report = verify_messages(&store.rooms, &store.messages)
        .await
        .unwrap();
    let fault = |room: &str, seq, kind| ChainFault {
        room: room.into(),
        seq,
        kind,
    };
    let missing = |through| FaultKind::Missing { through };
    assert_eq!(
        report.first,
        [
            fault("a", 2, FaultKind::Corrupt),
            fault("b", 2, missing(2)),
            fault("b", 5, missing(5)),
            fault("c", 1, missing(2)),
        ]
    );
    assert_eq!((report.rooms, report.messages, report.faults), (2, 7, 5));
}

/// Of many messages in many rooms, on the same store.
async fn is_whole(rooms: &SqlRooms, messages: &impl ChainedMessages, count: u64) {
    let report = verify_messages(rooms, messages).await.unwrap();
    assert_eq!(
        (report.messages, report.faults, report.unchained),
        (count, 0, 0)
    );
}

#[tokio::test]
async fn cht_125_more_messages_than_are_read_together_are_all_looked_at() {
    let (_factory, store, _) = in_a_file().await;
    for n in 0..3 {
        let batch: Vec<_> = (0..400)
            .map(|m| new(["r", "q"][m % 2], "ann", &format!("c-{n}-{m}"), "hi"))
            .collect();
        append(&store, &batch).await;
    }
    is_whole(&store.rooms, &store.messages, 1_200).await;
}

/// Messages from before there were chains, in room `old`, are taken back and pruned as others are.
pub(crate) async fn is_taken_back_and_pruned(store: &(impl Stores + ChainedMessages)) {
    let removal = TextRemoval {
        room: "old".into(),
        seq: 1,
        end: TextEnd::Deleted("ann".into()),
        at: UnixMs(1),
    };
    let removed = store.remove_texts(&[removal]).await.unwrap();
    assert_eq!(removed, [TextRemoved::Now { changes: 1 }]);
    for body in ["hi", "another"] {
        let again = append(store, &[new("old", "ann", "c-1", body)]).await;
        assert!(matches!(&again[0], Appended::Repeat(m) if m.deleted && m.body.is_empty()));
    }
    let old = "old".into();
    store.begin_after(&old, 1).await.unwrap();
    while store.delete_before_beginning(&old, 1).await.unwrap() {}
    let left = all(store, "old").await;
    assert!(matches!(&left[..], [m] if m.seq == 2 && !m.corrupt));
    store.begin_after(&old, 2).await.unwrap();
    while store.delete_before_beginning(&old, 1).await.unwrap() {}
    let next = append(store, &[new("old", "ann", "c-9", "hi")]).await;
    assert_eq!(stored(&next[0]).seq, 3);
    assert!(all(store, "old").await.iter().all(|m| !m.corrupt));
}
