//! What a ticket must be, and how long it counts.

use serde_json::json;
use testkit::{ANN, BookedRoom, ChatPeer, SOON, TestBooking, now};
use wire::chat::Welcome;
use wire::{ErrorBody, ErrorCode};

use crate::events::tell;
use crate::server::Server;

#[tokio::test]
async fn cht_39_a_bad_ticket_is_refused_with_its_reason() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let signer = &server.signer;
    let mut old = signer.chat_claims(ANN, std::slice::from_ref(&room));
    old.common.exp = now().as_secs() - 120;
    let none = json!({"alg": "none", "kid": signer.kid()});
    for (ticket, reason) in [
        (signer.sign_claims(&old), "expired"),
        (
            signer.signaling(ANN, &TestBooking::new().spec()),
            "wrong_audience",
        ),
        (signer.sign(&none, &signer.chat_claims(ANN, &[])), "bad_alg"),
        ("nonsense".to_owned(), "malformed"),
    ] {
        let (error, code) = ChatPeer::refused(&server.socket_url(), &ticket).await;
        assert_eq!(error.code, ErrorCode::Unauthenticated);
        assert_eq!(error.reason.as_deref(), Some(reason));
        assert_eq!(code, Some(4501));
    }
}

#[tokio::test]
async fn cht_39_a_socket_is_closed_when_its_ticket_is_past() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut claims = server.signer.chat_claims(ANN, std::slice::from_ref(&room));
    claims.common.exp = now().as_secs() + 2;
    let ticket = server.signer.sign_claims(&claims);
    let mut ann = ChatPeer::hello(&server.socket_url(), &ticket, "device").await;
    ann.say(&room.id, "c-1", "in time").await;
    let error = ann.expect::<ErrorBody>(SOON).await;
    assert_eq!(error.reason.as_deref(), Some("expired"));
    assert_eq!(ann.expect_close(SOON).await, Some(4501));
    assert!(now() >= wire::UnixMs(claims.common.exp * 1_000));
}

#[tokio::test]
async fn cht_39_other_origins_are_refused_before_the_upgrade() {
    let server = Server::start().await;
    let url = server.socket_url();
    let refused = ChatPeer::connect_from(&url, "http://evil.example").await;
    assert_eq!(refused.unwrap_err().status, 403);
    ChatPeer::connect_from(&url, "http://localhost:8080")
        .await
        .unwrap();
}

#[tokio::test]
async fn edg_152_a_ticket_says_on_which_pages_it_counts() {
    let server = Server::start().await;
    let url = server.socket_url();
    let shop = "https://shop.example";
    let changed = json!({
        "id": "e", "type": "application.changed", "occurred_at": now(), "source": "scheduler",
        "subject": "shop", "revision": 1, "data": {"allowed_origins": [shop]},
    });
    assert_eq!(tell(&server, &[changed]).await, 200);
    let mut claims = server.signer.chat_claims(ANN, &[]);
    for (named, is_let_in) in [(None, false), (Some(vec![shop.to_owned()]), true)] {
        claims.common.origins = named;
        let ticket = server.signer.sign_claims(&claims);
        let mut page = ChatPeer::connect_from(&url, shop).await.unwrap();
        page.send_hello(&ticket, "device", None).await;
        match is_let_in {
            true => drop(page.expect::<Welcome>(SOON).await),
            false => {
                let error = page.expect::<ErrorBody>(SOON).await;
                assert_eq!(error.code, ErrorCode::OriginNotAllowed);
                assert_eq!(page.expect_close(SOON).await, Some(4502));
            }
        }
    }
}
