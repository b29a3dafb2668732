//! The load generator: pairs of people who come into sessions, negotiate and stay to the end, as many
//! as are asked for, against a running server that is known by its address alone.
//!
//! It is a client. No service is linked in here, and no browser either: descriptions and candidates are
//! of the right size and shape, and no media flows. The scenarios are one file each in `scenario/`;
//! three kinds of server are spoken to ([`Target`]), so that ours can be compared with others by one
//! and the same generator.

mod booking;
mod clock;
mod connection;
mod dialect;
mod fill;
mod lifecycle;
mod material;
mod meter;
mod options;
mod pace;
mod pair;
mod progress;
mod report;
mod scenario;
mod seat;
mod span;
mod table;
mod tally;

pub use booking::{Booker, BookingError};
pub use lifecycle::{LoadError, attended, run};
pub use options::{Options, Scenario};
pub use report::{PhaseReport, Report, Spread};
pub use seat::Target;
pub use span::parse_span;
pub use table::table;
