//! Starts the task that keeps a session up. It ends with the session, or when nobody holds it any more.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::clock::ServerClock;
use crate::command::Command;
use crate::driver::SessionDriver;
use crate::{SessionEvent, SessionOptions, SessionSnapshot};

/// Commands on their way: a handle waits where there are more.
const MAX_COMMANDS: usize = 64;
/// Events that wait for the program. While they are many, nothing more is read from the service.
const MAX_EVENTS: usize = 1_024;

/// The ends of a running session that its program holds.
pub(crate) struct StartedSession {
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) events: mpsc::Receiver<SessionEvent>,
    pub(crate) snapshot: watch::Receiver<SessionSnapshot>,
    pub(crate) clock: Arc<ServerClock>,
}

pub(crate) fn start(options: SessionOptions) -> StartedSession {
    let (commands, commands_in) = mpsc::channel(MAX_COMMANDS);
    let (events_out, events) = mpsc::channel(MAX_EVENTS);
    let (snapshot_out, snapshot) = watch::channel(SessionSnapshot::BEFORE_JOIN);
    let clock = Arc::new(ServerClock::new());
    let driver = SessionDriver::new(
        options,
        Arc::clone(&clock),
        commands_in,
        events_out,
        snapshot_out,
    );
    tokio::spawn(driver.run());
    StartedSession {
        commands,
        events,
        snapshot,
        clock,
    }
}
