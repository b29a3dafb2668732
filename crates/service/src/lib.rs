//! What every service shares: lifecycle, HTTP, sockets, tickets, telemetry.
//!
//! Nothing here knows what a session, a room or a reminder is: services bring their own rules. The one
//! thing that the binary owes it: `rustls`' ring provider is installed first thing in `main`
//! (`rustls::crypto::ring::default_provider().install_default()`), before [`http::client`] is called.

pub mod clock;
pub mod describe;
pub mod descriptors;
pub mod egress;
pub mod health;
pub mod http;
mod http_client;
pub mod lifecycle;
pub mod limiter;
pub mod limits;
pub mod listeners;
pub mod origin;
pub mod proxies;
pub mod quota;
pub mod realtime;
pub mod reconnect_backoff;
pub mod secret_file;
pub mod socket;
mod start_error;
pub mod telemetry;
pub mod test_clock;
pub mod tickets;

pub use lifecycle::{Shutdown, Tasks, run_blocking};
pub use start_error::StartError;
