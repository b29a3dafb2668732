//! What a database promises to every store, over real files: one story a test, each rule by its id.

mod fixture;
mod migrations;
mod opening;
mod statements;
mod watermarks;
