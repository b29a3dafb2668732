//! The embedded server and the real coturn, over real sockets: what one does the other must do too.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking"
)]

mod coturn;
mod embedded;
mod media;
mod probe;
mod revoked;
mod service_at_work;
mod strangers_on_tcp;
