//! A room that the scheduler says is closed.

use serde_json::{Value, json};
use testkit::{ANN, BO, BookedRoom, ChatPeer, Http, SOON, TestBooking, now};
use wire::chat::{Accepted, History, MarkRead, Message, Messages, RoomView, Send};
use wire::{ChatRoomGrant, ErrorBody, ErrorCode};

use crate::events::{booked, tell};
use crate::server::{Server, settle};

/// `room.opened` or `room.closed`.
pub(crate) fn room_event(kind: &str, room: &ChatRoomGrant, revision: u64) -> Value {
    json!({
        "id": uuid::Uuid::now_v7().to_string(), "type": kind, "occurred_at": now(), "source": "scheduler",
        "subject": room.id, "revision": revision,
        "data": {"room_id": room.id, "members": room.members, "tenant": "people"},
    })
}

fn message(room: &ChatRoomGrant, client_id: &str, body: &str) -> Send {
    Send {
        room: room.id.clone(),
        client_id: client_id.to_owned(),
        body: body.to_owned(),
        ttl_ms: None,
    }
}

/// What a message of somebody is refused with.
pub(crate) async fn refusal(peer: &mut ChatPeer, room: &ChatRoomGrant, key: &str) -> ErrorBody {
    let id = peer.send_numbered(message(room, key, "hello?")).await;
    let mut error = peer.expect::<ErrorBody>(SOON).await;
    assert_eq!(error.id.take(), Some(id.into()));
    error
}

#[tokio::test]
async fn cht_80_a_closed_room_takes_no_message_and_its_history_stays() {
    let mut server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let (mut ann, mut bo) = (server.peer(ANN, &room).await, server.peer(BO, &room).await);
    let http = server.http(BO, &room);
    let messages = server.url(&format!("/v1/rooms/{}/messages", room.id));
    ann.say(&room.id, "c-1", "hi").await;
    assert_eq!(
        tell(&server, &[room_event("room.closed", &room, 2)]).await,
        200
    );
    assert!(bo.expect::<RoomView>(SOON).await.closed);
    for round in 0..2 {
        let key = format!("late {round}");
        let error = refusal(&mut ann, &room, &key).await;
        assert_eq!(error.code, ErrorCode::RoomClosed);
        let body = json!({"client_id": key, "body": "hello?"});
        assert_eq!(http.post(&messages, body).await.problem(409), "room_closed");
        let page: Messages = http.get(&messages).await.json(200);
        assert_eq!((page.messages.len(), page.last_seq), (1, 1));
        let history = History {
            room: room.id.clone(),
            before: None,
            after: None,
            limit: None,
        };
        ann.send_numbered(history).await;
        assert_eq!(ann.expect::<Messages>(SOON).await.messages, page.messages);
        let rooms = http.get(&server.url("/v1/rooms")).await;
        assert_eq!(rooms.body["items"][0]["closed"], true);
        server.restart().await;
        (ann, bo) = (ann.reconnect().await, bo.reconnect().await);
        assert!(bo.welcome.as_ref().unwrap().rooms[0].closed);
    }
    // Bo reads what there is, and Ann learns nothing of it.
    let (room, seq) = (room.id.clone(), 1);
    bo.send_numbered(MarkRead { room, seq }).await;
    bo.expect::<Accepted>(SOON).await;
    settle(&mut ann).await;
    ann.assert_none::<wire::chat::Read>();
    bo = bo.reconnect().await;
    assert_eq!(bo.welcome.as_ref().unwrap().rooms[0].unread, 0);
}

#[tokio::test]
async fn cht_83_a_message_that_was_stored_before_the_closing_is_answered_again() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let first = ann.say(&room.id, "c-1", "hi").await;
    assert_eq!(
        tell(&server, &[room_event("room.closed", &room, 2)]).await,
        200
    );
    let again = ann.say(&room.id, "c-1", "hi").await;
    assert_eq!((again.seq, again.message_id), (1, first.message_id));
    let http = server.http(ANN, &room);
    let url = server.url(&format!("/v1/rooms/{}/messages", room.id));
    let post = async |key: &str, body: &str| {
        let body = json!({"client_id": key, "body": body});
        http.post(&url, body).await
    };
    assert_eq!(post("c-1", "hi").await.json::<Message>(200).seq, 1);
    assert_eq!(post("c-1", "other").await.problem(409), "conflict");
    assert_eq!(post("c-2", "other").await.problem(409), "room_closed");
}

#[tokio::test]
async fn cht_81_events_of_a_room_end_the_same_in_any_order() {
    let session = TestBooking::new().spec();
    let orders: [&[usize]; 4] = [&[0, 1, 2], &[1, 0, 2], &[1, 1, 2, 0, 1], &[2, 1, 0, 0]];
    let server = Server::start().await;
    for order in orders {
        let BookedRoom(room) = BookedRoom::new();
        let events = [
            room_event("room.opened", &room, 1),
            room_event("room.closed", &room, 2),
            booked(
                &format!("of {}", room.id),
                "session.scheduled",
                &session,
                &room.id,
            ),
        ];
        for index in order {
            assert_eq!(tell(&server, &[events[*index].clone()]).await, 200);
        }
        let mut ann = server.peer(ANN, &room).await;
        let error = refusal(&mut ann, &room, "c-1").await;
        assert_eq!(error.code, ErrorCode::RoomClosed, "{order:?}");
    }
}

#[tokio::test]
async fn cht_94_who_waits_for_news_is_told_that_a_room_was_closed() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let http = Http::bearer(&server.ticket(ANN, &room));
    let first = http.get(&server.url("/v1/sync")).await;
    let cursor = first.body["cursor"].as_str().unwrap().to_owned();
    let news = async |timeout_ms: u64, cursor: &str| {
        let query = format!("/v1/sync?cursor={cursor}&timeout_ms={timeout_ms}");
        http.get(&server.url(&query)).await.body
    };
    let closing = async { tell(&server, &[room_event("room.closed", &room, 2)]).await };
    let (told, status) = tokio::join!(news(20_000, &cursor), closing);
    assert_eq!(status, 200);
    let frame = &told["frames"][0];
    assert_eq!(
        (&frame["type"], &frame["closed"]),
        (&json!("room"), &json!(true))
    );
    let after = news(0, told["cursor"].as_str().unwrap()).await;
    assert_eq!(after["frames"], json!([]));
}
