//! Whoever asks with an operator's ticket.

use std::net::IpAddr;

use axum::http::request::Parts;
use wire::{OperatorAction, UserId};

use crate::clock::now;
use crate::http::{HttpError, PeerAddr, bearer};
use crate::tickets::TicketVerifier;

/// An operator whose ticket is good.
#[derive(Debug)]
pub struct OperatorCaller {
    /// The `sub` of the ticket.
    name: UserId,
    /// Where they ask from; none where no listener says so.
    from: Option<IpAddr>,
}

impl OperatorCaller {
    /// Who asks, by the Bearer of a request.
    ///
    /// # Errors
    /// 401 without a good ticket of an operator.
    pub async fn of_request(parts: &Parts, tickets: &TicketVerifier) -> Result<Self, HttpError> {
        let ticket = bearer(&parts.headers).ok_or_else(|| HttpError::unauthenticated("missing"))?;
        let claims = tickets.operator(ticket, now()).await?;
        let peer = parts.extensions.get::<PeerAddr>();
        Ok(Self {
            name: claims.sub,
            from: peer.map(|peer| peer.0.ip().to_canonical()),
        })
    }

    /// What the audit log is told of what they did to `subject`.
    #[must_use]
    pub fn action(&self, action: &str, subject: &str) -> OperatorAction {
        OperatorAction {
            from: self.from.map(|ip| ip.to_string()),
            ..OperatorAction::new(format!("operator:{}", self.name), action, subject)
        }
    }
}
