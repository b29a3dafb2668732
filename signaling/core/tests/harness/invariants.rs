//! What must hold whatever happens, checked after every step against what the core did and says.
//!
//! It keeps its own books (who is in, which numbers were given, when it ends) from inputs and outputs
//! alone, and knows nothing of how the core keeps its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use signaling_core::{Observation, Output, Session, Snapshot, SocketOutput, StoreOutput};
use wire::signaling::{ClientFrame, ServerFrame};
use wire::{
    CloseCode, ConnectionId, EndReason, EventType, IcePolicy, LAST_COUNTDOWN_AFTER_CLOSE_MS,
    MediaBackend, OnLoss, Phase, SessionSpec, UnixMs,
};

use crate::bookings::settings;
use crate::peer::OWN_ADDRESS;

/// Why the core was called.
pub(crate) enum Cause {
    Join {
        connection: ConnectionId,
        side: usize,
        last_seq: Option<u64>,
    },
    Frame {
        side: usize,
        frame: ClientFrame,
    },
    Lost(ConnectionId),
    Operator,
    Kick(usize),
    Booking,
    Time,
}

pub(crate) struct InvariantChecker {
    /// The booking of the highest revision.
    pub(crate) spec: SessionSpec,
    seats: [SeatBooks; 2],
    /// Which connection is of which seat.
    sides: BTreeMap<ConnectionId, usize>,
    last_epoch: u64,
    last_fresh: usize,
    lives: u32,
    ends: u32,
    extensions: i64,
    started_at: Option<UnixMs>,
    deadline_at: Option<UnixMs>,
    before: Phase,
    /// Who was removed while it was on.
    kicked: Option<usize>,
    /// A restart lost writes that nobody waits for.
    lossy: bool,
}

#[derive(Default)]
struct SeatBooks {
    current: Option<ConnectionId>,
    was_in: bool,
    next_seq: u64,
    given: BTreeMap<u64, Arc<ServerFrame>>,
}

impl InvariantChecker {
    pub(crate) fn new(spec: SessionSpec) -> Self {
        Self {
            spec,
            seats: Default::default(),
            sides: BTreeMap::new(),
            last_epoch: 0,
            last_fresh: 0,
            lives: 0,
            ends: 0,
            extensions: 0,
            started_at: None,
            deadline_at: None,
            before: Phase::Lobby,
            kicked: None,
            lossy: false,
        }
    }

    pub(crate) fn restarted(&mut self, lossy: bool) {
        self.lossy |= lossy;
        for seat in &mut self.seats {
            seat.current = None;
        }
    }

    pub(crate) fn after(
        &mut self,
        now: UnixMs,
        cause: &Cause,
        outputs: &[Output],
        core: &Session,
        seen: &mut BTreeMap<String, u64>,
    ) {
        let mut met = |what: &str| *seen.entry(what.to_owned()).or_default() += 1;
        match cause {
            Cause::Join {
                connection, side, ..
            } => drop(self.sides.insert(*connection, *side)),
            Cause::Kick(side) if self.before != Phase::Ended => self.kicked = Some(*side),
            _ => {}
        }
        let was_in = [self.seats[0].current, self.seats[1].current];
        for output in outputs {
            match output {
                Output::Deliver(SocketOutput::Send {
                    connection,
                    seq,
                    frame,
                }) => self.sent(cause, *connection, *seq, frame, &mut met),
                Output::Deliver(SocketOutput::Close { connection, code }) => {
                    self.shown_out(cause, *code, &mut met);
                    self.closed(*connection);
                }
                Output::Deliver(SocketOutput::Probe { connection }) => {
                    let mut seats = self.seats.iter();
                    let is_in = seats.any(|seat| seat.current == Some(*connection));
                    assert!(is_in, "asked who has no seat");
                }
                Output::Persist(StoreOutput::Fact(kind, fact)) => {
                    self.fact(*kind, fact, now, &mut met)
                }
                Output::Persist(StoreOutput::Save { snapshot, .. }) => restores(snapshot, now),
                Output::Observe(Observation::Measure(_, ms)) => {
                    assert!(*ms >= 0, "it took {ms} ms")
                }
                Output::Observe(Observation::Count(_)) | Output::Observe(Observation::Log(_)) => {}
            }
        }
        // Deadlines that were due ran before the loss, and were still told.
        if let Cause::Lost(connection) = cause {
            self.lost(*connection, &mut met);
        }
        self.ended_is_told(cause, outputs, was_in);
        self.clock(now, core);
        self.verdict(now, cause, core, &mut met);
        let next = core.next_deadline();
        assert!(
            next.is_none_or(|at| at > now),
            "due, and not done: {next:?}"
        );
        self.who_is_in(now, core);
        let most = settings().resume_buffer_bytes;
        assert!(core.buffered_bytes().iter().all(|bytes| *bytes <= most));
        self.before = core.view(now).phase;
        met(self.before.name());
    }

