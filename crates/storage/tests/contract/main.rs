//! What a database promises to every store, on real ones: one story a test, each rule by its id.

mod copying;
mod erasures;
mod fixture;
mod isolation;
mod limits;
mod migrations;
mod outbox;
mod own_server;
mod sqlite;
mod statements;
mod tls;
mod unsuited;
mod watermarks;
