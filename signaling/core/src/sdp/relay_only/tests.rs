//! No line of a description tells an address of its sender.

use wire::IcePolicy;

use super::super::{CheckedSdp, SdpLimits, check};

const SEEDS: u64 = 20_000;
const OWN: [&str; 4] = ["198.51.100.7", "2001:db8::7", "10.0.0.7", "own.local"];
const STARTS: [&str; 12] = [
    "a=candidate:1 1 udp 1 ",
    "a=candidate:",
    "a=",
    "a=rtcp:",
    "a=remote-candidates:1 ",
    "c=IN IP4 ",
    "c=IN IP6 ",
    "o=- 1 2 IN IP4 ",
    "o=",
    "m=audio 5000 UDP/TLS/RTP/SAVPF 111 ",
    "s=",
    "a=x-where:",
];
const WORDS: [&str; 16] = [
    "198.51.100.7",
    "2001:db8::7",
    "10.0.0.7",
    "own.local",
    "192.0.2.9",
    "2001:db8::9",
    "5000",
    "1",
    "udp",
    "typ",
    "relay",
    "host",
    "raddr",
    "rport",
    "IN",
    "x:",
];

/// SplitMix64: the same seed gives the same text.
struct Prng(u64);

impl Prng {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn line(&mut self) -> String {
        if self.below(4) == 0 {
            // A whole candidate, of a relay or not.
            let address = WORDS[self.below(6)];
            let typ = ["relay", "host", "srflx"][self.below(3)];
            let related = WORDS[self.below(6)];
            return format!(
                "a=candidate:1 1 udp 1 {address} 5000 typ {typ} raddr {related} rport 1\r\n"
            );
        }
        let mut line = STARTS[self.below(STARTS.len())].to_owned();
        for _ in 0..self.below(9) {
            line.push_str(WORDS[self.below(WORDS.len())]);
            line.push_str([" ", " ", " ", "="][self.below(4)]);
        }
        line + "\r\n"
    }
}

#[test]
fn sig_57_whatever_a_description_is_made_of_no_address_gets_through_under_relay() {
    let (mut relayed, mut stripped) = (0, 0);
    for seed in 0..SEEDS {
        let mut prng = Prng(seed);
        let mut sdp = "v=0\r\na=fingerprint:sha-256 AA:BB\r\nm=audio 9 X 1\r\n".to_owned();
        for _ in 0..prng.below(12) {
            sdp.push_str(&prng.line());
        }
        let limits = SdpLimits {
            policy: IcePolicy::Relay,
            loopback: false,
            max_candidates: 100,
        };
        let Ok(checked) = check(sdp.clone(), limits) else {
            continue;
        };
        // What the sender gives out as a relay's is one.
        let is_relay = |own: &str| {
            ["5000", "1"].into_iter().any(|port| {
                let line = format!(" {own} {port} typ relay ");
                sdp.contains(&line)
            })
        };
        for own in OWN.into_iter().filter(|own| !is_relay(own)) {
            assert!(
                !checked.sdp.contains(own),
                "seed {seed}: {sdp}\nbecame {}",
                checked.sdp
            );
        }
        relayed += u32::from(checked.sdp.contains("typ relay"));
        stripped += checked.stripped;
    }
    assert!(relayed > 1_000 && stripped > 1_000, "{relayed} {stripped}");
}

/// What every crafted line below hides in one way or another.
const HIDDEN: [&str; 9] = [
    "10.77.1", "own-host", "own.", "db8:77", "4077", "LOCAL", "Local", ".local", "fe80",
];

