//! ICE candidates as frames bring them (W3C WebRTC, section 4.8.2): judged by their line, and under
//! `ice: relay` written anew from what may pass.

mod line;

use std::borrow::Cow;

use serde::Deserialize;
use wire::{IcePolicy, RawJson};

pub(crate) use self::line::{CandidateLine, CandidateType, contains_control, is_ice_text};

/// Largest candidate, in bytes of JSON; browsers' are under 400.
const MAX_BYTES: usize = 2 * 1024;
/// Highest `sdpMLineIndex`, which is an `unsigned short`.
const MAX_LINE_INDEX: u64 = 65_535;

/// Whether a candidate is relayed, and how.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CandidateDecision {
    /// It ends one generation of candidates (W3C WebRTC, section 4.8.1), and is relayed: as it came, or
    /// this in its place.
    EndOfCandidates(Option<RawJson>),
    /// It is relayed as it came.
    Unchanged(CandidateType),
    /// This is relayed in its place: only what may pass under [`IcePolicy::Relay`].
    Replaced(RawJson),
    /// [`IcePolicy::Relay`] forbids it.
    Forbidden,
}

#[derive(Deserialize)]
struct Init<'a> {
    #[serde(borrow)]
    candidate: Cow<'a, str>,
}

/// Judges a candidate as a frame brings it.
///
/// # Errors
/// With the reason, as one word.
pub(crate) fn check(
    candidate: &RawJson,
    policy: IcePolicy,
    loopback: bool,
) -> Result<CandidateDecision, &'static str> {
    if candidate.is_null() {
        return Ok(CandidateDecision::EndOfCandidates(None));
    }
    let text = candidate.text();
    if text.len() > MAX_BYTES {
        return Err("too_large");
    }
    let init: Init<'_> = serde_json::from_str(text).map_err(|_| match text.starts_with('{') {
        true => "no_candidate",
        false => "not_an_object",
    })?;
    let line = init.candidate.trim();
    let line = line.strip_prefix("a=").unwrap_or(line);
    if line.is_empty() {
        let instead = match policy {
            IcePolicy::All => None,
            IcePolicy::Relay => Some(rewritten(text, String::new()).ok_or("no_candidate")?),
        };
        return Ok(CandidateDecision::EndOfCandidates(instead));
    }
    let value = line.strip_prefix("candidate:").ok_or("bad_line")?;
    let line = CandidateLine::parse(value)?;
    line.check(loopback)?;
    match policy {
        IcePolicy::All => Ok(CandidateDecision::Unchanged(line.kind())),
        IcePolicy::Relay => Ok(line
            .relayed()
            .and_then(|line| rewritten(text, format!("candidate:{line}")))
            .map_or(CandidateDecision::Forbidden, CandidateDecision::Replaced)),
    }
}

/// The members that `RTCIceCandidate.toJSON()` gives, where they hold what they are for, and no other.
fn rewritten(text: &str, line: String) -> Option<RawJson> {
    let object: serde_json::Map<_, serde_json::Value> = serde_json::from_str(text).ok()?;
    let name = |key: &str| {
        let name = object.get(key)?.as_str()?;
        is_ice_text(name).then(|| name.to_owned())
    };
    let index = object.get("sdpMLineIndex").and_then(|index| index.as_u64());
    let mut kept = serde_json::json!({
        "candidate": line,
        "sdpMid": name("sdpMid"),
        "sdpMLineIndex": index.filter(|index| *index <= MAX_LINE_INDEX),
    });
    if let Some(fragment) = name("usernameFragment") {
        kept["usernameFragment"] = fragment.into();
    }
    RawJson::parse(kept.to_string()).ok()
}

#[cfg(test)]
mod tests;
