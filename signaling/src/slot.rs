//! A session with its sockets, behind one lock: carries out what the core wants done.
//!
//! A std mutex, because nothing awaits under it: sending is a `try_send`, storing puts aside. It knows
//! nothing of other sessions.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use service::clock::{steady, wall_ahead_ms};
use service::socket::SocketHandle;
use signaling_core::{Due, Input, OperatorView, Output, Session, Snapshot, Timing};
use tokio::sync::oneshot;
use uuid::Uuid;
use wire::signaling::{GoingAway, ServerFrame};
use wire::{CloseCode, ConnectionId, Event, EventType, SessionFact, SessionId, UnixMs};

use crate::counters;
use crate::kept::{Draft, Kept, forget_at};
use crate::log;
use crate::session_clock::SessionClock;
use crate::writer::{Change, Writer};

/// The `source` of every fact of this service.
const SOURCE: &str = "signaling";

/// A session in memory.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) id: SessionId,
    entry: Mutex<Entry>,
}

/// What the lock guards.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) session: Session,
    /// Where this session stands in the timetable, by the steady clock.
    pub(crate) due: Option<UnixMs>,
    /// Taken out of the registry: look it up again.
    pub(crate) retired: bool,
    /// The phase that the metrics count it under.
    pub(crate) counted: Option<wire::Phase>,
    /// How often the core panicked in this session.
    pub(crate) strikes: u8,
    /// The core panicked in the last call.
    broken: bool,
    clock: SessionClock,
    /// Sockets that have sent `join` and are not closed; a seat's current one and, for a moment, an older one.
    lines: Vec<(ConnectionId, SocketHandle)>,
    /// Outputs behind a commit, in order; a later group never overtakes.
    holds: VecDeque<Hold>,
    next_hold: u64,
    /// Whether it has ever been stored: before, it is nothing that anybody relies on.
    saved: bool,
    /// The phase of the newest snapshot.
    phase: wire::Phase,
    forget_at: UnixMs,
}

#[derive(Debug)]
struct Hold {
    number: u64,
    stored: bool,
    outputs: Vec<Output>,
}

/// What is left to do after the outputs of one call.
#[derive(Debug, Default)]
struct Done {
    newest: Option<Box<Snapshot>>,
    facts: Vec<Event>,
    /// The store is to be waited for.
    waits: bool,
    /// Sockets that took nothing more.
    full: Vec<ConnectionId>,
}

/// Outputs that wait for the store.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) hold: u64,
    pub(crate) stored: oneshot::Receiver<()>,
}

