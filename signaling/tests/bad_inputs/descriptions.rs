//! B22 and B23: descriptions and candidates that must not reach the other browser.

use serde_json::json;
use testkit::{SOON, TestPeer};
use wire::signaling::{Candidate, Offer, RelayedCandidate, RelayedOffer};
use wire::{ErrorBody, ErrorCode, IcePolicy, RawJson};

use crate::stage::{BadInputStage, waiting};
use crate::talk::{never_got, settled};

const BAD_SDP: &str = "signaling_core_total{what=\"bad_sdp\"}";
const BAD_CANDIDATE: &str = "signaling_core_total{what=\"bad_candidate\"}";
const TOO_MANY: &str = "signaling_core_total{what=\"too_many_candidates\"}";
const STRIPPED: &str = "signaling_core_total{what=\"candidate_stripped\"}";

const FINGERPRINT: &str = "a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:\
    00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n";
const MEDIA: &str = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n\
    a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\na=sctp-port:5000\r\n";

fn sdp(rest: &str) -> String {
    format!("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n{rest}")
}

/// A description of one data channel.
pub(crate) fn good_sdp() -> String {
    sdp(&format!("{FINGERPRINT}{MEDIA}"))
}

/// The offerer sends it and is told why it is not relayed; the other one sees nothing, and a good one goes
/// through afterwards.
async fn bad_sdp(stage: &BadInputStage, sdp: String) {
    let (mut ann, mut bo) = stage.pair().await;
    let epoch = bo.epoch.unwrap();
    bo.send(Offer { epoch, sdp }).await;
    let error = bo.expect::<ErrorBody>(SOON).await;
    assert_eq!(error.code, ErrorCode::BadSdp);
    assert!(error.reason.is_some_and(|reason| !reason.is_empty()));
    settled(&mut ann).await;
    never_got(&mut ann, &["offer", "error"]);
    let sdp = good_sdp();
    bo.send(Offer { epoch, sdp }).await;
    ann.expect::<RelayedOffer>(SOON).await;
}

#[tokio::test]
async fn sig_250_descriptions_that_are_not_relayed() {
    let stage = BadInputStage::start().await;
    let huge = async {
        let (mut ann, mut bo) = stage.pair().await;
        let sdp = sdp(&format!(
            "{FINGERPRINT}{MEDIA}{}",
            "a=x\r\n".repeat(200_000)
        ));
        bo.send(Offer {
            epoch: bo.epoch.unwrap(),
            sdp,
        })
        .await;
        assert_eq!(bo.expect_close(SOON).await, Some(1009));
        settled(&mut ann).await;
        never_got(&mut ann, &["offer", "error"]);
    };
    let too_large = "limit_hits_total{limit=\"frame_bytes\"}";
    stage.row(22, "1 MB", too_large, huge).await;
    let rows = [
        ("nothing", String::new()),
        ("not SDP", "hello".to_owned()),
        ("no m=", sdp(FINGERPRINT)),
        (
            "1,000 m=",
            sdp(&format!(
                "{FINGERPRINT}{}",
                "m=audio 9 RTP/AVP 0\r\n".repeat(1_000)
            )),
        ),
        (
            "CR alone",
            sdp(&format!("{FINGERPRINT}{MEDIA}a=x\ra=crypto:1\r\n")),
        ),
        (
            "an empty line",
            sdp(&format!("{FINGERPRINT}{MEDIA}\r\n\r\nGET / HTTP/1.1\r\n")),
        ),
        (
            "a line of another protocol",
            sdp(&format!("{FINGERPRINT}{MEDIA}SIP/2.0 200 OK\r\n")),
        ),
        ("NUL", sdp(&format!("{FINGERPRINT}{MEDIA}a=x\0y\r\n"))),
        (
            "SDES",
            sdp(&format!(
                "{FINGERPRINT}{MEDIA}a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc\r\n"
            )),
        ),
        ("no fingerprint", sdp(MEDIA)),
        (
            "sha-1",
            sdp(&format!("a=fingerprint:sha-1 00:11:22:33\r\n{MEDIA}")),
        ),
        (
            "md5 in a section of its own",
            sdp(&format!(
                "{MEDIA}{FINGERPRINT}{MEDIA}a=fingerprint:md5 00:11\r\n"
            )),
        ),
    ];
    for (name, text) in rows {
        stage.row(22, name, BAD_SDP, bad_sdp(&stage, text)).await;
    }
    stage.finish([22]).await;
}

