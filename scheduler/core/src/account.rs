//! People with an account of their own, who belong to no application.

mod address;
mod change;
mod discoverability;
mod erased;
mod password;
mod search;
mod signup;

pub use address::EmailAddress;
pub use change::{
    ChangedAccount, check_change_me, check_new_password, check_reset_password, resume_mails,
    stop_mails,
};
pub use discoverability::{person_changed, person_event};
pub use erased::{LEFT, forget_name};
pub use password::normalized_password;
pub use search::search_key;
pub use signup::{CheckedSignup, check_signup};

use wire::{Notify, UnixMs, User, UserId};

use crate::people::KnownPerson;

/// The tenant of people with an account: what stands in place of an application's name in their sessions, rooms
/// and tickets. No application can be called so.
pub const PEOPLE: &str = "people";

/// An account, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Who it is.
    pub user: UserId,
    /// The address to log in with.
    pub email: EmailAddress,
    /// Whether they have shown that the address is theirs.
    pub email_verified: bool,
    /// What others are shown.
    pub name: String,
    /// BCP 47 language tag.
    pub locale: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Whether others find them by name.
    pub discoverable: bool,
    /// Of what they are told, and where.
    pub notify: Notify,
    /// When they signed up.
    pub created_at: UnixMs,
}

impl Account {
    /// As its own person is shown it.
    #[must_use]
    pub fn view(&self) -> User {
        User {
            id: self.user.clone(),
            email: self.email.text().to_owned(),
            email_verified: self.email_verified,
            name: self.name.clone(),
            locale: self.locale.clone(),
            time_zone: self.time_zone.clone(),
            discoverable: self.discoverable,
            notify: self.notify.clone(),
            created_at: self.created_at,
        }
    }

    /// The person whom sessions refer to. Their address is the account's alone.
    #[must_use]
    pub fn person(&self) -> KnownPerson {
        KnownPerson {
            id: self.user.clone(),
            application: PEOPLE.to_owned(),
            external_id: self.user.0.clone(),
            name: self.name.clone(),
            email: None,
            locale: Some(self.locale.clone()),
            time_zone: Some(self.time_zone.clone()),
            created_at: self.created_at,
        }
    }
}
