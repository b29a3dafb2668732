//! Media servers: the running service beside a real LiveKit, and beside a server that speaks as OpenVidu 2
//! does. What a room's list makes of news is tested in `signaling-core`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on says so by panicking"
)]

#[path = "../stories/server.rs"]
#[expect(dead_code, reason = "the stories need more of it than these tests")]
mod server;
#[path = "../stories/talk.rs"]
#[expect(dead_code, reason = "the stories need more of it than these tests")]
mod talk;

mod contract;
mod credentials;
mod livekit_guest;
mod livekit_rooms;
mod livekit_server;
mod livekit_webhooks;
mod openvidu_rooms;
mod openvidu_server;
mod sessions;
mod webhook_inbox;
