//! What two peers exchange directly: tracks, data channels, and the connection that carries them.

mod codec;
mod data_channel;
mod events;
mod local_track;
mod path;
mod peer_connection;
mod remote_track;
mod tone;

pub use self::codec::Codec;
pub use self::data_channel::{ChannelMessage, DataChannel, DataSender};
pub use self::local_track::LocalTrack;
pub use self::path::{CandidateKind, MediaPath};
pub use self::remote_track::{RemoteTrack, RtpPacket, TrackKind};
pub use self::tone::Tone;

pub(crate) use self::events::{EpochEvent, MediaEvent};
pub(crate) use self::peer_connection::{Epoch, EpochOutput, EpochParams};
