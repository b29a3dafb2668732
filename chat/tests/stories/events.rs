//! What the scheduler tells opens rooms; what chat tells reaches the scheduler.

use std::sync::{Arc, Mutex};

use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use testkit::{ANN, BO, BookedRoom, ChatPeer, Http, SOON, TestBooking, TicketSigner, now};
use wire::chat::{Message, Presence, PresenceState, RoomView};
use wire::{EventBatch, RoomId, SessionSpec};

use crate::server::Server;

/// A scheduler that keeps what it is told.
pub(crate) async fn scheduler(signer: &TicketSigner) -> (String, Arc<Mutex<Vec<wire::Event>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let (keys, kept) = (signer.jwks(), Arc::clone(&told));
    let take = move |Json(batch): Json<EventBatch>| {
        kept.lock().unwrap().extend(batch.events);
        std::future::ready(())
    };
    let router = Router::new()
        .route(
            "/.well-known/jwks.json",
            get(move || std::future::ready(Json(keys))),
        )
        .route("/v1/events", post(take));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, told)
}

pub(crate) fn booked(id: &str, kind: &str, session: &SessionSpec, room: &RoomId) -> Value {
    json!({
        "id": id, "type": kind, "occurred_at": now(), "source": "scheduler",
        "subject": session.id, "revision": session.revision,
        "data": {"session": session, "room_id": room},
    })
}

pub(crate) async fn tell(server: &Server, events: &[Value]) -> u16 {
    let secret = std::fs::read_to_string(server.data.path().join("keys/events.secret")).unwrap();
    let batch = json!({"source": "scheduler", "events": events, "complete_to": now()});
    Http::bearer(secret.trim())
        .post(&server.url("/v1/events"), batch)
        .await
        .status
}

#[tokio::test]
async fn cht_60_a_booking_opens_its_room_for_both() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut waiting =
        ChatPeer::hello(&server.socket_url(), &server.signer.chat(BO, &[]), "device").await;
    let session = TestBooking::new().spec();
    assert_eq!(
        tell(
            &server,
            &[booked("e-1", "session.scheduled", &session, &room.id)]
        )
        .await,
        200
    );
    let view = waiting.expect::<RoomView>(SOON).await;
    assert_eq!(view.room, room.id);
    assert_eq!(
        view.members
            .iter()
            .map(|m| m.name.as_str())
            .collect::<Vec<_>>(),
        ["Ann", "Bo"]
    );
    let mut ann = ChatPeer::hello(
        &server.socket_url(),
        &server.signer.chat(ANN, &[]),
        "device",
    )
    .await;
    ann.say(&room.id, "c-1", "hi").await;
    waiting.expect::<Message>(SOON).await;
    assert_eq!(
        Http::new()
            .post(&server.url("/v1/events"), json!({}))
            .await
            .problem(401),
        "unauthenticated"
    );
}

#[tokio::test]
async fn cht_61_events_twice_and_in_reverse_end_the_same() {
    let first = TestBooking::new().spec();
    let mut second = first.clone();
    second.revision = 2;
    second.participants[0].name = "Anna".to_owned();
    let mut outcomes = Vec::new();
    let orders: [&[usize]; 4] = [&[0, 1, 2], &[2, 1, 0], &[1, 0, 1, 2, 0], &[0, 0, 2, 1, 2]];
    for order in orders {
        let server = Server::start().await;
        let BookedRoom(room) = BookedRoom::new();
        let events = [
            booked("e-1", "session.scheduled", &first, &room.id),
            booked("e-2", "session.rescheduled", &second, &room.id),
            booked("e-3", "session.cancelled", &second, &room.id),
        ];
        for index in order {
            assert_eq!(tell(&server, &[events[*index].clone()]).await, 200);
        }
        assert_eq!(tell(&server, &[json!({"id": "e-4", "type": "session.scheduled", "occurred_at": 1, "source": "scheduler", "subject": "s", "data": 17})]).await, 200);
        let ann = ChatPeer::hello(
            &server.socket_url(),
            &server.signer.chat(ANN, &[]),
            "device",
        )
        .await;
        let view = ann.welcome.clone().unwrap().rooms.remove(0);
        outcomes.push(view.members);
    }
    assert_eq!(outcomes[0][0].name, "Anna");
    assert!(
        outcomes.iter().all(|members| members == &outcomes[0]),
        "{outcomes:?}"
    );
}

#[tokio::test]
async fn cht_29_the_scheduler_hears_of_a_message_that_nobody_took() {
    let signer = TicketSigner::start().await;
    let (url, told) = scheduler(&signer).await;
    let server = Server::told_by(signer, &url).await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let sent = ann.say(&room.id, "c-1", "are you there?").await;
    let event = testkit::until("the event", SOON, async || {
        told.lock().unwrap().first().cloned()
    })
    .await;
    assert_eq!(
        (event.kind.as_str(), event.source.as_str()),
        ("message.unread", "chat")
    );
    assert_eq!(event.subject, room.id.to_string());
    let expected = json!({
        "room_id": room.id, "user_id": BO, "from": ANN, "seq": sent.seq, "message_id": sent.message_id,
    });
    assert_eq!(event.data, expected);
    // Somebody who is there needs no telling.
    let mut bo = server.peer(BO, &room).await;
    ann.say(&room.id, "c-2", "hello").await;
    bo.expect::<Message>(SOON).await;
    bo.close().await;
    while ann.expect::<Presence>(SOON).await.state != PresenceState::Offline {}
    let last = ann.say(&room.id, "c-3", "gone again?").await;
    let told = testkit::until("the next event", SOON, async || {
        let told = told.lock().unwrap();
        (told.len() > 1).then(|| told.clone())
    })
    .await;
    let seqs: Vec<_> = told.iter().map(|event| event.data["seq"].clone()).collect();
    assert_eq!(seqs, [json!(sent.seq), json!(last.seq)]);
}

/// What a socket had queued and not written when it died, nobody took.
#[tokio::test]
async fn cht_169_the_scheduler_hears_of_what_a_dying_socket_did_not_send() {
    let signer = TicketSigner::start().await;
    let (url, told) = scheduler(&signer).await;
    let server = Server::told_by(signer, &url).await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut bo = server.peer(BO, &room).await;
    bo.socket().stall(true).await;
    // More than the sockets' own buffers hold; the queue is large enough for the rest.
    let body = "x".repeat(15_000);
    let count = 400;
    for n in 0..count {
        ann.say(&room.id, &format!("c-{n}"), &body).await;
    }
    assert!(told.lock().unwrap().is_empty(), "all are queued for Bo");
    drop(bo);
    let seqs = testkit::until("the events", SOON, async || {
        let told = told.lock().unwrap();
        let seqs: Vec<u64> = told.iter().filter_map(|e| e.data["seq"].as_u64()).collect();
        (seqs.last() == Some(&count)).then_some(seqs)
    })
    .await;
    assert!(
        seqs.iter().copied().eq(seqs[0]..=count),
        "each once: {seqs:?}"
    );
}
