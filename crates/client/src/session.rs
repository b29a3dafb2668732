//! A session, as a program has it: what happens, and what can be asked of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use wire::{RawJson, UnixMs};

use crate::clock::ServerClock;
use crate::{
    ClientError, DataChannel, LocalTrack, MediaPath, SessionEvent, SessionOptions, SessionSnapshot,
    lifecycle,
};

/// Largest `payload` of [`SessionHandle::send`], in bytes of JSON.
const MAX_DATA_BYTES: usize = 4 * 1024;

/// A session that was joined. Dropping it, with every handle, closes what it holds; the seat is kept for a while, as if
/// the network had gone.
#[derive(Debug)]
pub struct Session {
    events: mpsc::Receiver<SessionEvent>,
    handle: SessionHandle,
}

/// What can be asked of a session, from wherever. Clones are of the same session.
#[derive(Debug, Clone)]
pub struct SessionHandle {
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) snapshot: watch::Receiver<SessionSnapshot>,
    pub(crate) clock: Arc<ServerClock>,
}

/// What a handle asks of the driver.
pub(crate) enum Command {
    Leave,
    Close,
    Extend,
    Send(RawJson),
    AddTrack(LocalTrack),
    RemoveTrack(LocalTrack),
    OpenChannel(String, oneshot::Sender<Result<DataChannel, ClientError>>),
    RestartIce,
    Reconnect,
    Path(oneshot::Sender<Option<MediaPath>>),
}

impl Session {
    /// Joins at once, or as soon as the lobby is open; what comes of it is told by [`Self::next_event`]. Needs a
    /// runtime of tokio.
    #[must_use]
    pub fn join(options: SessionOptions) -> Self {
        let (handle, events) = lifecycle::start(options);
        Self { events, handle }
    }

    /// What happens next; none after the last event. Whoever does not take events for long stops what is read from
    /// the service, and is dropped by it as a slow reader.
    pub async fn next_event(&mut self) -> Option<SessionEvent> {
        self.events.recv().await
    }

    /// For other tasks.
    #[must_use]
    pub fn handle(&self) -> SessionHandle {
        self.handle.clone()
    }
}

impl std::ops::Deref for Session {
    type Target = SessionHandle;

    fn deref(&self) -> &SessionHandle {
        &self.handle
    }
}

impl SessionHandle {
    /// What is known of the session.
    #[must_use]
    pub fn snapshot(&self) -> SessionSnapshot {
        self.snapshot.borrow().clone()
    }

    /// The server's time: what every time of the session is compared with.
    #[must_use]
    pub fn now(&self) -> UnixMs {
        self.clock.now()
    }

    /// How long the session is live still, by the server's clock; none while its clock does not run.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        match self.snapshot.borrow().phase {
            crate::SessionPhase::Live { deadline_at, .. } => {
                let left = deadline_at.since(self.now()).max(0);
                Some(Duration::from_millis(left.unsigned_abs()))
            }
            _ => None,
        }
    }

    /// Waits until something that is known of the session is so; what is known then. Also true states that lasted
    /// only for a moment may be missed: events tell all of them.
    ///
    /// # Errors
    /// [`ClientError::SessionOver`] where the session ends before.
    pub async fn wait_until(
        &self,
        is_so: impl FnMut(&SessionSnapshot) -> bool,
    ) -> Result<SessionSnapshot, ClientError> {
        let mut snapshot = self.snapshot.clone();
        let found = snapshot.wait_for(is_so).await;
        found
            .map(|found| found.clone())
            .map_err(|_| ClientError::SessionOver)
    }

    /// A decision to go: it ends a live session for both. Before that the seat is free again, and whoever left may
    /// join anew.
    ///
    /// # Errors
    /// [`ClientError::SessionOver`]
    pub async fn leave(&self) -> Result<(), ClientError> {
        self.command(Command::Leave).await
    }

    /// Lets go of everything, as a page that is closed does: the seat is kept for a while.
    pub async fn close(&self) {
        // One that is over is closed.
        self.command(Command::Close).await.ok();
        self.commands.closed().await;
    }

    /// Asks for more time; the deadline moves once both have asked. A refusal comes as an event.
    ///
    /// # Errors
    /// [`ClientError::SessionOver`]
    pub async fn extend(&self) -> Result<(), ClientError> {
        self.command(Command::Extend).await
    }

    /// Sends any JSON of at most 4 KiB to the other one, over the service: it is not stored.
    ///
    /// # Errors
    /// [`ClientError::TooLarge`], [`ClientError::PeerAbsent`], [`ClientError::SessionOver`]
    pub async fn send(&self, payload: &impl serde::Serialize) -> Result<(), ClientError> {
        let json = serde_json::to_string(payload)
            .map_err(|error| ClientError::Connection(error.to_string()))?;
        if json.len() > MAX_DATA_BYTES {
            return Err(ClientError::TooLarge {
                bytes: json.len(),
                limit: MAX_DATA_BYTES,
            });
        }
        if !self.snapshot.borrow().is_peer_here() {
            return Err(ClientError::PeerAbsent);
        }
        let payload =
            RawJson::parse(json).map_err(|error| ClientError::Connection(error.to_string()))?;
        self.command(Command::Send(payload)).await
    }

    /// Sends a track more, on this connection and on those to come.
    ///
    /// # Errors
    /// [`ClientError::SessionOver`]
    pub async fn add_track(&self, track: &LocalTrack) -> Result<(), ClientError> {
        self.command(Command::AddTrack(track.clone())).await
    }

    /// Sends a track no more.
    ///
    /// # Errors
    /// [`ClientError::SessionOver`]
    pub async fn remove_track(&self, track: &LocalTrack) -> Result<(), ClientError> {
        self.command(Command::RemoveTrack(track.clone())).await
    }

    /// Opens a data channel on the connection that there is. [`SessionOptions::channel`] opens one with each.
    ///
    /// # Errors
    /// [`ClientError::NotConnected`], [`ClientError::SessionOver`]
    pub async fn open_channel(&self, label: &str) -> Result<DataChannel, ClientError> {
        let (answer, answered) = oneshot::channel();
        self.command(Command::OpenChannel(label.to_owned(), answer))
            .await?;
        answered.await.unwrap_or(Err(ClientError::SessionOver))
    }

    /// Restarts ICE with fresh credentials, as after a change of network.
    ///
    /// # Errors
    /// [`ClientError::SessionOver`]
    pub async fn restart_ice(&self) -> Result<(), ClientError> {
        self.command(Command::RestartIce).await
    }

    /// After a change of network that this peer knows of: skips the rest of a wait, and restores what is broken.
    ///
    /// # Errors
    /// [`ClientError::SessionOver`]
    pub async fn reconnect_now(&self) -> Result<(), ClientError> {
        self.command(Command::Reconnect).await
    }

    /// Which way media takes at present; none while there is no connection.
    pub async fn path(&self) -> Option<MediaPath> {
        let (answer, answered) = oneshot::channel();
        self.command(Command::Path(answer)).await.ok()?;
        answered.await.ok().flatten()
    }

    async fn command(&self, command: Command) -> Result<(), ClientError> {
        // The driver may still be closing what it held.
        if self.snapshot.borrow().is_over() {
            return Err(ClientError::SessionOver);
        }
        let sent = self.commands.send(command).await;
        sent.map_err(|_| ClientError::SessionOver)
    }
}
