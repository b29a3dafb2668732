//! A person's client over a WebSocket: sends frames, waits for frames with a bound, and lets its
//! protocol keep the state that a real client keeps. Which state that is, the protocol says.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use wire::{ErrorBody, UnixMs};

use crate::{Arrival, SOON, TestSocket, UpgradeRefused, now};

/// What one kind of client keeps, and how it reads what comes.
pub trait Protocol: Debug + Default {
    /// The WebSocket subprotocol.
    const SUBPROTOCOL: &'static str;
    /// What the client sends.
    type Client;
    /// What the server sends.
    type Server: Debug;

    /// The JSON of a client's frame, with its number, if it has one.
    fn write(frame: Self::Client, id: Option<u64>) -> String;

    /// The `type` of a server's frame.
    fn kind(frame: &Self::Server) -> &'static str;

    /// Reads a server's frame and keeps the state up.
    ///
    /// # Panics
    /// When the text is no frame, or can't come in this state.
    fn take(&mut self, text: &str) -> Self::Server;
}

/// A server's frame of type `KIND` that [`ProtocolPeer::expect`] can wait for.
pub trait FrameBody<Frame>: Sized {
    /// The frame's `type` field.
    const KIND: &'static str;

    /// The frame, if it is of this type.
    fn pick(frame: Frame) -> Option<Self>;
}

/// A client. What it knows of the protocol's state is read through `Deref`.
///
/// A frame that [`ProtocolPeer::expect`] skips is kept for a later `expect`.
#[derive(Debug)]
pub struct ProtocolPeer<P: Protocol> {
    /// When the last frame came.
    pub last_at: UnixMs,
    pub(crate) url: String,
    pub(crate) state: P,
    socket: TestSocket,
    /// The number of the next frame that carries one.
    pub(crate) next_id: u64,
    skipped: VecDeque<P::Server>,
    closed: Option<Option<u16>>,
}

impl<P: Protocol> ProtocolPeer<P> {
    /// Opens a socket and sends nothing. `url` is the complete WebSocket address.
    ///
    /// # Panics
    /// When the server does not upgrade.
    pub async fn connect(url: &str) -> Self {
        Self::on(url, TestSocket::connect(url, P::SUBPROTOCOL).await)
    }

    /// Opens a socket as a page of `origin` would.
    ///
    /// # Errors
    /// When the server does not upgrade.
    pub async fn connect_from(url: &str, origin: &str) -> Result<Self, UpgradeRefused> {
        let headers = [
            ("Sec-WebSocket-Protocol", P::SUBPROTOCOL),
            ("Origin", origin),
        ];
        Ok(Self::on(url, TestSocket::try_connect(url, &headers).await?))
    }

    /// Sends a frame without a number.
    pub async fn send(&mut self, frame: impl Into<P::Client>) {
        self.send_text(P::write(frame.into(), None)).await;
    }

