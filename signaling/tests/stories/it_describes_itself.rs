//! What signaling says of itself is so.

use testkit::described;
use wire::SIGNALING_SUBPROTOCOL;
use wire::signaling::{ClientFrame, ServerFrame};

use crate::server::SignalingServer;

#[tokio::test]
async fn edg_40_every_route_is_described_and_every_description_is_answered() {
    let server = SignalingServer::start().await;
    let router = include_str!("../../src/router.rs");
    described::every_route_is_described(&server.http, router).await;
}

#[tokio::test]
async fn edg_41_every_frame_is_described() {
    let server = SignalingServer::start().await;
    let sides = [ClientFrame::TYPES, ServerFrame::TYPES];
    described::every_frame_is_described(&server.http, SIGNALING_SUBPROTOCOL, sides).await;
}

#[tokio::test]
async fn edg_42_the_page_for_people_runs_and_loads_nothing() {
    let server = SignalingServer::start().await;
    described::the_page_is_plain(&server.http).await;
}