/// Lines that a page may put into its description to tell where it is.
const CRAFTED: [&str; 84] = [
    "o=- 1 2 IN IP4 10.77.1.2",
    "o=10.77.1.2 1 2 IN IP4 0.0.0.0",
    "o=- 10.77.1.2 own.example IN IP4 0.0.0.0",
    "o=- 1 2 IN IP4 own-host.example",
    "o=- 1 2 IN IP6 2001:db8:77::1",
    "o=own-host.example",
    "s=10.77.1.2",
    "s=at own-host.example",
    "i=10.77.1.2",
    "u=http://own-host.example/",
    "e=me@own-host.example",
    "p=+1 4077",
    "c=IN IP4 10.77.1.2",
    "c=IN IP4 10.77.1.2/127",
    "c=IN IP4 10.77.1.2/127/3",
    "c=IN IP4 own-host.example",
    "c=IN IP4 own.local",
    "c=IN IP4 x.own.LOCAL",
    "c=IN IP6 2001:db8:77::1",
    "c=IN IP6 [2001:db8:77::1]",
    "c=IN IP6 fe80::1%eth0",
    "c=10.77.1.2",
    "c=IN IP4 192.0.2.9/10.77.1.2",
    "c=IN IP4 192.0.2.9 10.77.1.2",
    "b=AS:10.77.1.2",
    "b=X-own-host:1",
    "t=10.77.1.2 0",
    "r=10.77.1.2",
    "z=10.77.1.2",
    "k=uri:http://own-host.example/",
    "k=clear:10.77.1.2",
    "v=10.77.1.2",
    "x=10.77.1.2",
    "m=audio 4077 UDP/TLS/RTP/SAVPF 111 10.77.1.2",
    "m=audio 4077/2 UDP/TLS/RTP/SAVPF 111",
    "m=audio 9 UDP/TLS/RTP/SAVPF own.local 111",
    "a=rtcp:4077",
    "a=rtcp:9 IN IP4 10.77.1.2",
    "a=rtcp:4077 IN IP6 2001:db8:77::1",
    "a=rtcp:9 IN IP4 own-host.example",
    "a=candidate:1 1 udp 1 10.77.1.2 4077 typ host",
    "a=candidate:1 1 udp 1 10.77.1.2 4077 typ srflx raddr 10.77.1.2 rport 4077",
    "a=candidate:1 1 udp 1 10.77.1.2 4077 typ prflx",
    "a=candidate:1 1 udp 1 x.own.LOCAL 4077 typ host",
    "a=candidate:1 1 udp 1 own-host.example 4077 typ relay",
    "a=candidate:1 1 udp 1 [2001:db8:77::1] 4077 typ host",
    "a=candidate:1 1 udp 1 192.0.2.9 5000 typ relay raddr 10.77.1.2 rport 4077",
    "a=candidate:1 1 udp 1 192.0.2.9 5000 typ relay x-at 10.77.1.2 ufrag own.local",
    "a=candidate:10.77.1.2 1 udp 1 192.0.2.9 5000 typ relay",
    "a=candidate:own-host.example",
    "a= candidate:1 1 udp 1 10.77.1.2 4077 typ host",
    "a=candidates:10.77.1.2",
    "a=remote-candidates:1 10.77.1.2 4077",
    "a=x-where:10.77.1.2",
    "a=x-where:[2001:db8:77::1]:4077",
    "a=own-host.example",
    "a=10.77.1.2",
    "a=10.77.1.2:1",
    "a=sendrecv:10.77.1.2",
    "a=sendrecv 10.77.1.2",
    "a=mid:10.77.1.2",
    "a=mid:own.local",
    "a=group:BUNDLE 10.77.1.2",
    "a=group:BUNDLE 0 own.local",
    "a=msid:10.77.1.2 track",
    "a=msid:- own.local",
    "a=msid:2001:db8:77::1 -",
    "a=msid-semantic: WMS own.local",
    "a=ssrc:1 cname:10.77.1.2",
    "a=ssrc:1 cname:me@own-host.example",
    "a=ssrc:1 cname:fe80::1",
    "a=ssrc:1 x-own-host:1",
    "a=ssrc:10.77.1.2 cname:x",
    "a=ssrc-group:FID 10.77.1.2",
    "a=ice-ufrag:10.77.1.2",
    "a=ice-pwd:own.local/aaaaaaaaaaaaaaaaaaaaa",
    "a=ice-options:trickle 10.77.1.2",
    "a=fingerprint:sha-256 10.77.1.2",
    "a=fingerprint:sha-256 AA:BB own.local",
    "a=setup:own.local",
    "a=rtpmap:111 own.example/48000/2",
    "a=fmtp:111 at=10.77.1.2;x=own.local",
    "a=extmap:1 http://own-host.example/experiments/rtp-hdrext/abs-send-time",
    "a=extmap:1/10.77.1.2 urn:ietf:params:rtp-hdrext:toffset",
];

const START: &str = "v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n\
    a=fingerprint:sha-256 AA:BB\r\n";
const SECTION: &str = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n\
    a=candidate:9 1 udp 1 192.0.2.9 5000 typ relay\r\n";

fn under_relay(sdp: &str) -> Result<CheckedSdp, &'static str> {
    let limits = SdpLimits {
        policy: IcePolicy::Relay,
        loopback: true,
        max_candidates: 100,
    };
    check(sdp.to_owned(), limits)
}

#[test]
fn sig_259_crafted_lines_tell_nothing_wherever_they_stand() {
    let more = [
        "a=extmap:1 urn:ietf:params:rtp-hdrext:10.77.1.2",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:2001:db8:77::1",
        "a=extmap:1 http://www.webrtc.org/experiments/rtp-hdrext/10.77.1.2",
        "a=extmap:1 http://www.webrtc.org@own-host.example/",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:toffset 10.77.1.2",
        "a=rid:1 send pt=111;at=10.77.1.2",
        "a=simulcast:send own.local",
        "a=imageattr:97 send [x=10.77.1.2]",
        "a=identity:10.77.1.2",
        "a=tls-id:10.77.1.2",
        "a=sctp-port:10.77.1.2",
        "a=max-message-size:own.local",
        "a=tool:own-host.example",
        "a=source-filter: incl IN IP4 * 10.77.1.2",
        "a=rtcp-fb:111 nack own.local",
        "a=key-mgmt:mikey 10.77.1.2",
    ];
    for line in CRAFTED.into_iter().chain(more) {
        for text in [
            format!("{START}{line}\r\n{SECTION}"),
            format!("{START}{SECTION}{line}\r\n"),
            format!("{START}{SECTION}{line}\n{SECTION}"),
        ] {
            let told = under_relay(&text).map_or_else(str::to_owned, |checked| checked.sdp);
            for hidden in HIDDEN {
                assert!(!told.contains(hidden), "{line} became {told}");
            }
            if told.starts_with("v=0") {
                assert!(told.contains("192.0.2.9 5000 typ relay"), "{told}");
            }
        }
    }
}

