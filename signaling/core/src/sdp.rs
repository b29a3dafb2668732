//! Descriptions by limits and shape (RFC 8866): what is no description of an encrypted call does not
//! reach the other browser. What is inside an `m=` section is the browsers' own affair.

mod redact;

use std::borrow::Cow;

use wire::IcePolicy;

use crate::candidate::{CandidateLine, contains_control};

/// Most media sections; a call of two needs a handful.
const MAX_MEDIA_SECTIONS: usize = 64;

/// What candidates a description may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SdpLimits {
    pub(crate) policy: IcePolicy,
    pub(crate) loopback: bool,
    pub(crate) max_candidates: u32,
}

/// A description that is relayed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CheckedSdp {
    /// The text that came, but for candidates that must not pass and, under [`IcePolicy::Relay`],
    /// for the sender's own addresses.
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
    let (mut media, mut fingerprints, mut candidates, mut wrong) = (0, 0, 0, 0);
    for line in lines(&sdp) {
        check_line(line)?;
        if line.starts_with("m=") {
            media += 1;
        } else if line.starts_with("a=crypto:") {
            // SDES keys would be seen by this server (RFC 8827 forbids them).
            return Err("sdes");
        } else if let Some(fingerprint) = line.strip_prefix("a=fingerprint:") {
            check_fingerprint(fingerprint)?;
            fingerprints += 1;
        } else if line.starts_with(CANDIDATE) {
            candidates += 1;
            wrong += u32::from(!may_pass(line, limits.loopback));
        }
    }
    match (media, fingerprints) {
        (0, _) => return Err("no_media"),
        (_, 0) => return Err("no_fingerprint"),
        (MAX_MEDIA_SECTIONS.., _) => return Err("too_many_media"),
        _ => {}
    }
    if candidates > limits.max_candidates {
        return Err("too_many_candidates");
    }
    Ok(match limits.policy {
        IcePolicy::All if wrong == 0 => CheckedSdp { sdp, stripped: 0 },
        IcePolicy::All => rewritten(&sdp, |line| {
            may_pass(line, limits.loopback).then_some(Cow::Borrowed(line))
        }),
        IcePolicy::Relay => redact::relayed_only(&sdp, limits.loopback),
    })
}

const CANDIDATE: &str = "a=candidate:";

/// False for a candidate that no browser is to be sent to.
fn may_pass(line: &str, loopback: bool) -> bool {
    line.strip_prefix(CANDIDATE).is_none_or(|value| {
        let line = CandidateLine::parse(value);
        line.is_ok_and(|line| line.check(loopback).is_ok())
    })
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

fn check_fingerprint(value: &str) -> Result<(), &'static str> {
    let hash = value.split(' ').next().unwrap_or_default();
    let is = |name: &str| hash.eq_ignore_ascii_case(name);
    match ["sha-256", "sha-384", "sha-512"].into_iter().any(is) {
        true => Ok(()),
        false => Err("weak_fingerprint"),
    }
}

