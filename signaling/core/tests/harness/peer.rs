//! A person with a page, as someone would write it who has only read the protocol.

use wire::signaling::{
    Answer, Candidate, ClientFrame, Connected, Data, Offer, Ping, ServerFrame, Welcome,
};
use wire::{EndReason, ErrorCode, Phase, RawJson, UserId};

use crate::network::Down;
use crate::prng::Prng;

/// A person; their page; its socket.
pub(crate) struct Peer {
    pub(crate) user: UserId,
    pub(crate) page: Page,
    /// Which socket the page has.
    pub(crate) socket: Option<wire::ConnectionId>,
    /// What the person was told of the end.
    pub(crate) over: Option<EndReason>,
}

/// What a page remembers, and a reload forgets.
#[derive(Default)]
pub(crate) struct Page {
    /// Number of the resume token.
    pub(crate) token: Option<u64>,
    pub(crate) last_seq: u64,
    pub(crate) welcomed: bool,
    pub(crate) phase: Option<Phase>,
    pub(crate) epoch: Option<u64>,
    next_id: u64,
    offered: bool,
    answered: bool,
    unconfirmed: Vec<(u64, ClientFrame)>,
    /// What the page wants to send.
    pub(crate) outbox: Vec<(Option<u64>, ClientFrame)>,
}

/// What a page does about what it received.
#[derive(PartialEq, Eq)]
pub(crate) enum Reaction {
    None,
    /// Frames are missing, or the socket is gone.
    Reconnect,
}

impl Peer {
    pub(crate) fn new(user: UserId) -> Self {
        Self {
            user,
            page: Page::default(),
            socket: None,
            over: None,
        }
    }

    /// What the next `join` says.
    pub(crate) fn resume(&self) -> Option<(u64, u64)> {
        self.page.token.map(|token| (token, self.page.last_seq))
    }

    pub(crate) fn receive(&mut self, down: Down) -> Reaction {
        let Down::Frame { seq, frame } = down else {
            return Reaction::Reconnect;
        };
        match (&*frame, seq) {
            (ServerFrame::Welcome(welcome), _) => self.welcomed(welcome),
            (ServerFrame::ErrorBody(error), _) if error.code == ErrorCode::SessionOver => {
                let reason = error.reason.as_deref().expect("with its reason");
                self.over = EndReason::from_name(reason);
            }
            (ServerFrame::Accepted(ok), _) => {
                self.page.unconfirmed.retain(|(id, _)| *id != ok.id);
            }
            (_, Some(_)) if !self.page.welcomed => return Reaction::Reconnect,
            (_, Some(seq)) if seq > self.page.last_seq + 1 => return Reaction::Reconnect,
            (frame, Some(seq)) if seq == self.page.last_seq + 1 => {
                self.page.last_seq = seq;
                self.take(frame);
            }
            _ => {}
        }
        Reaction::None
    }

    fn welcomed(&mut self, welcome: &Welcome) {
        let page = &mut self.page;
        if page.welcomed {
            // A double of the network's.
            return;
        }
        page.welcomed = true;
        let number = welcome.resume_token.parse().expect("ours is a number");
        page.token = Some(number);
        page.phase = Some(welcome.session.phase);
        page.next_id = page.next_id.max(welcome.last_id + 1);
        if welcome.resumed {
            for (id, frame) in &page.unconfirmed {
                if *id > welcome.last_id {
                    page.outbox.push((Some(*id), frame.clone()));
                }
            }
        } else {
            page.last_seq = 0;
            page.unconfirmed.clear();
            if page.epoch != welcome.epoch {
                page.epoch = None;
            }
        }
    }

