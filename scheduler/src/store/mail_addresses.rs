//! Where mails about notifications go, and who wants none.

use scheduler_core::{EmailAddress, MailAddress};
use wire::{UnixMs, UserId};

use super::StoreFuture;

/// Reads committed addresses.
pub(crate) trait MailAddressQueries: Send + Sync {
    /// How a person gets a mail; none where no address of theirs counts: an account's once it is confirmed, an application's
    /// person's as it was given.
    fn reader(&self, user: UserId) -> StoreFuture<'_, Option<MailReader>>;

    /// Since when the mailbox of that hash is known not to be there, and what its server said.
    fn refused(&self, address_hash: String) -> StoreFuture<'_, Option<(UnixMs, String)>>;
}

/// Reads and writes addresses within a unit of work.
pub(crate) trait MailAddressRepository: Send {
    /// What is known of the address of that hash, which is locked.
    fn find<'a>(&'a mut self, address_hash: &'a str) -> StoreFuture<'a, MailAddress>;

    /// Writes how many mails the address has had. Who calls it has found it.
    fn count<'a>(
        &'a mut self,
        address_hash: &'a str,
        address: &'a MailAddress,
    ) -> StoreFuture<'a, ()>;

    /// Notes that there is no such mailbox; the first time counts.
    fn mark_refused<'a>(
        &'a mut self,
        address_hash: &'a str,
        at: UnixMs,
        reason: &'a str,
    ) -> StoreFuture<'a, ()>;

    /// Takes that back: somebody has shown that they read what goes there, or says it anew.
    fn unmark<'a>(&'a mut self, address_hash: &'a str) -> StoreFuture<'a, ()>;

    /// Notes that a person of an application wants no mails; the first time counts. Nobody is called so: nothing happens.
    fn opt_out<'a>(&'a mut self, user: &'a UserId, at: UnixMs) -> StoreFuture<'a, ()>;

    /// Takes that back.
    fn opt_in<'a>(&'a mut self, user: &'a UserId) -> StoreFuture<'a, ()>;
}

/// Who gets a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MailReader {
    pub(crate) to: EmailAddress,
    /// The application that named them, or [`scheduler_core::PEOPLE`].
    pub(crate) application: String,
    /// What others are shown.
    pub(crate) name: String,
    /// BCP 47 language tag, if it is known.
    pub(crate) locale: Option<String>,
    /// IANA time zone, if it is known.
    pub(crate) time_zone: Option<String>,
    /// They want no mails.
    pub(crate) is_opted_out: bool,
}
