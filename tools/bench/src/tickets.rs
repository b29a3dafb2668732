//! What the verification of one ticket costs, as every join pays it.

use std::time::Instant;

use serde_json::json;
use service::tickets::{KeySet, TicketVerifier};
use testkit::{ANN, TestBooking, TicketSigner, now};

/// Verifications of one batch; the median of the batches counts, so that a pause elsewhere does not.
const BATCH: u32 = 250;

/// What a number of verifications took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TicketCost {
    /// Seconds of one verification: the median of the batches.
    pub seconds_each: f64,
    /// How many tickets were verified.
    pub verified: u32,
    /// Length of the ticket, in bytes.
    pub ticket_bytes: usize,
}

impl TicketCost {
    /// The result as `run.py` reads it.
    #[must_use]
    pub fn to_json(&self) -> String {
        json!({ "seconds_each": self.seconds_each, "ticket_bytes": self.ticket_bytes }).to_string()
    }
}

/// The cost of at least `count` verifications of a good ticket, with a key of its own.
///
/// # Errors
/// When the ticket is refused.
pub async fn measure(count: u32) -> Result<TicketCost, String> {
    let signer = TicketSigner::start().await;
    let ticket = signer.signaling(ANN, &TestBooking::new().spec());
    cost_of(&ticket, &signer, count).await
}

/// The cost of at least `count` verifications of `ticket` against the keys of `signer`.
///
/// # Errors
/// When the ticket is refused.
pub async fn cost_of(
    ticket: &str,
    signer: &TicketSigner,
    count: u32,
) -> Result<TicketCost, String> {
    let keys = KeySet::from_jwks(&signer.jwks().to_string())
        .map_err(|error| format!("the signer's keys can't be read: {error}"))?;
    let verifier = TicketVerifier::with_keys(keys, signer.url());
    let mut batches = Vec::new();
    for _ in 0..count.div_ceil(BATCH).max(1) {
        let began = Instant::now();
        for _ in 0..BATCH {
            verifier
                .signaling(ticket, now())
                .await
                .map_err(|fault| format!("the ticket is refused: {fault}"))?;
        }
        batches.push(began.elapsed().as_secs_f64() / f64::from(BATCH));
    }
    let verified = count.div_ceil(BATCH).max(1) * BATCH;
    batches.sort_by(f64::total_cmp);
    Ok(TicketCost {
        seconds_each: batches[batches.len() / 2],
        verified,
        ticket_bytes: ticket.len(),
    })
}