    fn lost(&mut self, connection: ConnectionId, met: &mut impl FnMut(&str)) {
        let mut was_current = false;
        for seat in &mut self.seats {
            if seat.current == Some(connection) {
                seat.current = None;
                was_current = true;
            }
        }
        if !was_current {
            met("old socket's end");
        }
    }

    /// Each frame goes to the socket that its seat has now, numbered without a gap; what is relayed
    /// is the other one's.
    fn sent(
        &mut self,
        cause: &Cause,
        to: ConnectionId,
        seq: Option<u64>,
        frame: &Arc<ServerFrame>,
        met: &mut impl FnMut(&str),
    ) {
        let side = *self.sides.get(&to).expect("a socket that has joined");
        if let ServerFrame::Welcome(welcome) = &**frame {
            let seat = &mut self.seats[side];
            seat.current = Some(to);
            seat.was_in = true;
            match cause {
                Cause::Join { last_seq, .. } if welcome.resumed => {
                    seat.next_seq = last_seq.expect("a resume names it") + 1;
                }
                _ => {
                    seat.next_seq = 1;
                    seat.given.clear();
                }
            }
            if !welcome.resumed {
                self.last_fresh = side;
            }
        }
        assert_eq!(frame.is_sequenced(), seq.is_some(), "{frame:?}");
        let refusal = matches!(**frame, ServerFrame::ErrorBody(_));
        assert!(
            self.seats[side].current == Some(to) || refusal,
            "to a socket that is not the seat's: {frame:?}"
        );
        if let Some(seq) = seq {
            let seat = &mut self.seats[side];
            assert_eq!(seq, seat.next_seq, "a gap or a double: {frame:?}");
            seat.next_seq += 1;
            if let Some(before) = seat.given.insert(seq, Arc::clone(frame)) {
                assert_eq!(&before, frame, "another frame under the same number");
                met("replayed");
            }
        }
        if let ServerFrame::Negotiate(negotiate) = &**frame
            && !self.seats[side].is_replay(cause, to)
        {
            self.negotiated(negotiate.epoch, negotiate.offerer.as_ref());
        }
        self.relayed(cause, side, frame, met);
    }

    /// Who was removed can't come back; anybody else is told that it is over.
    fn shown_out(&self, cause: &Cause, code: CloseCode, met: &mut impl FnMut(&str)) {
        let Cause::Join { side, .. } = cause else {
            return;
        };
        if let Some(kicked) = self.kicked {
            assert_eq!(code == CloseCode::Kicked, kicked == *side, "{code:?}");
            met("shown out");
        }
    }

    fn relayed(&self, cause: &Cause, to: usize, frame: &ServerFrame, met: &mut impl FnMut(&str)) {
        let from = match frame {
            ServerFrame::RelayedOffer(offer) => &offer.from,
            ServerFrame::RelayedAnswer(answer) => &answer.from,
            ServerFrame::RelayedCandidate(candidate) => &candidate.from,
            ServerFrame::RelayedData(data) => &data.from,
            _ => return,
        };
        let other = &self.spec.participants[1 - to].user_id;
        assert_eq!(from, other, "relayed to anybody but the other: {frame:?}");
        let is_data = matches!(frame, ServerFrame::RelayedData(_));
        if self.spec.media != MediaBackend::P2p {
            assert!(is_data, "relayed beside a media server: {frame:?}");
        }
        if self.spec.ice == IcePolicy::Relay && !is_data {
            let text = frame.to_text(None);
            assert!(
                !text.contains(OWN_ADDRESS),
                "an address gets through: {text}"
            );
            met("relayed under relay");
        }
        match cause {
            Cause::Frame {
                side, frame: sent, ..
            } => {
                assert_eq!(to, 1 - side, "relayed to the sender: {frame:?}");
                if let (ClientFrame::Data(sent), ServerFrame::RelayedData(got)) = (sent, frame) {
                    assert_eq!(sent.payload, got.payload);
                }
                met("relayed");
            }
            Cause::Join { side, .. } => assert_eq!(to, *side, "replayed to the other"),
            _ => panic!("relayed though nobody sent: {frame:?}"),
        }
    }

