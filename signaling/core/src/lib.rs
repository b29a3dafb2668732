//! What a session of two people does: who is in, whose offer goes to whom, what time it is in it.
//!
//! Pure: no I/O, no clock, no randomness, no task. [`Session::handle`] is told the time and an
//! [`Input`] and returns what is to be done as [`Output`]s; [`Session::next_deadline`] says when to
//! call again though nothing came. What it is not: a socket, a ticket check, a store or a registry
//! of sessions. Those are the edge's, in package `signaling`.

mod booking;
mod candidate;
mod countdown;
mod due;
mod effects;
mod extension;
mod frames;
mod input;
mod join;
mod leave;
mod live;
mod lobby;
mod media;
mod media_room;
mod negotiation;
mod output;
mod phase;
mod presence;
mod refusal;
mod relay;
mod resume;
mod sdp;
mod seat;
mod session;
mod settings;
mod snapshot;
mod verdict;
mod view;
mod welcome;

pub use due::Due;
pub use input::{Input, ResumeClaim, TokenHash};
pub use media::{Access, MediaAccess, RoomNote, StaticIce};
pub use media_room::{MediaChange, MediaNews, MediaPerson, MediaRoom};
pub use output::{Back, Metric, Note, Output, Timing};
pub use phase::{Clock, Phase};
pub use session::Session;
pub use settings::Settings;
pub use snapshot::{SavedRound, SavedSeat, SavedToken, Snapshot};
pub use view::{MediaPersonView, MediaView, OperatorView, SeatState, SeatView};

#[cfg(test)]
mod tests;
