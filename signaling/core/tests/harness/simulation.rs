//! Where it all happens: the clock, the two people, their sockets, the core and its store.

use std::collections::BTreeMap;
use std::sync::Arc;

use signaling_core::{
    Input, Observation, Output, ResumeClaim, Session, SessionMetric, Snapshot, SocketOutput,
    StoreOutput, TokenHash,
};
use wire::signaling::Leave;
use wire::{ConnectionId, UnixMs};

use crate::bookings::{START, settings, some_spec};
use crate::invariants::{Cause, InvariantChecker};
use crate::network::{self, Down, Socket, Up};
use crate::peer::{Page, Peer, Reaction};
use crate::prng::Prng;

pub(crate) struct Simulation {
    prng: Prng,
    verbose: bool,
    pub(crate) now: i64,
    pub(crate) core: Session,
    /// What the store has; what follows is still on its way there.
    stored: Snapshot,
    behind: Option<Snapshot>,
    pub(crate) peers: [Peer; 2],
    pub(crate) sockets: Vec<Socket>,
    last_connection: u64,
    last_token: u64,
    payloads: u64,
    /// Sockets that were asked for a sign of life and have not answered yet.
    asked: Vec<ConnectionId>,
    invariants: InvariantChecker,
    seen: BTreeMap<String, u64>,
}

impl Simulation {
    pub(crate) fn new(seed: u64, verbose: bool) -> Self {
        let mut prng = Prng::new(seed);
        let spec = some_spec(&mut prng);
        let core = Session::new(spec.clone(), Arc::new(settings()));
        Self {
            now: START - 2_000,
            stored: core.snapshot(),
            behind: None,
            core,
            peers: ["ann", "bob"].map(|name| Peer::new(name.into())),
            sockets: Vec::new(),
            last_connection: 0,
            last_token: 0,
            payloads: 0,
            asked: Vec::new(),
            invariants: InvariantChecker::new(spec),
            seen: BTreeMap::new(),
            prng,
            verbose,
        }
    }

    /// One thing happens.
    pub(crate) fn step(&mut self) {
        let side = self.prng.below(2) as usize;
        match self.prng.below(10_000) {
            0..3_500 => self.core_receives(true),
            3_500..7_000 => self.client_receives(true),
            7_000..8_000 => self.person_acts(side),
            8_000..9_000 => self.connect(side),
            9_000..9_650 => self.time_passes(),
            9_650..9_760 => self.cut(side),
            9_760..9_810 => self.reload(side),
            9_810..9_840 => self.second_tab(side),
            9_840..9_850 => self.peers[side].want(Leave {}),
            9_850..9_900 => self.restart(),
            9_900..9_930 => self.overflow(side),
            9_930..9_980 => self.store_catches_up(),
            9_980..9_990 => self.handle(Input::DropBuffer { seat: side }, Cause::Time),
            9_990..9_993 => self.operator_acts(side),
            _ => self.booking_changes(),
        }
        self.page_sends(side);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.core.is_over().is_some()
    }

    pub(crate) fn seen(self) -> BTreeMap<String, u64> {
        self.seen
    }

    /// The core takes one thing from some socket.
    pub(crate) fn core_receives(&mut self, trouble: bool) {
        if !self.asked.is_empty() && (!trouble || self.prng.permille(100)) {
            let connection = self.asked.remove(0);
            self.handle(Input::Alive { connection }, Cause::Time);
        }
        if self.sockets.is_empty() {
            return;
        }
        let at = self.prng.below(self.sockets.len() as u64) as usize;
        let socket = &mut self.sockets[at];
        let (connection, side) = (socket.id, socket.side);
        if socket.up.is_empty() {
            if socket.cut {
                self.sockets.remove(at);
                self.handle(Input::Lost { connection }, Cause::Lost(connection));
            }
            return;
        }
        let taken = network::take(&mut socket.up, &mut self.prng, trouble);
        let closed = socket.closed;
        let Some(up) = taken.filter(|_| !closed) else {
            return;
        };
        match up {
            Up::Join { resume } => {
                self.last_token += 1;
                let input = Input::Join {
                    connection,
                    user: self.peers[side].user.clone(),
                    spec: self.invariants.spec.clone(),
                    resume: resume.map(|(token, last_seq)| ResumeClaim {
                        token_hash: hash(token),
                        last_seq,
                    }),
                    new_token: self.last_token.to_string(),
                    new_token_hash: hash(self.last_token),
                };
                let cause = Cause::Join {
                    connection,
                    side,
                    last_seq: resume.map(|(_, last_seq)| last_seq),
                };
                self.handle(input, cause);
            }
            Up::Frame { id, frame } => {
                let cause = Cause::Frame {
                    side,
                    frame: frame.clone(),
                };
                let input = Input::Frame {
                    connection,
                    id,
                    frame,
                };
                self.handle(input, cause);
            }
        }
    }

