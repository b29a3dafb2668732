//! `SUBSCRIBE`: messages from a place on, and one's rooms.

use serde_json::{Value, json};
use testkit::{ANN, BO, BookedRoom, SOON, TicketSigner, until};
use wire::stomp::{StompCommand, StompFrame};

use super::peer::StompPeer;
use crate::closed::room_event;
use crate::events::{scheduler, tell};
use crate::server::Server;

fn seq(frame: &StompFrame) -> u64 {
    frame.header("seq").unwrap().parse().unwrap()
}

fn view(frame: &StompFrame) -> Value {
    assert_eq!(frame.header("content-type"), Some("application/json"));
    serde_json::from_slice(&frame.body).unwrap()
}

#[tokio::test]
async fn cht_137_what_was_missed_comes_first_and_once_while_others_write() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    for n in 0..150 {
        ann.say(&room.id, &format!("c-{n}"), "missed").await;
    }
    let mut bo = StompPeer::connect(&server.stomp_url(), &server.ticket(BO, &room)).await;
    let topic = format!("/topic/rooms/{}", room.id);
    let writing = async {
        for n in 150..300 {
            ann.say(&room.id, &format!("c-{n}"), "live").await;
        }
    };
    let reading = async {
        for (id, after) in [("all", "0"), ("some", "100")] {
            bo.subscribe(id, &topic, &[("after", after)]).await;
        }
        for n in 1..=300 {
            assert_eq!(seq(&bo.message("all").await), n);
        }
        for n in 101..=300 {
            assert_eq!(seq(&bo.message("some").await), n);
        }
    };
    tokio::join!(writing, reading);
    // Without `after` it begins with what comes.
    bo.subscribe("new", &topic, &[]).await;
    bo.send(
        StompCommand::Unsubscribe,
        &[("id", "some"), ("receipt", "u")],
        "",
    )
    .await;
    bo.receipt("u").await;
    ann.say(&room.id, "last", "last").await;
    assert_eq!(seq(&bo.message("new").await), 301);
    assert_eq!(seq(&bo.message("all").await), 301);
    let of_ended = |frame: &StompFrame| frame.header("subscription") == Some("some");
    assert_eq!(bo.count(of_ended), 0);
}

#[tokio::test]
async fn cht_137_what_can_not_follow_whole_is_a_bad_cursor() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    for n in 1..=301 {
        ann.say(&room.id, &format!("c-{n}"), "hi").await;
    }
    let mut bo = StompPeer::connect(&server.stomp_url(), &server.ticket(BO, &room)).await;
    let topic = format!("/topic/rooms/{}", room.id);
    for (after, code) in [
        ("0", "bad_cursor"),
        ("302", "bad_cursor"),
        ("-1", "invalid_field"),
        ("x", "invalid_field"),
    ] {
        let headers = [
            ("id", "t"),
            ("destination", topic.as_str()),
            ("after", after),
        ];
        bo.send(StompCommand::Subscribe, &headers, "").await;
        assert_eq!(bo.refusal().await.0, code, "{after}");
    }
    bo.subscribe("t", &topic, &[("after", "1")]).await;
    assert_eq!(seq(&bo.message("t").await), 2);
    let again = [("id", "t"), ("destination", topic.as_str())];
    bo.send(StompCommand::Subscribe, &again, "").await;
    assert_eq!(bo.refusal().await.0, "invalid_field");
    let other = [("id", "o"), ("destination", "/topic/rooms/of-others")];
    bo.send(StompCommand::Subscribe, &other, "").await;
    assert_eq!(bo.refusal().await.0, "not_a_member");
}

#[tokio::test]
async fn cht_140_rooms_are_told_as_they_are_and_as_they_change() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut bo = server.peer(BO, &room).await;
    bo.say(&room.id, "c-1", "hi").await;
    let mut ann = StompPeer::connect(&server.stomp_url(), &server.ticket(ANN, &room)).await;
    ann.subscribe("rooms", "/user/queue/rooms", &[]).await;
    let first = ann.message("rooms").await;
    assert_eq!(first.header("event"), Some("room"));
    let first = view(&first);
    assert_eq!(first["room"], json!(room.id));
    assert_eq!(
        (&first["unread"], &first["last_message"]["body"]),
        (&json!(1), &json!("hi"))
    );
    bo.say(&room.id, "c-2", "there").await;
    assert_eq!(view(&ann.message("rooms").await)["last_seq"], 2);
    bo.send(wire::chat::MarkRead {
        room: room.id.clone(),
        seq: 2,
    })
    .await;
    let closing = room_event("room.closed", &room, 2);
    assert_eq!(tell(&server, &[closing]).await, 200);
    let closed = loop {
        let view = view(&ann.message("rooms").await);
        if view["closed"] == true {
            break view;
        }
    };
    assert_eq!(closed["last_seq"], 2);
    let to = format!("/app/rooms/{}", room.id);
    let late = [("destination", to.as_str()), ("client-id", "late")];
    ann.send(StompCommand::Send, &late, "too late").await;
    assert_eq!(ann.refusal().await.0, "room_closed");
}

/// Being connected is not enough to take a message.
#[tokio::test]
async fn cht_147_who_has_not_subscribed_takes_no_message() {
    let signer = TicketSigner::start().await;
    let (url, told) = scheduler(&signer).await;
    let server = Server::told_by(signer, &url).await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut bo = StompPeer::connect(&server.stomp_url(), &server.ticket(BO, &room)).await;
    ann.say(&room.id, "c-1", "are you there?").await;
    bo.subscribe("t", &format!("/topic/rooms/{}", room.id), &[])
        .await;
    ann.say(&room.id, "c-2", "and now?").await;
    assert_eq!(seq(&bo.message("t").await), 2);
    let end = [("id", "t"), ("receipt", "u")];
    bo.send(StompCommand::Unsubscribe, &end, "").await;
    bo.receipt("u").await;
    ann.say(&room.id, "c-3", "gone again?").await;
    let events = until("two events", SOON, async || {
        let told = told.lock().unwrap();
        (told.len() > 1).then(|| told.clone())
    })
    .await;
    let seqs: Vec<&Value> = events.iter().map(|event| &event.data["seq"]).collect();
    assert_eq!(seqs, [&json!(1), &json!(3)]);
}
