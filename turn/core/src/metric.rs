//! What is counted.

/// Something that happened and is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// An allocation was made.
    Allocated,
    /// A request was refused.
    Refused(RefusalCause),
    /// A payload of so many bytes was relayed.
    Relayed(usize),
    /// Something that arrived was dropped.
    Dropped(Dropped),
    /// An allocation ended because its credential was revoked.
    Ended,
    /// There are as many revocations as there may be, and the one that would have run out first was forgotten.
    RevocationForgotten,
}

/// Why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefusalCause {
    /// A signed request with a user name, a time or a signature that is none of ours.
    Credential,
    /// A credential of ours that was revoked.
    Revoked,
    /// The person has as many allocations as one may.
    PersonQuota,
    /// There are as many allocations as there may be.
    TotalQuota,
    /// No port was free, or an allocation has all the permissions that one may.
    Capacity,
    /// The peer is one that no relay may reach.
    Peer,
    /// Anything else: a request that makes no sense.
    Request,
}

impl RefusalCause {
    /// Value of the metric's label `why`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            RefusalCause::Credential => "credential",
            RefusalCause::Revoked => "revoked",
            RefusalCause::PersonQuota => "person_quota",
            RefusalCause::TotalQuota => "total_quota",
            RefusalCause::Capacity => "capacity",
            RefusalCause::Peer => "peer",
            RefusalCause::Request => "request",
        }
    }
}

/// Why something was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dropped {
    /// It is neither STUN nor channel data, or of nobody's allocation.
    Meaningless,
    /// No permission covers the peer.
    Permission,
    /// The allocation has sent or got as many bytes as it may in this second.
    Bandwidth,
    /// The address, or the person, has been answered as often as may be in this second.
    Flood,
}

impl Dropped {
    /// Value of the metric's label `why`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Dropped::Meaningless => "meaningless",
            Dropped::Permission => "permission",
            Dropped::Bandwidth => "bandwidth",
            Dropped::Flood => "flood",
        }
    }
}
