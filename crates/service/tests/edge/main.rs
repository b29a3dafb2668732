//! The shared edge over real sockets and files: one story a test, each rule by its id.

mod http;
mod sockets;
mod support;
