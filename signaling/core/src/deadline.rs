//! Deadlines: which one comes next, and what happens when it is reached.

use wire::UnixMs;

use crate::seat::{SIDES, Side};
use crate::step_outputs::StepOutputs;
use crate::{Output, Session, SessionPhase};

/// Most deadlines that run in one call. A call that comes late finds a handful; more would be a loop
/// in the rules, which must not become a hang.
const MAX_DUE: usize = 32;

/// What a deadline is for; the label of its lateness metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeadlineKind {
    /// Both are in, and the session starts.
    Start,
    /// The lobby closes.
    Close,
    /// The countdown is over.
    Countdown,
    /// The wait for media is given up.
    Connect,
    /// `ending` is to be said.
    Warning,
    /// The time is up.
    Deadline,
    /// The clock has stood for as long as it may.
    Pause,
    /// Somebody who is lost did not come back.
    Grace,
    /// Somebody's relay credentials are to be renewed.
    Renewal,
    /// A socket that was asked for a sign of life has given none.
    Probe,
}

impl DeadlineKind {
    /// The `kind` label of `signaling_timer_lateness_seconds`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            DeadlineKind::Start => "start",
            DeadlineKind::Close => "close",
            DeadlineKind::Countdown => "countdown",
            DeadlineKind::Connect => "connect",
            DeadlineKind::Warning => "warning",
            DeadlineKind::Deadline => "deadline",
            DeadlineKind::Pause => "pause",
            DeadlineKind::Grace => "grace",
            DeadlineKind::Renewal => "renewal",
            DeadlineKind::Probe => "probe",
        }
    }
}

impl Session {
    /// When to call [`Session::handle`] with a tick, though nothing else came.
    #[must_use]
    pub fn next_deadline(&self) -> Option<UnixMs> {
        self.next_due().map(|(at, _)| at)
    }

    /// The same, and what it is of. Of one instant the phase's own goes before a grace: a session
    /// whose time is up was not abandoned.
    #[must_use]
    pub fn next_due(&self) -> Option<(UnixMs, DeadlineKind)> {
        let graces = self.seats.iter().filter_map(|seat| seat.resume_until());
        let grace = graces.min().map(|at| (at, DeadlineKind::Grace));
        let probe = self.probes.iter().map(|probe| probe.until).min();
        let renewal = self.renewal_due();
        let of_phase = self.phase_due();
        // Of equals `min_by_key` takes the first.
        of_phase
            .into_iter()
            .chain(grace)
            .chain(probe.map(|at| (at, DeadlineKind::Probe)))
            .chain(renewal.map(|at| (at, DeadlineKind::Renewal)))
            .min_by_key(|(at, _)| *at)
    }

    /// True while a timer runs that is a duration and no booked time: a grace, a countdown, the wait
    /// for media, the live clock. A lobby only waits for booked times.
    #[must_use]
    pub fn has_running_timer(&self) -> bool {
        let grace_runs = self.seats.iter().any(|seat| seat.resume_until().is_some());
        let waits = matches!(self.phase, SessionPhase::Lobby | SessionPhase::Ended { .. });
        grace_runs || !waits || !self.probes.is_empty()
    }

    /// Runs what is due at `now`.
    pub(crate) fn run_due(&mut self, now: UnixMs, outputs: &mut Vec<Output>) {
        for _ in 0..MAX_DUE {
            let Some((at, due)) = self.next_due().filter(|(at, _)| *at <= now) else {
                return;
            };
            self.step(now, outputs, |session, out| {
                session.run_deadline(at, due, now, out)
            });
        }
        debug_assert!(
            self.next_deadline().is_none_or(|at| at > now),
            "deadlines that never end: {self:?}"
        );
    }

    fn run_deadline(&mut self, at: UnixMs, due: DeadlineKind, now: UnixMs, out: &mut StepOutputs) {
        match due {
            DeadlineKind::Grace => {}
            DeadlineKind::Probe => return self.settle_probes(now, out),
            DeadlineKind::Renewal => return self.renew_credentials(now, out),
            _ => {
                self.run_phase_deadline(now, out);
                return self.settle_probes(now, out);
            }
        }
        let over = |side: &Side| self.seats[*side].resume_until() == Some(at);
        if let Some(side) = SIDES.into_iter().find(over) {
            self.grace_is_over(side, now, out);
        }
    }

    fn phase_due(&self) -> Option<(UnixMs, DeadlineKind)> {
        match &self.phase {
            SessionPhase::Lobby => self.lobby_due(),
            SessionPhase::Countdown { live_at } => {
                Some((self.clipped(*live_at), DeadlineKind::Countdown))
            }
            SessionPhase::Connecting { until } => Some((*until, DeadlineKind::Connect)),
            SessionPhase::Paused { until, .. } => Some((*until, DeadlineKind::Pause)),
            SessionPhase::Live {
                deadline_at,
                warned,
                ..
            } => Some(self.live_due(*deadline_at, *warned)),
            SessionPhase::Ended { .. } => None,
        }
    }

    fn run_phase_deadline(&mut self, now: UnixMs, out: &mut StepOutputs) {
        match self.phase {
            SessionPhase::Lobby => self.lobby_is_due(now, out),
            SessionPhase::Countdown { live_at } => self.countdown_is_over(live_at, now, out),
            SessionPhase::Connecting { .. } => self.connecting_is_over(out),
            SessionPhase::Live { deadline_at, .. } => self.live_is_due(deadline_at, now, out),
            SessionPhase::Paused { .. } => self.resume_clock(now, out),
            SessionPhase::Ended { .. } => {}
        }
    }
}