fn candidate(epoch: u64, line: &str) -> Candidate {
    let candidate = json!({"candidate": line, "sdpMid": "0", "sdpMLineIndex": 0}).to_string();
    Candidate {
        epoch,
        candidate: RawJson::parse(candidate).unwrap(),
    }
}

fn host(address: &str, port: &str) -> String {
    format!("candidate:1 1 udp 2113937151 {address} {port} typ host")
}

async fn bad_candidate(stage: &BadInputStage, line: &str) {
    let (mut ann, mut bo) = stage.pair().await;
    let epoch = bo.epoch.unwrap();
    bo.send(candidate(epoch, line)).await;
    let error = bo.expect::<ErrorBody>(SOON).await;
    assert_eq!(error.code, ErrorCode::BadCandidate);
    assert!(error.reason.is_some_and(|reason| !reason.is_empty()));
    settled(&mut ann).await;
    never_got(&mut ann, &["candidate", "error"]);
    bo.send(candidate(epoch, &host("192.0.2.7", "5000"))).await;
    ann.expect::<RelayedCandidate>(SOON).await;
}

#[tokio::test]
async fn sig_251_candidates_that_are_not_relayed() {
    let stage = BadInputStage::start().await;
    let rows = [
        ("port 0", host("192.0.2.7", "0")),
        ("port 99999", host("192.0.2.7", "99999")),
        ("port -1", host("192.0.2.7", "-1")),
        ("host name", host("internal.example", "5000")),
        ("localhost", host("localhost", "5000")),
        ("loopback", host("127.0.0.1", "5000")),
        ("loopback, v6", host("::1", "5000")),
        ("loopback, mapped", host("::ffff:127.0.0.1", "5000")),
        ("multicast", host("239.1.2.3", "5000")),
        ("multicast, v6", host("ff02::1", "5000")),
        ("no line", "hello".to_owned()),
        ("two lines", format!("{}\r\na=x", host("192.0.2.7", "5000"))),
    ];
    for (name, line) in rows {
        let played = bad_candidate(&stage, &line);
        stage.row(23, name, BAD_CANDIDATE, played).await;
    }
    let many = async {
        let (mut ann, mut bo) = stage.pair().await;
        let epoch = bo.epoch.unwrap();
        for port in 0..500 {
            let line = host("192.0.2.7", &(5_000 + port).to_string());
            bo.send(candidate(epoch, &line)).await;
        }
        assert_eq!(
            bo.expect::<ErrorBody>(SOON).await.code,
            ErrorCode::TooManyCandidates
        );
        settled(&mut bo).await;
        settled(&mut ann).await;
        let relayed = ann.skipped().filter(|frame| frame.kind() == "candidate");
        assert_eq!(relayed.count(), 100);
    };
    stage.row(23, "500 candidates", TOO_MANY, many).await;
    stage
        .row(23, "relay only", STRIPPED, relay_only(&stage))
        .await;
    stage.finish([23]).await;
}

/// With `ice: relay` no address of the sender's own gets through, in whatever it is wrapped.
async fn relay_only(stage: &BadInputStage) {
    let mut session = waiting();
    session.ice = IcePolicy::Relay;
    let (mut ann, mut bo): (TestPeer, TestPeer) = stage.server.pair(&session).await;
    let epoch = bo.epoch.unwrap();
    let relay = "candidate:2 1 udp 1 198.51.100.9 6000 typ relay raddr 192.0.2.7 rport 5000";
    let lines = [
        host("192.0.2.7", "5000"),
        host("0f0e7f8a-1111-4222-8333-444455556666.local", "5000"),
        "candidate:3 1 udp 1 192.0.2.7 5000 typ srflx raddr 10.0.0.1 rport 4000".to_owned(),
        relay.to_owned(),
    ];
    for line in &lines {
        bo.send(candidate(epoch, line)).await;
    }
    let inside: String = lines.map(|line| format!("a={line}\r\n")).concat();
    let sdp = format!("{}{inside}", good_sdp());
    bo.send(Offer { epoch, sdp }).await;
    let offer = ann.expect::<RelayedOffer>(SOON).await;
    let passed = ann.expect::<RelayedCandidate>(SOON).await;
    for text in [offer.sdp.as_str(), passed.candidate.text()] {
        assert!(text.contains("198.51.100.9 6000 typ relay"), "{text}");
        for own in ["192.0.2.7", "10.0.0.1", ".local"] {
            assert!(!text.contains(own), "{text}");
        }
    }
    settled(&mut ann).await;
    never_got(&mut ann, &["candidate", "error"]);
}
