//! What an operator does to the keys that sign tickets, each with its row in the audit log. It works on the
//! data directory beside a running scheduler, which sees the change with its next ticket.

use std::path::Path;

use service::clock::now;
use storage::OpenError;
use wire::{OperatorAction, UnixMs};

use crate::commands::record_action;
use crate::config::StoreLocation;
use crate::keys::{self, KeyError, KeyInfo};
use crate::operators::{self, TicketError};
use crate::store::sql::SqlStore;
use crate::store::{SchedulerStore, StoreError};
use crate::tickets::{CHAT_LIFE_MS, SIGNALING_MARGIN_MS};

/// Sessions that are looked at in one query.
const CHUNK: u32 = 500;

/// Why a key could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyChangeError {
    /// The database could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The audit log could not be written, or the sessions not read.
    #[error("the scheduler's store: {0}")]
    Store(Box<dyn std::error::Error + Send + Sync>),
    /// The keys can't be read or written, or none has that id.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No ticket could be signed.
    #[error(transparent)]
    Ticket(#[from] TicketError),
}

impl From<StoreError> for KeyChangeError {
    fn from(error: StoreError) -> Self {
        Self::Store(error.into_source())
    }
}

/// Makes a new key, which signs from now on.
///
/// # Errors
/// [`KeyChangeError`].
pub async fn rotate(
    data_dir: &Path,
    store: &StoreLocation,
    actor: &str,
) -> Result<KeyInfo, KeyChangeError> {
    let action = OperatorAction::new(actor, "key.rotate", "ticket keys");
    audited(store, action, || Ok(keys::rotate(data_dir)?)).await
}

/// Takes a key out of use, and returns until when it verifies: no ticket of it can live longer.
///
/// # Errors
/// [`KeyChangeError`].
pub async fn retire(
    data_dir: &Path,
    store: &StoreLocation,
    kid: &str,
    actor: &str,
) -> Result<UnixMs, KeyChangeError> {
    known(data_dir, kid)?;
    let open = SqlStore::open(store).await?;
    let until = longest_ticket(&open).await;
    open.close().await;
    let until = until?;
    let action = OperatorAction::new(actor, "key.retire", kid);
    audited(store, action, || Ok(keys::retire(data_dir, kid, until)?)).await?;
    Ok(until)
}

/// Makes a key void, with every ticket of it.
///
/// # Errors
/// [`KeyChangeError`].
pub async fn revoke(
    data_dir: &Path,
    store: &StoreLocation,
    kid: &str,
    actor: &str,
) -> Result<(), KeyChangeError> {
    known(data_dir, kid)?;
    let action = OperatorAction::new(actor, "key.revoke", kid);
    audited(store, action, || Ok(keys::revoke(data_dir, kid)?)).await
}

/// Signs an operator's ticket with the newest key, as [`operators::ticket`] does.
///
/// # Errors
/// [`KeyChangeError`].
pub async fn ticket(
    data_dir: &Path,
    store: &StoreLocation,
    issuer: &str,
    actor: &str,
) -> Result<String, KeyChangeError> {
    let action = OperatorAction::new(actor, "operator.ticket", "operator");
    audited(store, action, || Ok(operators::ticket(data_dir, issuer)?)).await
}

/// Adds a row to the audit log for what was done elsewhere.
///
/// # Errors
/// [`KeyChangeError::Open`] and [`KeyChangeError::Store`].
pub async fn record(store: &StoreLocation, action: OperatorAction) -> Result<(), KeyChangeError> {
    audited(store, action, || Ok(())).await
}

async fn audited<T>(
    store: &StoreLocation,
    action: OperatorAction,
    act: impl FnOnce() -> Result<T, KeyChangeError>,
) -> Result<T, KeyChangeError> {
    let store = SqlStore::open(store).await?;
    let done = record_action(&store, action, now(), act).await;
    store.close().await;
    done
}

fn known(data_dir: &Path, kid: &str) -> Result<(), KeyError> {
    keys::is_known(data_dir, kid)?
        .then_some(())
        .ok_or_else(|| KeyError::Unknown(kid.to_owned()))
}

/// When the last ticket that may be about runs out: a chat ticket of now, or that of the session with the
/// latest possible end.
async fn longest_ticket(store: &dyn SchedulerStore) -> Result<UnixMs, StoreError> {
    let mut until = now() + CHAT_LIFE_MS;
    let mut after = None;
    loop {
        let sessions = store.sessions().open(after, CHUNK).await?;
        for session in &sessions {
            until = until.max(session.spec().latest_end());
        }
        match sessions.into_iter().last() {
            Some(last) => after = Some(last.id),
            None => return Ok(until + SIGNALING_MARGIN_MS),
        }
    }
}
