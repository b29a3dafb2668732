//! A session with two seats, sockets and a clock that tests move.

use std::sync::Arc;

use wire::signaling::{
    Answer, Candidate, ClientFrame, Connected, Data, Extend, Leave, Offer, Ping, ServerFrame,
    Welcome,
};
use wire::{
    CloseCode, ConnectionId, DuplicatePolicy, ErrorBody, EventType, IcePolicy, MediaBackend,
    OnLoss, Participant, RawJson, SessionFact, SessionSpec, UnixMs,
};

use crate::{
    Input, Output, ResumeClaim, Session, SessionPhase, Settings, Snapshot, SocketOutput,
    StoreOutput,
};

/// When the session of these tests starts.
pub(super) const START: i64 = 1_000_000;
/// When it goes live if both are in by then.
pub(super) const LIVE: i64 = START + 5_000;
/// When it then ends.
pub(super) const END: i64 = LIVE + 60_000;
/// When its lobby closes.
pub(super) const CLOSE: i64 = START + 120_000;
/// How long a seat is kept.
pub(super) const GRACE: i64 = 30_000;

pub(super) const ANN: usize = 0;
pub(super) const BOB: usize = 1;
pub(super) const NAMES: [&str; 2] = ["ann", "bob"];

pub(super) struct Fixture {
    pub(super) session: Session,
    pub(super) now: i64,
    joins: u8,
}

/// What one call had done.
pub(super) struct StepResult(pub(super) Vec<Output>);

pub(super) fn spec() -> SessionSpec {
    SessionSpec {
        id: "s".into(),
        revision: 1,
        participants: NAMES.map(|name| Participant {
            user_id: name.into(),
            name: name.to_uppercase(),
        }),
        lobby_opens_at: UnixMs(START - 300_000),
        starts_at: UnixMs(START),
        closes_at: UnixMs(CLOSE),
        countdown_ms: 5_000,
        duration_ms: 60_000,
        extension_ms: 60_000,
        max_extensions: 1,
        hard_end_at: None,
        connect_ms: 20_000,
        on_loss: OnLoss::Run,
        max_pause_ms: 30_000,
        duplicate: DuplicatePolicy::Takeover,
        media: MediaBackend::P2p,
        ice: IcePolicy::All,
    }
}

impl Fixture {
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    /// A fixture whose booking differs from [`spec`].
    pub(super) fn with(change: impl FnOnce(&mut SessionSpec)) -> Self {
        let mut spec = spec();
        change(&mut spec);
        Self {
            session: Session::new(spec, Arc::new(Settings::default())),
            now: START - 60_000,
            joins: 0,
        }
    }

    /// Both in before the start; the later one is Bob.
    pub(super) fn both_in() -> (Self, ConnectionId, ConnectionId) {
        Self::new().seated()
    }

    /// Live on time, since [`LIVE`].
    pub(super) fn live() -> (Self, ConnectionId, ConnectionId) {
        Self::new().seated_live()
    }

    pub(super) fn seated(mut self) -> (Self, ConnectionId, ConnectionId) {
        let (ann, _) = self.join(ANN);
        let (bob, _) = self.join(BOB);
        (self, ann, bob)
    }

    pub(super) fn seated_live(self) -> (Self, ConnectionId, ConnectionId) {
        let (mut fixture, ann, bob) = self.seated();
        fixture.both_connected(ann, bob);
        fixture.tick(START);
        fixture.tick(LIVE);
        assert!(fixture.is(wire::Phase::Live));
        (fixture, ann, bob)
    }

    pub(super) fn take(&mut self, input: Input) -> StepResult {
        StepResult(self.session.handle(UnixMs(self.now), input))
    }

    /// The clock moves, and the deadlines up to then run as they come.
    pub(super) fn tick(&mut self, at: i64) -> StepResult {
        let mut outputs = Vec::new();
        while let Some(due) = self.session.next_deadline().filter(|due| due.0 <= at) {
            self.now = due.0.max(self.now);
            outputs.extend(self.take(Input::Tick).0);
        }
        self.now = at;
        StepResult(outputs)
    }

    pub(super) fn join(&mut self, side: usize) -> (ConnectionId, StepResult) {
        self.join_as(NAMES[side], None)
    }

    /// Comes back with the token of the `token`-th join of this fixture.
    pub(super) fn resume(
        &mut self,
        side: usize,
        token: u8,
        last_seq: u64,
    ) -> (ConnectionId, StepResult) {
        let claim = ResumeClaim {
            token_hash: [token; 32],
            last_seq,
        };
        self.join_as(NAMES[side], Some(claim))
    }

    pub(super) fn join_as(
        &mut self,
        user: &str,
        resume: Option<ResumeClaim>,
    ) -> (ConnectionId, StepResult) {
        self.joins += 1;
        let connection = ConnectionId(u64::from(self.joins) + 100);
        let spec = self.session.snapshot().spec;
        let turn = self.take(Input::Join {
            connection,
            user: user.into(),
            spec,
            resume,
            new_token: format!("token {}", self.joins),
            new_token_hash: [self.joins; 32],
        });
        (connection, turn)
    }

    pub(super) fn frame(
        &mut self,
        connection: ConnectionId,
        frame: impl Into<ClientFrame>,
    ) -> StepResult {
        let frame = frame.into();
        self.take(Input::Frame {
            connection,
            id: None,
            frame,
        })
    }

