//! Rooms of groups: who belongs to them, under which name, and who may change that.
//!
//! The rooms of matches and of bookings are none of these: they stand and end with what they are of. What is decided here is
//! decided under a lock of the room, and of everybody who is put into it.

mod announce;
mod change;
mod checks;
mod group;
mod leaving;
mod making;
mod membership;
mod named;
mod outcome;
mod unread;

pub use change::{change_group, close_group};
pub use checks::{CheckedRoom, check_change_room, check_new_members, check_room};
pub use group::{Group, GroupActor, GroupMember, GroupTitle};
pub use leaving::{leave_groups, remove_member};
pub use making::{MakeGroupCommand, make_group};
pub use membership::add_members;
pub use named::NamedPeople;
pub use outcome::{GroupChange, GroupDecided, GroupDecision, GroupRefusal};
pub use unread::notify_unread_in_group;

/// People of one group, as the protocol has it.
pub const MAX_MEMBERS: usize = 500;
/// Groups that one person is in: a bound of what is done when they leave, and more than anybody follows.
pub const MAX_GROUPS_OF_PERSON: u32 = 500;
/// Groups of one application that are there at a time: some millions of rows, and minutes of events.
pub const MAX_GROUPS_OF_APPLICATION: u32 = 100_000;

#[cfg(test)]
mod tests;
