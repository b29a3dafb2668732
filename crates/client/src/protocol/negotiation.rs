//! Perfect negotiation within an epoch (W3C WebRTC, section 10.7): who offers, how a glare is resolved, when a
//! candidate may be added. Frames in, steps out; the steps are carried out one after the other.

use wire::RawJson;

/// Candidates that are kept before there is a remote description: about as many as the service relays in an epoch.
const MAX_EARLY_CANDIDATES: usize = 200;

/// The state of one epoch's negotiation.
#[derive(Debug)]
pub(crate) struct PerfectNegotiation {
    epoch: u64,
    polite: bool,
    /// The first exchange is complete: from then on either side may offer.
    answered: bool,
    /// An own offer waits for its answer, and whether it restarts ICE.
    offering: Option<Restart>,
    /// An offer that is due once the last exchange is complete.
    wanted: Option<Restart>,
    has_remote: bool,
    early: Vec<RawJson>,
}

/// Whether an offer restarts ICE (RFC 8445, section 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Restart {
    No,
    Ice,
}

/// What the other peer sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PeerSignal {
    Offer(String),
    Answer(String),
    Candidate(RawJson),
}

/// What is to be done with the connection.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NegotiationStep {
    /// Make an offer, set it and send it.
    Offer(Restart),
    /// Take the own offer back.
    Rollback,
    /// Set it, make an answer, set that and send it.
    AcceptOffer(String),
    AcceptAnswer(String),
    /// One that fails stops nothing: it may belong to an offer that was ignored.
    AddCandidate(RawJson),
}

impl PerfectNegotiation {
    /// A new epoch; the server names who offers first.
    pub(crate) fn begin(
        epoch: u64,
        is_offerer: bool,
        polite: bool,
    ) -> (Self, Vec<NegotiationStep>) {
        let mut negotiation = Self {
            epoch,
            polite,
            answered: false,
            offering: None,
            wanted: None,
            has_remote: false,
            early: Vec::new(),
        };
        let steps = match is_offerer {
            true => negotiation.offer(Restart::No),
            false => Vec::new(),
        };
        (negotiation, steps)
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Whether either side may offer.
    pub(crate) fn is_answered(&self) -> bool {
        self.answered
    }

    /// Whether an own offer waits for its answer.
    pub(crate) fn is_offering(&self) -> bool {
        self.offering.is_some()
    }

    /// Signals of another epoch are obsolete.
    pub(crate) fn receive(&mut self, epoch: u64, signal: PeerSignal) -> Vec<NegotiationStep> {
        if epoch != self.epoch {
            return Vec::new();
        }
        match signal {
            PeerSignal::Offer(sdp) => self.receive_offer(sdp),
            PeerSignal::Answer(sdp) => self.receive_answer(sdp),
            PeerSignal::Candidate(candidate) if self.has_remote => {
                vec![NegotiationStep::AddCandidate(candidate)]
            }
            PeerSignal::Candidate(candidate) => {
                if self.early.len() < MAX_EARLY_CANDIDATES {
                    self.early.push(candidate);
                }
                Vec::new()
            }
        }
    }

    /// A track was added or removed, or ICE is to restart: an offer now, or when the exchange that is on is complete.
    pub(crate) fn want_offer(&mut self, restart: Restart) -> Vec<NegotiationStep> {
        if self.answered && self.offering.is_none() {
            return self.offer(restart);
        }
        self.wanted = self.wanted.max(Some(restart));
        Vec::new()
    }

    /// The answer to the own offer was lost: takes the offer back and makes a new one.
    pub(crate) fn offer_again(&mut self) -> Vec<NegotiationStep> {
        match self.offering {
            Some(restart) => vec![NegotiationStep::Rollback, NegotiationStep::Offer(restart)],
            None => Vec::new(),
        }
    }

    /// The own offer will never reach the other peer: what was agreed before goes on.
    pub(crate) fn take_offer_back(&mut self) -> Vec<NegotiationStep> {
        match self.offering.take() {
            Some(_) => vec![NegotiationStep::Rollback],
            None => Vec::new(),
        }
    }

    fn offer(&mut self, restart: Restart) -> Vec<NegotiationStep> {
        self.offering = Some(restart);
        vec![NegotiationStep::Offer(restart)]
    }

    fn receive_offer(&mut self, sdp: String) -> Vec<NegotiationStep> {
        let mut steps = Vec::new();
        if let Some(own) = self.offering {
            if !self.polite {
                return steps;
            }
            self.offering = None;
            self.wanted = self.wanted.max(Some(own));
            steps.push(NegotiationStep::Rollback);
        }
        self.answered = true;
        self.with_remote(steps, NegotiationStep::AcceptOffer(sdp))
    }

    fn receive_answer(&mut self, sdp: String) -> Vec<NegotiationStep> {
        // Of an offer that was taken back there is no answer that counts.
        if self.offering.take().is_none() {
            return Vec::new();
        }
        self.answered = true;
        self.with_remote(Vec::new(), NegotiationStep::AcceptAnswer(sdp))
    }

    /// A remote description, the candidates that came before it, and the offer that waited for it.
    fn with_remote(
        &mut self,
        mut steps: Vec<NegotiationStep>,
        step: NegotiationStep,
    ) -> Vec<NegotiationStep> {
        self.has_remote = true;
        steps.push(step);
        steps.extend(self.early.drain(..).map(NegotiationStep::AddCandidate));
        if let Some(restart) = self.wanted.take() {
            steps.extend(self.offer(restart));
        }
        steps
    }
}

#[cfg(test)]
mod tests;
