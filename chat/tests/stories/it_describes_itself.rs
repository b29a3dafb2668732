//! What chat says of itself is so.

use testkit::described;
use wire::CHAT_SUBPROTOCOL;
use wire::chat::{ChatClientFrame, ChatServerFrame};

use crate::server::Server;

#[tokio::test]
async fn edg_40_every_route_is_described_and_every_description_is_answered() {
    let server = Server::start().await;
    let router = include_str!("../../src/router.rs");
    described::every_route_is_described(&server.url(""), router).await;
}

#[tokio::test]
async fn edg_41_every_frame_is_described() {
    let server = Server::start().await;
    let sides = [ChatClientFrame::TYPES, ChatServerFrame::TYPES];
    described::every_frame_is_described(&server.url(""), CHAT_SUBPROTOCOL, sides).await;
}

#[tokio::test]
async fn edg_42_the_page_for_people_runs_and_loads_nothing() {
    let server = Server::start().await;
    described::the_page_is_plain(&server.url("")).await;
}
