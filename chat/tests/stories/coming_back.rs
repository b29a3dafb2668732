//! Devices come back: with cursors, without, after a restart, after too long.

use std::collections::BTreeMap;

use testkit::{ANN, BO, BookedRoom, ChatPeer, SOON};
use wire::chat::{Cursor, History, MarkRead, Message, Messages, Read, Welcome};

use crate::server::Server;

#[tokio::test]
async fn cht_3_what_was_missed_follows_once_and_in_order() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut bo = server.peer(BO, &room).await;
    ann.say(&room.id, "c-0", "before").await;
    bo.expect::<Message>(SOON).await;
    for round in 0..3 {
        let cursors = bo.cursors.clone();
        bo.cut().await;
        for n in 0..40 {
            ann.say(&room.id, &format!("c-{round}-{n}"), "missed").await;
        }
        bo = ChatPeer::connect(&server.socket_url()).await;
        bo.cursors.clone_from(&cursors);
        let ticket = server.ticket(BO, &room);
        bo.send_hello(&ticket, "device", Some(cursors)).await;
        assert!(bo.expect::<Welcome>(SOON).await.rooms[0].recovered);
        // The peer itself checks each `seq`.
        for _ in 0..40 {
            assert_eq!(bo.expect::<Message>(SOON).await.body, "missed");
        }
    }
}

#[tokio::test]
async fn cht_3_unknown_cursors_and_more_than_300_are_history() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let epoch = ann.cursors[&room.id].epoch.clone();
    for n in 1..=301 {
        ann.say(&room.id, &format!("c-{n}"), "hi").await;
    }
    for (epoch, seq, recovered) in [
        (epoch.as_str(), 0, false),
        (epoch.as_str(), 1, true),
        (epoch.as_str(), 302, false),
        ("another", 300, false),
    ] {
        let mut bo = ChatPeer::connect(&server.socket_url()).await;
        let cursor = Cursor {
            epoch: epoch.to_owned(),
            seq,
        };
        let cursors = BTreeMap::from([(room.id.clone(), cursor)]);
        bo.cursors.clone_from(&cursors);
        bo.send_hello(&server.ticket(BO, &room), "device", Some(cursors))
            .await;
        let welcome = bo.expect::<Welcome>(SOON).await;
        assert_eq!(welcome.rooms[0].recovered, recovered, "{epoch} {seq}");
        assert_eq!(
            welcome.rooms[0].last_message.as_ref().map(|m| m.seq),
            Some(301)
        );
        if recovered {
            for _ in 0..300 {
                bo.expect::<Message>(SOON).await;
            }
        }
    }
    let history = History {
        room: room.id.clone(),
        before: Some(302),
        after: None,
        limit: Some(500),
    };
    ann.send_numbered(history).await;
    let page = ann.expect::<Messages>(SOON).await;
    assert_eq!(
        (page.messages.len(), page.min_seq, page.last_seq),
        (200, 1, 301)
    );
    assert_eq!((page.messages[0].seq, page.messages[199].seq), (102, 301));
}

#[tokio::test]
async fn cht_7_positions_and_unread_are_the_same_on_every_device_and_after_a_restart() {
    let mut server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut bo = server.peer(BO, &room).await;
    for n in 1..=5 {
        ann.say(&room.id, &format!("c-{n}"), "hi").await;
    }
    bo.send(MarkRead {
        room: room.id.clone(),
        seq: 3,
    })
    .await;
    assert_eq!(ann.expect::<Read>(SOON).await.seq, 3);
    for _ in 0..2 {
        let tablet = server.peer(BO, &room).await;
        let view = &tablet.welcome.as_ref().unwrap().rooms[0];
        assert_eq!((view.last_seq, view.read_seq, view.unread), (5, 3, 2));
        let of_ann = server.peer(ANN, &room).await;
        let view = &of_ann.welcome.as_ref().unwrap().rooms[0];
        assert_eq!((view.read_seq, view.unread), (5, 0));
        assert_eq!(
            view.members.iter().map(|m| m.read_seq).collect::<Vec<_>>(),
            [5, 3]
        );
        server.restart().await;
    }
}

#[tokio::test]
async fn cht_8_a_stop_says_goodbye_and_nothing_is_lost() {
    let mut server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let sent = ann.say(&room.id, "c-1", "kept").await;
    server.stop().await;
    ann.expect::<wire::chat::GoingAway>(SOON).await;
    assert_eq!(ann.expect_close(SOON).await, Some(4000));
    server.restart().await;
    let mut ann = ann.reconnect().await;
    assert!(ann.welcome.as_ref().unwrap().rooms[0].recovered);
    let again = ann.say(&room.id, "c-1", "kept").await;
    assert_eq!((again.seq, again.message_id), (sent.seq, sent.message_id));
}
