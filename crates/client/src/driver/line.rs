//! What happens on the line to the service: sockets that open, close or fail, and what follows.

use wire::signaling::{ClientFrame, Join, Ping};
use wire::{CloseCode, EndReason, UnixMs};

use super::SessionDriver;
use crate::connection::ABNORMAL_CLOSE;
use crate::link::{LinkEvent, LinkFailure};
use crate::protocol::{AfterClose, TicketChoice, delay, end, is_frame_refusal, span};
use crate::{NoTicket, Refusal, SessionEvent, SessionStage, SocketState};

/// Attempts in a row without a socket, after which the program is told (about 3 s).
const TOLD_AFTER: u32 = 4;
/// Shortest wait before joining again after `too_early`, in milliseconds.
const EARLY_RETRY_MS: i64 = 1_000;

impl SessionDriver {
    pub(super) async fn link_event(&mut self, event: LinkEvent) {
        match event {
            LinkEvent::Due => {
                self.update(|state| state.socket = SocketState::Connecting);
                self.link.connect(self.clock.now());
            }
            LinkEvent::Opened(ticket) => self.join(ticket).await,
            LinkEvent::Failed(LinkFailure::Ticket(error)) => self.no_ticket(error),
            LinkEvent::Failed(LinkFailure::Unreachable) => self.unreachable(),
            LinkEvent::Text(text) => self.text(&text).await,
            LinkEvent::Closed(code) => self.closed(code).await,
            LinkEvent::Silent => self.closed(ABNORMAL_CLOSE).await,
            LinkEvent::PingDue => self.ping().await,
        }
    }

    async fn join(&mut self, ticket: String) {
        self.last_error = None;
        self.draining = None;
        self.join_sent_at = self.clock.local_us();
        let resume = self.backlog.resume();
        let join: ClientFrame = Join { ticket, resume }.into();
        self.link.send(join.to_text(None)).await;
    }

    async fn ping(&mut self) {
        let ping: ClientFrame = Ping {
            sent_at: self.clock.local_us().into(),
            last_seq: self.backlog.last_seq(),
        }
        .into();
        self.link.send(ping.to_text(None)).await;
    }

    fn no_ticket(&mut self, error: NoTicket) {
        if self.leave_until.is_some() {
            return self.left();
        }
        let reason = error.reason.as_deref().and_then(EndReason::from_name);
        if let Some(reason) = reason.filter(|_| error.code == "session_over") {
            let now = self.clock.now();
            return self.update(|state| end(state, reason, Vec::new(), now));
        }
        if error.is_final {
            return self.refuse(error.into());
        }
        self.no_answer(error.message);
        self.try_later(TicketChoice::Fresh);
    }

    fn unreachable(&mut self) {
        self.no_answer("the service does not answer; it is tried again");
        self.try_later(TicketChoice::Same);
    }

    /// After several attempts in a row the program is told why it waits.
    fn no_answer(&mut self, why: impl Into<String>) {
        self.unreachable += 1;
        if self.unreachable == TOLD_AFTER {
            self.emit(SessionEvent::Error(Refusal::passing("unreachable", why)));
        }
    }

    fn try_later(&mut self, ticket: TicketChoice) {
        let delay = self.attempts.next_delay(rand::random());
        self.update(|state| state.socket = SocketState::Lost);
        self.link.wait(delay, ticket);
    }

    async fn closed(&mut self, code: u16) {
        let error = self.last_error.take();
        if self.leave_until.is_some() {
            return self.left();
        }
        if code == CloseCode::TooEarly.code() {
            let opens_at = error.and_then(|error| error.opens_at);
            return self.too_early(opens_at).await;
        }
        if code == CloseCode::SessionOver.code() {
            let reason = error.and_then(|error| error.reason);
            let reason = reason.as_deref().and_then(EndReason::from_name);
            let now = self.clock.now();
            let reason = reason.unwrap_or(EndReason::Completed);
            return self.update(|state| end(state, reason, Vec::new(), now));
        }
        if is_frame_refusal(code) {
            self.give_up_unanswered().await;
        }
        let asked = match &error {
            Some(error) if code == CloseCode::RateLimited.code() => error.retry_after_ms.map(delay),
            _ => self.draining,
        };
        let is_draining = self.draining.is_some();
        match self
            .attempts
            .after_close(code, is_draining, asked, rand::random())
        {
            AfterClose::Stop => self.refuse(Refusal::closed(code, error.as_ref())),
            AfterClose::Retry { delay, ticket } => {
                self.update(|state| state.socket = SocketState::Lost);
                self.link.wait(delay, ticket);
            }
        }
    }

    /// The lobby is closed: media ends, and this peer joins anew when it opens.
    async fn too_early(&mut self, opens_at: Option<UnixMs>) {
        self.close_media().await;
        self.backlog.forget_seat();
        let now = self.clock.now();
        let soonest = now + EARLY_RETRY_MS;
        // A booking that moved was told before the socket closed.
        let moved = self
            .snapshot
            .borrow()
            .spec
            .as_ref()
            .map(|spec| spec.lobby_opens_at);
        let opens_at = opens_at.or(moved).map_or(soonest, |at| at.max(soonest));
        self.update(|state| {
            state.phase = SessionStage::Early { opens_at };
            if let Some(peer) = &mut state.peer {
                peer.presence = crate::PeerPresence::Away { since: Some(now) };
            }
            (state.socket, state.media) = (SocketState::Lost, crate::MediaState::None);
        });
        self.link
            .wait(span(opens_at.since(now)), TicketChoice::Fresh);
    }

    async fn give_up_unanswered(&mut self) {
        for frame in self.backlog.give_up_unanswered() {
            self.refused_frame(&frame).await;
        }
    }
}
