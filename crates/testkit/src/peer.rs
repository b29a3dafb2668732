//! A person's client of signaling, keeping the state that a real one keeps: seq, epoch, numbers of
//! its own frames, resume token. It has no media and decides nothing.

use std::collections::VecDeque;
use std::time::Duration;

use wire::signaling::{self, ClientFrame, Join, Resume, ServerFrame, Welcome};
use wire::{Envelope, ErrorBody, FrameError, SIGNALING_SUBPROTOCOL, UnixMs};

use crate::{Arrival, Refused, SOON, Socket, now};

/// A client of `GET /v1/signal`.
///
/// A frame that [`TestPeer::expect`] skips is kept for a later `expect`; that the server's `seq` has
/// no gap is checked on every frame.
#[derive(Debug)]
pub struct TestPeer {
    url: String,
    socket: Socket,
    ticket: String,
    /// The last `welcome`.
    pub welcome: Option<Welcome>,
    /// The last `seq` that came.
    pub last_seq: u64,
    /// The negotiation that is on.
    pub epoch: Option<u64>,
    /// When the last frame came.
    pub last_at: UnixMs,
    /// The number of the next frame that carries one.
    next_id: u64,
    skipped: VecDeque<ServerFrame>,
    closed: Option<Option<u16>>,
}

impl TestPeer {
    /// Opens a socket and sends nothing. `url` is the complete `ws://…/v1/signal`.
    ///
    /// # Panics
    /// When the server does not upgrade.
    pub async fn connect(url: &str) -> Self {
        Self::on(url, Socket::connect(url, SIGNALING_SUBPROTOCOL).await)
    }

    /// Opens a socket as a page of `origin` would.
    ///
    /// # Errors
    /// When the server does not upgrade.
    pub async fn connect_from(url: &str, origin: &str) -> Result<Self, Refused> {
        let headers = [
            ("Sec-WebSocket-Protocol", SIGNALING_SUBPROTOCOL),
            ("Origin", origin),
        ];
        Ok(Self::on(url, Socket::try_connect(url, &headers).await?))
    }

    /// Opens a socket, joins and takes the `welcome`.
    ///
    /// # Panics
    /// When the join is refused.
    pub async fn join(url: &str, ticket: &str) -> Self {
        let mut peer = Self::connect(url).await;
        peer.send_join(ticket, None).await;
        peer.expect::<Welcome>(SOON).await;
        peer
    }

    /// Opens a socket, joins, and takes the refusal and the close code that follow.
    ///
    /// # Panics
    /// When the join is not refused.
    pub async fn refused(url: &str, ticket: &str) -> (ErrorBody, Option<u16>) {
        let mut peer = Self::connect(url).await;
        peer.send_join(ticket, None).await;
        let error = peer.expect::<ErrorBody>(SOON).await;
        (error, peer.expect_close(SOON).await)
    }

    /// Cuts the socket and comes back on a new one with the resume token. `welcome` then tells
    /// whether it was `resumed`.
    ///
    /// # Panics
    /// When it never joined, or is refused.
    pub async fn resume(self) -> Self {
        self.cut().await.resume().await
    }

    /// Sends `join`.
    pub async fn send_join(&mut self, ticket: &str, resume: Option<Resume>) {
        ticket.clone_into(&mut self.ticket);
        let ticket = ticket.to_owned();
        self.send(Join { ticket, resume }).await;
    }

    /// Sends a frame without a number.
    pub async fn send(&mut self, frame: impl Into<ClientFrame>) {
        self.socket.send_text(frame.into().to_text(None)).await;
    }

