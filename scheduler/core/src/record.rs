//! What became of a session, folded from facts that may come late, twice and in any order.
//!
//! Each field is a join of a lattice (a union of sets, a smallest, a largest), so the fold gives the
//! same record for every order and repetition of the same facts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use wire::{EndReason, Outcome, UnixMs, UserId};

/// Joins, and leaves, that are recorded of one person in one session; of more, the earliest.
pub(crate) const MAX_VISITS: usize = 500;

/// One fact, as signaling reports it or as the scheduler judges it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// One came in.
    Joined(UserId),
    /// One left, or their connection was lost.
    Left(UserId),
    /// The clock started, or went on after a pause.
    Live {
        /// When it started.
        started_at: UnixMs,
        /// When it runs out.
        deadline_at: UnixMs,
    },
    /// The deadline moved.
    Extended {
        /// When the clock runs out.
        deadline_at: UnixMs,
    },
    /// It is over, says signaling.
    Ended {
        /// Why it ended.
        reason: EndReason,
        /// Of a no-show: who was never in.
        absent: Option<Vec<UserId>>,
    },
    /// Somebody never came, says signaling.
    NoShow {
        /// Those who never came.
        absent: Vec<UserId>,
    },
    /// Nobody came, judges the scheduler.
    NobodyCame {
        /// Both participants, always.
        absent: Vec<UserId>,
    },
}

/// Who reported an end; of two ends, the first in this order counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EndSource {
    /// Signaling said that it ended.
    Signaling,
    /// Signaling said who did not come.
    SignalingNoShow,
    /// The scheduler judged that nobody came.
    Scheduler,
}

/// What became of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    joined: BTreeMap<UserId, BTreeSet<UnixMs>>,
    left: BTreeMap<UserId, BTreeSet<UnixMs>>,
    started_at: Option<UnixMs>,
    deadline_at: Option<UnixMs>,
    end: Option<RecordedEnd>,
}

/// An end; the order of the fields decides which of two counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct RecordedEnd {
    /// Called `judge` where it is stored.
    #[serde(rename = "judge")]
    source: EndSource,
    at: UnixMs,
    reason: String,
    absent: Option<Vec<UserId>>,
}

/// Whether anybody came before the session closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attendance {
    /// Signaling has not yet reported everything.
    Unknown,
    /// Somebody did: signaling says how it ends.
    SomebodyCame,
    /// Nobody came: it is a no-show.
    NobodyCame,
}

impl Record {
    /// Takes in a fact that happened at `at`.
    pub fn note(&mut self, at: UnixMs, fact: Fact) {
        match fact {
            Fact::Joined(user) => visit(&mut self.joined, user, at),
            Fact::Left(user) => visit(&mut self.left, user, at),
            Fact::Live {
                started_at,
                deadline_at,
            } => {
                self.started_at = Some(self.started_at.map_or(started_at, |s| s.min(started_at)));
                self.deadline_at = self.deadline_at.max(Some(deadline_at));
            }
            Fact::Extended { deadline_at } => {
                self.deadline_at = self.deadline_at.max(Some(deadline_at));
            }
            Fact::Ended { reason, absent } => {
                self.end_with(EndSource::Signaling, at, reason, absent);
            }
            Fact::NoShow { absent } => {
                self.end_with(
                    EndSource::SignalingNoShow,
                    at,
                    EndReason::NoShow,
                    Some(absent),
                );
            }
            Fact::NobodyCame { absent } => {
                self.end_with(EndSource::Scheduler, at, EndReason::NoShow, Some(absent));
            }
        }
    }

    /// Each time that `user` came in, rising.
    #[must_use]
    pub fn joined_at(&self, user: &UserId) -> Vec<UnixMs> {
        times(&self.joined, user)
    }

    /// Each time that `user` went, rising.
    #[must_use]
    pub fn left_at(&self, user: &UserId) -> Vec<UnixMs> {
        times(&self.left, user)
    }

    /// When the clock started.
    #[must_use]
    pub fn started_at(&self) -> Option<UnixMs> {
        self.started_at
    }

    /// When the clock runs out, or ran out.
    #[must_use]
    pub fn deadline_at(&self) -> Option<UnixMs> {
        self.deadline_at
    }

    /// When it was over.
    #[must_use]
    pub fn ended_at(&self) -> Option<UnixMs> {
        self.end.as_ref().map(|end| end.at)
    }

