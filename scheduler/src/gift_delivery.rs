//! Brings gifts to whose addresses they were sent to: at once where somebody has shown before that the address is theirs,
//! and apart from the request that sent it, so that its time does not tell whether anybody has.

use service::{Shutdown, clock};
use wire::UserId;

use crate::commands::{claim_gifts_of, claim_recent_gifts};
use crate::state::AppState;
use crate::store::StoreError;

/// Brings what was sent, until the shutdown starts.
pub(crate) async fn deliver_gifts(app: AppState, shutdown: Shutdown) {
    loop {
        match claim_recent_gifts(&*app.store, clock::now()).await {
            Ok(streamed) if streamed.is_empty() => {}
            Ok(streamed) => app.committed(streamed),
            Err(error) => {
                tracing::warn!(%error, "gifts could not be brought; their receivers find them when they look");
            }
        }
        tokio::select! {
            () = shutdown.started() => return,
            () = app.gift_claims.woken() => {}
        }
    }
}

impl AppState {
    /// Brings a person what waits for their address.
    pub(crate) async fn claim_gifts_of(&self, user: &UserId) -> Result<(), StoreError> {
        let streamed = claim_gifts_of(&*self.store, user, clock::now()).await?;
        if !streamed.is_empty() {
            self.committed(streamed);
        }
        Ok(())
    }

    /// The same for somebody whose address was shown to be theirs just now. That stands whatever becomes of this.
    pub(crate) async fn claim_gifts_of_verified(&self, user: &UserId) {
        if let Err(error) = self.claim_gifts_of(user).await {
            tracing::warn!(%error, "gifts could not be brought; their receiver finds them when they look");
        }
    }
}
