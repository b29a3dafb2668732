//! A session, as a program has it: what happens, and what can be asked of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use wire::{RawJson, UnixMs};

use crate::clock::ServerClock;
use crate::command::Command;
use crate::{
    DataChannel, LocalTrack, MediaPath, SessionError, SessionEvent, SessionOptions,
    SessionSnapshot, lifecycle,
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
    commands: mpsc::Sender<Command>,
    snapshot: watch::Receiver<SessionSnapshot>,
    clock: Arc<ServerClock>,
}

impl Session {
    /// Joins at once, or as soon as the lobby is open; what comes of it is told by [`Self::next_event`]. Needs a
    /// runtime of tokio.
    #[must_use]
    pub fn join(options: SessionOptions) -> Self {
        let started = lifecycle::start(options);
        let handle = SessionHandle {
            commands: started.commands,
            snapshot: started.snapshot,
            clock: started.clock,
        };
        Self {
            events: started.events,
            handle,
        }
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
            crate::SessionStage::Live { deadline_at, .. } => {
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
    /// [`SessionError::SessionOver`] where the session ends before.
    pub async fn wait_until(
        &self,
        is_so: impl FnMut(&SessionSnapshot) -> bool,
    ) -> Result<SessionSnapshot, SessionError> {
        let mut snapshot = self.snapshot.clone();
        let found = snapshot.wait_for(is_so).await;
        found
            .map(|found| found.clone())
            .map_err(|_| SessionError::SessionOver)
    }

    /// A decision to go: it ends a live session for both. Before that the seat is free again, and whoever left may
    /// join anew. Returns once the service has heard it, or after 5 s without an answer: a program that ends earlier is
    /// lost to the other one, not left.
    ///
    /// # Errors
    /// [`SessionError::SessionOver`]
    pub async fn leave(&self) -> Result<(), SessionError> {
        self.command(Command::Leave).await?;
        self.commands.closed().await;
        Ok(())
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
    /// [`SessionError::SessionOver`]
    pub async fn extend(&self) -> Result<(), SessionError> {
        self.command(Command::Extend).await
    }

    /// Sends any JSON of at most 4 KiB to the other one, over the service: it is not stored.
    ///
    /// # Errors
    /// [`SessionError::TooLarge`], [`SessionError::PeerAbsent`], [`SessionError::SessionOver`], and
    /// [`SessionError::Congested`] while too much waits to be acknowledged.
    pub async fn send(&self, payload: &impl serde::Serialize) -> Result<(), SessionError> {
        let json = serde_json::to_string(payload)
            .map_err(|error| SessionError::Connection(error.to_string()))?;
        if json.len() > MAX_DATA_BYTES {
            return Err(SessionError::TooLarge {
                bytes: json.len(),
                limit: MAX_DATA_BYTES,
            });
        }
        if !self.snapshot.borrow().is_peer_here() {
            return Err(SessionError::PeerAbsent);
        }
        let payload =
            RawJson::parse(json).map_err(|error| SessionError::Connection(error.to_string()))?;
        let (answer, answered) = oneshot::channel();
        self.command(Command::Send(payload, answer)).await?;
        answered.await.unwrap_or(Err(SessionError::SessionOver))
    }

    /// Sends a track more, on this connection and on those to come.
    ///
    /// # Errors
    /// [`SessionError::SessionOver`]
    pub async fn add_track(&self, track: &LocalTrack) -> Result<(), SessionError> {
        self.command(Command::AddTrack(track.clone())).await
    }

    /// Sends a track no more.
    ///
    /// # Errors
    /// [`SessionError::SessionOver`]
    pub async fn remove_track(&self, track: &LocalTrack) -> Result<(), SessionError> {
        self.command(Command::RemoveTrack(track.clone())).await
    }

    /// Opens a data channel on the connection that there is. [`SessionOptions::channel`] opens one with each.
    ///
    /// # Errors
    /// [`SessionError::NotConnected`], [`SessionError::SessionOver`]
    pub async fn open_channel(&self, label: &str) -> Result<DataChannel, SessionError> {
        let (answer, answered) = oneshot::channel();
        self.command(Command::OpenChannel(label.to_owned(), answer))
            .await?;
        answered.await.unwrap_or(Err(SessionError::SessionOver))
    }

    /// Restarts ICE with fresh credentials, as after a change of network.
    ///
    /// # Errors
    /// [`SessionError::SessionOver`]
    pub async fn restart_ice(&self) -> Result<(), SessionError> {
        self.command(Command::RestartIce).await
    }

    /// After a change of network that this peer knows of: skips the rest of a wait, and restores what is broken.
    ///
    /// # Errors
    /// [`SessionError::SessionOver`]
    pub async fn reconnect_now(&self) -> Result<(), SessionError> {
        self.command(Command::Reconnect).await
    }

    /// Which way media takes at present; none while there is no connection.
    pub async fn path(&self) -> Option<MediaPath> {
        let (answer, answered) = oneshot::channel();
        self.command(Command::Path(answer)).await.ok()?;
        answered.await.ok().flatten()
    }

    async fn command(&self, command: Command) -> Result<(), SessionError> {
        // The driver may still be closing what it held.
        if self.snapshot.borrow().is_over() {
            return Err(SessionError::SessionOver);
        }
        let sent = self.commands.send(command).await;
        sent.map_err(|_| SessionError::SessionOver)
    }
}
