//! What became of a session, folded from facts that may come late, twice and in any order.
//!
//! Each field is a join of a lattice (a union of sets, a smallest, a largest), so the fold gives the
//! same record for every order and repetition of the same facts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use wire::{EndReason, Outcome, UnixMs, UserId};

/// Joins, and leaves, that are recorded of one person in one session; of more, the earliest.
pub(crate) const MAX_TIMES: usize = 500;

/// One fact, as signaling reports it or as the scheduler judges it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// One came in.
    Joined(UserId),
    /// One left, or their connection was lost.
    Left(UserId),
    /// An operator removed one for good.
    Kicked(UserId),
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
    /// Signaling reports that it is over.
    Ended {
        /// Why it ended.
        reason: EndReason,
        /// Of a no-show: who was never in.
        absent: Option<Vec<UserId>>,
    },
    /// Signaling reports that somebody never came.
    NoShow {
        /// Those who never came.
        absent: Vec<UserId>,
    },
    /// The scheduler judges that nobody came.
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
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    kicked: BTreeSet<UserId>,
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
    /// Somebody did: signaling will report how it ends.
    SomebodyCame,
    /// Nobody came: it is a no-show.
    NobodyCame,
}

impl Record {
    /// Takes in a fact that happened at `at`.
    pub fn note(&mut self, at: UnixMs, fact: Fact) {
        match fact {
            Fact::Joined(user) => add_time(&mut self.joined, user, at),
            Fact::Left(user) => add_time(&mut self.left, user, at),
            Fact::Kicked(user) => {
                self.kicked.insert(user);
            }
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

    /// True for who was removed by an operator: no credential of this session counts for them any more.
    #[must_use]
    pub fn is_kicked(&self, user: &UserId) -> bool {
        self.kicked.contains(user)
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

fn add_time(times_by_user: &mut BTreeMap<UserId, BTreeSet<UnixMs>>, user: UserId, at: UnixMs) {
    let times = times_by_user.entry(user).or_default();
    times.insert(at);
    if times.len() > MAX_TIMES {
        times.pop_last();
    }
}

fn times(times_by_user: &BTreeMap<UserId, BTreeSet<UnixMs>>, user: &UserId) -> Vec<UnixMs> {
    times_by_user
        .get(user)
        .map(|times| times.iter().copied().collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
