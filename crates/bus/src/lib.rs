//! How facts and room messages travel: facts between services, from one's outbox to another's inbox, and
//! what was written to a room, to everybody who is connected ([`Fanout`]).
//!
//! A fact is written to the sender's outbox in the transaction of the change that it tells of
//! ([`storage::Outbox`]), given to an [`EventTransport`] at least once and in order by the
//! [`OutboxPublisher`], and taken once by the receiver's inbox ([`storage::Inbox`]), in the transaction of
//! what it causes. The transport is signed HTTP posts: [`HttpTransport`] here, [`routes`] there. Tests move the clock
//! of several services in the same way, by [`ClockLeader`] and [`follow_test_clock`].

mod fanout;
mod http;
mod node;
mod publisher;
mod receive;
mod secret;
mod test_clock;
mod transport;

pub use fanout::Fanout;
pub use http::{Destination, HttpTransport};
pub use node::NodeId;
pub use publisher::OutboxPublisher;
pub use receive::{AcceptError, EventHandler, known_source, routes};
pub use secret::EventsSecret;
pub use test_clock::{ClockLeader, follow_test_clock};
pub use transport::{EventTransport, TransportError};