    /// How it ended.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        let end = self.end.as_ref()?;
        Some(Outcome {
            reason: EndReason::from_name(&end.reason)?,
            absent: end.absent.clone(),
        })
    }

    /// True once anybody was in.
    #[must_use]
    pub fn anybody_came(&self) -> bool {
        !self.joined.is_empty() || self.started_at.is_some()
    }

    /// Whether anybody came, as far as can be said when signaling has reported all up to
    /// `source_watermark`.
    #[must_use]
    pub(crate) fn attendance(
        &self,
        closes_at: UnixMs,
        source_watermark: Option<UnixMs>,
    ) -> Attendance {
        if self.anybody_came() {
            Attendance::SomebodyCame
        } else if source_watermark.is_some_and(|source_watermark| source_watermark >= closes_at) {
            Attendance::NobodyCame
        } else {
            Attendance::Unknown
        }
    }

    fn end_with(
        &mut self,
        source: EndSource,
        at: UnixMs,
        reason: EndReason,
        absent: Option<Vec<UserId>>,
    ) {
        let absent = absent.map(|mut users| {
            users.sort();
            users
        });
        let end = RecordedEnd {
            source,
            at,
            reason: reason.name().to_owned(),
            absent,
        };
        self.end = Some(match self.end.take() {
            Some(known) => known.min(end),
            None => end,
        });
    }
}

fn visit(visits: &mut BTreeMap<UserId, BTreeSet<UnixMs>>, user: UserId, at: UnixMs) {
    let times = visits.entry(user).or_default();
    times.insert(at);
    if times.len() > MAX_VISITS {
        times.pop_last();
    }
}

fn times(visits: &BTreeMap<UserId, BTreeSet<UnixMs>>, user: &UserId) -> Vec<UnixMs> {
    visits
        .get(user)
        .map(|times| times.iter().copied().collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(facts: &[(UnixMs, Fact)]) -> Record {
        let mut record = Record::default();
        for (at, fact) in facts {
            record.note(*at, fact.clone());
        }
        record
    }

    fn any_fact() -> impl Strategy<Value = (UnixMs, Fact)> {
        let user = prop_oneof![Just(UserId::from("ana")), Just(UserId::from("bo"))];
        let users = prop::collection::vec(user.clone(), 0..3);
        let reason = prop_oneof![
            Just(EndReason::Completed),
            Just(EndReason::Left),
            Just(EndReason::NoShow)
        ];
        let fact = prop_oneof![
            user.clone().prop_map(Fact::Joined),
            user.prop_map(Fact::Left),
            (0..20i64, 0..20i64).prop_map(|(started, deadline)| Fact::Live {
                started_at: UnixMs(started),
                deadline_at: UnixMs(deadline),
            }),
            (0..20i64).prop_map(|deadline| Fact::Extended {
                deadline_at: UnixMs(deadline)
            }),
            (reason, prop::option::of(users.clone()))
                .prop_map(|(reason, absent)| Fact::Ended { reason, absent }),
            users.clone().prop_map(|absent| Fact::NoShow { absent }),
            users.prop_map(|absent| Fact::NobodyCame { absent }),
        ];
        ((0..20i64).prop_map(UnixMs), fact)
    }

    proptest! {
        #[test]
        fn sch_11_the_record_is_the_same_for_every_order_and_repetition(
            (facts, shuffled) in prop::collection::vec(any_fact(), 0..24).prop_flat_map(|facts| {
                let twice: Vec<_> = facts.iter().chain(&facts).cloned().collect();
                (Just(facts), Just(twice).prop_shuffle())
            })
        ) {
            prop_assert_eq!(folded(&facts), folded(&shuffled));
        }
    }

    #[test]
    fn sch_11_more_visits_than_are_kept_fold_alike_in_any_order() {
        let visit = |at| (UnixMs(at), Fact::Joined("ana".into()));
        let rising: Vec<_> = (0..MAX_VISITS as i64 + 50).map(visit).collect();
        let falling: Vec<_> = rising.iter().rev().cloned().collect();
        assert_eq!(folded(&rising), folded(&falling));
        assert_eq!(folded(&rising).joined_at(&"ana".into()).len(), MAX_VISITS);
    }

    #[test]
    fn sch_12_signaling_knows_how_a_session_ended_whatever_was_judged_before() {
        let judged = (
            UnixMs(5),
            Fact::NobodyCame {
                absent: vec!["bo".into(), "ana".into()],
            },
        );
        assert_eq!(
            folded(std::slice::from_ref(&judged)).outcome(),
            Some(Outcome {
                reason: EndReason::NoShow,
                absent: Some(vec!["ana".into(), "bo".into()]),
            })
        );
        let reported = (
            UnixMs(9),
            Fact::Ended {
                reason: EndReason::Completed,
                absent: None,
            },
        );
        let record = folded(&[judged, reported]);
        assert_eq!(record.outcome().unwrap().reason, EndReason::Completed);
        assert_eq!(record.ended_at(), Some(UnixMs(9)));
    }

    #[test]
    fn sch_12_the_deadline_is_the_latest_that_was_told() {
        let record = folded(&[
            (
                UnixMs(3),
                Fact::Extended {
                    deadline_at: UnixMs(120),
                },
            ),
            (
                UnixMs(1),
                Fact::Live {
                    started_at: UnixMs(1),
                    deadline_at: UnixMs(60),
                },
            ),
        ]);
        assert_eq!(record.started_at(), Some(UnixMs(1)));
        assert_eq!(record.deadline_at(), Some(UnixMs(120)));
    }
}
