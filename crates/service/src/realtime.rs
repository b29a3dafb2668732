//! What chat and signaling have in common as services of many WebSockets: configuration, start and stop,
//! admission of sockets, and the reading of their frames.
//!
//! A service brings its store, its core and its protocol ([`FrameProtocol`]). What a frame means is not
//! known here.

mod config;
mod context;
mod frame_reader;
mod join_error;
mod operator;
mod received_origins;
mod runtime;
mod socket_gate;

pub use config::RealtimeConfig;
pub use context::ConnectionContext;
pub use frame_reader::{FrameProtocol, FrameReader};
pub use join_error::JoinError;
pub use operator::OperatorCaller;
pub use received_origins::ReceivedOrigins;
pub use runtime::Runtime;
pub use socket_gate::SocketGate;
