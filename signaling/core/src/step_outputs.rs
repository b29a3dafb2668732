//! Collects the outputs of one step, and puts them into the order in which they are carried out.

use std::sync::Arc;

use wire::signaling::ServerFrame;
use wire::{CloseCode, ConnectionId, EventType, SessionFact, UnixMs};

use crate::{
    LogEvent, Observation, Output, SessionMetric, SessionTiming, Snapshot, SocketOutput,
    StoreOutput,
};

/// The outputs of one step: of one deadline, or of one input.
#[derive(Debug, Default)]
pub(crate) struct StepOutputs {
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

impl StepOutputs {
    /// No outputs yet, for a step at `now`.
    pub(crate) fn at(now: UnixMs) -> Self {
        Self {
            now,
            ..Self::default()
        }
    }

    /// The time of the step.
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
        self.outputs.push(Output::Deliver(SocketOutput::Send {
            connection,
            seq: Some(seq),
            frame,
        }));
    }

    /// Asks a socket for a sign of life.
    pub(crate) fn probe(&mut self, connection: ConnectionId) {
        self.outputs
            .push(Output::Deliver(SocketOutput::Probe { connection }));
    }

    /// Closes a socket, after what was sent to it.
    pub(crate) fn close(&mut self, connection: ConnectionId, code: CloseCode) {
        self.outputs
            .push(Output::Deliver(SocketOutput::Close { connection, code }));
    }

    /// Adds one to a counter.
    pub(crate) fn count(&mut self, metric: SessionMetric) {
        self.outputs
            .push(Output::Observe(Observation::Count(metric)));
    }

    /// Records a duration, in milliseconds.
    pub(crate) fn measure(&mut self, timing: SessionTiming, ms: i64) {
        self.outputs
            .push(Output::Observe(Observation::Measure(timing, ms)));
    }

    /// Writes a log line.
    pub(crate) fn note(&mut self, note: LogEvent) {
        self.outputs.push(Output::Observe(Observation::Log(note)));
    }

    /// Reports a fact, which is stored together with the state that it is about.
    pub(crate) fn fact(&mut self, kind: EventType, fact: SessionFact) {
        self.facts
            .push(Output::Persist(StoreOutput::Fact(kind, Box::new(fact))));
        self.save_behind();
    }

    /// Stores the state after this step, whenever the store comes to it.
    pub(crate) fn save_behind(&mut self) {
        self.save = self.save.max(Save::Behind);
    }

    /// Stores the state after this step before its frames are sent.
    pub(crate) fn save_first(&mut self) {
        self.save = Save::First;
    }

    /// Where the next frame of this step will stand; see [`StepOutputs::send_at`].
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
        let output = Output::Deliver(SocketOutput::Send {
            connection,
            seq: None,
            frame: Arc::new(frame.into()),
        });
        self.outputs.insert(mark, output);
    }

    /// Appends the step to `outputs`: the save, the facts that share its transaction, the rest.
    pub(crate) fn finish(self, outputs: &mut Vec<Output>, snapshot: impl FnOnce() -> Snapshot) {
        if self.save != Save::No {
            outputs.push(Output::Persist(StoreOutput::Save {
                snapshot: Box::new(snapshot()),
                wait: self.save == Save::First,
            }));
        }
        outputs.extend(self.facts);
        outputs.extend(self.outputs);
    }
}
