//! What the service says.

use std::time::Instant;

use wire::signaling::{ClientFrame, Leave, Negotiate, ServerFrame, Welcome};
use wire::{Envelope, ErrorBody, IcePolicy};

use super::SessionDriver;
use crate::media::{Epoch, EpochParams};
use crate::protocol::{PeerSignal, apply, delay};
use crate::{MediaState, Refusal, SessionEvent, SocketState};

impl SessionDriver {
    pub(super) async fn text(&mut self, text: &str) {
        let Ok((envelope, frame)) = ServerFrame::parse(text) else {
            // A type of a later version is ignored, and its `seq` counted. Without a `welcome` there is no session.
            return match Envelope::parse(text) {
                Ok(envelope) if envelope.kind == "welcome" => self.refuse(Refusal::unreadable()),
                Ok(envelope) => drop(self.backlog.is_new(envelope.seq)),
                Err(_) => {}
            };
        };
        if !self.backlog.is_new(envelope.seq) {
            return;
        }
        if let ServerFrame::Welcome(welcome) = frame {
            return self.welcomed(*welcome).await;
        }
        let now = self.clock.now();
        self.update(|state| apply(state, &frame, now));
        if !self.snapshot.borrow().is_over() {
            self.frame(frame).await;
        }
    }

    async fn frame(&mut self, frame: ServerFrame) {
        match frame {
            ServerFrame::Negotiate(negotiate) => self.negotiate(negotiate).await,
            ServerFrame::RelayedOffer(offer) => {
                self.signal(offer.epoch, PeerSignal::Offer(offer.sdp)).await
            }
            ServerFrame::RelayedAnswer(answer) => {
                self.signal(answer.epoch, PeerSignal::Answer(answer.sdp))
                    .await
            }
            ServerFrame::RelayedCandidate(relayed) => {
                self.signal(relayed.epoch, PeerSignal::Candidate(relayed.candidate))
                    .await;
            }
            ServerFrame::IceServers(fresh) => {
                if let Some(epoch) = &mut self.epoch {
                    let output = epoch
                        .take_ice_servers(&fresh.ice_servers, Instant::now())
                        .await;
                    self.pass_on(output).await;
                }
            }
            ServerFrame::PeerResumed(_) => self.recover().await,
            ServerFrame::RelayedData(data) => self.emit(SessionEvent::Data(data.payload)),
            ServerFrame::GoingAway(going) => self.draining = Some(delay(going.retry_after_ms)),
            ServerFrame::Pong(pong) => {
                let sent_at = pong.sent_at.as_i64();
                let since_start = 0..=self.clock.local_us();
                if let Some(sent_at) = sent_at.filter(|at| since_start.contains(at)) {
                    self.clock.learn(sent_at, pong.server_now);
                }
            }
            ServerFrame::Accepted(accepted) => drop(self.backlog.acknowledge(accepted.id)),
            ServerFrame::ErrorBody(error) => self.error(error).await,
            _ => {}
        }
    }

    async fn welcomed(&mut self, welcome: Welcome) {
        self.clock.learn(self.join_sent_at, welcome.server_now);
        self.attempts.welcomed();
        self.unreachable = 0;
        self.last_error = None;
        self.polite = welcome.you.polite;
        self.min_epoch = welcome.epoch.unwrap_or(0);
        self.link.welcomed(welcome.ping_ms, welcome.timeout_ms);
        for text in self.backlog.welcomed(&welcome) {
            self.link.send(text).await;
        }
        let (resumed, servers) = (welcome.resumed, welcome.ice_servers.clone());
        let now = self.clock.now();
        self.update(|state| {
            state.socket = SocketState::Open;
            apply(state, &ServerFrame::Welcome(Box::new(welcome)), now);
        });
        if self.leave_until.is_some() {
            return self.say_leave().await;
        }
        if let Some(epoch) = &mut self.epoch {
            let output = epoch.reconnected(resumed, &servers, Instant::now()).await;
            self.pass_on(output).await;
        }
    }

    /// Both are in, and one of them has nothing to go on with: a connection from the beginning.
    async fn negotiate(&mut self, negotiate: Negotiate) {
        if negotiate.epoch < self.min_epoch {
            return;
        }
        self.close_media().await;
        self.update(|state| state.media = MediaState::None);
        if let Some(media) = negotiate.media {
            let mut refusal = Refusal::passing(
                "media_unsupported",
                "a media server carries the media of this session",
            );
            refusal.reason = Some(media.kind.name().to_owned());
            return self.emit(SessionEvent::Error(refusal));
        }
        self.update(|state| state.media = MediaState::Connecting);
        let (me, relay_only) = {
            let state = self.snapshot.borrow();
            let ice = state.spec.as_ref().map(|spec| spec.ice);
            (state.me.clone(), ice == Some(IcePolicy::Relay))
        };
        let params = EpochParams {
            epoch: negotiate.epoch,
            is_offerer: me.is_some() && negotiate.offerer == me,
            polite: self.polite,
            relay_only,
            ice_servers: &negotiate.ice_servers,
            addresses: self.options.udp_addresses(),
            tracks: &self.options.tracks,
            channels: &self.options.channels,
            events: self.tell_media_event.clone(),
        };
        match Epoch::begin(params, Instant::now()).await {
            Ok((epoch, channels, output)) => {
                self.epoch = Some(epoch);
                for channel in channels {
                    self.emit(SessionEvent::Channel(channel));
                }
                self.pass_on(output).await;
            }
            Err(error) => {
                self.update(|state| state.media = MediaState::None);
                let refusal = Refusal::passing("negotiation_failed", error.to_string());
                self.emit(SessionEvent::Error(refusal));
            }
        }
    }

    async fn signal(&mut self, number: u64, signal: PeerSignal) {
        if let Some(epoch) = &mut self.epoch {
            let output = epoch.receive(number, signal, Instant::now()).await;
            self.pass_on(output).await;
        }
    }

    pub(super) async fn recover(&mut self) {
        if let Some(epoch) = &mut self.epoch {
            let output = epoch.recover();
            self.pass_on(output).await;
        }
    }

    async fn error(&mut self, error: ErrorBody) {
        let Some(id) = error.id.as_ref().and_then(wire::FrameId::number) else {
            // What answers no frame may be why the socket closes next.
            self.last_error = Some(error);
            return;
        };
        let Some(frame) = self.backlog.refused(id, &error, Instant::now()) else {
            return;
        };
        // Candidates and reports of an epoch that is over are no news.
        let is_asked = matches!(
            frame,
            ClientFrame::Extend(_)
                | ClientFrame::Data(_)
                | ClientFrame::Offer(_)
                | ClientFrame::Answer(_)
        );
        if is_asked {
            let code = serde_json::to_value(error.code).unwrap_or_default();
            let refusal = Refusal::passing(code.as_str().unwrap_or("internal"), error.message);
            self.emit(SessionEvent::Error(refusal));
        }
        self.refused_frame(&frame).await;
    }

    /// A frame that the service will never relay.
    pub(super) async fn refused_frame(&mut self, frame: &ClientFrame) {
        let ClientFrame::Offer(offer) = frame else {
            return;
        };
        if let Some(epoch) = self
            .epoch
            .as_mut()
            .filter(|epoch| epoch.number() == offer.epoch)
        {
            let output = epoch.offer_refused(Instant::now()).await;
            self.pass_on(output).await;
        }
    }

    pub(super) async fn say_leave(&mut self) {
        let leave: ClientFrame = Leave {}.into();
        self.link.send(leave.to_text(None)).await;
    }
}