    /// Some client takes one thing from its socket.
    pub(crate) fn client_receives(&mut self, trouble: bool) {
        if self.sockets.is_empty() {
            return;
        }
        let at = self.prng.below(self.sockets.len() as u64) as usize;
        let socket = &mut self.sockets[at];
        // A socket's end is never lost: both sides find it some time.
        let trouble = trouble && !matches!(socket.down.front(), Some(Down::Close));
        let waiting = socket.down.len();
        let Some(down) = network::take(&mut socket.down, &mut self.prng, trouble) else {
            socket.torn |= socket.down.len() < waiting;
            return;
        };
        let (id, side) = (socket.id, socket.side);
        if matches!(down, Down::Close) {
            self.sockets.remove(at);
            // The edge clears up after every socket, whoever closed it, and may be late with it.
            let connection = id;
            self.handle(Input::Lost { connection }, Cause::Lost(connection));
        }
        // A socket that the page has given up, or another page's, has nobody to listen.
        if self.peers[side].socket == Some(id)
            && self.peers[side].receive(down) == Reaction::Reconnect
        {
            self.abandon(side);
        }
    }

    fn person_acts(&mut self, side: usize) {
        if self.peers[side].page.welcomed {
            self.payloads += 1;
            let payload = self.payloads;
            self.peers[side].apply_frame(&mut self.prng, payload);
        }
    }

    pub(crate) fn page_sends(&mut self, side: usize) {
        let peer = &mut self.peers[side];
        if !peer.page.welcomed {
            return;
        }
        let Some(id) = peer.socket else { return };
        if let Some(socket) = self.sockets.iter_mut().find(|socket| socket.id == id) {
            let frames = peer.page.outbox.drain(..);
            socket
                .up
                .extend(frames.map(|(id, frame)| Up::Frame { id, frame }));
        }
    }

    /// The page wants a socket: it has none, or one that says nothing.
    pub(crate) fn connect(&mut self, side: usize) {
        if !self.peers[side].page.welcomed && self.is_silent(side) {
            self.abandon(side);
        }
        let peer = &mut self.peers[side];
        if peer.socket.is_some() || peer.over.is_some() {
            return;
        }
        self.last_connection += 1;
        let mut socket = Socket::new(ConnectionId(self.last_connection), side);
        socket.up.push_back(Up::Join {
            resume: peer.resume(),
        });
        peer.socket = Some(socket.id);
        peer.page.welcomed = false;
        self.sockets.push(socket);
    }

    fn is_silent(&self, side: usize) -> bool {
        let of_page = |socket: &&Socket| Some(socket.id) == self.peers[side].socket;
        let silent = |socket: &Socket| socket.up.is_empty() && socket.down.is_empty();
        self.sockets.iter().find(of_page).is_none_or(silent)
    }

    /// The page gives its socket up; the core hears of that after what is under way, or never: in
    /// some cases the page is back before.
    pub(crate) fn abandon(&mut self, side: usize) {
        let peer = &mut self.peers[side];
        peer.page.welcomed = false;
        let gone = peer.socket.take();
        if let Some(socket) = self.sockets.iter_mut().find(|s| Some(s.id) == gone) {
            socket.cut = true;
            socket.down.clear();
        }
    }

    fn cut(&mut self, side: usize) {
        if let Some(id) = self.peers[side].socket
            && let Some(socket) = self.sockets.iter_mut().find(|socket| socket.id == id)
        {
            let kept = self.prng.below(socket.up.len() as u64 + 1) as usize;
            // A join that is lost is one that was never sent.
            socket.up.truncate(kept);
        }
        self.abandon(side);
    }

    fn reload(&mut self, side: usize) {
        self.abandon(side);
        self.peers[side].page = Page::default();
        self.connect(side);
    }

    /// The older page stays, with its socket, and is nobody's any more.
    fn second_tab(&mut self, side: usize) {
        self.peers[side].socket = None;
        self.peers[side].page = Page::default();
        self.connect(side);
    }

    fn time_passes(&mut self) {
        let due = self.core.next_deadline().map_or(self.now, |at| at.0);
        let near = due - self.now < 1_500;
        let to_deadline = self.prng.permille(if near { 300 } else { 40 });
        self.now = match to_deadline {
            true => self.now.max(due + self.prng.one_of(&[-1, 0, 0, 1])),
            false => self.now + self.prng.one_of(&[0, 1, 20, 300, 2_000]),
        };
        // The timer may be late.
        if self.core.next_deadline().is_some_and(|at| at.0 <= self.now) && self.prng.permille(900) {
            self.handle(Input::Tick, Cause::Time);
        }
    }

