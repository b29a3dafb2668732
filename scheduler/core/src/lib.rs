//! What a booking is, when somebody must be told of it, and what became of it.
//!
//! Pure: the time and every id are arguments, and nothing here waits, stores, sends or draws a random
//! value. It is not a clock either: [`plan()`] says what is due when, whoever calls it keeps the rows.

mod booking;
mod change;
mod due_time_index;
mod field_checks;
mod job;
mod job_plan;
mod participant;
mod record;
mod session;
mod session_status;
mod terms;
pub mod timeline;

pub use booking::{CheckedBooking, check_booking};
pub use change::check_change;
pub use due_time_index::DueTimeIndex;
pub use job::{Job, JobAction, JobKind, JobState, MissReason, NotClaimable, decide};
pub use job_plan::{PlannedJob, RETENTION_MS, plan};
pub use participant::{
    ExternalPerson, ParticipantRef, nameless_person, same_person, unknown_person,
};
pub use record::{Attendance, EndSource, Fact, MAX_VISITS, Record};
pub use session::{BookedParticipant, BookedSession};
pub use session_status::SessionStatus;
pub use terms::Terms;
