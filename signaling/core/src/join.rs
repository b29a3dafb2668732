//! Coming in and coming back: who is let in, fresh or resumed, and whom that replaces.

use wire::signaling::{Negotiate, PeerJoined, PeerResumed};
use wire::{
    CloseCode, ConnectionId, DuplicatePolicy, EventType, SessionFact, SessionSpec, UnixMs, UserId,
};

use crate::effects::Effects;
use crate::refusal::Refusal;
use crate::resume::{Claim, Stream};
use crate::seat::{SIDES, Side, other};
use crate::{Back, Metric, Note, Phase, ResumeClaim, Session, TokenHash};

/// What a `join` brings, beside who it is.
#[derive(Debug)]
pub(crate) struct Join {
    pub(crate) connection: ConnectionId,
    pub(crate) resume: Option<ResumeClaim>,
    pub(crate) new_token: String,
    pub(crate) new_token_hash: TokenHash,
}

/// How a join that is let in is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    /// A page without a past.
    Fresh,
    /// A page that gets exactly what it missed.
    Resumed(ResumeClaim),
    /// A page whose media may live, and whose frames are gone.
    WithoutFrames(ResumeClaim),
}

impl Session {
    pub(crate) fn join(
        &mut self,
        now: UnixMs,
        user: &UserId,
        spec: SessionSpec,
        join: Join,
        fx: &mut Effects,
    ) {
        if self.side_of_connection(join.connection).is_some() {
            return fx.send(join.connection, Refusal::JoinedBefore.error());
        }
        self.adopt(spec, now, fx);
        match self.admit(now, user, &join) {
            Ok((side, entry)) => self.enter(side, entry, join, now, fx),
            Err(refusal) => {
                fx.send(join.connection, refusal.error());
                if let Some(code) = refusal.close_code() {
                    fx.close(join.connection, code);
                }
            }
        }
    }

    fn admit(&self, now: UnixMs, user: &UserId, join: &Join) -> Result<(Side, Entry), Refusal> {
        let side = self.side_of(user).ok_or(Refusal::NotAParticipant)?;
        if let Phase::Ended { outcome } = &self.phase {
            let reason = outcome.reason;
            return Err(match self.kicked.contains(user) {
                true => Refusal::Kicked,
                false => Refusal::SessionOver { reason },
            });
        }
        if now < self.spec.lobby_opens_at {
            let opens_at = self.spec.lobby_opens_at;
            return Err(Refusal::TooEarly { opens_at });
        }
        let seat = &self.seats[side];
        if seat.newest.is_some_and(|newest| join.connection < newest) {
            // The last words of a page that was reloaded since: they must not throw out the new one.
            return Err(Refusal::Replaced);
        }
        let resume = join.resume;
        let claim = resume.map_or(Claim::Unknown, |resume| {
            seat.tokens.claim(&resume.token_hash)
        });
        let held = !seat.is_empty();
        let entry = match (claim, resume) {
            (Claim::Dead, _) => return Err(Refusal::Replaced),
            (Claim::InStream, Some(resume)) if held => {
                match seat.stream.can_replay(resume.last_seq) {
                    true => Entry::Resumed(resume),
                    false => Entry::WithoutFrames(resume),
                }
            }
            (Claim::OutOfStream, Some(resume)) if held => Entry::WithoutFrames(resume),
            _ => Entry::Fresh,
        };
        let taken = entry == Entry::Fresh && seat.is_in();
        if taken && self.spec.duplicate == DuplicatePolicy::Reject {
            return Err(Refusal::SeatTaken);
        }
        Ok((side, entry))
    }

