//! From a socket's messages to frames, under its limits; and what is said before the connection closes.

use service::limits::Limit;
use service::realtime::{ConnectionContext, JoinError, SocketGate};
use service::socket::{ConnectionPermit, Disconnect, Frame, Socket, SocketHandle};
use tokio::time::{Instant, timeout};
use wire::stomp::{StompDecoder, StompFault, StompFrame};
use wire::{CloseCode, ErrorBody, ErrorCode};

use super::encoding;

/// Reads the frames of one socket.
#[derive(Debug)]
pub(super) struct StompReader {
    pub(super) gate: SocketGate,
    decoder: StompDecoder,
    /// The message that came last has brought no frame yet.
    is_unpaid: bool,
    /// When something came last, a heart-beat too.
    pub(super) heard_at: Instant,
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Received {
    Frame(StompFrame),
    Faulty(StompFault),
    Closed(Disconnect),
}

impl StompReader {
    pub(super) fn new(socket: SocketHandle, permit: ConnectionPermit) -> Self {
        Self {
            gate: SocketGate::new(socket, permit),
            decoder: StompDecoder::default(),
            is_unpaid: false,
            heard_at: Instant::now(),
        }
    }

    /// The first frame, within the join timeout. `None` where the socket is over or is closing.
    pub(super) async fn first(
        &mut self,
        socket: &mut Socket,
        context: &ConnectionContext,
    ) -> Option<StompFrame> {
        let limit = context.limiter.join_timeout();
        let received = tokio::select! {
            received = timeout(limit, self.next(socket)) => received,
            () = context.shutdown.started() => {
                self.go_away(context.retry_after_ms());
                return None;
            }
        };
        match received {
            Ok(Received::Frame(frame)) if self.gate.check_frame().is_ok() => return Some(frame),
            Ok(Received::Frame(_)) => self.gate.close(CloseCode::RateLimited),
            Ok(Received::Faulty(fault)) => self.refuse(self.gate.refusal(fatal(fault)), None),
            Ok(Received::Closed(_)) => {}
            Err(_) => {
                Limit::JoinTimeout.hit();
                self.gate.close(CloseCode::JoinTimeout);
            }
        }
        None
    }

    /// The next frame, or what is wrong with it. Cancel-safe.
    ///
    /// Messages that bring no frame, as heart-beats, are charged as one; frames are for who takes them to charge.
    pub(super) async fn next(&mut self, socket: &mut Socket) -> Received {
        loop {
            match self.decoder.next_frame() {
                Ok(Some(frame)) => {
                    self.is_unpaid = false;
                    return Received::Frame(frame);
                }
                Ok(None) => {}
                Err(fault) => {
                    self.is_unpaid = false;
                    return Received::Faulty(fault);
                }
            }
            let gate = &mut self.gate;
            if std::mem::take(&mut self.is_unpaid) && gate.check_overhead(1) {
                gate.close(CloseCode::RateLimited);
            }
            let charge = |frames| gate.check_overhead(frames);
            match socket.next_frame_charged(charge).await {
                Ok(Frame::Text(text)) => self.decoder.push(text.as_bytes()),
                Ok(Frame::Binary(bytes)) => self.decoder.push(&bytes),
                Err(disconnect) => return Received::Closed(disconnect),
            }
            self.heard_at = Instant::now();
            self.is_unpaid = true;
        }
    }

    /// Says why the connection ends, and closes it.
    pub(super) fn refuse(&self, error: JoinError, receipt: Option<&str>) {
        let (body, code) = error.into_parts();
        metrics::counter!("chat_refusals_total", "why" => code.name()).increment(1);
        self.gate.send(encoding::fatal(&body, receipt));
        self.gate.close(code);
    }

    /// Says when to come back, and closes with 4000.
    pub(super) fn go_away(&self, retry_after_ms: u64) {
        self.gate.send(encoding::going_away(retry_after_ms));
        self.gate.close(CloseCode::GoingAway);
    }
}

/// How a connection ends for what is no frame.
pub(super) fn fatal(fault: StompFault) -> JoinError {
    let (code, close) = match fault {
        StompFault::Malformed(_) => (ErrorCode::Malformed, CloseCode::Malformed),
        StompFault::TooLarge(_) => (ErrorCode::TooLarge, CloseCode::TooLarge),
    };
    JoinError::new(ErrorBody::new(code, fault.to_string()), close)
}
