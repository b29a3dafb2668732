//! STOMP 1.2 over a WebSocket.

mod coming_in;
mod frames;
mod going;
mod limits;
pub(crate) mod peer;
mod real_clients;
mod subscriptions;
