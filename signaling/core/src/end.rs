//! How a session ends: the outcome is decided, sent to both, and their sockets are closed.

use wire::signaling::Ended;
use wire::{CloseCode, EndReason, EventType, Outcome, SessionFact, UserId};

use crate::seat::{SIDES, Seat, Side};
use crate::step_outputs::StepOutputs;
use crate::{Session, SessionPhase};

/// The `how` of whoever is in when it ends; beside the values of `LeftReason`.
const LEFT_WITH_THE_END: &str = "ended";

impl Session {
    /// The lobby closes with a seat empty: a no-show of whoever was never in, else abandoned.
    pub(crate) fn close_lobby(&mut self, out: &mut StepOutputs) {
        let never_in = |side: &Side| self.seats[*side].last_in_at.is_none();
        let absent: Vec<UserId> = SIDES
            .into_iter()
            .filter(never_in)
            .map(|side| self.user(side).clone())
            .collect();
        if absent.is_empty() {
            return self.end(EndReason::Abandoned, None, out);
        }
        if !self.nobody_came() {
            let no_show = SessionFact {
                absent: Some(absent.clone()),
                evidence: Some(self.evidence(out)),
                ..SessionFact::default()
            };
            out.fact(EventType::SessionNoShow, no_show);
        }
        let outcome = Outcome {
            reason: EndReason::NoShow,
            absent: Some(absent),
        };
        self.end_with(outcome, None, out);
    }

    /// Ends the session. `by` is who left or was removed, whose going is reported already.
    pub(crate) fn end(&mut self, reason: EndReason, by: Option<Side>, out: &mut StepOutputs) {
        let outcome = Outcome {
            reason,
            absent: None,
        };
        self.end_with(outcome, by, out);
    }

    fn end_with(&mut self, outcome: Outcome, by: Option<Side>, out: &mut StepOutputs) {
        for side in SIDES {
            if by != Some(side) && !self.seats[side].is_empty() {
                let left = SessionFact {
                    how: Some(LEFT_WITH_THE_END.to_owned()),
                    ..self.fact_about(side)
                };
                out.fact(EventType::SessionLeft, left);
            }
        }
        let judged_by_scheduler = outcome.reason == EndReason::NoShow && self.nobody_came();
        let evidence = self.evidence(out);
        if !judged_by_scheduler {
            let ended = SessionFact {
                evidence: Some(evidence),
                reason: Some(outcome.reason),
                absent: outcome.absent.clone(),
                ..SessionFact::default()
            };
            out.fact(EventType::SessionEnded, ended);
        }
        out.save_first();
        let frame = Ended {
            reason: outcome.reason,
            absent: outcome.absent.clone(),
        };
        self.send_to_both(frame, out);
        for side in SIDES {
            if let Some(connection) = self.seats[side].connection() {
                let kicked = self.kicked.contains(self.user(side));
                let code = match kicked {
                    true => CloseCode::Kicked,
                    false => CloseCode::SessionOver,
                };
                out.close(connection, code);
            }
            self.seats[side] = Seat::default();
        }
        self.negotiation.vacated();
        self.phase = SessionPhase::Ended { outcome };
    }
}
