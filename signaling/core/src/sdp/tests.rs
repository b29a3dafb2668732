//! Descriptions by limits and shape.

use super::*;

const STRONG: &str = "a=fingerprint:sha-256 AA:BB\r\n";

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
        "{STRONG}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 192.0.2.1\r\n\
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
    assert_eq!(refusal(STRONG), "no_media");
    assert_eq!(refusal(media), "no_fingerprint");
    assert_eq!(
        refusal(&format!("a=fingerprint:sha-1 AA\r\n{media}")),
        "weak_fingerprint"
    );
    assert_eq!(
        refusal(&format!("{STRONG}{media}a=crypto:1 X inline:Y\r\n")),
        "sdes"
    );
    assert_eq!(
        refusal(&format!("{STRONG}{}", media.repeat(1_000))),
        "too_many_media"
    );
    assert_eq!(
        refusal(&format!("{STRONG}{media}a=x\0\r\n")),
        "control_character"
    );
    assert_eq!(
        refusal(&format!("{STRONG}{media}a=x\rm=y\r\n")),
        "control_character"
    );
    assert_eq!(refusal(&format!("{STRONG}{media}\r\na=x\r\n")), "bad_line");
}

#[test]
fn sig_51_candidates_that_no_frame_may_bring_are_taken_out_of_descriptions() {
    let start = format!("{STRONG}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n");
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
        "v=0\r\no=- 77 2 IN IP4 198.51.100.1\r\ns=-\r\nt=0 0\r\n{STRONG}\
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
        "v=0\r\no=- 77 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n{STRONG}\
         m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\n\
         a=rtcp:9 IN IP4 0.0.0.0\r\na=rtpmap:111 opus/48000/2\r\n\
         m=video 6000 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 192.0.2.9\r\na=rtcp:9 IN IP4 0.0.0.0\r\n\
         a=candidate:3 1 udp 1 192.0.2.9 6000 typ relay raddr 0.0.0.0 rport 0\r\n"
    );
    assert_eq!(checked.sdp, kept);
    assert_eq!(checked.stripped, 2);
}

#[test]
fn sig_256_beside_a_strong_fingerprint_the_weak_ones_are_taken_out() {
    let weak = "a=fingerprint:sha-1 AA:BB\r\na=fingerprint:md5 AA\r\n";
    let media = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
    let kept = sdp(&format!("{STRONG}{media}"));
    let before = sdp(&format!("{weak}{STRONG}{media}"));
    let after = sdp(&format!("{STRONG}{weak}{media}"));
    for policy in [IcePolicy::All, IcePolicy::Relay] {
        for text in [before.clone(), after.clone(), kept.clone()] {
            let checked = check(text, limits(policy)).expect("is relayed");
            assert_eq!(
                checked.sdp.replace("127.0.0.1", "0.0.0.0"),
                kept.replace("127.0.0.1", "0.0.0.0")
            );
        }
    }
}

#[test]
fn sig_257_of_each_type_of_candidate_so_many_pass_and_the_others_are_taken_out() {
    let start = format!("{STRONG}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n");
    let some = |typ: &str, count: u16| -> String {
        (1..=count)
            .map(|port| format!("a=candidate:1 1 udp 1 192.0.2.1 {port} typ {typ}\r\n"))
            .collect()
    };
    let last = format!("{}{}", some("srflx", 4), some("relay", 4));
    for policy in [IcePolicy::All, IcePolicy::Relay] {
        let text = sdp(&format!("{start}{}{last}", some("host", 400)));
        let checked = check(text, limits(policy)).expect("is relayed");
        let passed = |typ: &str| checked.sdp.matches(typ).count();
        assert_eq!(passed("typ relay"), 4);
        let (hosts, reflexive) = match policy {
            IcePolicy::All => (100, 4),
            IcePolicy::Relay => (0, 0),
        };
        assert_eq!(
            (passed("typ host"), passed("typ srflx")),
            (hosts, reflexive)
        );
        assert_eq!(checked.stripped as usize, 404 - hosts - reflexive);
    }
}
