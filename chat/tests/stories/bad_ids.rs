//! Ids and names that no database could keep are refused alike on every engine, before any is asked.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use storage::testing::{TestDatabase, TestEngine};
use testkit::{ANN, BO, BookedRoom, ChatPeer, Http, SOON, TestBooking};
use wire::chat::{MarkRead, RoomView};
use wire::{ErrorBody, ErrorCode, RoomId};

use crate::events::{booked, tell};
use crate::server::Server;

#[tokio::test]
async fn cht_67_bad_ids_are_answered_in_sqlite_as_everywhere() {
    bad_ids_get_the_same_answers(TestEngine::Sqlite).await;
}

#[tokio::test]
async fn cht_67_bad_ids_are_answered_on_postgres_as_everywhere() {
    bad_ids_get_the_same_answers(TestEngine::Postgres).await;
}

#[tokio::test]
async fn cht_67_bad_ids_are_answered_on_mysql_as_everywhere() {
    bad_ids_get_the_same_answers(TestEngine::MySql).await;
}

async fn bad_ids_get_the_same_answers(engine: TestEngine) {
    let Some(database) = TestDatabase::create(engine).await else {
        return;
    };
    let server = Server::with_rooms(database.url().clone()).await;
    let BookedRoom(room) = BookedRoom::new();
    let ann = server.http(ANN, &room);
    let long = "x".repeat(300);
    for id in ["%00", "a%00b", "%0A", long.as_str()] {
        let at = |what: &str| server.url(&format!("/v1/rooms/{id}/{what}"));
        let message = json!({"client_id": "c", "body": "hi"});
        let answers = [
            ann.get(&at("messages")).await,
            ann.post(&at("messages"), message).await,
            ann.put(&at("read"), json!({"seq": 1})).await,
        ];
        for answer in answers {
            assert_eq!(answer.problem(404), "not_a_member");
        }
    }
    let own = server.url(&format!("/v1/rooms/{}/messages", room.id));
    let message = json!({"client_id": "c\u{0}", "body": "hi"});
    assert_eq!(ann.post(&own, message).await.problem(422), "invalid_field");
    let cursor = URL_SAFE_NO_PAD.encode("17 r\u{0}");
    for path in ["/v1/rooms", "/v1/sync"] {
        let url = server.url(&format!("{path}?cursor={cursor}"));
        assert_eq!(ann.get(&url).await.problem(400), "bad_cursor");
    }
    in_frames(&server, &room.id).await;
    in_tickets(&server, &room.id).await;
}

async fn in_frames(server: &Server, known: &RoomId) {
    let ticket = server.signer.chat(ANN, &[]);
    let mut ann = ChatPeer::hello(&server.socket_url(), &ticket, "device").await;
    for room in ["\u{0}", "a\u{0}b"] {
        let room = RoomId::from(room);
        ann.send(MarkRead { room, seq: 1 }).await;
        let error = ann.expect::<ErrorBody>(SOON).await;
        assert_eq!(error.code, ErrorCode::NotAMember);
    }
    assert_eq!(ann.say(known, "c-1", "hi").await.seq, 1);
}

/// A genuine ticket that names what can't be kept is none.
async fn in_tickets(server: &Server, known: &RoomId) {
    let BookedRoom(good) = BookedRoom::new();
    let signer = &server.signer;
    let mut grants = vec![good.clone(); 4];
    grants[0].id = "r\u{0}".into();
    grants[1].members[0].user_id = "ann\u{0}".into();
    grants[2].members[0].name = "An\u{0}n".to_owned();
    grants[3].members[0].name = "A".repeat(101);
    let mut claims: Vec<_> = grants
        .into_iter()
        .map(|grant| signer.chat_claims(ANN, &[grant]))
        .collect();
    claims.push(signer.chat_claims("ann\u{0}", &[]));
    let mut only = signer.chat_claims(ANN, &[]);
    only.only = Some(vec![known.clone(), "r\u{0}".into()]);
    claims.push(only);
    for claims in claims {
        let ticket = signer.sign_claims(&claims);
        let (error, _) = ChatPeer::refused(&server.socket_url(), &ticket).await;
        assert_eq!(error.code, ErrorCode::Unauthenticated);
        assert_eq!(error.reason.as_deref(), Some("malformed"));
        let answer = Http::bearer(&ticket).get(&server.url("/v1/rooms")).await;
        assert_eq!(answer.problem(401), "unauthenticated");
    }
}

