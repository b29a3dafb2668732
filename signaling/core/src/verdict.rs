//! How it ends: the verdict, told to both, and the door shut.

use wire::signaling::Ended;
use wire::{CloseCode, EndReason, EventType, Outcome, SessionFact, UserId};

use crate::effects::Effects;
use crate::seat::{SIDES, Seat, Side};
use crate::{Phase, Session};

/// How somebody goes who is in when it ends; beside the words of `LeftReason`.
const LEFT_WITH_THE_END: &str = "ended";

impl Session {
    /// The lobby closes with a seat empty: a no-show of whoever was never in, else abandoned.
    pub(crate) fn close_lobby(&mut self, fx: &mut Effects) {
        let never_in = |side: &Side| self.seats[*side].last_in_at.is_none();
        let absent: Vec<UserId> = SIDES
            .into_iter()
            .filter(never_in)
            .map(|side| self.user(side).clone())
            .collect();
        if absent.is_empty() {
            return self.end(EndReason::Abandoned, None, fx);
        }
        if !self.nobody_came() {
            let no_show = SessionFact {
                absent: Some(absent.clone()),
                evidence: Some(self.evidence(fx)),
                ..SessionFact::default()
            };
            fx.fact(EventType::SessionNoShow, no_show);
        }
        let outcome = Outcome {
            reason: EndReason::NoShow,
            absent: Some(absent),
        };
        self.end_with(outcome, None, fx);
    }

    /// Ends the session. `by` is who left or was removed, whose going is reported already.
    pub(crate) fn end(&mut self, reason: EndReason, by: Option<Side>, fx: &mut Effects) {
        let outcome = Outcome {
            reason,
            absent: None,
        };
        self.end_with(outcome, by, fx);
    }

    fn end_with(&mut self, outcome: Outcome, by: Option<Side>, fx: &mut Effects) {
        for side in SIDES {
            if by != Some(side) && !self.seats[side].is_empty() {
                let left = SessionFact {
                    how: Some(LEFT_WITH_THE_END.to_owned()),
                    ..self.about(side)
                };
                fx.fact(EventType::SessionLeft, left);
            }
        }
        let judged_by_scheduler = outcome.reason == EndReason::NoShow && self.nobody_came();
        let evidence = self.evidence(fx);
        if !judged_by_scheduler {
            let ended = SessionFact {
                evidence: Some(evidence),
                reason: Some(outcome.reason),
                absent: outcome.absent.clone(),
                ..SessionFact::default()
            };
            fx.fact(EventType::SessionEnded, ended);
        }
        fx.save_first();
        let frame = Ended {
            reason: outcome.reason,
            absent: outcome.absent.clone(),
        };
        self.tell_both(frame, fx);
        for side in SIDES {
            if let Some(connection) = self.seats[side].connection() {
                let kicked = self.kicked.contains(self.user(side));
                let code = match kicked {
                    true => CloseCode::Kicked,
                    false => CloseCode::SessionOver,
                };
                fx.close(connection, code);
            }
            self.seats[side] = Seat::default();
        }
        self.negotiation.vacated();
        self.phase = Phase::Ended { outcome };
    }
}
