//! What a session of two people does: who is in, whose offer goes to whom, what time it is in it.
//!
//! Pure: no I/O, no clock, no randomness, no task. [`Session::handle`] takes the time and an
//! [`Input`] and returns what is to be done as [`Output`]s; [`Session::next_deadline`] says when to
//! call again though nothing came. What it is not: a socket, a ticket check, a store or a registry
//! of sessions. Those are in package `signaling`.

mod booking;
mod candidate;
mod countdown;
mod credentials;
mod deadline;
mod end;
mod erased;
mod extension;
mod frames;
mod input;
mod join;
mod leave;
mod live;
mod lobby;
mod media;
mod media_room;
mod metric;
mod negotiation;
mod output;
mod phase;
mod presence;
mod probe;
mod reject_reason;
mod relay;
mod renewal;
mod resume;
mod sdp;
mod seat;
mod session;
mod settings;
mod snapshot;
mod step_outputs;
mod view;
mod welcome;

pub use deadline::DeadlineKind;
pub use erased::forget_name;
pub use input::{Input, ResumeClaim, TokenHash};
pub use media::{AccessProvider, AccessRequest, RoomRequest, StaticIce};
pub use media_room::{MediaPerson, MediaRoom, MediaRoomChange, MediaUpdate};
pub use metric::{SessionMetric, SessionTiming};
pub use negotiation::SavedRound;
pub use output::{LogEvent, Observation, Output, ReturnKind, SocketOutput, StoreOutput};
pub use phase::{LiveClock, SessionPhase};
pub use session::Session;
pub use settings::Settings;
pub use snapshot::{SavedSeat, SavedToken, Snapshot};
pub use view::{MediaPersonView, MediaView, OperatorView, SeatState, SeatView};

#[cfg(feature = "fuzzing")]
pub mod fuzzing;
#[cfg(test)]
mod tests;
