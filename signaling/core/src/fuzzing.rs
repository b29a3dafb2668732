//! The judges of what a browser writes, as `tools/fuzz` calls them.

use wire::{IcePolicy, RawJson};

use crate::candidate::{self, CandidateDecision};
use crate::sdp::{self, SdpLimits};

/// What of a description is relayed under a policy.
///
/// # Errors
/// With the reason, as one word.
pub fn description(text: &str, policy: IcePolicy) -> Result<String, &'static str> {
    let limits = SdpLimits {
        policy,
        loopback: false,
        max_candidates: 100,
    };
    sdp::check(text.to_owned(), limits).map(|checked| checked.sdp)
}

/// What is relayed in place of a candidate under a policy; `None` where nothing is.
///
/// # Errors
/// With the reason, as one word.
pub fn candidate(json: &RawJson, policy: IcePolicy) -> Result<Option<RawJson>, &'static str> {
    Ok(match candidate::check(json, policy, false)? {
        CandidateDecision::EndOfCandidates(None) | CandidateDecision::Unchanged(_) => {
            Some(json.clone())
        }
        CandidateDecision::EndOfCandidates(Some(instead))
        | CandidateDecision::Replaced(instead) => Some(instead),
        CandidateDecision::Forbidden => None,
    })
}
