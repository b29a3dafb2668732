//! The table of bad inputs: B1 to B24, each with its outcome over the real socket, while two people of
//! another session go on undisturbed. What good clients go through is told in `stories`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a row that can't go on says so by panicking"
)]

#[path = "../stories/booked.rs"]
#[expect(dead_code, reason = "the stories use the rest")]
mod booked;
#[path = "../stories/server.rs"]
#[expect(dead_code, reason = "the stories use the rest")]
mod server;
#[path = "../stories/talk.rs"]
mod talk;

mod stage;

mod descriptions;
mod frames;
mod json;
mod requests;
mod ticket_uses;
mod tickets;
mod turns;
