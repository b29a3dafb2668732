//! Somebody who was erased, and what is left of them.

use std::path::Path;

use serde_json::{Value, json};
use testkit::{ANN, BO, BookedRoom, ChatPeer, Http, SOON, TestBooking, now};
use wire::chat::{MarkRead, Messages, RoomView};
use wire::{ChatRoomGrant, ErrorCode};

use crate::events::{booked, tell};
use crate::server::Server;

const NAME: &str = "Zerafina Quillfeather";

fn erased(user: &str) -> Value {
    json!({
        "id": uuid::Uuid::now_v7().to_string(), "type": "user.erased", "occurred_at": now(), "source": "scheduler",
        "subject": user, "data": {"user_id": user},
    })
}

fn room() -> ChatRoomGrant {
    let BookedRoom(mut room) = BookedRoom::new();
    NAME.clone_into(&mut room.members[0].name);
    room
}

/// Files of the store in which the name stands.
fn files_with_the_name(server: &Server) -> Vec<String> {
    let folder = server.data.path().join("chat");
    let has_name = |path: &Path| {
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes
            .windows(NAME.len())
            .any(|part| part == NAME.as_bytes())
    };
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let found = files.filter(|path| path.is_file() && has_name(path));
    found.map(|path| path.display().to_string()).collect()
}

async fn no_file_has_the_name(server: &Server) {
    testkit::until("the name is in no file", SOON, async || {
        files_with_the_name(server).is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn cht_87_of_an_erased_person_no_name_is_left_in_any_file() {
    let mut server = Server::start().await;
    let room = room();
    // Among others, so that rows move from page to page.
    for _ in 0..40 {
        let BookedRoom(other) = BookedRoom::new();
        let ticket = server.signer.chat(BO, &[other, self::room()]);
        Http::bearer(&ticket).get(&server.url("/v1/rooms")).await;
    }
    let mut bo = server.peer(BO, &room).await;
    assert!(!files_with_the_name(&server).is_empty());
    assert_eq!(tell(&server, &[erased(ANN)]).await, 200);
    let view = bo.expect::<RoomView>(SOON).await;
    assert!(
        view.members
            .iter()
            .all(|member| member.user_id.as_str() == BO)
    );
    no_file_has_the_name(&server).await;
    // A booking that names them, and Bo's ticket, which is from before.
    let mut session = TestBooking::new().spec();
    NAME.clone_into(&mut session.participants[0].name);
    session.revision = 7;
    let booked = booked("late", "session.cancelled", &session, &room.id);
    assert_eq!(tell(&server, &[booked]).await, 200);
    for _ in 0..2 {
        bo = bo.reconnect().await;
        let rooms = &bo.welcome.as_ref().unwrap().rooms;
        let members = rooms.iter().flat_map(|room| &room.members);
        let named = members.filter(|member| member.user_id.as_str() == ANN && member.name == NAME);
        assert_eq!(named.count(), 0);
        assert_eq!(files_with_the_name(&server), Vec::<String>::new());
        server.restart().await;
    }
}

#[tokio::test]
async fn cht_89_sockets_of_an_erased_person_are_closed_and_their_tickets_refused() {
    let mut server = Server::start().await;
    let room = room();
    let ticket = server.ticket(ANN, &room);
    let url = server.socket_url();
    let mut ann = ChatPeer::hello(&url, &ticket, "phone").await;
    let http = Http::bearer(&ticket);
    let first = http.get(&server.url("/v1/sync")).await;
    let cursor = first.body["cursor"].as_str().unwrap().to_owned();
    let query = server.url(&format!("/v1/sync?cursor={cursor}&timeout_ms=20000"));
    let telling = async { tell(&server, &[erased(ANN)]).await };
    let (waiting, told) = tokio::join!(http.get(&query), telling);
    assert_eq!((waiting.problem(401), told), ("unauthenticated", 200));
    assert_eq!(ann.expect_close(SOON).await, Some(4501));
    let messages = format!("/v1/rooms/{}/messages", room.id);
    for _ in 0..2 {
        let (error, code) = ChatPeer::refused(&url, &ticket).await;
        assert_eq!((error.code, code), (ErrorCode::Unauthenticated, Some(4501)));
        assert_eq!(error.reason.as_deref(), Some("erased"));
        let post = json!({"client_id": "c-1", "body": "hi"});
        let posted = http.post(&server.url(&messages), post).await;
        assert_eq!(posted.problem(401), "unauthenticated");
        let exported = http.get(&server.url("/v1/export")).await;
        assert_eq!(exported.problem(401), "unauthenticated");
        server.restart().await;
    }
}

#[tokio::test]
async fn cht_90_what_an_erased_person_wrote_stays_for_who_received_it() {
    let server = Server::start().await;
    let room = room();
    let (mut ann, mut bo) = (server.peer(ANN, &room).await, server.peer(BO, &room).await);
    ann.say(&room.id, "c-1", "good bye").await;
    bo.expect::<wire::chat::Message>(SOON).await;
    let (id, seq) = (room.id.clone(), 1);
    ann.send_numbered(MarkRead { room: id, seq }).await;
    assert_eq!(tell(&server, &[erased(ANN)]).await, 200);
    assert_eq!(bo.expect::<RoomView>(SOON).await.members.len(), 1);
    assert_eq!(bo.say(&room.id, "c-2", "are you there?").await.seq, 2);
    let messages = server.url(&format!("/v1/rooms/{}/messages", room.id));
    let page: Messages = server.http(BO, &room).get(&messages).await.json(200);
    let written: Vec<_> = page
        .messages
        .iter()
        .map(|m| (m.from.as_str(), m.body.as_str()))
        .collect();
    assert_eq!(written, [(ANN, "good bye"), (BO, "are you there?")]);
}
