//! What a booking is, when somebody must be told of it, and what became of it.
//!
//! Pure: the time and every id are arguments, and nothing here waits, stores, sends or draws a random
//! value. It is not a clock either: [`plan()`] says what is due when, whoever calls it keeps the rows.

mod booking;
mod change;
mod field;
mod horizon;
mod job;
mod person;
mod plan;
mod record;
mod standing;
mod terms;
pub mod timeline;

pub use booking::{Booking, check_booking};
pub use change::check_change;
pub use horizon::Horizon;
pub use job::{Effect, Job, JobKind, JobState, MissReason, NotClaimable, decide};
pub use person::{External, Person, nameless_person, same_person, unknown_person};
pub use plan::{PlannedJob, RETENTION_MS, plan};
pub use record::{Fact, Judge, MAX_VISITS, Record, Verdict};
pub use standing::Standing;
pub use terms::Terms;
