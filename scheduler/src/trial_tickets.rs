//! Tickets of a session that nobody booked: for a trial of the live plane by whoever may read the signing keys. What
//! signaling reports of it names a session that the scheduler does not know, and is passed over.

use std::path::Path;

use service::clock;
use uuid::Uuid;
use wire::{SessionSpec, SignalingClaims, TicketAudience, TicketHeaderClaims, TicketResponse};

use crate::keys::KeyRing;
use crate::operators::TicketError;
use crate::tickets::{SIGNALING_MARGIN_MS, websocket};

/// Signs a ticket for each of the two with the newest key of `data_dir`. `issuer` is the scheduler's public address,
/// `signaling_url` signaling's.
///
/// # Errors
/// [`TicketError`], also where no key was made yet: nothing is written.
pub fn sign(
    data_dir: &Path,
    issuer: &str,
    signaling_url: &str,
    session: &SessionSpec,
) -> Result<[TicketResponse; 2], TicketError> {
    let ring = KeyRing::load(data_dir)?;
    let now = clock::now();
    let expires_at = session.latest_end() + SIGNALING_MARGIN_MS;
    let sign = |holder: &wire::Participant| {
        let common = TicketHeaderClaims {
            iss: issuer.to_owned(),
            aud: TicketAudience::Signaling,
            sub: holder.user_id.clone(),
            name: holder.name.clone(),
            iat: now.as_secs(),
            nbf: now.as_secs(),
            exp: expires_at.as_secs(),
            jti: Uuid::now_v7().to_string(),
            origins: None,
        };
        let session = session.clone();
        Ok::<_, TicketError>(TicketResponse {
            ticket: ring.sign(&SignalingClaims { common, session })?,
            url: websocket(signaling_url, "/v1/signal"),
            expires_at,
        })
    };
    let [one, other] = &session.participants;
    Ok([sign(one)?, sign(other)?])
}
