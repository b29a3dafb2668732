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
    use CandidateType::{Host, PeerReflexive, Relayed, ServerReflexive};
    for (kind, line) in [
        (
            Host,
            "candidate:1 1 udp 2122260223 192.168.1.2 50000 typ host generation 0 ufrag a",
        ),
        (
            Host,
            "candidate:2 1 tcp 1518280447 192.168.1.2 9 typ host tcptype active",
        ),
        (
            ServerReflexive,
            "candidate:3 1 udp 1 2001:db8::1 50000 typ srflx raddr 0.0.0.0 rport 0",
        ),
        (
            Host,
            "candidate:4 1 udp 1 0f0e7f8a-1111-4222-8333-444455556666.local 50000 typ host",
        ),
        (
            PeerReflexive,
            "candidate:5 2 UDP 1 192.0.2.1 5000 typ prflx raddr 10.0.0.1 rport 4000",
        ),
        (
            Relayed,
            "candidate:6 1 UDP 1 192.0.2.1 5000 TYP RELAY raddr 10.0.0.1 rport 4000",
        ),
    ] {
        let decision = check(&json(line), IcePolicy::All, false);
        assert_eq!(decision, Ok(CandidateDecision::Unchanged(kind)), "{line}");
    }
}

#[test]
fn sig_258_what_browsers_write_is_taken_as_they_write_it() {
    for line in [
        "candidate:1 1 udp 1 192.0.2.1 5000 typ host\\r\\n",
        "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host\\r\\n",
        "candidate:1 1 udp 1 192.0.2.1 5000 typ host \\n",
        " candidate:1 1 udp 1 192.0.2.1 5000 typ host",
        "candidate:1 1 UDP 1 0f0e7f8a-1111.LOCAL 5000 typ host",
        "candidate:1 1 udp 1 0f0e7f8a-1111.Local 5000 typ host",
        "candidate:1 1 udp 1 [2001:db8::1] 5000 typ host",
        "candidate:1 1 udp 1 fe80::1%en0 5000 typ host",
        "candidate:1 1 TCP 1 192.0.2.1 0 typ host tcptype active",
        "candidate:1 1 tcp 1 192.0.2.1 0 typ host generation 0",
        "candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active",
        "candidate:1 1 udp 1 192.0.2.1 5000 typ host generation 0 network-id 1 network-cost 10",
        "candidate:a+/B 1 udp 1 192.0.2.1 5000 typ host x-new y ufrag +/aZ",
    ] {
        for rest in [
            "",
            r#","sdpMid":null,"sdpMLineIndex":0"#,
            r#","sdpMid":"0","sdpMLineIndex":null,"usernameFragment":"ab12""#,
        ] {
            let text = format!(r#"{{"candidate":"{line}"{rest}}}"#);
            let candidate = RawJson::parse(text.clone()).expect("is JSON");
            let decision = check(&candidate, IcePolicy::All, false);
            let kind = CandidateType::Host;
            assert_eq!(decision, Ok(CandidateDecision::Unchanged(kind)), "{text}");
        }
    }
    // What only looks like it is refused as ever.
    for (address, port) in [
        ("[192.0.2.1]", "5000"),
        ("[::1]", "5000"),
        ("192.0.2.1%1", "5000"),
    ] {
        assert_eq!(decision(address, port), Err("bad_address"), "{address}");
    }
    for line in [
        "candidate:1 1 udp 1 192.0.2.1 0 typ host tcptype active",
        "candidate:1 1 tcp 1 192.0.2.1 0 typ host tcptype passive",
    ] {
        assert_eq!(
            check(&json(line), IcePolicy::All, false),
            Err("bad_port"),
            "{line}"
        );
    }
}

#[test]
fn sig_21_the_end_of_candidates_is_relayed() {
    let null = RawJson::parse("null").expect("is JSON");
    for end in [null, json(""), json("\r\n"), json("a=")] {
        let decision = check(&end, IcePolicy::All, false);
        assert_eq!(decision, Ok(CandidateDecision::EndOfCandidates(None)));
    }
    let null = RawJson::parse("null").expect("is JSON");
    assert_eq!(
        check(&null, IcePolicy::Relay, false),
        Ok(CandidateDecision::EndOfCandidates(None))
    );
}

/// Whatever is relayed of it.
fn told(text: &str) -> String {
    match under_relay(text) {
        Ok(CandidateDecision::Replaced(json) | CandidateDecision::EndOfCandidates(Some(json))) => {
            json.text().to_owned()
        }
        Ok(CandidateDecision::Forbidden) | Err(_) => String::new(),
        other => panic!("relayed as it came: {text}, {other:?}"),
    }
}

#[test]
fn sig_259_under_relay_no_member_of_a_candidate_holds_an_address_of_the_sender() {
    const RELAY: &str = "candidate:1 1 udp 1 192.0.2.9 5000 typ relay";
    let lines = [
        String::new(),
        "\\r\\n".to_owned(),
        RELAY.to_owned(),
        format!("{RELAY} raddr 10.77.1.2 rport 4077"),
        format!("{RELAY} raddr own.LOCAL rport 4077"),
        format!("{RELAY} raddr [2001:db8:77::1] rport 4077"),
        format!("{RELAY} RADDR 10.77.1.2 RPORT 4077"),
        format!("{RELAY} x 10.77.1.2:4077 y own-host.example"),
        format!("{RELAY} ufrag 10.77.1.2"),
        format!("{RELAY} ufrag own.LOCAL generation 10.77.1.2"),
        format!("{RELAY} tcptype 2001:db8:77::1 network-id own-host.example network-cost 1"),
        format!("{RELAY} 10.77.1.2"),
        "candidate:10.77.1.2 1 udp 1 192.0.2.9 5000 typ relay".to_owned(),
        "candidate:own.LOCAL 1 udp 1 192.0.2.9 5000 typ relay".to_owned(),
        "candidate:1 1 10.77.1.2 1 192.0.2.9 5000 typ relay".to_owned(),
        "candidate:1 1 udp 1 own.LOCAL 5000 typ relay".to_owned(),
        "candidate:1 1 udp 1 10.77.1.2 4077 typ host".to_owned(),
        "candidate:1 1 udp 1 10.77.1.2 4077 typ srflx raddr 10.77.1.2 rport 4077".to_owned(),
        "candidate:1 1 udp 1 10.77.1.2 4077 typ prflx".to_owned(),
        "candidate:1 1 udp 1 10.77.1.2 4077 typ relayed".to_owned(),
        "candidate:1 1 udp 1 10.77.1.2 4077 typ x-relay".to_owned(),
        "candidate:1 1 udp 1 [2001:db8:77::1] 4077 typ host".to_owned(),
    ];
    let rests = [
        r#","sdpMid":"0""#,
        r#","sdpMid":"10.77.1.2""#,
        r#","sdpMid":"own.LOCAL""#,
        r#","sdpMid":"2001:db8:77::1""#,
        r#","sdpMid":{"at":"10.77.1.2"},"sdpMLineIndex":["10.77.1.2"]"#,
        r#","sdpMid":["own-host.example"],"sdpMLineIndex":"10.77.1.2""#,
        r#","usernameFragment":"10.77.1.2","sdpMLineIndex":1"#,
        r#","usernameFragment":{"x":"own.local"},"sdpMLineIndex":99999999"#,
        r#","address":"10.77.1.2","relatedAddress":"10.77.1.2","port":4077"#,
        r#","url":"turn:own-host.example:4077","10.77.1.2":1"#,
    ];
    let mut relayed = 0;
    for line in &lines {
        for rest in rests {
            let text = told(&format!(r#"{{"candidate":"{line}"{rest}}}"#));
            for own in ["10.77.1", "own", "OWN", "db8:77", "4077", "local", "LOCAL"] {
                assert!(!text.contains(own), "{line} {rest} became {text}");
            }
            relayed += u32::from(text.contains("192.0.2.9 5000 typ relay"));
        }
    }
    assert!(relayed > 50, "relays pass: {relayed}");
    let text = told(&format!(
        r#"{{"candidate":"{RELAY} generation 0 ufrag aB+/ network-id 1","sdpMid":"audio","sdpMLineIndex":0,"usernameFragment":"aB+/"}}"#
    ));
    let kept: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
    assert_eq!(
        kept["candidate"],
        format!("{RELAY} generation 0 ufrag aB+/ network-id 1")
    );
    assert_eq!(kept["sdpMid"], "audio");
    assert_eq!(kept["sdpMLineIndex"], 0);
    assert_eq!(kept["usernameFragment"], "aB+/");
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
