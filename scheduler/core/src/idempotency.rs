//! Idempotency keys: the first answer to each is given again. What is stored holds no credential:
//! join links are derived from it, and come out the same.

use wire::UnixMs;

use crate::session::BookedSession;

/// An `Idempotency-Key` header with the command that it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Method and address of the request: the same key means another command elsewhere.
    pub scope: String,
    /// What the client sent, 1 to 255 bytes.
    pub key: String,
    /// SHA-256 of the command's body, base64.
    pub fingerprint: String,
}

/// What a command was answered the first time.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAnswer {
    /// Keys are each application's own.
    pub application: String,
    /// The key that it was sent with.
    pub key: IdempotencyKey,
    /// The session as it was after the command.
    pub session: Box<BookedSession>,
    /// When the command was carried out.
    pub at: UnixMs,
}
