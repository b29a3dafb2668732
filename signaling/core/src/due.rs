//! What time brings: which deadline comes next, and what happens when it is there.

use wire::UnixMs;

use crate::effects::Effects;
use crate::seat::{SIDES, Side};
use crate::{Output, Phase, Session};

/// Most deadlines that run in one call. A call that comes late finds a handful; more would be a loop
/// in the rules, which must not become a hang.
const MAX_DUE: usize = 32;

/// What a deadline is of; the edge labels its lateness by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Due {
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
}

impl Due {
    /// The word by which the edge labels it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Due::Start => "start",
            Due::Close => "close",
            Due::Countdown => "countdown",
            Due::Connect => "connect",
            Due::Warning => "warning",
            Due::Deadline => "deadline",
            Due::Pause => "pause",
            Due::Grace => "grace",
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
    pub fn next_due(&self) -> Option<(UnixMs, Due)> {
        let graces = self.seats.iter().filter_map(|seat| seat.resume_until());
        let grace = graces.min().map(|at| (at, Due::Grace));
        let of_phase = self.phase_due();
        // Of equals `min_by_key` takes the first.
        of_phase.into_iter().chain(grace).min_by_key(|(at, _)| *at)
    }

    /// True while something runs that is a span and no point in time: a grace, a countdown, the wait
    /// for media, the clock. A lobby waits for what was booked, and nothing runs in it.
    #[must_use]
    pub fn span_runs(&self) -> bool {
        let grace_runs = self.seats.iter().any(|seat| seat.resume_until().is_some());
        let waits = matches!(self.phase, Phase::Lobby | Phase::Ended { .. });
        grace_runs || !waits
    }

    /// Runs what is due at `now`.
    pub(crate) fn run_due(&mut self, now: UnixMs, outputs: &mut Vec<Output>) {
        for _ in 0..MAX_DUE {
            let Some((at, due)) = self.next_due().filter(|(at, _)| *at <= now) else {
                return;
            };
            self.step(now, outputs, |session, fx| session.reach(at, due, now, fx));
        }
        debug_assert!(
            self.next_deadline().is_none_or(|at| at > now),
            "deadlines that never end: {self:?}"
        );
    }

    fn reach(&mut self, at: UnixMs, due: Due, now: UnixMs, fx: &mut Effects) {
        if due != Due::Grace {
            return self.reach_phase_due(now, fx);
        }
        let over = |side: &Side| self.seats[*side].resume_until() == Some(at);
        if let Some(side) = SIDES.into_iter().find(over) {
            self.grace_is_over(side, now, fx);
        }
    }

    fn phase_due(&self) -> Option<(UnixMs, Due)> {
        match &self.phase {
            Phase::Lobby => self.lobby_due(),
            Phase::Countdown { live_at } => Some((*live_at, Due::Countdown)),
            Phase::Connecting { until } => Some((*until, Due::Connect)),
            Phase::Paused { until, .. } => Some((*until, Due::Pause)),
            Phase::Live {
                deadline_at,
                warned,
                ..
            } => Some(self.live_due(*deadline_at, *warned)),
            Phase::Ended { .. } => None,
        }
    }

    fn reach_phase_due(&mut self, now: UnixMs, fx: &mut Effects) {
        match self.phase {
            Phase::Lobby => self.lobby_is_due(now, fx),
            Phase::Countdown { live_at } => self.countdown_is_over(live_at, now, fx),
            Phase::Connecting { .. } => self.connecting_is_over(fx),
            Phase::Live { deadline_at, .. } => self.live_is_due(deadline_at, now, fx),
            Phase::Paused { .. } => self.run_again(now, fx),
            Phase::Ended { .. } => {}
        }
    }
}
