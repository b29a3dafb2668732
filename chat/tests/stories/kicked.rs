//! An operator ends somebody's connections: each of them, by whatever way they came, and every ticket that they had.

use serde_json::{Value, json};
use testkit::{ANN, BO, BookedRoom, ChatPeer, Http, SOON, until};
use wire::ErrorCode;
use wire::chat::Message;

use crate::server::Server;
use crate::stomp::peer::StompPeer;

#[tokio::test]
async fn cht_260_an_operator_ends_every_connection_of_a_person_and_their_tickets() {
    let mut server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let ticket = server.ticket(ANN, &room);
    let mut phone = ChatPeer::hello(&server.socket_url(), &ticket, "phone").await;
    let mut laptop = ChatPeer::hello(&server.socket_url(), &ticket, "laptop").await;
    let mut stomp = StompPeer::connect(&server.stomp_url(), &ticket).await;
    let mut bo = server.peer(BO, &room).await;
    let (old, sync) = (Http::bearer(&ticket), server.url("/v1/sync"));
    let first: Value = old.get(&sync).await.body;
    let cursor = first["cursor"].as_str().unwrap().to_owned();
    let waiting = format!("{sync}?cursor={cursor}&timeout_ms=50000");
    let waits = async { old.get(&waiting).await };
    let operator = Http::bearer(&server.signer.operator());
    let connections = server.url(&format!("/v1/people/{ANN}/connections"));
    let ends = async {
        for refused in [Http::new(), Http::bearer(&ticket)] {
            assert_eq!(
                refused.delete(&connections).await.problem(401),
                "unauthenticated"
            );
        }
        assert_eq!(operator.delete(&connections).await.status, 204);
    };
    let (answer, ()) = tokio::join!(waits, ends);
    assert_eq!(answer.problem(403), "forbidden");
    assert_eq!(phone.expect_close(SOON).await, Some(4506));
    assert_eq!(laptop.expect_close(SOON).await, Some(4506));
    assert_eq!(stomp.close().await, Some(4506));
    for _ in 0..2 {
        let (error, code) = ChatPeer::refused(&server.socket_url(), &ticket).await;
        assert_eq!((error.code, code), (ErrorCode::Forbidden, Some(4506)));
        assert_eq!(old.get(&sync).await.problem(403), "forbidden");
        let posts = server.url(&format!("/v1/rooms/{}/messages", room.id));
        let posted = old
            .post(&posts, json!({"client_id": "c", "body": "hi"}))
            .await;
        assert_eq!(posted.problem(403), "forbidden");
        // The other one is as before.
        bo.say(&room.id, "c-1", "still here").await;
        server.restart().await;
        bo = bo.reconnect().await;
    }
    // With a ticket of a later second they are in again; and of nobody else anything was ended.
    let mut again = until("a later ticket is taken", SOON, async || {
        let ticket = server.ticket(ANN, &room);
        let is_taken = Http::bearer(&ticket)
            .get(&server.url("/v1/rooms"))
            .await
            .status
            == 200;
        match is_taken {
            true => Some(ChatPeer::hello(&server.socket_url(), &ticket, "phone").await),
            false => None,
        }
    })
    .await;
    bo.say(&room.id, "c-2", "welcome back").await;
    assert_eq!(again.expect::<Message>(SOON).await.body, "welcome back");
    let odd = server.url(&format!("/v1/people/{}/connections", "x".repeat(129)));
    assert_eq!(operator.delete(&odd).await.problem(404), "not_found");
}
