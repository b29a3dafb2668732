//! The rules of chat: who is told what, which positions count, who is there, what a device has missed.
//!
//! No I/O, no clock, no randomness, no task: the edge tells the [`Hub`] what was committed and what came
//! in, with the time, and does what the hub answers. Nothing here has seen a database or a socket.

mod draft;
mod hub;
mod input;
mod output;
mod recovery;
mod room;
mod settings;
mod sync;
mod text;

pub use draft::{Draft, Mark, Move, Origin};
pub use hub::Hub;
pub use input::Input;
pub use output::{Missed, Output, Page, PageFrom};
pub use recovery::{MAX_MISSED, Recovery, recover};
pub use room::Room;
pub use settings::Settings;
pub use sync::{SyncCursor, SyncMark, SyncPlan};
pub use text::{BadText, MAX_BODY_BYTES, MAX_ID_BYTES, check_body, check_id};
