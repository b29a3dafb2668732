//! The shared edge over real sockets and files: one story a test, each rule by its id.

mod echo;
mod http;
mod jwks;
mod sockets;
mod support;
