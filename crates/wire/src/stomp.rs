//! Frames of STOMP 1.2 as bytes: what a strict reader takes, and how they are written.
//!
//! What a frame does is chat's; here is what the specification says of its lines, escapes and lengths.

mod command;
mod decoder;
mod encoder;
mod escape;
mod frame;

pub use command::StompCommand;
pub use decoder::{
    MAX_STOMP_BODY_BYTES, MAX_STOMP_HEADER_BYTES, MAX_STOMP_HEADERS, StompDecoder, StompFault,
};
pub use encoder::StompEncoder;
pub use frame::StompFrame;

/// WebSocket subprotocol of STOMP 1.2.
pub const STOMP_SUBPROTOCOL: &str = "v12.stomp";
