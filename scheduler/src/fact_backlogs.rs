//! What was there before the services were told of such things is told once, when this program starts: people who can be found, and
//! matches in force.

use std::time::Duration;

use service::{Shutdown, clock};

use crate::commands::tell_backlog;
use crate::state::AppState;
use crate::store::{FactBacklog, StoreError};

/// Rest after a store that did not answer.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Tells all of it, once.
pub(crate) async fn tell(app: AppState, shutdown: Shutdown) {
    let telling = async {
        while let Err(error) = tell_once(&app).await {
            tracing::warn!(%error, "people and matches from before can't be told of; once more soon");
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    };
    tokio::select! {
        () = telling => {}
        () = shutdown.started() => {}
    }
}

async fn tell_once(app: &AppState) -> Result<(), StoreError> {
    for backlog in FactBacklog::ALL {
        while !tell_backlog(&*app.store, backlog, clock::now()).await? {
            app.outbox.wake();
        }
    }
    app.outbox.wake();
    Ok(())
}