    /// Sends a frame with the next number, and returns that.
    pub async fn send_numbered(&mut self, frame: impl Into<ClientFrame>) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let text = frame.into().to_text(Some(("id", id)));
        self.socket.send_text(text).await;
        id
    }

    /// Sends any text.
    pub async fn send_text(&mut self, text: impl Into<String>) {
        self.socket.send_text(text).await;
    }

    /// The socket below, for what no good client does.
    pub fn socket(&mut self) -> &mut Socket {
        &mut self.socket
    }

    /// The next frame of this type: one that was skipped before, or the first to come.
    ///
    /// # Panics
    /// When `limit` passes, or the socket closes, first.
    pub async fn expect<F: Pick>(&mut self, limit: Duration) -> F {
        let found = self
            .skipped
            .iter()
            .position(|frame| frame.kind() == F::KIND);
        if let Some(frame) = found.and_then(|index| self.skipped.remove(index)) {
            return F::pick(frame).expect("its kind was compared");
        }
        let deadline = now() + i64::try_from(limit.as_millis()).unwrap();
        loop {
            match self.next(left(deadline)).await.map(F::pick) {
                Some(Ok(frame)) => return frame,
                Some(Err(other)) => self.skipped.push_back(other),
                None => self.fail(F::KIND, limit),
            }
        }
    }

    /// The very next frame, which must be of this type.
    ///
    /// # Panics
    /// When it is another, or none comes in time.
    pub async fn expect_next<F: Pick>(&mut self, limit: Duration) -> F {
        assert!(self.skipped.is_empty(), "unread: {:?}", self.skipped);
        match self.next(limit).await.map(F::pick) {
            Some(Ok(frame)) => frame,
            Some(Err(other)) => panic!("expected {}, got {other:?}", F::KIND),
            None => self.fail(F::KIND, limit),
        }
    }

    /// Checks that no frame of this type comes within `span`, nor was skipped before.
    ///
    /// # Panics
    /// When one does.
    pub async fn expect_no<F: Pick>(&mut self, span: Duration) {
        let deadline = now() + i64::try_from(span.as_millis()).unwrap();
        while let Some(frame) = self.next(left(deadline)).await {
            self.skipped.push_back(frame);
        }
        let found = self.skipped.iter().find(|frame| frame.kind() == F::KIND);
        assert!(found.is_none(), "unexpected: {found:?}");
    }

    /// The next frame that comes, with state kept up; none after `limit`, or once closed.
    pub async fn next(&mut self, limit: Duration) -> Option<ServerFrame> {
        if self.closed.is_some() {
            return None;
        }
        match self.socket.next(limit).await? {
            Arrival::Closed { at, code } => {
                (self.last_at, self.closed) = (at, Some(code));
                None
            }
            Arrival::Text { at, text } => {
                self.last_at = at;
                Some(self.take(&text))
            }
        }
    }

    /// Reads until the server closes, and returns its close code; none where the socket just broke.
    ///
    /// # Panics
    /// When `limit` passes first.
    pub async fn expect_close(&mut self, limit: Duration) -> Option<u16> {
        let deadline = now() + i64::try_from(limit.as_millis()).unwrap();
        loop {
            if let Some(code) = self.closed {
                return code;
            }
            let Some(frame) = self.next(left(deadline)).await else {
                assert!(self.closed.is_some(), "not closed within {limit:?}");
                continue;
            };
            self.skipped.push_back(frame);
        }
    }

    /// Forgets the frames that were skipped, so that only new ones are found.
    pub fn forget(&mut self) {
        self.skipped.clear();
    }

    /// The frames that were skipped, oldest first.
    pub fn skipped(&self) -> impl Iterator<Item = &ServerFrame> {
        self.skipped.iter()
    }

    /// Closes with a close frame (1000) and without `leave`: lost, not left.
    pub async fn close(mut self) -> Option<u16> {
        self.socket.close(1000).await;
        self.expect_close(SOON).await
    }

    /// Breaks the TCP connection without a close frame; [`Self::resume`] works on what is returned.
    pub async fn cut(mut self) -> CutPeer {
        let welcome = self.welcome.take();
        let cut = CutPeer {
            url: self.url.clone(),
            ticket: self.ticket.clone(),
            welcome,
            last_seq: self.last_seq,
            epoch: self.epoch,
            next_id: self.next_id,
        };
        self.socket.cut().await;
        cut
    }

    fn on(url: &str, socket: Socket) -> Self {
        Self {
            url: url.to_owned(),
            socket,
            ticket: String::new(),
            welcome: None,
            last_seq: 0,
            epoch: None,
            last_at: now(),
            next_id: 1,
            skipped: VecDeque::new(),
            closed: None,
        }
    }

    fn take(&mut self, text: &str) -> ServerFrame {
        let (envelope, frame) = read(text);
        if let Some(seq) = envelope.seq {
            assert!(frame.is_sequenced(), "{} has a seq: {text}", frame.kind());
            assert_eq!(seq, self.last_seq + 1, "a gap or a repeat in seq: {text}");
            self.last_seq = seq;
        } else {
            assert!(!frame.is_sequenced(), "{} has no seq: {text}", frame.kind());
        }
        match &frame {
            ServerFrame::Welcome(welcome) => {
                if !welcome.resumed {
                    self.last_seq = 0;
                }
                self.epoch = welcome.epoch;
                self.next_id = self.next_id.max(welcome.last_id + 1);
                self.welcome = Some(welcome.clone());
            }
            ServerFrame::Negotiate(negotiate) => self.epoch = Some(negotiate.epoch),
            _ => {}
        }
        frame
    }

    #[track_caller]
    fn fail(&self, kind: &str, limit: Duration) -> ! {
        let seen: Vec<_> = self.skipped.iter().map(ServerFrame::kind).collect();
        match self.closed {
            Some(code) => panic!("closed with {code:?} before {kind}; unread: {seen:?}"),
            None => panic!("no {kind} within {limit:?}; unread: {seen:?}"),
        }
    }
}

