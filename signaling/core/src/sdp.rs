//! Descriptions by bounds and shape (RFC 8866): what is no description of an encrypted call does not
//! reach the other browser. What is inside an `m=` section is the browsers' own affair.

use wire::IcePolicy;

use crate::candidate;

/// Most media sections; a call of two needs a handful.
const MAX_MEDIA_SECTIONS: usize = 64;

/// The text to relay, which under [`IcePolicy::All`] is the one that came.
///
/// # Errors
/// With the reason, as one word.
pub(crate) fn check(sdp: String, policy: IcePolicy) -> Result<String, &'static str> {
    if !sdp.starts_with("v=0") {
        return Err("not_sdp");
    }
    let (mut media, mut fingerprints) = (0, 0);
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
        }
    }
    match (media, fingerprints) {
        (0, _) => Err("no_media"),
        (_, 0) => Err("no_fingerprint"),
        (MAX_MEDIA_SECTIONS.., _) => Err("too_many_media"),
        _ => Ok(match policy {
            IcePolicy::All => sdp,
            IcePolicy::Relay => relayed_only(&sdp),
        }),
    }
}

/// Lines end with CRLF; a lone LF is taken too (RFC 8866, section 5).
fn lines(sdp: &str) -> impl Iterator<Item = &str> {
    sdp.split_terminator('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
}

fn check_line(line: &str) -> Result<(), &'static str> {
    if line.chars().any(char::is_control) {
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

/// Without the candidates that tell an address of the sender's own.
fn relayed_only(sdp: &str) -> String {
    let mut kept = String::with_capacity(sdp.len());
    for line in lines(sdp) {
        match line.strip_prefix("a=candidate:") {
            None => kept.push_str(line),
            Some(value) => match candidate::relayed_only(value) {
                None => continue,
                Some(value) => {
                    kept.push_str("a=candidate:");
                    kept.push_str(&value);
                }
            },
        }
        kept.push_str("\r\n");
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINGERPRINT: &str = "a=fingerprint:sha-256 AA:BB\r\n";

    fn sdp(rest: &str) -> String {
        format!("v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n{rest}")
    }

    fn refusal(rest: &str) -> &'static str {
        check(sdp(rest), IcePolicy::All).expect_err("is refused")
    }

    #[test]
    fn sig_20_a_whole_description_is_relayed_untouched() {
        let text = sdp(&format!("{FINGERPRINT}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"));
        assert_eq!(check(text.clone(), IcePolicy::All), Ok(text.clone()));
        let bare_lf = text.replace("\r\n", "\n");
        assert_eq!(check(bare_lf.clone(), IcePolicy::All), Ok(bare_lf));
    }

    #[test]
    fn sig_20_what_is_no_description_of_an_encrypted_call_is_refused_with_its_reason() {
        let media = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
        assert_eq!(check(String::new(), IcePolicy::All), Err("not_sdp"));
        assert_eq!(check("hello".into(), IcePolicy::All), Err("not_sdp"));
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
    }

    #[test]
    fn sig_22_relay_policy_strips_candidates_that_are_not_relayed() {
        let text = sdp(&format!(
            "{FINGERPRINT}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
             a=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n\
             a=candidate:2 1 udp 1 192.0.2.9 6000 typ relay raddr 192.0.2.1 rport 5000\r\n"
        ));
        let kept = check(text, IcePolicy::Relay).expect("is relayed");
        assert!(!kept.contains("192.0.2.1 "), "{kept}");
        assert!(kept.contains("192.0.2.9 6000 typ relay raddr 0.0.0.0 rport 0\r\n"));
    }
}
