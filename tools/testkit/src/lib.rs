//! What tests of the services share: tickets, clients that keep the state of a real client, and the
//! real binary as real processes. It knows the wire, and our client in Rust: no service is linked in here,
//! so that what passes through it is what a client that we did not write would see.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking"
)]

mod booking;
mod chat_peer;
mod clock;
pub mod described;
mod http;
mod mongo;
mod peer;
mod process;
mod proxy;
mod random;
pub mod raw;
mod rtc_peer;
mod signaling_peer;
mod signer;
mod smtp_server;
mod socket;
mod stack;
mod stomp_clients;
mod tools;
mod webhook_libraries;
mod webhook_receiver;

pub use booking::{ANN, BO, BookedRoom, TestBooking};
pub use chat_peer::{ChatClientState, ChatPeer};
pub use clock::{now, sleep_until, until};
pub use http::{Http, HttpResponse};
pub use mongo::MongoServer;
pub use peer::{DisconnectedPeer, FrameBody, Protocol, ProtocolPeer};
pub use process::{free_ports, is_running, program, program_under};
pub use proxy::{Break, Cut, ProxiedConnection, Proxy, Way};
pub use random::SeededRandom;
pub use raw::RawSocket;
pub use rtc_peer::{MEDIA_UP, RtcPeer, exchange};
pub use signaling_peer::{CutPeer, SignalingClientState, TestPeer};
pub use signer::TicketSigner;
pub use smtp_server::SmtpServer;
pub use socket::{Arrival, TestSocket, UpgradeRefused};
pub use stack::{Service, Stack, StackOptions, environment};
pub use stomp_clients::{StompLibrary, StompLife};
pub use tools::{has_tool, left_out};
pub use webhook_libraries::{LibraryVerdict, WebhookLibrary};
pub use webhook_receiver::{ReceivedWebhook, ReceiverAnswer, TestReceiver};

use std::time::Duration;

/// Long enough for anything that should happen at once, on two busy cores.
pub const SOON: Duration = Duration::from_secs(5);
