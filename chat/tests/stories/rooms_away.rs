//! The database of the rooms is away for a while: stopped, or so that nothing answers.

pub(crate) mod link;

use std::time::{Duration, Instant};

use serde_json::json;
use storage::DatabaseUrl;
use storage::testing::{TestDatabase, TestEngine};
use testkit::{ANN, BO, BookedRoom, ChatPeer, HttpResponse, SOON};
use wire::chat::{MarkRead, Message};
use wire::{ErrorBody, ErrorCode};

use crate::events::tell;
use crate::server::Server;
use link::{Link, LinkState};

/// How soon somebody who asks for what is not to be had is told so.
const TOLD_IN: Duration = Duration::from_secs(2);

#[tokio::test]
async fn cht_69_rooms_on_postgres_that_are_away_cost_nobody_a_socket_or_a_message() {
    away_and_back(TestEngine::Postgres).await;
}

#[tokio::test]
async fn cht_69_rooms_on_mysql_that_are_away_cost_nobody_a_socket_or_a_message() {
    away_and_back(TestEngine::MySql).await;
}

#[tokio::test]
async fn cht_70_a_stop_while_the_rooms_are_away_is_made_up_for() {
    let Some((_database, link, mut server)) = begin(TestEngine::Postgres).await else {
        return;
    };
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    ann.say(&room.id, "c-0", "before").await;
    link.set(LinkState::Closed);
    for n in 1..=20 {
        ann.say(&room.id, &format!("c-{n}"), "meanwhile").await;
    }
    server.stop().await;
    link.set(LinkState::Open);
    server.restart().await;
    let ann = server.peer(ANN, &room).await;
    let view = ann.welcome.clone().unwrap().rooms.remove(0);
    assert_eq!((view.last_seq, view.read_seq), (21, 21));
}

/// A server whose rooms are behind a link that can break.
async fn begin(engine: TestEngine) -> Option<(TestDatabase, Link, Server)> {
    let database = TestDatabase::create(engine).await?;
    let (link, url) = Link::to(&database.url_text()).await;
    let server = Server::with_rooms(DatabaseUrl::parse(&url).unwrap()).await;
    Some((database, link, server))
}

async fn away_and_back(engine: TestEngine) {
    let Some((_database, link, mut server)) = begin(engine).await else {
        return;
    };
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut bo = server.peer(BO, &room).await;
    let mut said = 0;
    for state in [LinkState::Closed, LinkState::Frozen] {
        link.set(state);
        for _ in 0..3 {
            said += 1;
            let sent = ann.say(&room.id, &format!("c-{said}"), "hi").await;
            assert_eq!(sent.seq, said);
            assert_eq!(bo.expect::<Message>(SOON).await.seq, said);
        }
        everybody_is_told(&server, &room, said, &mut bo).await;
        link.set(LinkState::Open);
        let http = server.http(BO, &room);
        let read = server.url(&format!("/v1/rooms/{}/read", room.id));
        testkit::until("rooms are written again", SOON, async || {
            let answer = http.put(&read, json!({"seq": said})).await;
            (answer.status == 200).then_some(())
        })
        .await;
    }
    said += 1;
    ann.say(&room.id, "c-last", "still here").await;
    assert_eq!(bo.expect::<Message>(SOON).await.seq, said);
    server.restart().await;
    for (who, read_seq) in [(ANN, said), (BO, said - 1)] {
        let peer = server.peer(who, &room).await;
        let view = peer.welcome.clone().unwrap().rooms.remove(0);
        assert_eq!((view.last_seq, view.read_seq), (said, read_seq), "{who}");
    }
}

/// Who asks for what the rooms' database must do is told that it is away, soon and with when to try again.
async fn everybody_is_told(
    server: &Server,
    room: &wire::ChatRoomGrant,
    said: u64,
    bo: &mut ChatPeer,
) {
    let (http, stranger) = (server.http(BO, room), server.signer.chat("somebody", &[]));
    let stranger = testkit::Http::bearer(&stranger);
    let begun = Instant::now();
    let read = server.url(&format!("/v1/rooms/{}/read", room.id));
    is_away(&http.put(&read, json!({"seq": said})).await, begun);
    let begun = Instant::now();
    is_away(&stranger.get(&server.url("/v1/rooms")).await, begun);
    let begun = Instant::now();
    is_away(&stranger.get(&server.url("/v1/sync")).await, begun);
    let begun = Instant::now();
    assert_eq!(tell(server, &[]).await, 503);
    assert!(begun.elapsed() < TOLD_IN, "{:?}", begun.elapsed());

    let (error, code) =
        ChatPeer::refused(&server.socket_url(), &server.signer.chat("somebody", &[])).await;
    assert_eq!(error.code, ErrorCode::StorageUnavailable);
    assert_eq!(code, Some(wire::CloseCode::Internal as u16));
    let (room, seq) = (room.id.clone(), said);
    bo.send(MarkRead { room, seq }).await;
    let error = bo.expect::<ErrorBody>(SOON).await;
    assert_eq!(error.code, ErrorCode::StorageUnavailable);
    assert!(error.retry_after_ms.is_some());
    // An outcome of before may be given again for half a second.
    let ready = testkit::until("it is not ready", SOON, async || {
        let ready = http.get(&server.url("/health/ready")).await;
        (ready.status == 503).then_some(ready)
    })
    .await;
    assert_eq!(ready.body["errors"][0]["field"], "rooms");
}

fn is_away(answer: &HttpResponse, begun: Instant) {
    assert_eq!(answer.problem(503), "storage_unavailable");
    assert_eq!(answer.headers["retry-after"], "1");
    assert!(begun.elapsed() < TOLD_IN, "{:?}", begun.elapsed());
}