    /// Sends a frame with the next number, and returns that.
    pub async fn send_numbered(&mut self, frame: impl Into<P::Client>) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.send_text(P::write(frame.into(), Some(id))).await;
        id
    }

    /// Sends any text.
    pub async fn send_text(&mut self, text: impl Into<String>) {
        self.socket.send_text(text).await;
    }

    /// The socket below, for what no good client does.
    pub fn socket(&mut self) -> &mut TestSocket {
        &mut self.socket
    }

    /// The next frame of this type: one that was skipped before, or the first to come.
    ///
    /// # Panics
    /// When `limit` passes, or the socket closes, first.
    pub async fn expect<F: FrameBody<P::Server>>(&mut self, limit: Duration) -> F {
        let found = self.skipped.iter().position(|frame| is_a::<P, F>(frame));
        if let Some(frame) = found.and_then(|index| self.skipped.remove(index)) {
            return picked(frame);
        }
        let deadline = after(limit);
        loop {
            match self.next(left(deadline)).await {
                Some(frame) if is_a::<P, F>(&frame) => return picked(frame),
                Some(other) => self.skipped.push_back(other),
                None => self.fail(F::KIND, limit),
            }
        }
    }

    /// The next frame of this type, if one comes before `limit` passes or the socket closes.
    pub async fn try_expect<F: FrameBody<P::Server>>(&mut self, limit: Duration) -> Option<F> {
        let deadline = after(limit);
        loop {
            match self.next(left(deadline)).await? {
                frame if is_a::<P, F>(&frame) => return Some(picked(frame)),
                other => self.skipped.push_back(other),
            }
        }
    }

    /// The very next frame, which must be of this type.
    ///
    /// # Panics
    /// When it is another, or none comes in time.
    pub async fn expect_next<F: FrameBody<P::Server>>(&mut self, limit: Duration) -> F {
        assert!(self.skipped.is_empty(), "unread: {:?}", self.skipped);
        match self.next(limit).await {
            Some(frame) if is_a::<P, F>(&frame) => picked(frame),
            Some(other) => panic!("expected {}, got {other:?}", F::KIND),
            None => self.fail(F::KIND, limit),
        }
    }

    /// Checks that no frame of this type comes within `span`, nor was skipped before.
    ///
    /// # Panics
    /// When one does.
    pub async fn expect_no<F: FrameBody<P::Server>>(&mut self, span: Duration) {
        let deadline = after(span);
        while let Some(frame) = self.next(left(deadline)).await {
            self.skipped.push_back(frame);
        }
        let found = self.skipped.iter().find(|frame| is_a::<P, F>(frame));
        assert!(found.is_none(), "unexpected: {found:?}");
    }

    /// Checks that no frame of this type has come so far. Called once a later frame has arrived, it proves that
    /// none was sent before that.
    ///
    /// # Panics
    /// When one was skipped.
    #[track_caller]
    pub fn assert_none<F: FrameBody<P::Server>>(&self) {
        let found = self.skipped.iter().find(|frame| is_a::<P, F>(frame));
        assert!(found.is_none(), "unexpected: {found:?}");
    }

    /// The next frame that comes, with state kept up; none after `limit`, or once closed.
    pub async fn next(&mut self, limit: Duration) -> Option<P::Server> {
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
                Some(self.state.take(&text))
            }
        }
    }

    /// Reads until the server closes, and returns its close code; none where the socket just broke.
    ///
    /// # Panics
    /// When `limit` passes first.
    pub async fn expect_close(&mut self, limit: Duration) -> Option<u16> {
        let deadline = after(limit);
        loop {
            if let Some(code) = self.closed {
                return code;
            }
            match self.next(left(deadline)).await {
                Some(frame) => self.skipped.push_back(frame),
                None => assert!(self.closed.is_some(), "not closed within {limit:?}"),
            }
        }
    }

    /// Reads for `limit` at most: the close code, as [`Self::expect_close`] has it, if it closes meanwhile.
    pub async fn closes_within(&mut self, limit: Duration) -> Option<Option<u16>> {
        let deadline = after(limit);
        while let Some(frame) = self.next(left(deadline)).await {
            self.skipped.push_back(frame);
        }
        self.closed
    }

    /// Whether it is closed, as far as it was read, and with which code.
    #[must_use]
    pub fn closed(&self) -> Option<Option<u16>> {
        self.closed
    }

    /// Forgets the frames that were skipped, so that only new ones are found.
    pub fn forget(&mut self) {
        self.skipped.clear();
    }

    /// Keeps a frame that [`Self::next`] has brought for a later `expect`.
    pub fn keep(&mut self, frame: P::Server) {
        self.skipped.push_back(frame);
    }

    /// The frames that were skipped, oldest first.
    pub fn skipped(&self) -> impl Iterator<Item = &P::Server> {
        self.skipped.iter()
    }

    /// Closes with a close frame (1000), as a page that goes away does.
    pub async fn close(mut self) -> Option<u16> {
        self.socket.close(1000).await;
        self.expect_close(SOON).await
    }

    /// Takes the `error` and the close code with which the server refuses what was sent first.
    ///
    /// # Panics
    /// When it doesn't.
    pub async fn expect_refusal(&mut self) -> (ErrorBody, Option<u16>)
    where
        ErrorBody: FrameBody<P::Server>,
    {
        let error = self.expect::<ErrorBody>(SOON).await;
        (error, self.expect_close(SOON).await)
    }

    /// What the page has, while its socket stays open: it comes back by another way meanwhile.
    #[must_use]
    pub fn fork(&self) -> DisconnectedPeer<P>
    where
        P: Clone,
    {
        DisconnectedPeer {
            url: self.url.clone(),
            state: self.state.clone(),
            next_id: self.next_id,
        }
    }

    /// Breaks the TCP connection without a close frame. What was not read yet is lost.
    pub async fn cut(self) -> DisconnectedPeer<P> {
        self.socket.cut().await;
        DisconnectedPeer {
            url: self.url,
            state: self.state,
            next_id: self.next_id,
        }
    }

    fn on(url: &str, socket: TestSocket) -> Self {
        Self {
            last_at: now(),
            url: url.to_owned(),
            state: P::default(),
            socket,
            next_id: 1,
            skipped: VecDeque::new(),
            closed: None,
        }
    }

    fn fail(&self, kind: &str, limit: Duration) -> ! {
        let seen: Vec<_> = self.skipped.iter().map(P::kind).collect();
        match self.closed {
            Some(code) => panic!("closed with {code:?} before {kind}; unread: {seen:?}"),
            None => panic!("no {kind} within {limit:?}; unread: {seen:?}"),
        }
    }
}

