//! Accept loop, routes and sockets over real connections: one story a test, each rule by its id.

mod echo;
mod http;
mod jwks;
mod refusals;
mod sockets;
mod support;