    fn negotiated(&mut self, epoch: u64, offerer: Option<&wire::UserId>) {
        assert!(epoch >= self.last_epoch, "an epoch came back");
        self.last_epoch = epoch;
        let fresh = &self.spec.participants[self.last_fresh].user_id;
        let due = (self.spec.media == MediaBackend::P2p).then_some(fresh);
        assert_eq!(offerer, due, "who came fresh last offers, if anybody does");
    }

    fn closed(&mut self, connection: ConnectionId) {
        for seat in &mut self.seats {
            if seat.current == Some(connection) {
                seat.current = None;
            }
        }
    }

    fn fact(
        &mut self,
        kind: EventType,
        fact: &wire::SessionFact,
        now: UnixMs,
        met: &mut impl FnMut(&str),
    ) {
        match kind {
            EventType::SessionLive => {
                self.lives += 1;
                assert_eq!(self.lives, 1, "live twice");
                let started_at = fact.started_at.expect("of live");
                assert!(started_at <= now);
                let deadline_at = fact.deadline_at.expect("of live");
                let booked = started_at + self.spec.duration_ms;
                let hard_end_at = self.spec.hard_end_at.unwrap_or(booked);
                assert_eq!(deadline_at, booked.min(hard_end_at), "not clipped");
                assert!(started_at < deadline_at, "live for nothing");
                self.started_at = Some(started_at);
                self.deadline_at = Some(deadline_at);
            }
            EventType::SessionExtended => {
                met("extended");
                self.extensions += 1;
                assert!(self.extensions <= i64::from(self.spec.max_extensions));
                let deadline_at = fact.deadline_at.expect("of extended");
                assert!(Some(deadline_at) > self.deadline_at);
                assert!(self.spec.hard_end_at.is_none_or(|end| deadline_at <= end));
                self.deadline_at = Some(deadline_at);
            }
            EventType::SessionEnded => {
                self.ends += 1;
                assert_eq!(self.ends, 1, "ended twice");
                let reason = fact.reason.expect("ended without a reason");
                met(reason.name());
                self.evidence(fact.evidence.as_deref().expect("of ended"), now);
            }
            _ => {}
        }
    }

    /// It names both, in order: each stay is over, and comes after the one before.
    fn evidence(&self, evidence: &[wire::Presence], now: UnixMs) {
        for (side, presence) in evidence.iter().enumerate() {
            assert_eq!(presence.user_id, self.spec.participants[side].user_id);
            let mut free_from = UnixMs(i64::MIN);
            for stay in &presence.stays {
                let to = stay.to.expect("it is over");
                assert!(free_from <= stay.from && stay.from <= to && to <= now);
                free_from = to;
            }
            let was_in = self.seats[side].was_in;
            assert!(was_in != presence.stays.is_empty() || self.lossy);
            assert!(presence.media_up_at.is_none() || was_in);
        }
        assert_eq!(evidence.len(), 2);
    }

    /// Whoever was in when it ended was told so, last of all, and their socket closed.
    fn ended_is_told(&self, cause: &Cause, outputs: &[Output], was_in: [Option<ConnectionId>; 2]) {
        let is_end = |output: &Output| {
            matches!(
                output,
                Output::Persist(StoreOutput::Fact(EventType::SessionEnded, _))
            )
        };
        if !outputs.iter().any(is_end) {
            return;
        }
        for connection in was_in.into_iter().flatten() {
            if matches!(cause, Cause::Lost(lost) if *lost == connection) {
                continue;
            }
            let replaced = self.closed_early(outputs, connection);
            let mut last = None;
            let mut closed = false;
            for output in outputs {
                match output {
                    Output::Deliver(SocketOutput::Send {
                        connection: to,
                        frame,
                        ..
                    }) if *to == connection => {
                        // A doubled join is refused on a socket that was closed by its own step.
                        let refusal = matches!(**frame, ServerFrame::ErrorBody(_));
                        assert!(!closed || refusal, "a frame after the close");
                        if !refusal {
                            last = Some(frame);
                        }
                    }
                    Output::Deliver(SocketOutput::Close { connection: to, .. })
                        if *to == connection =>
                    {
                        closed = true
                    }
                    _ => {}
                }
            }
            let told = last.is_some_and(|frame| matches!(**frame, ServerFrame::Ended(_)));
            assert!(
                closed && (told || replaced),
                "the end was not told to {connection}"
            );
        }
    }

    fn closed_early(&self, outputs: &[Output], connection: ConnectionId) -> bool {
        let at = |wanted: &dyn Fn(&Output) -> bool| outputs.iter().position(wanted);
        let close = at(
            &|output| matches!(output, Output::Deliver(SocketOutput::Close { connection: to, .. }) if *to == connection),
        );
        let end = at(&|output| {
            matches!(
                output,
                Output::Persist(StoreOutput::Fact(EventType::SessionEnded, _))
            )
        });
        close < end
    }

