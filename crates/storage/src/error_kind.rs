//! What the codes of the engines come to.

/// What went wrong, without what the driver said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    Unavailable,
    Full,
    Busy,
    UniqueViolation,
    Io,
    Corrupt,
    Statement,
}
