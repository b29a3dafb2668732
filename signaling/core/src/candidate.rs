//! ICE candidates by bounds and shape (RFC 8839, section 5.1): an address that the other browser may
//! rightly be sent to, and under `ice: relay` none of the sender's own.

use std::net::IpAddr;

use wire::{IcePolicy, RawJson};

/// Largest candidate, in bytes of JSON; browsers' are under 400.
const MAX_BYTES: usize = 2 * 1024;

/// The candidate to relay, which under [`IcePolicy::All`] is the one that came; none where
/// [`IcePolicy::Relay`] forbids it.
///
/// # Errors
/// With the reason, as one word.
pub(crate) fn check(
    candidate: RawJson,
    policy: IcePolicy,
    loopback: bool,
) -> Result<Option<RawJson>, &'static str> {
    if candidate.is_null() {
        return Ok(Some(candidate));
    }
    if candidate.text().len() > MAX_BYTES {
        return Err("too_large");
    }
    let mut object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(candidate.text()).map_err(|_| "not_an_object")?;
    let line = object
        .get("candidate")
        .and_then(serde_json::Value::as_str)
        .ok_or("no_candidate")?;
    if line.is_empty() {
        // Browsers' own mark of the end of one generation (W3C WebRTC, section 4.8.1).
        return Ok(Some(candidate));
    }
    let line = line.strip_prefix("a=").unwrap_or(line);
    let value = line.strip_prefix("candidate:").ok_or("bad_line")?;
    check_value(value, loopback)?;
    if policy == IcePolicy::All {
        return Ok(Some(candidate));
    }
    let Some(relayed) = relayed_only(value) else {
        return Ok(None);
    };
    object.insert(
        "candidate".to_owned(),
        format!("candidate:{relayed}").into(),
    );
    let text = serde_json::Value::Object(object).to_string();
    RawJson::parse(text).map(Some).map_err(|_| "not_an_object")
}

/// Under `ice: relay`, from what follows `candidate:`: the candidate without the sender's own
/// address, or none where it is nothing but that.
pub(crate) fn relayed_only(value: &str) -> Option<String> {
    let mut words: Vec<&str> = value.split_ascii_whitespace().collect();
    if word_after(&words, "typ") != Some("relay") {
        return None;
    }
    replace_after(&mut words, "raddr", "0.0.0.0");
    replace_after(&mut words, "rport", "0");
    Some(words.join(" "))
}

/// `foundation component transport priority address port typ type …`
fn check_value(value: &str, loopback: bool) -> Result<(), &'static str> {
    if value.chars().any(char::is_control) {
        return Err("control_character");
    }
    let words: Vec<&str> = value.split(' ').collect();
    let [_, _, _, _, address, port, typ, ..] = words.as_slice() else {
        return Err("bad_line");
    };
    if *typ != "typ" {
        return Err("bad_line");
    }
    match port.parse::<u16>() {
        Ok(0) | Err(_) => return Err("bad_port"),
        Ok(_) => {}
    }
    match address.parse::<IpAddr>() {
        Ok(ip) if ip.to_canonical().is_multicast() => Err("bad_address"),
        Ok(ip) if ip.to_canonical().is_loopback() && !loopback => Err("bad_address"),
        Ok(_) => Ok(()),
        // Browsers hide addresses behind mDNS names; any other name would be a lookup on demand.
        Err(_) if address.ends_with(".local") => Ok(()),
        Err(_) => Err("bad_address"),
    }
}

fn word_after<'a>(words: &[&'a str], name: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| *word == name)?;
    words.get(at + 1).copied()
}