/// What a page keeps of a client whose connection broke.
#[derive(Debug, Clone)]
pub struct DisconnectedPeer<P: Protocol> {
    /// Where it comes back: the complete WebSocket address.
    pub url: String,
    /// State of the protocol, as it was then.
    pub state: P,
    next_id: u64,
}

impl<P: Protocol> DisconnectedPeer<P> {
    /// A new socket with the state of the old one. Nothing is sent.
    ///
    /// # Errors
    /// When the server does not upgrade.
    pub async fn connect(self) -> Result<ProtocolPeer<P>, (Self, UpgradeRefused)> {
        let headers = [("Sec-WebSocket-Protocol", P::SUBPROTOCOL)];
        match TestSocket::try_connect(&self.url, &headers).await {
            Ok(socket) => {
                let mut peer = ProtocolPeer::on(&self.url, socket);
                (peer.state, peer.next_id) = (self.state, self.next_id);
                Ok(peer)
            }
            Err(refused) => Err((self, refused)),
        }
    }
}

impl<P: Protocol> Deref for ProtocolPeer<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.state
    }
}

impl<P: Protocol> DerefMut for ProtocolPeer<P> {
    fn deref_mut(&mut self) -> &mut P {
        &mut self.state
    }
}

/// Implements [`FrameBody`] for bodies that are variants of an enum of frames.
macro_rules! pick {
    ($frames:ident { $($variant:ident: $body:ty = $kind:literal,)+ }) => { $(
        impl $crate::peer::FrameBody<$frames> for $body {
            const KIND: &'static str = $kind;

            fn pick(frame: $frames) -> Option<Self> {
                match frame {
                    // Some variants are boxed, and some are not.
                    $frames::$variant(body) => Some(*Box::<$body>::from(body)),
                    _ => None,
                }
            }
        }
    )+ };
}

pub(crate) use pick;

fn is_a<P: Protocol, F: FrameBody<P::Server>>(frame: &P::Server) -> bool {
    P::kind(frame) == F::KIND
}

fn picked<Frame, F: FrameBody<Frame>>(frame: Frame) -> F {
    F::pick(frame).expect("its kind was compared")
}

fn after(span: Duration) -> UnixMs {
    now() + i64::try_from(span.as_millis()).unwrap()
}

fn left(deadline: UnixMs) -> Duration {
    Duration::from_millis(deadline.since(now()).max(0).unsigned_abs())
}