    fn take(&mut self, frame: &ServerFrame) {
        match frame {
            ServerFrame::Negotiate(negotiate) => {
                self.page.epoch = Some(negotiate.epoch);
                // Without an offerer both meet in a room, and are connected there.
                self.page.answered = negotiate.offerer.is_none();
                self.page.offered = negotiate.offerer.as_ref() == Some(&self.user);
                if self.page.offered {
                    self.offer();
                }
                self.report_connected();
            }
            ServerFrame::RelayedOffer(offer) if Some(offer.epoch) == self.page.epoch => {
                self.want(Answer {
                    epoch: offer.epoch,
                    sdp: SDP.to_owned(),
                });
                self.page.answered = true;
                self.report_connected();
            }
            ServerFrame::RelayedAnswer(answer) if Some(answer.epoch) == self.page.epoch => {
                self.page.answered = true;
                self.report_connected();
            }
            ServerFrame::Countdown(_) => self.page.phase = Some(Phase::Countdown),
            ServerFrame::CountdownCancelled(_) => self.page.phase = Some(Phase::Lobby),
            ServerFrame::Live(_) => self.page.phase = Some(Phase::Live),
            ServerFrame::Paused(_) => self.page.phase = Some(Phase::Paused),
            ServerFrame::Rescheduled(rescheduled) => {
                self.page.phase = Some(rescheduled.session.phase);
            }
            ServerFrame::Ended(ended) => {
                self.page.phase = Some(Phase::Ended);
                self.over = Some(ended.reason);
            }
            _ => {}
        }
    }

    /// Something that a page may send at any time, sensible or not.
    pub(crate) fn apply_frame(&mut self, prng: &mut Prng, payload: u64) {
        let epoch = self.page.epoch.unwrap_or(0);
        match prng.below(100) {
            0..25 => self.report_connected(),
            25..40 => self.want(ping(self.page.last_seq)),
            40..55 => self.want(Data {
                payload: RawJson::parse(payload.to_string()).expect("is JSON"),
            }),
            55..65 => self.want(Candidate {
                epoch,
                candidate: RawJson::parse(prng.one_of(&CANDIDATES)).expect("is JSON"),
            }),
            65..80 => self.offer(),
            80..90 => self.want(wire::signaling::Extend {}),
            90..92 => self.want(wire::signaling::Refresh {}),
            92..94 => self.want(Connected {
                epoch: epoch + prng.below(3),
            }),
            94..96 => self.want(Answer {
                epoch: epoch.saturating_sub(1),
                sdp: SDP.to_owned(),
            }),
            96..98 => self.want(wire::signaling::Join {
                ticket: String::new(),
                resume: None,
            }),
            _ => self.want(ping(0)),
        }
    }

    /// Has a frame sent; every other one is numbered.
    pub(crate) fn want(&mut self, frame: impl Into<ClientFrame>) {
        let frame = frame.into();
        let page = &mut self.page;
        page.next_id += 1;
        let id = page.next_id;
        if id.is_multiple_of(2) {
            page.unconfirmed.push((id, frame.clone()));
            page.outbox.push((Some(id), frame));
        } else {
            page.outbox.push((None, frame));
        }
    }

    /// Offers anew where this side may: it is the offerer, or an answer was seen.
    pub(crate) fn offer(&mut self) {
        if let Some(epoch) = self
            .page
            .epoch
            .filter(|_| self.page.offered || self.page.answered)
        {
            self.want(Offer {
                epoch,
                sdp: SDP.to_owned(),
            });
        }
    }

    pub(crate) fn report_connected(&mut self) {
        if let Some(epoch) = self.page.epoch.filter(|_| self.page.answered) {
            self.want(Connected { epoch });
        }
    }
}

fn ping(last_seq: u64) -> Ping {
    Ping {
        sent_at: 1.into(),
        last_seq,
    }
}

/// The address of everybody's own; 192.0.2.9 is a relay's.
pub(crate) const OWN_ADDRESS: &str = "198.51.100.7";

const SDP: &str = "v=0\r\no=- 1 2 IN IP4 198.51.100.7\r\ns=-\r\nt=0 0\r\n\
    a=fingerprint:sha-256 AA:BB\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
    a=candidate:1 1 udp 1 192.0.2.9 5000 typ relay raddr 198.51.100.7 rport 1\r\n\
    a=candidate:2 1 udp 1 198.51.100.7 5000 typ host\r\n";

const CANDIDATES: [&str; 4] = [
    "null",
    r#"{"candidate":""}"#,
    r#"{"candidate":"candidate:1 1 udp 1 198.51.100.7 5000 typ host"}"#,
    r#"{"candidate":"candidate:1 1 udp 1 192.0.2.9 5000 typ relay raddr 198.51.100.7 rport 1"}"#,
];
