//! From a socket's text to frames: rate limiting, parsing, error budget.

use std::marker::PhantomData;

use tokio::time::Instant;
use wire::{CloseCode, Envelope, ErrorBody, ErrorCode, FrameError, FrameId};

use super::{ConnectionContext, JoinError, SocketGate};
use crate::socket::{ConnectionPermit, Incoming, RateExceeded, Socket, SocketHandle};

/// The frames of one service's protocol. Everything is known at compile time: reading a frame costs no call
/// through a pointer and no allocation beside the frame's own.
pub trait FrameProtocol {
    /// What clients send.
    type ClientFrame;
    /// The frame that must come first, as `join` or `hello`.
    type Join;
    /// What the service sends.
    type ServerFrame: From<ErrorBody>;

    /// The `type` of [`FrameProtocol::Join`].
    const JOIN_TYPE: &'static str;
    /// Counter of frames by `type`.
    const FRAMES_METRIC: &'static str;
    /// Counter of refused joins by `why`, the name of the close code.
    const REFUSALS_METRIC: &'static str;

    /// Reads one text frame.
    ///
    /// # Errors
    /// An unknown `type`, or what can't be read.
    fn parse(text: &str) -> Result<(Envelope, Self::ClientFrame), FrameError>;

    /// Counts a frame that was read, in [`FrameProtocol::FRAMES_METRIC`].
    fn count(frame: &Self::ClientFrame);

    /// The first frame; `None` for every other one.
    fn into_join(frame: Self::ClientFrame) -> Option<Self::Join>;

    /// The frame that tells a client to come back after `retry_after_ms`.
    fn going_away(retry_after_ms: u64) -> Self::ServerFrame;

    /// The JSON text of a frame.
    fn encode(frame: Self::ServerFrame) -> String;
}

/// Reads the frames of one socket, and answers those that are refused.
#[derive(Debug)]
pub struct FrameReader<P> {
    gate: SocketGate,
    protocol: PhantomData<fn() -> P>,
}

impl<P: FrameProtocol> FrameReader<P> {
    /// For a socket that has been accepted under `permit`.
    #[must_use]
    pub fn new(socket: SocketHandle, permit: ConnectionPermit) -> Self {
        Self {
            gate: SocketGate::new(socket, permit),
            protocol: PhantomData,
        }
    }

    /// Waits for the first frame, within the join timeout. `None` where the socket is over or is closing:
    /// it sent something else, nothing, or the service stops.
    pub async fn join(
        &mut self,
        socket: &mut Socket,
        context: &ConnectionContext,
    ) -> Option<(P::Join, Option<FrameId>)> {
        let until = Instant::now() + context.limiter.join_timeout();
        loop {
            let limit = until.saturating_duration_since(Instant::now());
            let charge = |frames| self.gate.check_overhead(frames);
            let incoming = tokio::select! {
                incoming = socket.first(limit, charge) => incoming,
                () = context.shutdown.started() => {
                    self.go_away(context.retry_after_ms());
                    return None;
                }
            };
            let Incoming::Text(text) = incoming else {
                return None;
            };
            match self.read(&text) {
                Some((envelope, frame)) => {
                    let Some(join) = P::into_join(frame) else {
                        self.refuse_join(JoinError::unauthenticated("no_ticket"), envelope.id);
                        return None;
                    };
                    return Some((join, envelope.id));
                }
                // A first frame that can't be read is refused; anything else may still be followed by a good one.
                None if is_join::<P>(&text) => {
                    self.close(CloseCode::Malformed);
                    return None;
                }
                None if self.gate.check_stranger() => {
                    self.close(CloseCode::RateLimited);
                    return None;
                }
                None => {}
            }
        }
    }

    /// As [`Socket::next`]; pings and fragments are charged as frames, and too many close with 4004.
    pub async fn next(&mut self, socket: &mut Socket) -> Incoming {
        let charge = |frames| self.gate.check_overhead(frames);
        socket.next_charged(charge).await
    }

    /// The frame; `None` where it was refused, and the client told so.
    pub fn read(&mut self, text: &str) -> Option<(Envelope, P::ClientFrame)> {
        if let Err(exceeded) = self.gate.check_frame() {
            self.refuse_rate(text, exceeded);
            return None;
        }
        match P::parse(text) {
            Ok((envelope, frame)) => {
                P::count(&frame);
                Some((envelope, frame))
            }
            Err(error) => {
                self.refuse_frame(error);
                None
            }
        }
    }

    /// What stands before the reading: who it is, and from where.
    pub fn gate(&mut self) -> &mut SocketGate {
        &mut self.gate
    }

    /// Queues a frame; a client that reads too slowly is closed with 4002.
    pub fn send(&self, frame: impl Into<P::ServerFrame>) {
        self.gate.send(P::encode(frame.into()));
    }

    /// Tells why the socket is not let in, and closes it; counted as [`SocketGate::refusal`] says.
    pub fn refuse_join(&self, error: JoinError, id: Option<FrameId>) {
        self.refuse(self.gate.refusal(error), id);
    }

    /// Tells why the socket must leave, and closes it.
    pub fn refuse(&self, error: JoinError, id: Option<FrameId>) {
        metrics::counter!(P::REFUSALS_METRIC, "why" => error.code.name()).increment(1);
        self.send(error.body.for_frame(id));
        self.close(error.code);
    }

    /// Tells the client when to come back, and closes with 4000.
    pub fn go_away(&self, retry_after_ms: u64) {
        self.send(P::going_away(retry_after_ms));
        self.close(CloseCode::GoingAway);
    }

    /// Closes with `code` after what is queued.
    pub fn close(&self, code: CloseCode) {
        self.gate.close(code);
    }

    /// What others write to this socket with.
    #[must_use]
    pub fn socket(&self) -> &SocketHandle {
        self.gate.socket()
    }

    #[cold]
    fn refuse_frame(&mut self, error: FrameError) {
        let (kind, body, is_malformed) = match error {
            FrameError::UnknownType { id } => {
                let body = ErrorBody::new(ErrorCode::UnknownType, "There is no such frame.");
                ("unknown", body.for_frame(id), false)
            }
            FrameError::InvalidField { field, id } => {
                let body = ErrorBody::invalid_field(field).for_frame(id);
                ("invalid", body, false)
            }
            FrameError::Malformed => {
                let body = ErrorBody::new(ErrorCode::Malformed, "This is no frame.");
                ("malformed", body, true)
            }
        };
        metrics::counter!(P::FRAMES_METRIC, "type" => kind).increment(1);
        self.send(body);
        if is_malformed && self.gate.count_malformed() {
            self.close(CloseCode::Malformed);
        }
    }

    #[cold]
    fn refuse_rate(&self, text: &str, exceeded: RateExceeded) {
        let id = Envelope::parse(text).ok().and_then(|envelope| envelope.id);
        let mut body = ErrorBody::new(ErrorCode::RateLimited, "Too many frames.").for_frame(id);
        body.retry_after_ms = Some(exceeded.retry_after_ms);
        self.send(body);
        if exceeded.flood {
            self.close(CloseCode::RateLimited);
        }
    }
}

fn is_join<P: FrameProtocol>(text: &str) -> bool {
    Envelope::parse(text).is_ok_and(|envelope| envelope.kind == P::JOIN_TYPE)
}
