//! Verifying one ticket: pure, told the time and the keys.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wire::{TicketAudience, UnixMs};

use super::{KeySet, TicketFault};

/// Longest ticket, in bytes; it must fit into a frame.
pub const MAX_TICKET_BYTES: usize = 48 * 1024;
/// How far the clocks of two machines may differ, in seconds.
const LEEWAY_S: i64 = 60;
/// Longest `kid`, in bytes.
const MAX_KID_BYTES: usize = 128;

#[derive(Deserialize)]
struct TicketHeader {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    typ: Option<String>,
    /// Names of extensions that must be understood (RFC 7515, 4.1.11); we understand none.
    #[serde(default)]
    crit: Option<serde::de::IgnoredAny>,
}

/// What the claims of a ticket must say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    /// The scheduler's public address.
    pub(super) issuer: &'a str,
    pub(super) audience: TicketAudience,
}

/// The claims that decide. All are required; an integer is an integer, and no text or fraction.
#[derive(Deserialize)]
struct RegisteredClaims {
    iss: String,
    aud: String,
    sub: String,
    jti: String,
    nbf: i64,
    exp: i64,
}

/// Checks signature, issuer, audience and times, and reads the claims as `C`. Keys come from `keys` alone:
/// what a header says of `jku`, `x5u` or `jwk` is not looked at.
pub(super) fn verify<C: DeserializeOwned>(
    ticket: &str,
    expected: Expected<'_>,
    keys: &KeySet,
    now: UnixMs,
) -> Result<C, TicketFault> {
    if ticket.len() > MAX_TICKET_BYTES {
        return Err(TicketFault::TooLarge);
    }
    let (message, signature) = ticket.rsplit_once('.').ok_or(TicketFault::Malformed)?;
    let (header, claims) = message.split_once('.').ok_or(TicketFault::Malformed)?;
    let header: TicketHeader = part(header)?;
    if header.alg != "EdDSA" {
        return Err(TicketFault::BadAlg);
    }
    if header.crit.is_some()
        || header
            .typ
            .is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT"))
    {
        return Err(TicketFault::Malformed);
    }
    let kid = header.kid.ok_or(TicketFault::UnknownKey)?;
    if kid.len() > MAX_KID_BYTES {
        return Err(TicketFault::UnknownKey);
    }
    let key = keys.get(&kid).ok_or(TicketFault::UnknownKey)?;
    match jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, Algorithm::EdDSA) {
        Ok(true) => {}
        Ok(false) | Err(_) => return Err(TicketFault::BadSignature),
    }
    let claims = decode(claims)?;
    check(&claims, expected, now)?;
    serde_json::from_slice(&claims).map_err(|_| TicketFault::Malformed)
}

fn check(claims: &[u8], expected: Expected<'_>, now: UnixMs) -> Result<(), TicketFault> {
    let claims: RegisteredClaims =
        serde_json::from_slice(claims).map_err(|_| TicketFault::Malformed)?;
    let named = [&claims.iss, &claims.sub, &claims.jti];
    if named.iter().any(|claim| claim.is_empty()) || claims.exp < 0 || claims.nbf < 0 {
        return Err(TicketFault::Malformed);
    }
    if claims.iss != expected.issuer {
        return Err(TicketFault::BadIssuer);
    }
    if claims.aud != expected.audience.name() {
        return Err(TicketFault::WrongAudience);
    }
    let now_s = now.as_secs();
    if claims.exp.saturating_add(LEEWAY_S) <= now_s {
        return Err(TicketFault::Expired);
    }
    if claims.nbf > now_s.saturating_add(LEEWAY_S) {
        return Err(TicketFault::NotYetValid);
    }
    Ok(())
}

fn part<T: DeserializeOwned>(base64: &str) -> Result<T, TicketFault> {
    serde_json::from_slice(&decode(base64)?).map_err(|_| TicketFault::Malformed)
}

fn decode(base64: &str) -> Result<Vec<u8>, TicketFault> {
    URL_SAFE_NO_PAD
        .decode(base64)
        .map_err(|_| TicketFault::Malformed)
}
