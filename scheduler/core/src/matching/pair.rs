//! Two people in an order that does not depend on who asks.

use wire::UserId;

/// Two different people, the one with the lower id first: the order in which both are locked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    low: UserId,
    high: UserId,
}

impl Pair {
    /// The two, whoever is named first.
    #[must_use]
    pub fn of(one: &UserId, other: &UserId) -> Self {
        let (low, high) = if one <= other {
            (one, other)
        } else {
            (other, one)
        };
        Self {
            low: low.clone(),
            high: high.clone(),
        }
    }

    /// The one whose id is the lower.
    #[must_use]
    pub fn low(&self) -> &UserId {
        &self.low
    }

    /// The one whose id is the higher.
    #[must_use]
    pub fn high(&self) -> &UserId {
        &self.high
    }
}
