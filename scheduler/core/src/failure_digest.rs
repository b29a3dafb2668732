//! What operators are told once a day: what did not reach whom it was for, and why.

use std::collections::BTreeMap;
use std::fmt;

use wire::UnixMs;

/// How often something failed in one way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FailureCount {
    /// A channel of deliveries, or the kind of a job.
    pub what: String,
    /// `failed` or `missed`.
    pub state: String,
    /// Why; empty where nothing says.
    pub reason: String,
    /// How often it failed in this way.
    pub count: u64,
}

/// The failures of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureDigest {
    /// From when on.
    pub from: UnixMs,
    /// Up to when, which is excluded.
    pub to: UnixMs,
    /// Deliveries that were planned in that time.
    pub deliveries: Vec<FailureCount>,
    /// Deliveries that were planned in the days before and are given up: webhooks are tried for days.
    pub earlier: Vec<FailureCount>,
    /// Jobs that were due in it.
    pub jobs: Vec<FailureCount>,
    /// Mails of accounts that were asked for in it and given up.
    pub mails: u64,
    /// Endpoints of applications that are told nothing because they failed or were switched off.
    pub disabled_endpoints: u64,
    /// Addresses of which it turned out in that time that there is no such mailbox.
    pub marked_addresses: u64,
}

impl fmt::Display for FailureCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason.as_str() {
            "" => "no reason is known",
            reason => reason,
        };
        write!(f, "{} {} {}: {reason}", self.what, self.state, self.count)
    }
}

impl FailureDigest {
    /// The sum of equal failures, the most frequent first.
    #[must_use]
    pub fn summed(counts: impl IntoIterator<Item = FailureCount>) -> Vec<FailureCount> {
        let mut sums = BTreeMap::new();
        for one in counts {
            *sums.entry((one.what, one.state, one.reason)).or_insert(0) += one.count;
        }
        let count = |((what, state, reason), count)| FailureCount {
            what,
            state,
            reason,
            count,
        };
        let mut summed: Vec<_> = sums.into_iter().map(count).collect();
        summed.sort_by_key(|one| std::cmp::Reverse(one.count));
        summed
    }

    fn counts(&self) -> impl Iterator<Item = &FailureCount> {
        self.deliveries
            .iter()
            .chain(&self.earlier)
            .chain(&self.jobs)
    }

    /// Everything that failed.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts().map(|one| one.count).sum::<u64>() + self.mails
    }
}

/// Most ways of failing that a digest lists; the others are in their sum.
const MAX_LINES: usize = 40;

impl fmt::Display for FailureDigest {
    /// A line for each way of failing, as `email failed 3: mailbox_full`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for one in self.counts().take(MAX_LINES) {
            writeln!(f, "{one}")?;
        }
        let more: u64 = self.counts().skip(MAX_LINES).map(|one| one.count).sum();
        if more > 0 {
            writeln!(f, "and {more} more, in other ways")?;
        }
        if self.mails > 0 {
            writeln!(f, "mails of accounts given up {}", self.mails)?;
        }
        if self.marked_addresses > 0 {
            writeln!(f, "addresses without a mailbox {}", self.marked_addresses)?;
        }
        if self.disabled_endpoints > 0 {
            writeln!(f, "endpoints that are disabled {}", self.disabled_endpoints)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(what: &str, reason: &str, count: u64) -> FailureCount {
        FailureCount {
            what: what.to_owned(),
            state: "failed".to_owned(),
            reason: reason.to_owned(),
            count,
        }
    }

    #[test]
    fn sch_343_a_digest_sums_what_failed_alike_and_is_bounded() {
        let hours = [
            one("email", "full", 1),
            one("push", "", 2),
            one("email", "full", 4),
        ];
        let mut digest = FailureDigest {
            from: UnixMs(0),
            to: UnixMs(86_400_000),
            deliveries: FailureDigest::summed(hours),
            earlier: Vec::new(),
            jobs: Vec::new(),
            mails: 0,
            disabled_endpoints: 0,
            marked_addresses: 0,
        };
        assert_eq!(digest.total(), 7);
        let text = digest.to_string();
        assert_eq!(
            text,
            "email failed 5: full\npush failed 2: no reason is known\n"
        );
        let many = (0..100).map(|n| one("webhook", &format!("status {n}"), 1));
        digest.jobs = FailureDigest::summed(many);
        digest.mails = 3;
        let text = digest.to_string();
        assert_eq!(text.lines().count(), MAX_LINES + 2);
        assert!(text.contains("and 62 more, in other ways"), "{text}");
        assert_eq!(digest.total(), 110);
    }
}
