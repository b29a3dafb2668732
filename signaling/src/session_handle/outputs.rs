//! Where the outputs of the core go: sockets, store, log and metrics. The only place that matches them.

use std::time::Duration;

use serde::Serialize;
use service::socket::SocketHandle;
use signaling_core::{
    Observation, Output, SessionMetric, SessionTiming, Snapshot, SocketOutput, StoreOutput,
};
use tokio::sync::oneshot;
use uuid::Uuid;
use wire::{ConnectionId, Event, EventType, SessionId, UnixMs};

use super::SessionState;
use crate::counters;
use crate::log;
use crate::write_buffer::{StoreChange, WriteBuffer};

/// The `source` of every event that this service publishes.
const SOURCE: &str = "signaling";

/// Frames and closes that wait for a commit.
#[derive(Debug)]
pub(super) struct HeldOutputs {
    number: u64,
    stored: bool,
    outputs: Vec<SocketOutput>,
}

/// What is left to do after the outputs of one call.
#[derive(Debug, Default)]
pub(super) struct Applied {
    snapshot: Option<Box<Snapshot>>,
    facts: Vec<Event>,
    /// Outputs are held until the store has this.
    waits: bool,
    /// Connections whose queue was full.
    pub(super) overflowed: Vec<ConnectionId>,
}

impl SessionState {
    /// The sockets that are to be asked for a sign of life, each once.
    pub(crate) fn take_probes(&mut self) -> Vec<(ConnectionId, SocketHandle)> {
        let asked = std::mem::take(&mut self.probes);
        let connections = self.connections.iter();
        connections
            .filter(|(id, _)| asked.contains(id))
            .cloned()
            .collect()
    }

    /// Sends what may go now, and holds the rest behind the commit that it waits for.
    pub(super) fn apply_outputs(
        &mut self,
        id: &SessionId,
        now: UnixMs,
        outputs: Vec<Output>,
    ) -> Applied {
        let mut applied = Applied::default();
        for output in outputs {
            match output {
                Output::Deliver(output) => match self.held.back_mut() {
                    Some(held) => held.outputs.push(output),
                    None => applied.overflowed.extend(self.deliver(output)),
                },
                Output::Persist(StoreOutput::Save { snapshot, wait }) => {
                    applied.snapshot = Some(snapshot);
                    if wait && !applied.waits {
                        applied.waits = true;
                        self.hold();
                    }
                }
                Output::Persist(StoreOutput::Fact(kind, fact)) => {
                    log::fact(id, kind, &fact);
                    applied.facts.push(event(id, now, kind, &fact));
                }
                Output::Observe(observation) => observe(id, observation),
            }
        }
        applied
    }

    fn hold(&mut self) {
        self.held.push_back(HeldOutputs {
            number: self.next_hold,
            stored: false,
            outputs: Vec::new(),
        });
        self.next_hold += 1;
    }

    /// Marks commit `hold` as stored, and delivers every group that no longer waits for an earlier one.
    /// Returns the connections whose queue was full.
    pub(super) fn deliver_released(&mut self, hold: u64) -> Vec<ConnectionId> {
        if let Some(held) = self.held.iter_mut().find(|held| held.number == hold) {
            held.stored = true;
        }
        let mut overflowed = Vec::new();
        while let Some(held) = self.held.pop_front_if(|held| held.stored) {
            let delivered = held.outputs.into_iter();
            overflowed.extend(delivered.filter_map(|output| self.deliver(output)));
        }
        overflowed
    }

    /// Hands a frame or a close to its socket; returns the connection if its queue is full.
    fn deliver(&mut self, output: SocketOutput) -> Option<ConnectionId> {
        match output {
            SocketOutput::Send {
                connection,
                seq,
                frame,
            } => {
                let (_, socket) = self.connections.iter().find(|(id, _)| *id == connection)?;
                let text = frame.to_text(seq.map(|seq| ("seq", seq)));
                socket.try_send(text.into()).is_err().then_some(connection)
            }
            SocketOutput::Probe { connection } => {
                self.probes.push(connection);
                None
            }
            SocketOutput::Close { connection, code } => {
                let mut connections = self.connections.iter();
                let at = connections.position(|(id, _)| *id == connection)?;
                self.connections.swap_remove(at).1.close(code);
                None
            }
        }
    }

    /// Hands snapshot and facts of one call to the write buffer together; returns a receiver if
    /// outputs wait for them.
    pub(super) fn store(
        &mut self,
        id: &SessionId,
        writes: &WriteBuffer,
        applied: Applied,
    ) -> Option<oneshot::Receiver<()>> {
        if applied.snapshot.is_none() && applied.facts.is_empty() {
            return None;
        }
        let change = StoreChange {
            snapshot: applied.snapshot.map(|it| self.prepare_snapshot(id, it)),
            facts: applied.facts,
            accepted: Vec::new(),
        };
        if applied.waits {
            return Some(writes.submit_urgent(change));
        }
        writes.submit(change);
        None
    }
}

fn observe(session: &SessionId, observation: Observation) {
    match observation {
        Observation::Log(event) => log::event(session, &event),
        Observation::Count(SessionMetric::BufferOverflow) => counters::buffer_overflow(),
        Observation::Count(metric) => {
            metrics::counter!("signaling_core_total", "what" => metric.name()).increment(1);
        }
        Observation::Measure(SessionTiming::BothConnected, ms) => {
            let seconds = Duration::from_millis(ms.max(0).unsigned_abs()).as_secs_f64();
            metrics::histogram!("signaling_both_connected_seconds").record(seconds);
        }
    }
}

/// A fact of a session, for the outbox.
pub(crate) fn event(
    session: &SessionId,
    now: UnixMs,
    kind: EventType,
    fact: &impl Serialize,
) -> Event {
    Event {
        id: Uuid::now_v7().to_string(),
        kind: kind.name().to_owned(),
        occurred_at: now,
        source: SOURCE.to_owned(),
        subject: session.as_str().to_owned(),
        revision: None,
        data: serde_json::to_value(fact).expect("a fact has string keys and no failing field"),
    }
}