    fn enter(&mut self, side: Side, entry: Entry, join: Join, now: UnixMs, fx: &mut Effects) {
        let connection = join.connection;
        let token = join.new_token_hash;
        let seat = &mut self.seats[side];
        if let Some(older) = seat.connection() {
            fx.close(older, CloseCode::Replaced);
            if entry == Entry::Fresh {
                fx.count(Metric::TakenOver);
            }
        }
        let was_empty = seat.is_empty();
        let how = match entry {
            Entry::Fresh => Back::Fresh,
            Entry::Resumed(_) => Back::Resumed,
            Entry::WithoutFrames(_) => Back::WithoutFrames,
        };
        if seat.take(connection, now) {
            fx.count(Metric::StayForgotten);
        }
        match entry {
            Entry::Fresh => {
                let shown = join.resume.map(|resume| resume.token_hash);
                for _ in 0..seat.tokens.replace(shown, token) {
                    fx.count(Metric::TokenForgotten);
                }
                seat.stream = Stream::default();
                // A new page counts its frames from 1.
                seat.last_id = None;
                self.negotiation.joined_fresh(side);
                fx.count(Metric::JoinedFresh);
            }
            Entry::Resumed(claim) => {
                seat.tokens.renew(claim.token_hash, token, true);
                seat.stream.confirm(claim.last_seq);
                fx.count(Metric::Resumed);
            }
            Entry::WithoutFrames(claim) => {
                seat.tokens.renew(claim.token_hash, token, false);
                seat.stream = Stream::default();
                self.negotiation.came_back_without_frames(side);
                fx.count(Metric::ResumeRefused);
            }
        }
        fx.save_behind();
        if was_empty {
            fx.fact(EventType::SessionJoined, self.about(side));
        } else {
            let user = self.user(side).clone();
            fx.note(Note::Back { user, how });
        }
        self.greet(side, entry, join.new_token, now, fx);
        self.both_may_be_in(now, fx);
    }

    /// Tells whoever came where things stand, and the other one that they came.
    fn greet(
        &mut self,
        side: Side,
        entry: Entry,
        new_token: String,
        now: UnixMs,
        fx: &mut Effects,
    ) {
        let Some(connection) = self.seats[side].connection() else {
            return;
        };
        let user_id = self.user(side).clone();
        let resumed = matches!(entry, Entry::Resumed(_));
        let welcome = self.welcome(side, connection, new_token, resumed, now);
        fx.send(connection, welcome);
        match entry {
            Entry::Resumed(claim) => {
                for (seq, frame) in self.seats[side].stream.after(claim.last_seq) {
                    fx.send_numbered(connection, *seq, frame.clone());
                }
            }
            Entry::Fresh | Entry::WithoutFrames(_) => {
                self.tell_waiting(side, now, fx);
                self.tell_still_paused(side, fx);
            }
        }
        match entry {
            Entry::Fresh => self.tell(other(side), PeerJoined { user_id }, fx),
            Entry::Resumed(_) | Entry::WithoutFrames(_) => {
                self.tell(other(side), PeerResumed { user_id }, fx);
            }
        }
    }

    /// Both being in lets a negotiation begin, and a clock that stands run again. The countdown,
    /// which also needs the start to be past, is the lobby's deadline.
    pub(crate) fn both_may_be_in(&mut self, now: UnixMs, fx: &mut Effects) {
        if !self.both_in() {
            return;
        }
        if self.media_is_ready(now)
            && let Some(round) = self.negotiation.begin(now, !self.has_media_room())
        {
            fx.note(Note::Negotiate { epoch: round.epoch });
            for side in SIDES {
                let negotiate = Negotiate {
                    epoch: round.epoch,
                    offerer: round.offerer.map(|side| self.user(side).clone()),
                    ice_servers: self.ice_servers(side, now),
                    media: self.media(side, now),
                };
                self.tell(side, negotiate, fx);
            }
        }
        if matches!(self.phase, Phase::Paused { .. }) {
            self.run_again(now, fx);
        }
    }

    /// A fact about one person.
    pub(crate) fn about(&self, side: Side) -> SessionFact {
        SessionFact {
            user_id: Some(self.user(side).clone()),
            ..SessionFact::default()
        }
    }
}