    fn restart(&mut self) {
        if self.prng.permille(700) {
            self.store_catches_up();
        }
        let lossy = self.behind.take().is_some();
        *self.seen.entry("restart".to_owned()).or_default() += 1;
        let phase = self.stored.phase.name();
        *self
            .seen
            .entry(format!("restart in {}", phase.name()))
            .or_default() += 1;
        self.sockets.clear();
        self.asked.clear();
        for side in 0..2 {
            self.peers[side].socket = None;
            self.peers[side].page.welcomed = false;
        }
        // As it is stored: as text.
        let text = serde_json::to_string(&self.stored).expect("is JSON");
        let snapshot: Snapshot = serde_json::from_str(&text).expect("is a snapshot");
        self.core = Session::restore(snapshot, Arc::new(settings()), UnixMs(self.now));
        self.invariants.restarted(lossy);
        self.handle(Input::Tick, Cause::Time);
    }

    fn overflow(&mut self, side: usize) {
        if let Some(connection) = self.peers[side].socket {
            self.handle(Input::Overflow { connection }, Cause::Lost(connection));
        }
    }

    fn store_catches_up(&mut self) {
        if let Some(snapshot) = self.behind.take() {
            self.stored = snapshot;
        }
    }

    fn operator_acts(&mut self, side: usize) {
        if self.prng.permille(500) {
            self.handle(Input::End, Cause::Operator);
        } else {
            let user = self.peers[side].user.clone();
            self.handle(Input::Kick { user }, Cause::Kick(side));
        }
    }

    fn booking_changes(&mut self) {
        let mut spec = self.invariants.spec.clone();
        if self.prng.permille(250) {
            let revision = spec.revision - self.prng.below(2);
            return self.handle(Input::Cancelled { revision }, Cause::Operator);
        }
        spec.revision += 1;
        let by_ms = self.prng.one_of(&[-1_000, 0, 3_000]);
        spec.starts_at = (spec.starts_at + by_ms).max(spec.lobby_opens_at);
        spec.closes_at = (spec.closes_at + by_ms).max(spec.starts_at);
        self.invariants.spec = spec.clone();
        self.handle(Input::Booked { spec }, Cause::Booking);
    }

    pub(crate) fn handle(&mut self, input: Input, cause: Cause) {
        if self.verbose {
            eprintln!("{} {input:?}", self.now);
        }
        let now = UnixMs(self.now);
        let outputs = self.core.handle(now, input);
        if self.verbose {
            for output in outputs
                .iter()
                .filter(|o| !matches!(o, Output::Persist(StoreOutput::Save { .. })))
            {
                eprintln!("    {output:?}");
            }
        }
        self.invariants
            .after(now, &cause, &outputs, &self.core, &mut self.seen);
        for output in outputs {
            self.apply_output(output);
        }
    }

    fn apply_output(&mut self, output: Output) {
        match output {
            Output::Deliver(SocketOutput::Send {
                connection,
                seq,
                frame,
            }) => {
                if let Some(socket) = self.socket(connection) {
                    socket.down.push_back(Down::Frame { seq, frame });
                }
            }
            Output::Deliver(SocketOutput::Probe { connection }) => {
                if self.socket(connection).is_some() {
                    self.asked.push(connection);
                }
            }
            Output::Deliver(SocketOutput::Close { connection, .. }) => {
                if let Some(socket) = self.socket(connection) {
                    socket.down.push_back(Down::Close);
                    socket.closed = true;
                    socket.up.clear();
                }
            }
            Output::Persist(StoreOutput::Save { snapshot, wait }) => {
                self.behind = Some(*snapshot);
                if wait || self.prng.permille(800) {
                    self.store_catches_up();
                }
            }
            Output::Persist(StoreOutput::Fact(..))
            | Output::Observe(Observation::Log(_))
            | Output::Observe(Observation::Measure(..)) => {}
            Output::Observe(Observation::Count(metric)) => self.count(metric),
        }
    }

    /// A socket whose client's end is still there.
    fn socket(&mut self, id: ConnectionId) -> Option<&mut Socket> {
        self.sockets
            .iter_mut()
            .find(|socket| socket.id == id && !socket.cut)
    }

    fn count(&mut self, metric: SessionMetric) {
        *self.seen.entry(metric.name().to_owned()).or_default() += 1;
    }
}

fn hash(token: u64) -> TokenHash {
    let mut hash = TokenHash::default();
    hash[..8].copy_from_slice(&token.to_be_bytes());
    hash
}
