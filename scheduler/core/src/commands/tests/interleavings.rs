//! Two claimants, one session that is moved and called off, a clock that is set, and claimants that die, in any order: the
//! rows are as the store keeps them, and every decision is the core's.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::job::{ClaimedJob, ClaimedSubject, Job, JobKind, JobState};
use crate::settlement::{SettleContext, settle};

const LEASE_MS: i64 = 5_000;
/// Orders that are tried.
const CASES: u32 = 2_000;

#[derive(Debug, Clone, Copy)]
enum Step {
    Claim(usize),
    Settle(usize),
    Die(usize),
    Move,
    Cancel,
    Wait(i64),
    SetBack(i64),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..2usize).prop_map(Step::Claim),
        4 => (0..2usize).prop_map(Step::Settle),
        1 => (0..2usize).prop_map(Step::Die),
        2 => Just(Step::Move),
        1 => Just(Step::Cancel),
        4 => prop::sample::select(vec![1, 1_000, 6_000, 60_000, 240_000, 600_000]).prop_map(Step::Wait),
        1 => prop::sample::select(vec![1, 1_000, 7_200_000]).prop_map(Step::SetBack),
    ]
}

/// The rows of one session, and what two claimants hold of them.
struct Model {
    now: UnixMs,
    session: BookedSession,
    rows: Vec<(Job, JobState)>,
    hands: [Vec<ClaimedJob>; 2],
    /// By cause and person.
    told: BTreeSet<(String, UserId)>,
    ids: Box<dyn FnMut() -> String>,
}

