//! Stories of native peers, against the built `rendezvous` as it runs for people.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking"
)]

mod coming_and_going;
mod losing_the_line;
mod media;
mod stage;
mod who_is_let_in;