/// Lines of descriptions that Chrome, Firefox, Safari and the `webrtc` crate make; each passes as it is.
const OF_BROWSERS: [&str; 70] = [
    "t=0 0",
    "a=group:BUNDLE 0 1 2",
    "a=group:BUNDLE sdparta_0 sdparta_1",
    "a=group:LS audio video",
    "a=extmap-allow-mixed",
    "a=msid-semantic: WMS 4VnhRbZ5rCmWcLeFSTnPFzmpsSHIWtQkDBGZ",
    "a=msid-semantic:WMS *",
    "a=ice-options:trickle",
    "a=ice-options:trickle ice2 renomination",
    "a=ice-lite",
    "a=ice-ufrag:F7gI",
    "a=ice-pwd:x9cml/YzichV2+XlhiMu8gSs",
    "a=fingerprint:sha-256 D1:2C:BE:AD:C4:F6:64:5C:25:16:11:9C:AF:E7:0F:73:79:36:4E:9C:1E:15:54:39:0C:06:8B:ED:96:86:00:39",
    "a=setup:actpass",
    "a=mid:0",
    "a=mid:sdparta_0",
    "a=sendrecv",
    "a=recvonly",
    "a=inactive",
    "a=rtcp-mux",
    "a=rtcp-mux-only",
    "a=rtcp-rsize",
    "a=bundle-only",
    "a=end-of-candidates",
    "b=AS:2000",
    "b=TIAS:1638400",
    "a=rtpmap:111 opus/48000/2",
    "a=rtpmap:126 telephone-event/8000",
    "a=rtpmap:96 VP8/90000",
    "a=rtpmap:49 H265/90000",
    "a=rtpmap:35 flexfec-03/90000",
    "a=fmtp:111 minptime=10;useinbandfec=1",
    "a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1",
    "a=fmtp:63 111/111",
    "a=fmtp:101 0-15",
    "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f",
    "a=fmtp:126 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1",
    "a=fmtp:45 level-idx=5;profile=0;tier=0",
    "a=fmtp:49 level-id=93;profile-id=1;tier-flag=0;tx-mode=SRST",
    "a=fmtp:97 apt=96;rtx-time=3000",
    "a=fmtp:35 repair-window=10000000",
    "a=fmtp:96 sprop-parameter-sets=Z0IACpZTBYmI,aMljiA==",
    "a=rtcp-fb:111 transport-cc",
    "a=rtcp-fb:96 goog-remb",
    "a=rtcp-fb:96 ccm fir",
    "a=rtcp-fb:* nack pli",
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level vad=on",
    "a=extmap:14 urn:ietf:params:rtp-hdrext:toffset",
    "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "a=extmap:11/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level",
    "a=extmap:13 urn:3gpp:video-orientation",
    "a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/generic-frame-descriptor-00",
    "a=extmap:12 https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
    "a=msid:- 9ba1a5a5-2b1d-4ac4-9b55-9c1d1e7dbd0c",
    "a=msid:{3f6a4b1e-7a0b-4c55-8f52-0bb4b9cb7f51} {9b3d7e0a-5c61-4f0f-9d1d-1f5d8ef4c3aa}",
    "a=ssrc:3570614608 cname:4TOk42mSjXCkVIa6",
    "a=ssrc:2415731031 cname:{b3bd1ab3-6be1-4b69-a6e2-5b9d62a1f6f5}",
    "a=ssrc:3570614608 msid:- 9ba1a5a5-2b1d-4ac4-9b55-9c1d1e7dbd0c",
    "a=ssrc-group:FID 2231627014 632943048",
    "a=rid:h send",
    "a=rid:1 recv pt=96;max-width=1280;max-height=720",
    "a=simulcast:send h;m;l",
    "a=sctp-port:5000",
    "a=max-message-size:262144",
    "a=sctpmap:5000 webrtc-datachannel 1024",
    "a=candidate:842163049 1 udp 41885439 192.0.2.9 5000 typ relay raddr 0.0.0.0 rport 0 generation 0 ufrag F7gI network-id 1 network-cost 50",
];

#[test]
fn sig_260_what_browsers_write_passes_under_relay_as_it_is() {
    for line in OF_BROWSERS {
        let checked = under_relay(&format!("{START}{SECTION}{line}\r\n")).expect("is relayed");
        assert_eq!(checked.sdp, format!("{START}{SECTION}{line}\r\n"), "{line}");
    }
    for media in [
        "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126",
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97",
        "m=video 0 UDP/TLS/RTP/SAVPF 120",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "m=application 9 DTLS/SCTP 5000",
    ] {
        let checked = under_relay(&format!("{START}{media}\r\n")).expect("is relayed");
        assert_eq!(checked.sdp, format!("{START}{media}\r\n"));
    }
}
