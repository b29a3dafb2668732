//! What the verification of one ticket costs, as every join pays it.

use std::time::Instant;

use service::tickets::{KeySet, TicketVerifier};
use testkit::{ANN, TestBooking, TicketSigner, now};

/// Verifications of one batch; the median of the batches counts, so that a pause elsewhere does not.
const BATCH: u32 = 250;

/// Seconds for each of `count` verifications, as JSON.
///
/// # Errors
/// When a ticket is refused.
pub async fn measure(count: u32) -> Result<String, String> {
    let signer = TicketSigner::start().await;
    let keys = KeySet::from_jwks(&signer.jwks().to_string())
        .map_err(|error| format!("our own keys can't be read: {error}"))?;
    let verifier = TicketVerifier::with_keys(keys);
    let ticket = signer.signaling(ANN, &TestBooking::new().spec());
    let mut batches = Vec::new();
    for _ in 0..count.div_ceil(BATCH).max(1) {
        let began = Instant::now();
        for _ in 0..BATCH {
            verifier
                .signaling(&ticket, now())
                .await
                .map_err(|fault| format!("our own ticket is refused: {fault}"))?;
        }
        batches.push(began.elapsed().as_secs_f64() / f64::from(BATCH));
    }
    batches.sort_by(f64::total_cmp);
    let each = batches[batches.len() / 2];
    Ok(serde_json::json!({ "seconds_each": each, "ticket_bytes": ticket.len() }).to_string())
}
