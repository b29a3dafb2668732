//! Candidates of browsers pass, and bad ones are refused.

use super::*;

fn json(line: &str) -> RawJson {
    let object = serde_json::json!({ "candidate": line, "sdpMid": "0", "sdpMLineIndex": 0 });
    RawJson::parse(object.to_string()).expect("is JSON")
}

fn decision(address: &str, port: &str) -> Result<(), &'static str> {
    let line = format!("candidate:1 1 udp 2122260223 {address} {port} typ host generation 0");
    check(&json(&line), IcePolicy::All, false).map(|_| ())
}

fn under_relay(text: &str) -> Result<CandidateDecision, &'static str> {
    let candidate = RawJson::parse(text).expect("is JSON");
    check(&candidate, IcePolicy::Relay, true)
}

fn passed(text: &str) -> String {
    match under_relay(text) {
        Ok(CandidateDecision::Replaced(json)) => json.text().to_owned(),
        other => panic!("a line is due, not {other:?}"),
    }
}

#[test]
fn sig_21_candidates_of_browsers_are_relayed_untouched() {
    for line in [
        "candidate:1 1 udp 2122260223 192.168.1.2 50000 typ host generation 0 ufrag a",
        "candidate:2 1 tcp 1518280447 192.168.1.2 9 typ host tcptype active",
        "candidate:3 1 udp 1 2001:db8::1 50000 typ srflx raddr 0.0.0.0 rport 0",
        "candidate:4 1 udp 1 0f0e7f8a-1111-4222-8333-444455556666.local 50000 typ host",
    ] {
        let decision = check(&json(line), IcePolicy::All, false);
        assert_eq!(decision, Ok(CandidateDecision::Unchanged), "{line}");
    }
}

#[test]
fn sig_21_the_end_of_candidates_is_relayed() {
    let null = RawJson::parse("null").expect("is JSON");
    for end in [null, json("")] {
        for policy in [IcePolicy::All, IcePolicy::Relay] {
            assert_eq!(
                check(&end, policy, false),
                Ok(CandidateDecision::EndOfCandidates)
            );
        }
    }
}

#[test]
fn sig_21_wrong_addresses_and_ports_are_refused() {
    assert_eq!(decision("192.0.2.1", "0"), Err("bad_port"));
    assert_eq!(decision("192.0.2.1", "99999"), Err("bad_port"));
    assert_eq!(decision("192.0.2.1", "65535"), Ok(()));
    for address in [
        "example.org",
        ".local",
        "a/b.local",
        "127.0.0.1",
        "127.255.0.9",
        "0.0.0.0",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "224.0.0.251",
        "ff02::fb",
    ] {
        assert_eq!(decision(address, "5000"), Err("bad_address"), "{address}");
    }
}

#[test]
fn sig_21_loopback_is_relayed_where_the_operator_allows_it() {
    let candidate = json("candidate:1 1 udp 1 127.0.0.1 5000 typ host");
    assert!(check(&candidate, IcePolicy::All, true).is_ok());
}

#[test]
fn sig_21_what_is_no_candidate_is_refused() {
    let refused = |text: &str| {
        let candidate = RawJson::parse(text).expect("is JSON");
        check(&candidate, IcePolicy::All, false).expect_err("is refused")
    };
    assert_eq!(refused("7"), "not_an_object");
    assert_eq!(refused("{}"), "no_candidate");
    assert_eq!(refused(r#"{"candidate":7}"#), "no_candidate");
    for line in [
        "hello",
        "candidate:1 1 udp",
        "candidate:1 1 udp 1 192.0.2.1 5000 typ",
        "candidate:1 x udp 1 192.0.2.1 5000 typ host",
        "candidate:1 1 udp x 192.0.2.1 5000 typ host",
        "candidate:1  1 udp 1 192.0.2.1 5000 typ host",
    ] {
        let text = format!(r#"{{"candidate":"{line}"}}"#);
        assert_eq!(refused(&text), "bad_line", "{line}");
    }
    assert_eq!(
        refused(r#"{"candidate":"candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\na=x"}"#),
        "control_character"
    );
    let large = format!(r#"{{"candidate":"{}"}}"#, "x".repeat(3_000));
    assert_eq!(refused(&large), "too_large");
}

#[test]
fn sig_22_relay_policy_lets_no_address_of_the_sender_through() {
    for line in [
        "candidate:1 1 udp 1 192.0.2.1 5000 typ host",
        "candidate:1 1 udp 1 192.0.2.1 5000 typ srflx raddr 10.0.0.1 rport 4000",
        "candidate:1 1 udp 1 0f0e7f8a.local 5000 typ host",
        "candidate:1 1 udp 1 0f0e7f8a.local 5000 typ relay",
    ] {
        let text = format!(r#"{{"candidate":"{line}"}}"#);
        assert_eq!(
            under_relay(&text),
            Ok(CandidateDecision::Forbidden),
            "{line}"
        );
    }
    let relay = "candidate:1 1 udp 1 192.0.2.9 5000 typ relay raddr 192.0.2.1 rport 4000 ufrag a";
    let text = passed(&format!(
        r#"{{"candidate":"{relay}","sdpMid":"0","relatedAddress":"192.0.2.1"}}"#
    ));
    let kept = "candidate:1 1 udp 1 192.0.2.9 5000 typ relay raddr 0.0.0.0 rport 0 ufrag a";
    assert!(text.contains(kept), "{text}");
    assert!(text.contains("sdpMid"), "{text}");
    assert!(!text.contains("192.0.2.1\""), "{text}");
    let six =
        "candidate:1 1 udp 1 2001:db8::9 5000 typ relay raddr 2001:db8::1 rport 4000 x 10.0.0.1";
    let text = passed(&format!(r#"{{"candidate":"{six}"}}"#));
    assert!(text.contains("typ relay raddr :: rport 0\""), "{text}");
}

#[test]
fn sig_22_a_host_candidate_that_says_relay_elsewhere_is_none() {
    let text = r#"{"candidate":"candidate:typ relay udp 1 192.0.2.1 5000 typ host"}"#;
    assert_eq!(under_relay(text), Err("bad_line"));
    let text = r#"{"candidate":"candidate:1 1 udp 1 192.0.2.1 5000 typ host typ relay"}"#;
    assert_eq!(under_relay(text), Ok(CandidateDecision::Forbidden));
}
