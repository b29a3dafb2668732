//! Descriptions by limits and shape (RFC 8866): what is no description of an encrypted call does not
//! reach the other browser. What is inside an `m=` section is the browsers' own affair, unless the booking
//! says `ice: relay`.

mod fingerprints;
mod grammar;
mod relay_only;

use std::borrow::Cow;

use wire::IcePolicy;

use self::fingerprints::{FINGERPRINT, Fingerprints, is_strong};
use self::relay_only::RelayOnly;
use crate::candidate::{CandidateLine, CandidateType, contains_control};

/// Most media sections; a call of two needs a handful.
const MAX_MEDIA_SECTIONS: usize = 64;

/// What candidates a description may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SdpLimits {
    pub(crate) policy: IcePolicy,
    pub(crate) loopback: bool,
    /// Of each type.
    pub(crate) max_candidates: u32,
}

/// A description that is relayed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CheckedSdp {
    /// The text that came, but for candidates that must not pass, for fingerprints beside a stronger one
    /// and, under [`IcePolicy::Relay`], for all that is not known to hold no address of the sender's own.
    pub(crate) sdp: String,
    /// How many candidates were taken out.
    pub(crate) stripped: u32,
}

/// Judges a description.
///
/// # Errors
/// With the reason, as one word.
pub(crate) fn check(sdp: String, limits: SdpLimits) -> Result<CheckedSdp, &'static str> {
    if lines(&sdp).next() != Some("v=0") {
        return Err("not_sdp");
    }
    let mut media = 0;
    let mut fingerprints = Fingerprints::default();
    let mut candidates = CandidateBudget::of(limits);
    let mut all_pass = true;
    for line in lines(&sdp) {
        check_line(line)?;
        if line.starts_with("m=") {
            media += 1;
            fingerprints.next_section();
        } else if line.starts_with("a=crypto:") {
            // SDES keys would be seen by this server (RFC 8827 forbids them).
            return Err("sdes");
        } else if let Some(fingerprint) = line.strip_prefix(FINGERPRINT) {
            fingerprints.add(fingerprint);
            all_pass &= is_strong(fingerprint);
        } else {
            all_pass &= candidates.may_pass(line);
        }
    }
    match media {
        0 => return Err("no_media"),
        MAX_MEDIA_SECTIONS.. => return Err("too_many_media"),
        _ => fingerprints.judge()?,
    }
    let mut candidates = CandidateBudget::of(limits);
    Ok(match limits.policy {
        IcePolicy::All if all_pass => CheckedSdp { sdp, stripped: 0 },
        IcePolicy::All => rewritten(&sdp, |line| {
            let is_weak = line
                .strip_prefix(FINGERPRINT)
                .is_some_and(|fp| !is_strong(fp));
            (!is_weak && candidates.may_pass(line)).then_some(Cow::Borrowed(line))
        }),
        IcePolicy::Relay => {
            let relay_only = RelayOnly::of(&sdp, limits.loopback)?;
            rewritten(&sdp, |line| {
                let line = relay_only.line(line)?;
                candidates.may_pass(&line).then_some(line)
            })
        }
    })
}

const CANDIDATE: &str = "a=candidate:";

/// Which candidates may pass: those that a browser may be sent to, and of each type so many.
struct CandidateBudget {
    limits: SdpLimits,
    passed: [u32; CandidateType::COUNT],
}

impl CandidateBudget {
    fn of(limits: SdpLimits) -> Self {
        Self {
            limits,
            passed: [0; CandidateType::COUNT],
        }
    }

    /// False for a candidate that is not to be relayed; true for every other line.
    fn may_pass(&mut self, line: &str) -> bool {
        let Some(value) = line.strip_prefix(CANDIDATE) else {
            return true;
        };
        let line = CandidateLine::parse(value).ok();
        let Some(line) = line.filter(|line| line.check(self.limits.loopback).is_ok()) else {
            return false;
        };
        let passed = &mut self.passed[line.kind() as usize];
        *passed += 1;
        *passed <= self.limits.max_candidates
    }
}

/// Lines end with CRLF; a lone LF is taken too (RFC 8866, section 5).
fn lines(sdp: &str) -> impl Iterator<Item = &str> {
    sdp.split_terminator('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
}

fn check_line(line: &str) -> Result<(), &'static str> {
    if contains_control(line) {
        return Err("control_character");
    }
    let mut start = line.bytes();
    match (start.next(), start.next()) {
        (Some(b'a'..=b'z'), Some(b'=')) => Ok(()),
        _ => Err("bad_line"),
    }
}

/// The lines for which there is something to be said instead.
fn rewritten<'a>(
    sdp: &'a str,
    mut instead: impl FnMut(&'a str) -> Option<Cow<'a, str>>,
) -> CheckedSdp {
    let mut kept = String::with_capacity(sdp.len());
    let mut stripped = 0;
    for line in lines(sdp) {
        match instead(line) {
            Some(line) => {
                kept.push_str(&line);
                kept.push_str("\r\n");
            }
            None => stripped += u32::from(line.starts_with(CANDIDATE)),
        }
    }
    CheckedSdp {
        sdp: kept,
        stripped,
    }
}

#[cfg(test)]
mod tests;
