//! A message is sent again because its answer was lost: one effect.

use std::time::Duration;

use testkit::{ANN, BO, BookedRoom, SOON};
use wire::chat::{Message, Send};
use wire::{ErrorBody, ErrorCode};

use crate::server::{Server, settle};

#[tokio::test]
async fn cht_21_a_retry_gets_the_first_answer_and_nobody_sees_it_twice() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut bo = server.peer(BO, &room).await;
    let first = ann.say(&room.id, "c-1", "once").await;
    ann.cut().await;

    let mut ann = server.peer(ANN, &room).await;
    let again = ann.say(&room.id, "c-1", "once").await;
    assert_eq!(
        (again.seq, &again.message_id),
        (first.seq, &first.message_id)
    );
    assert_eq!(again.sent_at, first.sent_at);
    bo.expect::<Message>(SOON).await;
    settle(&mut bo).await;
    bo.expect_no::<Message>(Duration::ZERO).await;
}

#[tokio::test]
async fn cht_42_another_text_under_the_same_key_is_a_conflict() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    ann.say(&room.id, "c-1", "one").await;
    let other = Send {
        room: room.id.clone(),
        client_id: "c-1".into(),
        body: "two".into(),
        ttl_ms: None,
    };
    let id = ann.send_numbered(other).await;
    let error = ann.expect::<ErrorBody>(SOON).await;
    assert_eq!(error.code, ErrorCode::Conflict);
    assert_eq!(error.id.and_then(|id| id.number()), Some(id));
    // The socket lives on, and no number was lost.
    assert_eq!(ann.say(&room.id, "c-2", "two").await.seq, 2);
}
