//! Mails that are to be sent, and those of the last day; and the tokens of their links.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scheduler_core::{EmailAddress, MailKind, NewMail};
use sha2::{Digest as _, Sha256};
use wire::{UnixMs, UserId};

use super::StoreFuture;

/// Reads committed mails and tokens.
pub(crate) trait MailQueries: Send + Sync {
    /// Mails that are due, the longest due first.
    fn due(&self, now: UnixMs, limit: u32) -> StoreFuture<'_, Vec<StoredMail>>;

    /// The token of this hash, if its time is not over.
    fn find_token(&self, hash: String, now: UnixMs) -> StoreFuture<'_, Option<StoredToken>>;
}

/// Reads and writes mails within a unit of work.
pub(crate) trait MailRepository: Send {
    /// Adds a mail, due at once.
    fn add<'a>(&'a mut self, mail: &'a NewMail) -> StoreFuture<'a, ()>;

    /// Mails to an address that were asked for after that moment, and when. The address is locked: others wait before
    /// they ask.
    fn since<'a>(
        &'a mut self,
        to: &'a EmailAddress,
        after: UnixMs,
    ) -> StoreFuture<'a, Vec<(MailKind, UnixMs)>>;

    /// True where whoever has the address wants no mail of gifts; the address is locked.
    fn is_refused<'a>(&'a mut self, to: &'a EmailAddress) -> StoreFuture<'a, bool>;

    /// Notes for ever that no mail of gifts is wanted at the address of that hash, the first time counts.
    fn refuse<'a>(&'a mut self, address_hash: &'a str, at: UnixMs) -> StoreFuture<'a, ()>;

    /// Takes a due mail until `until`, for one more attempt; false where another has taken it.
    fn claim<'a>(&'a mut self, mail: &'a StoredMail, until: UnixMs) -> StoreFuture<'a, bool>;

    /// Writes what became of an attempt.
    fn settle<'a>(&'a mut self, id: &'a str, fate: &'a MailFate) -> StoreFuture<'a, ()>;
}

/// Reads and writes tokens within a unit of work.
pub(crate) trait TokenRepository: Send {
    /// Adds a token.
    fn add<'a>(&'a mut self, token: &'a StoredToken) -> StoreFuture<'a, ()>;

    /// Uses a token up; false where it is used. Who calls it has locked the account.
    fn take<'a>(&'a mut self, hash: &'a str) -> StoreFuture<'a, bool>;

    /// Makes every token of a person void, of one kind or of all.
    fn void<'a>(&'a mut self, user: &'a UserId, kind: Option<MailKind>) -> StoreFuture<'a, ()>;
}

/// An address as it is kept beyond everything else of it: SHA-256 of its small letters, in base64.
pub(crate) fn address_hash(address: &EmailAddress) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(address.key()))
}

/// A mail, how often it was tried, and until when it is claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredMail {
    pub(crate) mail: NewMail,
    pub(crate) attempts: u32,
    pub(crate) due_at: UnixMs,
}

/// What became of an attempt to send a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MailFate {
    Sent,
    /// To be tried again.
    Again {
        at: UnixMs,
        reason: String,
    },
    /// Never to be tried again.
    Dead {
        reason: String,
    },
}

/// What the link of a mail is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredToken {
    pub(crate) hash: String,
    pub(crate) kind: MailKind,
    pub(crate) user: UserId,
    /// The address that the mail went to.
    pub(crate) email: EmailAddress,
    pub(crate) login: Option<String>,
    pub(crate) expires_at: UnixMs,
}