/// What a page keeps of a peer whose connection broke.
#[derive(Debug, Clone)]
pub struct CutPeer {
    url: String,
    ticket: String,
    welcome: Option<Welcome>,
    /// The last `seq` that came.
    pub last_seq: u64,
    /// The negotiation that was on.
    pub epoch: Option<u64>,
    next_id: u64,
}

impl CutPeer {
    /// Comes back on a new socket with the resume token, and takes the `welcome`.
    ///
    /// # Panics
    /// When it never joined, or is refused.
    pub async fn resume(self) -> TestPeer {
        let mut peer = self.reopen().await;
        peer.expect::<Welcome>(SOON).await;
        peer
    }

    /// Sends the `join` of [`Self::resume`] and waits for nothing.
    ///
    /// # Panics
    /// When it never joined.
    pub async fn reopen(self) -> TestPeer {
        let token = self.welcome.unwrap().resume_token;
        let mut peer = TestPeer::connect(&self.url).await;
        (peer.last_seq, peer.epoch, peer.next_id) = (self.last_seq, self.epoch, self.next_id);
        let last_seq = self.last_seq;
        peer.send_join(&self.ticket, Some(Resume { token, last_seq }))
            .await;
        peer
    }
}

/// A server frame that [`TestPeer::expect`] can wait for.
pub trait Pick: Sized {
    /// Its `type`.
    const KIND: &'static str;

    /// The frame, if it is of this type.
    ///
    /// # Errors
    /// The frame as it came, if it is of another type.
    fn pick(frame: ServerFrame) -> Result<Self, ServerFrame>;
}

macro_rules! pick {
    ($($variant:ident = $kind:literal,)+) => { $(
        impl Pick for signaling::$variant {
            const KIND: &'static str = $kind;

            fn pick(frame: ServerFrame) -> Result<Self, ServerFrame> {
                match frame {
                    ServerFrame::$variant(body) => Ok(body),
                    other => Err(other),
                }
            }
        }
    )+ };
}

pick! {
    Welcome = "welcome",
    Waiting = "waiting",
    PeerJoined = "peer_joined",
    PeerLost = "peer_lost",
    PeerResumed = "peer_resumed",
    PeerLeft = "peer_left",
    Negotiate = "negotiate",
    RelayedOffer = "offer",
    RelayedAnswer = "answer",
    RelayedCandidate = "candidate",
    Countdown = "countdown",
    CountdownCancelled = "countdown_cancelled",
    Live = "live",
    Paused = "paused",
    Rescheduled = "rescheduled",
    ExtendRequested = "extend_requested",
    Extended = "extended",
    Ending = "ending",
    Ended = "ended",
    RelayedData = "data",
    IceServers = "ice_servers",
    GoingAway = "going_away",
    Pong = "pong",
    Accepted = "ok",
}

impl Pick for ErrorBody {
    const KIND: &'static str = "error";

    fn pick(frame: ServerFrame) -> Result<Self, ServerFrame> {
        match frame {
            ServerFrame::ErrorBody(body) => Ok(body),
            other => Err(other),
        }
    }
}

fn read(text: &str) -> (Envelope, ServerFrame) {
    ServerFrame::parse(text).unwrap_or_else(|error: FrameError| panic!("{error}: {text}"))
}

fn left(deadline: UnixMs) -> Duration {
    Duration::from_millis(deadline.since(now()).max(0).unsigned_abs())
}
