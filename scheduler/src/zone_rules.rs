//! Sessions that were agreed on by the clock of a time zone keep to it when the rules of the zone change. The rules come
//! with this program, so that they are looked at once, when it starts.

use std::time::Duration;

use scheduler_core::{BookedSession, ChangeCommand, ChangeReason, kept_to_local_time};
use service::{Shutdown, clock};

use crate::commands::{self, Executed};
use crate::state::AppState;
use crate::store::StoreError;

/// Sessions that are looked at with one query.
const PAGE: u32 = 200;
/// Rest after a store that did not answer.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Moves what the rules of this program move, until all are looked at once.
pub(crate) async fn apply(app: AppState, shutdown: Shutdown) {
    let applying = async {
        while let Err(error) = apply_once(&app).await {
            tracing::warn!(%error, "local times could not be looked at; once more soon");
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    };
    tokio::select! {
        () = applying => {}
        () = shutdown.started() => {}
    }
}

async fn apply_once(app: &AppState) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = app.store.sessions().open(after, PAGE).await?;
        let Some(last) = page.last().map(|session| session.id.clone()) else {
            return Ok(());
        };
        for session in page {
            keep(app, session).await?;
        }
        after = Some(last);
    }
}

/// What was changed at the same time is left as it is: it was resolved by the same rules.
async fn keep(app: &AppState, session: BookedSession) -> Result<(), StoreError> {
    let now = clock::now();
    let Some(terms) = kept_to_local_time(now, &session) else {
        return Ok(());
    };
    let (from, to) = (session.terms.starts_at, terms.starts_at);
    let command = ChangeCommand {
        application: session.application,
        id: session.id.clone(),
        revision: session.revision,
        terms,
        reason: ChangeReason::ZoneRules,
        idempotency: None,
    };
    let Executed { streamed, .. } = commands::change(&*app.store, command, now).await?;
    tracing::info!(session = %session.id, from = from.0, to = to.0, "the rules of a time zone moved a session");
    app.committed(streamed);
    Ok(())
}
