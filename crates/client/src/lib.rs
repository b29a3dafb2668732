//! A timed one-to-one session of Rendezvous in Rust: join and come back, negotiate, send and receive tracks and data,
//! and keep the server's clock. For bots, recorders and checks. It has the face of the SDK for pages
//! (`@rendezvous/client`): one session, its events, a few methods.
//!
//! ```no_run
//! use rendezvous_client::{JoinLink, Session, SessionEvent, SessionOptions};
//!
//! # async fn example(link: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let tickets = JoinLink::parse(link)?.open().await?;
//! let mut session = Session::join(SessionOptions::new(tickets).channel("notes"));
//! while let Some(event) = session.next_event().await {
//!     match event {
//!         SessionEvent::Channel(mut notes) => {
//!             notes.opened().await?;
//!             notes.send_text("hello").await?;
//!         }
//!         SessionEvent::Ended(end) => println!("over: {}", end.reason.name()),
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Media goes between the two peers by the [`webrtc`](https://docs.rs/webrtc) crate: it speaks STUN and TURN over UDP.
//! Sessions whose media a media server carries are joined, and their media is reported as unsupported.

mod changes;
mod clock;
mod command;
mod connection;
mod driver;
mod error;
mod event;
mod lifecycle;
mod link;
mod media;
mod options;
mod protocol;
mod scheduler;
mod session;
mod snapshot;
mod ticket;

pub use error::{Refusal, SessionError};
pub use event::SessionEvent;
pub use media::{
    CandidateKind, ChannelMessage, Codec, DataChannel, DataSender, LocalTrack, MediaPath,
    RemoteTrack, RtpPacket, Tone, TrackKind,
};
pub use options::SessionOptions;
pub use scheduler::{ApplicationKey, JoinLink, JoinedLink};
pub use session::{Session, SessionHandle};
pub use snapshot::{
    MediaState, Peer, PeerPresence, SessionEnd, SessionSnapshot, SessionStage, SocketState,
};
pub use ticket::{NoTicket, Ticket, TicketFuture, TicketSource};
pub use wire::{EndReason, IcePolicy, MediaBackend, RawJson, SessionSpec, UnixMs, UserId};