/// The lines for which there is something to be said instead.
fn rewritten<'a>(sdp: &'a str, instead: impl Fn(&'a str) -> Option<Cow<'a, str>>) -> CheckedSdp {
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
mod tests {
    use super::*;

    const FINGERPRINT: &str = "a=fingerprint:sha-256 AA:BB\r\n";

    fn sdp(rest: &str) -> String {
        format!("v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n{rest}")
    }

    fn limits(policy: IcePolicy) -> SdpLimits {
        SdpLimits {
            policy,
            loopback: false,
            max_candidates: 100,
        }
    }

    fn all(sdp: String) -> Result<CheckedSdp, &'static str> {
        check(sdp, limits(IcePolicy::All))
    }

    fn untouched(sdp: &str) -> Result<CheckedSdp, &'static str> {
        Ok(CheckedSdp {
            sdp: sdp.to_owned(),
            stripped: 0,
        })
    }

    fn refusal(rest: &str) -> &'static str {
        all(sdp(rest)).expect_err("is refused")
    }

    #[test]
    fn sig_20_a_whole_description_is_relayed_untouched() {
        let text = sdp(&format!(
            "{FINGERPRINT}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 192.0.2.1\r\n\
             a=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n"
        ));
        assert_eq!(all(text.clone()), untouched(&text));
        let bare_lf = text.replace("\r\n", "\n");
        assert_eq!(all(bare_lf.clone()), untouched(&bare_lf));
    }

    #[test]
    fn sig_20_what_is_no_description_of_an_encrypted_call_is_refused_with_its_reason() {
        let media = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
        assert_eq!(all(String::new()), Err("not_sdp"));
        assert_eq!(all("hello".into()), Err("not_sdp"));
        assert_eq!(refusal(FINGERPRINT), "no_media");
        assert_eq!(refusal(media), "no_fingerprint");
        assert_eq!(
            refusal(&format!("a=fingerprint:sha-1 AA\r\n{media}")),
            "weak_fingerprint"
        );
        assert_eq!(
            refusal(&format!("{FINGERPRINT}{media}a=crypto:1 X inline:Y\r\n")),
            "sdes"
        );
        assert_eq!(
            refusal(&format!("{FINGERPRINT}{}", media.repeat(1_000))),
            "too_many_media"
        );
        assert_eq!(
            refusal(&format!("{FINGERPRINT}{media}a=x\0\r\n")),
            "control_character"
        );
        assert_eq!(
            refusal(&format!("{FINGERPRINT}{media}a=x\rm=y\r\n")),
            "control_character"
        );
        assert_eq!(
            refusal(&format!("{FINGERPRINT}{media}\r\na=x\r\n")),
            "bad_line"
        );
        let candidate = "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n";
        assert_eq!(
            refusal(&format!("{FINGERPRINT}{media}{}", candidate.repeat(101))),
            "too_many_candidates"
        );
    }

    #[test]
    fn sig_51_candidates_that_no_frame_may_bring_are_taken_out_of_descriptions() {
        let start = format!("{FINGERPRINT}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n");
        let good = "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n";
        let bad = "a=candidate:2 1 udp 1 127.0.0.1 5000 typ host\r\n\
                   a=candidate:3 1 udp 1 224.0.0.1 5000 typ host\r\n\
                   a=candidate:4 1 udp 1 example.org 5000 typ host\r\n\
                   a=candidate:5 1 udp 1 192.0.2.1 0 typ host\r\n";
        let checked = all(sdp(&format!("{start}{bad}{good}"))).expect("is relayed");
        assert_eq!(checked.sdp, sdp(&format!("{start}{good}")));
        assert_eq!(checked.stripped, 4);
    }

    #[test]
    fn sig_22_under_relay_no_line_of_a_description_tells_an_address_of_the_sender() {
        let text = format!(
            "v=0\r\no=- 77 2 IN IP4 198.51.100.1\r\ns=-\r\nt=0 0\r\n{FINGERPRINT}\
             m=audio 40000 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 198.51.100.1\r\n\
             a=rtcp:40001 IN IP4 198.51.100.1\r\na=rtpmap:111 opus/48000/2\r\n\
             a=candidate:1 1 udp 1 198.51.100.1 40000 typ host\r\n\
             a=candidate:2 1 udp 1 host.local 40000 typ host\r\n\
             a=remote-candidates:1 198.51.100.2 40002\r\na=x-at:198.51.100.1\r\n\
             m=video 6000 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 192.0.2.9\r\na=rtcp:9 IN IP4 0.0.0.0\r\n\
             a=candidate:3 1 udp 1 192.0.2.9 6000 typ relay raddr 198.51.100.1 rport 40000\r\n"
        );
        let checked = check(text, limits(IcePolicy::Relay)).expect("is relayed");
        let kept = format!(
            "v=0\r\no=- 77 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n{FINGERPRINT}\
             m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\n\
             a=rtcp:9 IN IP4 0.0.0.0\r\na=rtpmap:111 opus/48000/2\r\n\
             m=video 6000 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 192.0.2.9\r\na=rtcp:9 IN IP4 0.0.0.0\r\n\
             a=candidate:3 1 udp 1 192.0.2.9 6000 typ relay raddr 0.0.0.0 rport 0\r\n"
        );
        assert_eq!(checked.sdp, kept);
        assert_eq!(checked.stripped, 2);
    }
}