impl Model {
    fn new() -> Self {
        let mut ids: Box<dyn FnMut() -> String> = Box::new(counted());
        let context = Surroundings::default();
        let decision = book(NOW, command(None), [None, None], context, &mut ids);
        let (session, effects) = done(decision);
        let mut model = Self {
            now: NOW,
            session,
            rows: Vec::new(),
            hands: [Vec::new(), Vec::new()],
            told: BTreeSet::new(),
            ids,
        };
        model.write(effects);
        model
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Claim(node) => self.claim(node),
            Step::Settle(node) => self.settle(node),
            Step::Die(node) => self.hands[node].clear(),
            Step::Move if !self.session.cancelled => {
                let (now, command) = (self.now, moved(&self.session, 60_000));
                let session = Some(self.session.clone());
                let context = Surroundings::default();
                let decision = change(now, command, session, context, &mut *self.ids);
                self.decided(decision);
            }
            Step::Cancel => {
                let mut command = cancelled(None);
                command.id = self.session.id.clone();
                let (now, session) = (self.now, Some(self.session.clone()));
                let decision = cancel(now, command, session, &mut *self.ids);
                self.decided(decision);
            }
            Step::Move => {}
            Step::Wait(ms) => self.now = self.now + ms,
            Step::SetBack(ms) => self.now = self.now - ms,
        }
    }

    fn decided(&mut self, decision: Decision) {
        if let CommandOutcome::Done(session) = decision.outcome {
            self.session = *session;
        }
        if let Some(effects) = decision.effects {
            self.write(effects);
        }
    }

    fn claim(&mut self, node: usize) {
        for (row, state) in &mut self.rows {
            if row.due_at > self.now {
                continue;
            }
            let Ok((job, until)) = row.clone().claim(*state, self.now, LEASE_MS) else {
                continue;
            };
            (*row, *state) = (job.clone(), JobState::Claimed { until });
            self.hands[node].push(ClaimedJob {
                job,
                until,
                subject: ClaimedSubject::Session(Box::new(self.session.clone())),
            });
        }
    }

    /// Writes under the term of each claim, and nothing where it was lost.
    fn settle(&mut self, node: usize) {
        for claimed in std::mem::take(&mut self.hands[node]) {
            let action = claimed.decide(self.now, None);
            let holds = |(row, state): &&mut (Job, JobState)| {
                row.id == claimed.job.id
                    && row.term == claimed.job.term
                    && matches!(state, JobState::Claimed { .. })
            };
            let Some((row, state)) = self.rows.iter_mut().find(holds) else {
                continue;
            };
            let update = action.job_update(&claimed.job);
            (*state, row.due_at) = (update.state, update.due_at);
            let context = SettleContext {
                open_reminders: self.open_reminders(),
                session: Some(self.session.clone()),
                unread: None,
            };
            let effects = settle(self.now, &claimed, &action, context, &mut *self.ids);
            for new in &effects.notifications {
                let starts_at = self.session.terms.starts_at;
                assert_eq!(new.notification.starts_at, Some(starts_at), "a dead time");
                assert!(!self.session.cancelled, "told of what was called off");
                let once = self.told.insert((new.cause.clone(), new.user.clone()));
                assert!(once, "told twice: {new:?}");
            }
            self.write(effects);
        }
    }

    fn open_reminders(&self) -> Vec<Job> {
        let open = self.rows.iter().filter(|(job, state)| is_open(job, *state));
        open.map(|(job, _)| job.clone()).collect()
    }

    fn write(&mut self, effects: Effects) {
        for (job, state) in &mut self.rows {
            let is_open = matches!(state, JobState::Due | JobState::Claimed { .. });
            match &effects.closed_jobs {
                Some(JobClosing::Cancel { except, .. }) if is_open && job.kind != *except => {
                    *state = JobState::Cancelled;
                }
                Some(JobClosing::CancelThese { jobs, .. }) => {
                    if is_open && jobs.contains(&(job.kind, job.user.clone())) {
                        *state = JobState::Cancelled;
                    }
                }
                Some(JobClosing::MissReminders { reason, .. }) => {
                    if is_open && matches!(job.kind, JobKind::Reminder { .. }) {
                        *state = JobState::Missed(*reason);
                    }
                }
                Some(JobClosing::Cancel { .. }) | None => {}
            }
        }
        for new in effects.new_jobs {
            let state = new.planned.state();
            let job = Job {
                id: new.id,
                subject: new.subject,
                revision: new.revision,
                kind: new.planned.kind,
                user: new.planned.user,
                payload: new.payload,
                due_at: new.planned.due_at,
                term: 0,
                attempts: 0,
            };
            let same = |(other, _): &(Job, JobState)| {
                (other.revision, other.kind, &other.user) == (job.revision, job.kind, &job.user)
            };
            assert!(!self.rows.iter().any(same), "two of one key: {job:?}");
            self.rows.push((job, state));
        }
    }

    /// All is done that was due, whoever has died: at the latest once every claim has lapsed, also one of before the clock
    /// was set back.
    fn drained(&mut self) {
        let lease = |(_, state): &(Job, JobState)| match state {
            JobState::Claimed { until } => Some(*until),
            _ => None,
        };
        let lapsed = self.rows.iter().filter_map(lease).max();
        let closes_at = self.session.terms.closes_at();
        self.now = lapsed.map_or(closes_at, |at| at.max(closes_at));
        for _ in 0..3 {
            self.now = self.now + LEASE_MS;
            self.claim(0);
            self.settle(0);
        }
        for (job, state) in &self.rows {
            let waits = matches!(job.kind, JobKind::NoShowCheck | JobKind::Retention);
            let is_open = matches!(state, JobState::Due | JobState::Claimed { .. });
            assert!(waits || !is_open, "{job:?} is {state:?}");
        }
    }
}

fn is_open(job: &Job, state: JobState) -> bool {
    matches!(job.kind, JobKind::Reminder { .. })
        && matches!(state, JobState::Due | JobState::Claimed { .. })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, ..ProptestConfig::default() })]

    #[test]
    fn sch_277_in_whatever_order_nobody_is_told_twice_or_of_a_dead_time_and_nothing_is_left(
        steps in prop::collection::vec(any_step(), 1..40)
    ) {
        let mut model = Model::new();
        for step in steps {
            model.step(step);
        }
        model.drained();
    }
}