fn replace_after<'a>(words: &mut [&'a str], name: &str, with: &'a str) {
    if let Some(at) = words.iter().position(|word| *word == name)
        && let Some(word) = words.get_mut(at + 1)
    {
        *word = with;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(line: &str) -> RawJson {
        let object = serde_json::json!({ "candidate": line, "sdpMid": "0", "sdpMLineIndex": 0 });
        RawJson::parse(object.to_string()).expect("is JSON")
    }

    fn verdict(address: &str, port: &str) -> Result<(), &'static str> {
        let line = format!("candidate:1 1 udp 2122260223 {address} {port} typ host generation 0");
        check(json(&line), IcePolicy::All, false).map(|_| ())
    }

    #[test]
    fn sig_21_candidates_of_browsers_are_relayed_untouched() {
        for line in [
            "candidate:1 1 udp 2122260223 192.168.1.2 50000 typ host generation 0 ufrag a",
            "candidate:2 1 tcp 1518280447 192.168.1.2 9 typ host tcptype active",
            "candidate:3 1 udp 1 2001:db8::1 50000 typ srflx raddr 0.0.0.0 rport 0",
            "candidate:4 1 udp 1 0f0e7f8a-1111-4222-8333-444455556666.local 50000 typ host",
            "",
        ] {
            let candidate = json(line);
            assert_eq!(
                check(candidate.clone(), IcePolicy::All, false),
                Ok(Some(candidate))
            );
        }
    }

    #[test]
    fn sig_21_the_end_of_candidates_is_relayed() {
        let null = RawJson::parse("null").expect("is JSON");
        assert_eq!(check(null.clone(), IcePolicy::All, false), Ok(Some(null)));
    }

    #[test]
    fn sig_21_wrong_addresses_and_ports_are_refused() {
        assert_eq!(verdict("192.0.2.1", "0"), Err("bad_port"));
        assert_eq!(verdict("192.0.2.1", "99999"), Err("bad_port"));
        assert_eq!(verdict("192.0.2.1", "65535"), Ok(()));
        assert_eq!(verdict("example.org", "5000"), Err("bad_address"));
        assert_eq!(verdict("127.0.0.1", "5000"), Err("bad_address"));
        assert_eq!(verdict("::1", "5000"), Err("bad_address"));
        assert_eq!(verdict("::ffff:127.0.0.1", "5000"), Err("bad_address"));
        assert_eq!(verdict("224.0.0.251", "5000"), Err("bad_address"));
        assert_eq!(verdict("ff02::fb", "5000"), Err("bad_address"));
    }

    #[test]
    fn sig_21_loopback_is_relayed_where_the_operator_allows_it() {
        let candidate = json("candidate:1 1 udp 1 127.0.0.1 5000 typ host");
        assert!(check(candidate, IcePolicy::All, true).is_ok());
    }

    #[test]
    fn sig_21_what_is_no_candidate_is_refused() {
        let refused = |text: &str| {
            let candidate = RawJson::parse(text).expect("is JSON");
            check(candidate, IcePolicy::All, false).expect_err("is refused")
        };
        assert_eq!(refused("7"), "not_an_object");
        assert_eq!(refused("{}"), "no_candidate");
        assert_eq!(refused(r#"{"candidate":"hello"}"#), "bad_line");
        assert_eq!(refused(r#"{"candidate":"candidate:1 1 udp"}"#), "bad_line");
        assert_eq!(
            refused(r#"{"candidate":"candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\na=x"}"#),
            "control_character"
        );
        let large = format!(r#"{{"candidate":"{}"}}"#, "x".repeat(3_000));
        assert_eq!(refused(&large), "too_large");
    }

    #[test]
    fn sig_22_relay_policy_lets_no_address_of_the_sender_through() {
        let host = json("candidate:1 1 udp 1 192.0.2.1 5000 typ host");
        assert_eq!(check(host, IcePolicy::Relay, true), Ok(None));
        let relay =
            json("candidate:1 1 udp 1 192.0.2.9 5000 typ relay raddr 192.0.2.1 rport 4000 ufrag a");
        let passed = check(relay, IcePolicy::Relay, true)
            .expect("is good")
            .expect("is relayed");
        assert!(passed.text().contains(
            "candidate:1 1 udp 1 192.0.2.9 5000 typ relay raddr 0.0.0.0 rport 0 ufrag a"
        ));
    }
}
