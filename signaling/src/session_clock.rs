//! Which time it is in one session.
//!
//! A session that only waits for what was booked goes by the wall clock. From the moment a span runs in it (a
//! grace, a countdown, the wait for media, the live clock) until the last one is over it goes by the steady
//! clock: whoever sets the wall clock meanwhile makes nothing early or late, and its two people see one clock
//! all along. It knows nothing of what a session does.

use service::clock;
use wire::UnixMs;

/// The clock of a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SessionClock {
    /// How far it is ahead of the steady clock, in milliseconds.
    ahead_ms: i64,
}

impl SessionClock {
    /// One that is so far ahead of the wall clock.
    pub(crate) fn ahead_of_wall(ms: i64) -> Self {
        Self {
            ahead_ms: clock::wall_ahead_ms() + ms,
        }
    }

    /// How far it is ahead of the wall clock, in milliseconds: how much that was set while a span ran.
    pub(crate) fn ms_ahead_of_wall(self) -> i64 {
        self.ahead_ms - clock::wall_ahead_ms()
    }

    /// Goes by the wall clock from here on, which is so far ahead of the steady one.
    pub(crate) fn follow(&mut self, wall_ahead_ms: i64) {
        self.ahead_ms = wall_ahead_ms;
    }

    /// What it shows when the steady clock shows `steady`.
    pub(crate) fn at(self, steady: UnixMs) -> UnixMs {
        steady + self.ahead_ms
    }

    /// What the steady clock shows when it shows `at`.
    pub(crate) fn steady(self, at: UnixMs) -> UnixMs {
        at - self.ahead_ms
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use signaling_core::{Input, Session, Settings};
    use wire::{ConnectionId, SessionSpec};

    use super::*;
    use crate::stored_session::tests::spec;

    const HOUR_MS: i64 = 3_600_000;

    /// A session and a machine whose wall clock somebody sets.
    struct Machine {
        session: Session,
        clock: SessionClock,
        steady: UnixMs,
        wall_ahead_ms: i64,
        joins: u8,
    }

    impl Machine {
        fn new(change: impl FnOnce(&mut SessionSpec)) -> Self {
            let mut spec = spec();
            spec.starts_at = UnixMs(10_000);
            spec.closes_at = UnixMs(20_000);
            spec.countdown_ms = 5_000;
            spec.connect_ms = 5_000;
            spec.duration_ms = 60_000;
            change(&mut spec);
            Self {
                session: Session::new(spec, Arc::new(Settings::default())),
                clock: SessionClock::default(),
                steady: UnixMs(0),
                wall_ahead_ms: 0,
                joins: 0,
            }
        }

        /// As the registry does it: the clock is looked at, then the input runs.
        fn take(&mut self, input: Input) {
            if !self.session.has_running_timer() {
                self.clock.follow(self.wall_ahead_ms);
            }
            drop(self.session.handle(self.clock.at(self.steady), input));
        }

        fn join(&mut self, side: usize) -> ConnectionId {
            self.joins += 1;
            let connection = ConnectionId(u64::from(self.joins));
            let spec = self.session.snapshot().spec;
            self.take(Input::Join {
                connection,
                user: spec.participants[side].user_id.clone(),
                spec,
                resume: None,
                new_token: String::new(),
                new_token_hash: [self.joins; 32],
            });
            connection
        }

        /// Lets time pass, and runs what the timer finds due meanwhile.
        fn pass(&mut self, ms: i64) {
            let until = self.steady + ms;
            while let Some(at) = self.due_in_steady().filter(|at| *at <= until) {
                self.steady = self.steady.max(at);
                self.take(Input::Tick);
            }
            self.steady = until;
        }

        fn due_in_steady(&mut self) -> Option<UnixMs> {
            if !self.session.has_running_timer() {
                self.clock.follow(self.wall_ahead_ms);
            }
            let due = self.session.next_deadline()?;
            Some(self.clock.steady(due))
        }

        fn phase(&self) -> wire::Phase {
            self.session.snapshot().phase.name()
        }
    }

    #[test]
    fn sig_200_a_wall_clock_that_is_set_moves_no_span() {
        for jumps in [
            vec![HOUR_MS],
            vec![-2 * HOUR_MS],
            vec![HOUR_MS, -3 * HOUR_MS],
            vec![-1_000; 20],
        ] {
            let mut machine = Machine::new(|_| {});
            let [ann, bob] = [0, 1].map(|side| machine.join(side));
            machine.pass(10_000);
            assert_eq!(machine.phase(), wire::Phase::Countdown);
            let mut jump = jumps.into_iter();
            let mut set = |machine: &mut Machine| {
                machine.wall_ahead_ms += jump.next().unwrap_or_default();
            };
            set(&mut machine);
            machine.pass(4_999);
            assert_eq!(machine.phase(), wire::Phase::Countdown);
            machine.pass(1);
            assert_eq!(machine.phase(), wire::Phase::Connecting);
            let epoch = machine.session.snapshot().round.unwrap().epoch;
            for connection in [ann, bob] {
                let frame = wire::signaling::Connected { epoch }.into();
                machine.take(Input::Frame {
                    connection,
                    id: None,
                    frame,
                });
            }
            assert_eq!(machine.phase(), wire::Phase::Live);
            for _ in 0..29 {
                set(&mut machine);
                machine.pass(1_000);
            }
            machine.take(Input::Lost { connection: bob });
            machine.pass(29_999);
            assert!(machine.session.has_running_timer());
            machine.pass(1_000);
            assert_eq!(machine.phase(), wire::Phase::Live);
            machine.pass(1);
            assert_eq!(machine.phase(), wire::Phase::Ended);
        }
    }

    #[test]
    fn sig_200_what_is_booked_goes_by_the_wall_clock_as_it_is_set() {
        let mut machine = Machine::new(|spec| spec.closes_at = UnixMs(10 * HOUR_MS));
        machine.join(0);
        machine.join(1);
        machine.wall_ahead_ms = HOUR_MS;
        machine.pass(1);
        assert_eq!(
            machine.phase(),
            wire::Phase::Countdown,
            "an hour late, at once"
        );

        let mut machine = Machine::new(|spec| spec.closes_at = UnixMs(10 * HOUR_MS));
        machine.join(0);
        machine.join(1);
        machine.wall_ahead_ms = -2 * HOUR_MS;
        machine.pass(2 * HOUR_MS + 9_999);
        assert_eq!(machine.phase(), wire::Phase::Lobby);
        machine.pass(1);
        assert_eq!(machine.phase(), wire::Phase::Countdown);
    }

    #[test]
    fn sig_200_a_lobby_follows_once_the_grace_in_it_is_over() {
        let mut machine = Machine::new(|spec| spec.closes_at = UnixMs(100_000));
        let ann = machine.join(0);
        machine.take(Input::Lost { connection: ann });
        machine.wall_ahead_ms = HOUR_MS;
        machine.pass(29_999);
        assert!(machine.session.is_over().is_none(), "a grace is a span");
        machine.pass(1);
        assert_eq!(machine.phase(), wire::Phase::Ended, "closed for an hour");
    }
}