    pub(super) fn numbered(
        &mut self,
        connection: ConnectionId,
        id: u64,
        frame: impl Into<ClientFrame>,
    ) -> StepResult {
        let frame = frame.into();
        self.take(Input::Frame {
            connection,
            id: Some(id),
            frame,
        })
    }

    pub(super) fn lose(&mut self, connection: ConnectionId) -> StepResult {
        self.take(Input::Lost { connection })
    }

    pub(super) fn leave(&mut self, connection: ConnectionId) -> StepResult {
        self.frame(connection, Leave {})
    }

    pub(super) fn both_connected(&mut self, ann: ConnectionId, bob: ConnectionId) -> StepResult {
        let epoch = self.epoch();
        let mut outputs = self.frame(ann, Connected { epoch }).0;
        outputs.extend(self.frame(bob, Connected { epoch }).0);
        StepResult(outputs)
    }

    /// The process ends and another goes on from what was stored last.
    pub(super) fn restart(&mut self, at: i64) -> StepResult {
        self.now = at;
        let text = serde_json::to_string(&self.session.snapshot()).expect("is JSON");
        let snapshot: Snapshot = serde_json::from_str(&text).expect("is a snapshot");
        self.session = Session::restore(snapshot, Arc::new(Settings::default()), UnixMs(at));
        self.take(Input::Tick)
    }

    /// The epoch that is on.
    pub(super) fn epoch(&self) -> u64 {
        let round = self.session.snapshot().round;
        round.expect("a negotiation is on").epoch
    }

    pub(super) fn is(&self, phase: wire::Phase) -> bool {
        self.phase().name() == phase
    }

    pub(super) fn phase(&self) -> SessionPhase {
        self.session.snapshot().phase
    }
}

impl StepResult {
    /// The frames to a socket.
    pub(super) fn to(&self, to: ConnectionId) -> Vec<&ServerFrame> {
        let mut frames = Vec::new();
        for output in &self.0 {
            match output {
                Output::Deliver(SocketOutput::Send {
                    connection, frame, ..
                }) if *connection == to => frames.push(&**frame),
                _ => {}
            }
        }
        frames
    }

    pub(super) fn kinds(&self, to: ConnectionId) -> Vec<&'static str> {
        self.to(to).into_iter().map(ServerFrame::kind).collect()
    }

    pub(super) fn seqs(&self, to: ConnectionId) -> Vec<u64> {
        let seq = |output: &Output| match output {
            Output::Deliver(SocketOutput::Send {
                connection, seq, ..
            }) if *connection == to => *seq,
            _ => None,
        };
        self.0.iter().filter_map(seq).collect()
    }

    pub(super) fn closed(&self, to: ConnectionId) -> Option<CloseCode> {
        self.0.iter().find_map(|output| match output {
            Output::Deliver(SocketOutput::Close { connection, code }) if *connection == to => {
                Some(*code)
            }
            _ => None,
        })
    }

    pub(super) fn facts(&self) -> Vec<(EventType, &SessionFact)> {
        let fact = |output| match output {
            &Output::Persist(StoreOutput::Fact(kind, ref fact)) => Some((kind, &**fact)),
            _ => None,
        };
        self.0.iter().filter_map(fact).collect()
    }

    pub(super) fn fact_kinds(&self) -> Vec<EventType> {
        self.facts().into_iter().map(|(kind, _)| kind).collect()
    }

    pub(super) fn error(&self, to: ConnectionId) -> &ErrorBody {
        match self.to(to).as_slice() {
            [ServerFrame::ErrorBody(error)] => error,
            frames => panic!("one error is due, not {frames:?}"),
        }
    }

    pub(super) fn welcome(&self, to: ConnectionId) -> &Welcome {
        match self.to(to).first() {
            Some(ServerFrame::Welcome(welcome)) => welcome,
            frame => panic!("a welcome is due, not {frame:?}"),
        }
    }

    /// The only frame of its type to a socket.
    pub(super) fn one(&self, to: ConnectionId, kind: &str) -> &ServerFrame {
        let of_kind: Vec<_> = self
            .to(to)
            .into_iter()
            .filter(|frame| frame.kind() == kind)
            .collect();
        match of_kind.as_slice() {
            [frame] => frame,
            frames => panic!("one {kind} is due, not {frames:?}"),
        }
    }

    pub(super) fn wire_phase(&self, to: ConnectionId) -> wire::Phase {
        self.welcome(to).session.phase
    }
}

pub(super) const SDP: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
    a=fingerprint:sha-256 AA:BB\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";

pub(super) fn offer(epoch: u64) -> Offer {
    Offer {
        epoch,
        sdp: SDP.to_owned(),
    }
}

pub(super) fn answer(epoch: u64) -> Answer {
    Answer {
        epoch,
        sdp: SDP.to_owned(),
    }
}

pub(super) fn candidate(epoch: u64) -> Candidate {
    let text = r#"{"candidate":"candidate:1 1 udp 1 192.0.2.1 5000 typ host","sdpMid":"0"}"#;
    Candidate {
        epoch,
        candidate: json(text),
    }
}

pub(super) fn data(text: &str) -> Data {
    Data {
        payload: json(text),
    }
}

pub(super) fn ping(last_seq: u64) -> Ping {
    Ping {
        sent_at: 7.into(),
        last_seq,
    }
}

pub(super) fn extend() -> Extend {
    Extend {}
}

pub(super) fn json(text: &str) -> RawJson {
    RawJson::parse(text).expect("is JSON")
}