impl Slot {
    pub(crate) fn new(
        id: SessionId,
        session: Session,
        saved: bool,
        clock: SessionClock,
        strikes: u8,
    ) -> Arc<Self> {
        let snapshot = session.snapshot();
        Arc::new(Self {
            id,
            entry: Mutex::new(Entry {
                session,
                due: None,
                retired: false,
                counted: None,
                strikes,
                broken: false,
                clock,
                lines: Vec::new(),
                holds: VecDeque::new(),
                next_hold: 0,
                saved,
                phase: snapshot.phase.name(),
                forget_at: forget_at(&snapshot.spec),
            }),
        })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Entry> {
        // A core that panicked is a bug that costs its own session at most: the others go on.
        self.entry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// From here on the session's outputs reach this socket.
    pub(crate) fn add_line(&mut self, connection: ConnectionId, line: SocketHandle) {
        self.lines.push((connection, line));
    }

    /// From here on they don't. False where they did not before.
    pub(crate) fn remove_line(&mut self, connection: ConnectionId) -> bool {
        let before = self.lines.len();
        self.lines.retain(|(id, _)| *id != connection);
        self.lines.len() < before
    }

    /// Where the session stood when it was last stored.
    pub(crate) fn phase(&self) -> wire::Phase {
        self.phase
    }

    /// Tells every socket when to come back, and closes it: the process stops.
    pub(crate) fn say_goodbye(&self, mut retry_after_ms: impl FnMut() -> u64) {
        for (_, line) in &self.lines {
            let goodbye = ServerFrame::from(GoingAway {
                retry_after_ms: retry_after_ms(),
            });
            // A full queue makes no difference: the close code says the same.
            let _ = line.try_send(goodbye.to_text(None).into());
            line.close(CloseCode::GoingAway);
        }
    }

    /// Closes every socket; what waits for the store is never sent.
    pub(crate) fn close_all(&mut self, code: CloseCode) {
        self.holds.clear();
        for (_, line) in self.lines.drain(..) {
            line.close(code);
        }
    }

    /// True once the core has panicked: nothing of the session is to be relied on but its snapshot.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// What time it is in this session.
    fn now(&mut self) -> UnixMs {
        self.follow_the_wall();
        self.clock.at(steady())
    }

    fn follow_the_wall(&mut self) {
        if !self.session.span_runs() {
            self.clock.follow(wall_ahead_ms());
        }
    }

    /// When the session is due, by the steady clock.
    pub(crate) fn due_in_steady(&mut self) -> Option<UnixMs> {
        self.follow_the_wall();
        let due = self.session.next_deadline()?;
        Some(self.clock.steady(due))
    }

    /// What is due then, by the steady clock; none where something else came before it.
    pub(crate) fn kind_due_at(&self, steady: UnixMs) -> Option<Due> {
        let (at, due) = self.session.next_due()?;
        (self.clock.steady(at) == steady).then_some(due)
    }

    /// What operators see.
    pub(crate) fn view(&mut self) -> OperatorView {
        let now = self.now();
        self.session.view(now)
    }

    /// Nobody is connected, and either it is over or nothing of it counts.
    pub(crate) fn is_done(&self) -> bool {
        let nothing_counts = !self.saved || self.session.is_over().is_some();
        nothing_counts && self.lines.is_empty() && self.holds.is_empty()
    }

    /// The session as it stands, for the store; none where nothing of it counts.
    pub(crate) fn draft(&mut self, id: &SessionId) -> Option<Draft> {
        let snapshot = Box::new(self.session.snapshot());
        self.saved.then(|| self.draft_of(id, snapshot))
    }

    /// Runs an input and whatever follows from sending what it causes.
    pub(crate) fn run(&mut self, id: &SessionId, writer: &Writer, input: Input) -> Vec<Waiting> {
        let now = self.now();
        let mut waiting = Vec::new();
        let mut full = self.take_in(id, writer, now, input, &mut waiting);
        while let Some(connection) = full.pop() {
            let overflow = Input::Overflow { connection };
            full.extend(self.take_in(id, writer, now, overflow, &mut waiting));
        }
        waiting
    }

    /// Runs one input; names the sockets that took nothing more.
    fn take_in(
        &mut self,
        id: &SessionId,
        writer: &Writer,
        now: UnixMs,
        input: Input,
        waiting: &mut Vec<Waiting>,
    ) -> Vec<ConnectionId> {
        if self.broken {
            return Vec::new();
        }
        // A bug of the core costs its own session a moment, and no other session anything.
        let handled = AssertUnwindSafe(|| self.session.handle(now, input));
        let Ok(outputs) = catch_unwind(handled) else {
            self.broken = true;
            return Vec::new();
        };
        let hold = self.next_hold;
        let mut done = self.carry_out(id, now, outputs);
        let full = std::mem::take(&mut done.full);
        if let Some(stored) = self.store(id, writer, done) {
            waiting.push(Waiting { hold, stored });
        }
        full
    }

    /// Sends what waited behind `hold`, once nothing before it waits any longer.
    pub(crate) fn release(&mut self, id: &SessionId, writer: &Writer, hold: u64) -> Vec<Waiting> {
        if let Some(held) = self.holds.iter_mut().find(|held| held.number == hold) {
            held.stored = true;
        }
        let mut full = Vec::new();
        while self.holds.front().is_some_and(|held| held.stored) {
            let outputs = self.holds.pop_front().map(|held| held.outputs);
            full.extend(
                outputs
                    .into_iter()
                    .flatten()
                    .filter_map(|output| self.deliver(output)),
            );
        }
        full.into_iter()
            .flat_map(|connection| self.run(id, writer, Input::Overflow { connection }))
            .collect()
    }

    /// Sends what may go now, and puts the rest behind the commit that it waits for.
    fn carry_out(&mut self, id: &SessionId, now: UnixMs, outputs: Vec<Output>) -> Done {
        let mut done = Done::default();
        for output in outputs {
            match output {
                Output::Save { snapshot, wait } => {
                    done.newest = Some(snapshot);
                    if wait && !done.waits {
                        done.waits = true;
                        self.hold();
                    }
                }
                Output::Fact(kind, fact) => {
                    log::fact(id, kind, &fact);
                    done.facts.push(event(id, now, kind, &fact));
                }
                Output::Count(signaling_core::Metric::BufferOverflow) => {
                    counters::buffer_overflow()
                }
                Output::Count(metric) => {
                    metrics::counter!("signaling_core_total", "what" => metric.name()).increment(1);
                }
                Output::Note(note) => log::note(id, &note),
                Output::Measure(Timing::BothConnected, ms) => {
                    let seconds = Duration::from_millis(ms.max(0).unsigned_abs()).as_secs_f64();
                    metrics::histogram!("signaling_both_connected_seconds").record(seconds);
                }
                Output::Send { .. } | Output::Close { .. } => match self.holds.back_mut() {
                    Some(hold) => hold.outputs.push(output),
                    None => done.full.extend(self.deliver(output)),
                },
            }
        }
        done
    }

    fn hold(&mut self) {
        self.holds.push_back(Hold {
            number: self.next_hold,
            stored: false,
            outputs: Vec::new(),
        });
        self.next_hold += 1;
    }

    /// Puts snapshot and facts of one call aside together; a receiver where outputs wait for them.
    fn store(
        &mut self,
        id: &SessionId,
        writer: &Writer,
        done: Done,
    ) -> Option<oneshot::Receiver<()>> {
        if done.newest.is_none() && done.facts.is_empty() {
            return None;
        }
        let change = Change {
            draft: done.newest.map(|snapshot| self.draft_of(id, snapshot)),
            facts: done.facts,
            taken: Vec::new(),
        };
        if done.waits {
            return Some(writer.submit_urgent(change));
        }
        writer.submit(change);
        None
    }

    fn draft_of(&mut self, id: &SessionId, mut snapshot: Box<Snapshot>) -> Draft {
        self.saved = true;
        if self.session.span_runs() {
            snapshot.clock_ahead_ms = self.clock.ms_ahead_of_wall();
        }
        self.phase = snapshot.phase.name();
        self.forget_at = self.forget_at.max(forget_at(&snapshot.spec));
        let kept = match snapshot.phase {
            signaling_core::Phase::Ended { .. } => Kept::Over(snapshot),
            _ => Kept::Open(snapshot),
        };
        Draft {
            session: id.clone(),
            kept,
            forget_at: self.forget_at,
        }
    }

    /// Hands a frame or a close to its socket; names the socket where it takes nothing more.
    fn deliver(&mut self, output: Output) -> Option<ConnectionId> {
        match output {
            Output::Send {
                connection,
                seq,
                frame,
            } => {
                let (_, line) = self.lines.iter().find(|(id, _)| *id == connection)?;
                let text = frame.to_text(seq.map(|seq| ("seq", seq)));
                line.try_send(text.into()).is_err().then_some(connection)
            }
            Output::Close { connection, code } => {
                let at = self.lines.iter().position(|(id, _)| *id == connection)?;
                self.lines.swap_remove(at).1.close(code);
                None
            }
            Output::Save { .. }
            | Output::Fact(..)
            | Output::Note(_)
            | Output::Count(_)
            | Output::Measure(..) => None,
        }
    }
}

fn event(session: &SessionId, now: UnixMs, kind: EventType, fact: &SessionFact) -> Event {
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
