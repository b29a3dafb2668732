//! Pages of an application's own origins: they connect once signaling is told, and a ticket says where it counts.

use serde_json::json;
use testkit::{ANN, BO, SOON, TestPeer};
use wire::signaling::Welcome;
use wire::{ErrorBody, ErrorCode, Event};

use crate::booked::post;
use crate::server::{SignalingServer, booking};

const SHOP: &str = "https://shop.example";
const WEB: &str = "http://localhost:8080";

fn changed(revision: u64, origins: &[&str]) -> Event {
    Event {
        id: format!("e-{revision}"),
        kind: "application.changed".to_owned(),
        occurred_at: testkit::now(),
        source: "scheduler".to_owned(),
        subject: "shop".to_owned(),
        revision: Some(revision),
        data: json!({ "allowed_origins": origins }),
    }
}

/// A ticket for a page of the shop, or of the web front end.
fn ticket(server: &SignalingServer, user: &str) -> String {
    let mut claims = server.signer.signaling_claims(user, &booking().spec());
    claims.common.origins = Some(vec![SHOP.to_owned(), WEB.to_owned()]);
    server.signer.sign_claims(&claims)
}

#[tokio::test]
async fn edg_151_pages_of_an_application_connect_once_it_names_them() {
    let server = SignalingServer::start().await;
    let refused = TestPeer::connect_from(&server.url, SHOP).await;
    assert_eq!(refused.unwrap_err().status, 403);
    post(&server, &[changed(1, &[SHOP])]).await;
    for (origin, user) in [(SHOP, ANN), (WEB, BO)] {
        let mut peer = TestPeer::connect_from(&server.url, origin).await.unwrap();
        peer.send_join(&ticket(&server, user), None).await;
        peer.expect::<Welcome>(SOON).await;
    }
    post(&server, &[changed(2, &[])]).await;
    let refused = TestPeer::connect_from(&server.url, SHOP).await;
    assert_eq!(refused.unwrap_err().status, 403);
}

#[tokio::test]
async fn edg_152_a_ticket_that_names_no_page_counts_on_those_of_the_list_alone() {
    let server = SignalingServer::start().await;
    post(&server, &[changed(1, &[SHOP])]).await;
    let theirs = server.ticket(ANN, &booking().spec());
    let mut peer = TestPeer::connect_from(&server.url, SHOP).await.unwrap();
    peer.send_join(&theirs, None).await;
    let error = peer.expect::<ErrorBody>(SOON).await;
    assert_eq!(error.code, ErrorCode::OriginNotAllowed);
    assert_eq!(peer.expect_close(SOON).await, Some(4502));
    let mut program = TestPeer::connect(&server.url).await;
    program.send_join(&ticket(&server, ANN), None).await;
    program.expect::<Welcome>(SOON).await;
}