#[tokio::test]
async fn cht_66_events_with_bad_ids_are_skipped_and_those_beside_them_taken() {
    for engine in TestEngine::ALL {
        if let Some(database) = TestDatabase::create(engine).await {
            bad_events_are_skipped(&database).await;
        }
    }
}

async fn bad_events_are_skipped(database: &TestDatabase) {
    let server = Server::with_rooms(database.url().clone()).await;
    let BookedRoom(room) = BookedRoom::new();
    let session = TestBooking::new().spec();
    let long = "x".repeat(129);
    let mut events: Vec<_> = ["r\u{0}", "", long.as_str()]
        .iter()
        .enumerate()
        .map(|(n, id)| {
            let room = RoomId::from(*id);
            booked(&format!("room {n}"), "session.scheduled", &session, &room)
        })
        .collect();
    for (n, (user_id, name)) in [("bo\u{0}", "Bo"), (long.as_str(), "Bo"), (BO, "B\u{0}")]
        .into_iter()
        .enumerate()
    {
        let mut session = session.clone();
        session.participants[1].user_id = user_id.into();
        session.participants[1].name = name.to_owned();
        let BookedRoom(other) = BookedRoom::new();
        events.push(booked(
            &format!("person {n}"),
            "session.scheduled",
            &session,
            &other.id,
        ));
    }
    for (n, (subject, user_id)) in [("s\u{0}", "bo"), ("s", "bo\u{0}"), ("", "bo")]
        .into_iter()
        .enumerate()
    {
        events.push(json!({
            "id": format!("kicked {n}"), "type": "user.kicked", "occurred_at": testkit::now(),
            "source": "signaling", "subject": subject, "data": {"user_id": user_id},
        }));
    }
    for (n, (kind, data)) in [
        ("user.erased", json!({"user_id": "bo\u{0}"})),
        (
            "user.blocked",
            json!({"by": "", "user_id": "bo", "blocked": true}),
        ),
        (
            "user.blocked",
            json!({"by": "ann", "user_id": long, "blocked": true}),
        ),
        (
            "room.closed",
            json!({"room_id": "r\u{0}", "members": [], "tenant": "people"}),
        ),
        ("room.opened", json!({"room_id": "r"})),
        (
            "person.changed",
            json!({"user_id": "bo", "name": "B\u{0}", "tenant": "people", "discoverable": true}),
        ),
        (
            "match.created",
            json!({"match_id": "m", "room_id": "r", "tenant": "people",
                "participants": [{"user_id": "bo", "name": "Bo"}, {"user_id": "bo", "name": "Bo"}]}),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        events.push(json!({
            "id": format!("other {n}"), "type": kind, "occurred_at": testkit::now(),
            "source": "scheduler", "subject": "s", "data": data,
        }));
    }
    let skipped = events.len();
    events.push(booked("good", "session.scheduled", &session, &room.id));
    let ticket = server.signer.chat(BO, &[]);
    let mut bo = ChatPeer::hello(&server.socket_url(), &ticket, "device").await;
    assert_eq!(tell(&server, &events).await, 200);
    assert_eq!(bo.expect::<RoomView>(SOON).await.room, room.id);
    let rooms = Http::bearer(&ticket).get(&server.url("/v1/rooms")).await;
    assert_eq!(rooms.body["items"].as_array().unwrap().len(), 1);
    assert!(skipped_so_far(&server).await >= skipped as u64);
}

/// Counted in this process, whose other tests may skip some too.
async fn skipped_so_far(server: &Server) -> u64 {
    let metrics = Http::new().get(&server.metrics).await;
    let line = metrics
        .body
        .as_str()
        .unwrap()
        .lines()
        .find(|line| line.starts_with("chat_events_skipped_total"));
    let value = line.and_then(|line| line.rsplit_once(' ')).unwrap().1;
    value.parse().unwrap()
}
