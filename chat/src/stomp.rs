//! `GET /v1/stomp`: the same rooms for clients of STOMP 1.2 (subprotocol `v12.stomp`).
//!
//! How bytes become frames is `wire::stomp`'s. Here a frame becomes what the broker takes from every client, and what
//! the broker tells becomes a frame for each subscription that asked for it. `session` knows no socket; `connection`
//! is the socket.

mod catch_up;
mod connection;
mod destination;
mod encoding;
mod handshake;
mod heart_beat;
mod outcome;
mod problem;
mod reader;
mod request;
mod session;
mod subscriber;
mod topics;

pub(crate) use connection::serve;
pub(crate) use subscriber::StompSubscriber;
