//! The shared edge over real sockets and files: one story a test, each rule by its id.

mod echo;
mod events;
mod http;
mod jwks;
mod sockets;
mod sqlite;
mod store;
mod support;
