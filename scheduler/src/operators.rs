//! Operators' tickets: their claims, and one that is signed without a running scheduler. What they
//! open is for each service to judge.

use std::path::Path;

use service::clock;
use uuid::Uuid;
use wire::{TicketAudience, TicketHeaderClaims, UnixMs};

use crate::keys::{KeyError, KeyRing};

/// How long an operator's ticket counts: it can't be taken back, so not for long.
const LIFE_MS: i64 = 3_600_000;
/// Whom a ticket is for that was signed on the machine itself.
const LOCAL_NAME: &str = "operator";

/// Why no ticket could be signed.
#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    /// The keys can't be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The newest one does not sign.
    #[error("the newest key does not sign: {0}")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

/// Signs an operator's ticket with the newest key of `data_dir`, making the first key where there is
/// none. `issuer` is the scheduler's public address. Whoever can read the key may do anything anyway.
///
/// # Errors
/// [`TicketError`].
pub fn ticket(data_dir: &Path, issuer: &str) -> Result<String, TicketError> {
    let ring = KeyRing::load_or_create(data_dir)?;
    Ok(ring.sign(&claims(issuer, clock::now(), LOCAL_NAME))?)
}

/// The claims of a ticket for the operator called `name`.
pub(crate) fn claims(issuer: &str, now: UnixMs, name: &str) -> TicketHeaderClaims {
    TicketHeaderClaims {
        iss: issuer.to_owned(),
        aud: TicketAudience::Operator,
        sub: name.into(),
        name: name.to_owned(),
        iat: now.as_secs(),
        nbf: now.as_secs(),
        exp: (now + LIFE_MS).as_secs(),
        jti: Uuid::now_v7().to_string(),
        origins: None,
    }
}
