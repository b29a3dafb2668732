//! What one step wants done, gathered, and then put into the order in which the edge does it.

use std::sync::Arc;

use wire::signaling::ServerFrame;
use wire::{CloseCode, ConnectionId, EventType, SessionFact, UnixMs};

use crate::{Metric, Note, Output, Snapshot, Timing};

/// The effects of one step: of one deadline, or of one input.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    now: UnixMs,
    outputs: Vec<Output>,
    facts: Vec<Output>,
    save: Save,
}

/// Whether the step's state is stored, and whether its frames wait for that.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Save {
    #[default]
    No,
    Behind,
    First,
}

impl Effects {
    /// None yet, of a step at `now`.
    pub(crate) fn at(now: UnixMs) -> Self {
        Self {
            now,
            ..Self::default()
        }
    }

    /// When the step is.
    pub(crate) fn now(&self) -> UnixMs {
        self.now
    }

    /// Sends an unnumbered frame to a socket.
    pub(crate) fn send(&mut self, connection: ConnectionId, frame: impl Into<ServerFrame>) {
        self.send_at(self.outputs.len(), connection, frame);
    }

    /// Sends a numbered frame to a socket.
    pub(crate) fn send_numbered(
        &mut self,
        connection: ConnectionId,
        seq: u64,
        frame: Arc<ServerFrame>,
    ) {
        self.outputs.push(Output::Send {
            connection,
            seq: Some(seq),
            frame,
        });
    }

    /// Closes a socket, after what was sent to it.
    pub(crate) fn close(&mut self, connection: ConnectionId, code: CloseCode) {
        self.outputs.push(Output::Close { connection, code });
    }

    /// Counts something.
    pub(crate) fn count(&mut self, metric: Metric) {
        self.outputs.push(Output::Count(metric));
    }

    /// Measures something, in milliseconds.
    pub(crate) fn measure(&mut self, timing: Timing, ms: i64) {
        self.outputs.push(Output::Measure(timing, ms));
    }

    /// Has something told in the log.
    pub(crate) fn note(&mut self, note: Note) {
        self.outputs.push(Output::Note(note));
    }

    /// Reports a fact, which is stored together with the state that it is about.
    pub(crate) fn fact(&mut self, kind: EventType, fact: SessionFact) {
        self.facts.push(Output::Fact(kind, Box::new(fact)));
        self.save_behind();
    }

    /// Stores the state after this step, whenever the store comes to it.
    pub(crate) fn save_behind(&mut self) {
        self.save = self.save.max(Save::Behind);
    }

    /// Stores the state after this step before anybody is told of it.
    pub(crate) fn save_first(&mut self) {
        self.save = Save::First;
    }

    /// Where the next frame of this step will stand; see [`Effects::send_at`].
    pub(crate) fn mark(&self) -> usize {
        self.outputs.len()
    }

    /// Sends an unnumbered frame before everything that came after `mark`.
    pub(crate) fn send_at(
        &mut self,
        mark: usize,
        connection: ConnectionId,
        frame: impl Into<ServerFrame>,
    ) {
        let output = Output::Send {
            connection,
            seq: None,
            frame: Arc::new(frame.into()),
        };
        self.outputs.insert(mark, output);
    }

    /// Appends the step to `outputs`: the save, the facts that share its transaction, the rest.
    pub(crate) fn finish(self, outputs: &mut Vec<Output>, snapshot: impl FnOnce() -> Snapshot) {
        if self.save != Save::No {
            outputs.push(Output::Save {
                snapshot: Box::new(snapshot()),
                wait: self.save == Save::First,
            });
        }
        outputs.extend(self.facts);
        outputs.extend(self.outputs);
    }
}