    /// Never live past the deadline, and the deadline is where it was promised.
    fn clock(&self, now: UnixMs, core: &Session) {
        let view = core.view(now);
        if view.phase != Phase::Live {
            return;
        }
        let deadline_at = view.deadline_at.expect("live has one");
        assert!(now < deadline_at, "live past the deadline");
        assert_eq!(view.started_at, self.started_at, "it started when it did");
        let promised = self.deadline_at.expect("live was told");
        assert!(
            self.spec.hard_end_at.is_none_or(|end| deadline_at <= end),
            "past the hard end"
        );
        match self.spec.on_loss {
            OnLoss::Run => assert_eq!(deadline_at, promised, "the deadline moved"),
            OnLoss::Pause => {
                let late = deadline_at.since(promised);
                assert!(
                    (0..=self.spec.max_pause_ms).contains(&late),
                    "{late} ms late"
                );
            }
        }
    }

    /// Each end has the reason that it has.
    fn verdict(&self, now: UnixMs, cause: &Cause, core: &Session, met: &mut impl FnMut(&str)) {
        let Some(outcome) = core.is_over().filter(|_| self.before != Phase::Ended) else {
            return;
        };
        let clock_ran = matches!(self.before, Phase::Live | Phase::Paused);
        let time_or = |pauses: bool| {
            let deadline_at = self.deadline_at.expect("live was told");
            pauses || now >= deadline_at
        };
        match outcome.reason {
            EndReason::Completed => {
                assert!(time_or(false), "before its time");
                assert!(self.lives == 1);
            }
            EndReason::NoShow => {
                let absent = outcome.absent.as_ref().expect("names who");
                assert!(!absent.is_empty());
                for (side, seat) in self.seats.iter().enumerate() {
                    let named = absent.contains(&self.spec.participants[side].user_id);
                    assert!(
                        named != seat.was_in || self.lossy,
                        "who was in is not absent"
                    );
                }
                if !self.seats.iter().any(|seat| seat.was_in) {
                    met("no_show");
                }
                let closes_at = core.snapshot().spec.closes_at;
                let hard_end_at = self.spec.hard_end_at.unwrap_or(closes_at);
                assert!(now >= closes_at.min(hard_end_at) && !clock_ran);
            }
            EndReason::Left => assert!(matches!(
                cause,
                Cause::Frame {
                    frame: ClientFrame::Leave(_),
                    ..
                }
            )),
            EndReason::Abandoned => {
                let last_start = core.snapshot().spec.closes_at + LAST_COUNTDOWN_AFTER_CLOSE_MS;
                let somebody_gone = self.seats.iter().any(|seat| seat.current.is_none());
                let past_hard_end = self.spec.hard_end_at.is_some_and(|end| now >= end);
                assert!(somebody_gone || now > last_start || (past_hard_end && !clock_ran));
            }
            EndReason::ConnectFailed => assert!(!clock_ran && self.lives == 0),
            EndReason::Cancelled | EndReason::Terminated => {
                assert!(matches!(cause, Cause::Operator));
            }
            EndReason::Kicked => assert!(matches!(cause, Cause::Kick(_))),
        }
    }

    /// The core holds for in whom these books hold for in.
    fn who_is_in(&self, now: UnixMs, core: &Session) {
        let view = core.view(now);
        for (seat, books) in view.participants.iter().zip(&self.seats) {
            assert_eq!(seat.connection_id, books.current, "{}", seat.user_id);
        }
    }
}

/// What is restored is what was stored: but for a countdown, which needs both, and for who was in,
/// who has a grace from now.
fn restores(stored: &Snapshot, now: UnixMs) {
    let settings = Arc::new(settings());
    let restored = Session::restore(stored.clone(), settings, now);
    let mut again = restored.snapshot();
    for (seat, stored) in again.seats.iter_mut().zip(&stored.seats) {
        if seat.held {
            assert_eq!(seat.last_in_at, Some(now));
            seat.last_in_at = stored.last_in_at;
        }
    }
    match stored.phase.name() {
        Phase::Countdown | Phase::Connecting => {
            assert_eq!(again.phase.name(), Phase::Lobby);
            again.phase = stored.phase.clone();
        }
        _ => {}
    }
    assert_eq!(&again, stored);
}

impl SeatBooks {
    /// True for what a resume gives again: it was negotiated before.
    fn is_replay(&self, cause: &Cause, to: ConnectionId) -> bool {
        matches!(cause, Cause::Join { connection, last_seq: Some(_), .. } if *connection == to)
    }
}
