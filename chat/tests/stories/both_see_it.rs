//! Two people write to each other, and each sees it, on every device.

use std::time::Duration;

use testkit::{ANN, BO, BookedRoom, SOON};
use wire::chat::{Delivered, MarkDelivered, MarkRead, Message, Read, Typing, TypingBy};

use crate::server::{Server, settle};

#[tokio::test]
async fn cht_10_a_message_reaches_every_connection_of_the_room() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut phone = server.peer(ANN, &room).await;
    let mut bo = server.peer(BO, &room).await;

    let sent = ann.say(&room.id, "c-1", "안녕 👋").await;
    assert_eq!(sent.seq, 1);
    for peer in [&mut ann, &mut phone, &mut bo] {
        let message = peer.expect::<Message>(SOON).await;
        assert_eq!((message.seq, message.body.as_str()), (1, "안녕 👋"));
        assert_eq!(message.from.as_str(), ANN);
        assert_eq!(message.message_id, sent.message_id);
    }
    let answer = bo.say(&room.id, "c-1", "hello").await;
    assert_eq!(answer.seq, 2);
    assert!(answer.message_id > sent.message_id);
    assert_eq!(ann.expect::<Message>(SOON).await.body, "hello");
}

#[tokio::test]
async fn cht_11_positions_are_told_to_the_others_and_only_rise() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut bo = server.peer(BO, &room).await;
    let mut tablet = server.peer(BO, &room).await;
    for n in 1..=3 {
        ann.say(&room.id, &format!("c-{n}"), "hi").await;
    }
    let id = room.id.clone();
    bo.send(MarkDelivered {
        room: id.clone(),
        seq: 3,
    })
    .await;
    assert_eq!(ann.expect::<Delivered>(SOON).await.seq, 3);
    bo.send(MarkRead {
        room: id.clone(),
        seq: 2,
    })
    .await;
    for peer in [&mut ann, &mut tablet] {
        let read = peer.expect::<Read>(SOON).await;
        assert_eq!((read.user_id.as_str(), read.seq), (BO, 2));
    }
    bo.send(MarkRead {
        room: id.clone(),
        seq: 1,
    })
    .await;
    bo.send(MarkRead {
        room: id.clone(),
        seq: 99,
    })
    .await;
    assert_eq!(ann.expect::<Read>(SOON).await.seq, 3);
    settle(&mut bo).await;
    bo.expect_no::<Read>(Duration::ZERO).await;
}

#[tokio::test]
async fn cht_12_typing_is_told_to_the_other_only() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut phone = server.peer(ANN, &room).await;
    let mut bo = server.peer(BO, &room).await;
    ann.send(Typing {
        room: room.id.clone(),
    })
    .await;
    assert_eq!(bo.expect::<TypingBy>(SOON).await.user_id.as_str(), ANN);
    settle(&mut phone).await;
    phone.expect_no::<TypingBy>(Duration::ZERO).await;
}
