//! The payloads of an exchange: descriptions and candidates of the size and shape of a browser's.

/// Length of a description, in bytes: what Chromium writes for one sound and one picture, without
/// simulcast.
pub(crate) const SDP_BYTES: usize = 2_048;
/// Candidates of each side: two interfaces, IPv4 and IPv6, with and without STUN and TURN.
pub(crate) const CANDIDATES: usize = 10;

/// Which side of the negotiation says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Sends the offer.
    Offerer,
    /// Sends the answer.
    Answerer,
}

/// A description (RFC 8866) of exactly [`SDP_BYTES`].
pub(crate) fn description(role: Role) -> String {
    let (setup, session) = match role {
        Role::Offerer => ("actpass", 4_611_731_400_430_051_336_u64),
        Role::Answerer => ("active", 7_614_219_274_584_779_017),
    };
    let fingerprint = (0..32).map(|byte| format!("{byte:02X}"));
    let fingerprint = fingerprint.collect::<Vec<_>>().join(":");
    let mut text = format!(
        "v=0\r\no=- {session} 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
         a=group:BUNDLE 0 1\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS stream\r\n"
    );
    for (mid, media) in [AUDIO, VIDEO].iter().enumerate() {
        text.push_str(media);
        text.push_str(&format!(
            "c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:Wz9k\r\n\
             a=ice-pwd:Yb1Jc0yQxXb3Gz0rTqk7uP2v\r\na=ice-options:trickle\r\n\
             a=fingerprint:sha-256 {fingerprint}\r\na=setup:{setup}\r\na=mid:{mid}\r\n\
             a=sendrecv\r\na=rtcp-mux\r\n"
        ));
    }
    filled(text)
}

const AUDIO: &str = "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\n\
    a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n\
    a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\n\
    a=fmtp:63 111/111\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\n";

const VIDEO: &str = "m=video 9 UDP/TLS/RTP/SAVPF 96 97 102\r\n\
    a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 goog-remb\r\na=rtcp-fb:96 nack pli\r\n\
    a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtpmap:102 H264/90000\r\n\
    a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f\r\n";

/// Header extensions make up the rest of a browser's description, and of this one.
fn filled(mut text: String) -> String {
    const ENDING: &str = "\r\n";
    let mut number = 1;
    while text.len() < SDP_BYTES {
        let line = format!("a=extmap:{number} urn:ietf:params:rtp-hdrext:sdes:mid");
        let room = SDP_BYTES - text.len();
        let longest = line.len() + ENDING.len();
        // The last line takes what is left; a line is at least `a=` and one character.
        let take = match room.checked_sub(longest) {
            Some(rest) if rest == 0 || rest > 8 => line.len(),
            Some(rest) => line.len() + rest,
            None => room - ENDING.len(),
        };
        text.push_str(&format!("{line:x<take$}")[..take]);
        text.push_str(ENDING);
        number += 1;
    }
    text
}

/// A candidate as `RTCIceCandidate.toJSON()` gives it (RFC 8839).
pub(crate) fn candidate(role: Role, number: usize) -> String {
    let (host, ufrag) = match role {
        Role::Offerer => (2, "Wz9k"),
        Role::Answerer => (3, "q7Lm"),
    };
    let port = 49_152 + number;
    let foundation = 842_163_049 + number;
    format!(
        "{{\"candidate\":\"candidate:{foundation} 1 udp 1677729535 203.0.113.{host} {port} typ srflx \
         raddr 192.168.1.{host} rport {port} generation 0 ufrag {ufrag} network-id 1 network-cost 10\",\
         \"sdpMid\":\"0\",\"sdpMLineIndex\":0,\"usernameFragment\":\"{ufrag}\"}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lod_4_a_description_has_two_kilobytes_and_the_shape_of_a_browsers() {
        for role in [Role::Offerer, Role::Answerer] {
            let text = description(role);
            assert_eq!(text.len(), SDP_BYTES);
            assert!(text.ends_with("\r\n"));
            for line in text.split_terminator("\r\n") {
                assert!(line.len() > 2 && line.as_bytes()[1] == b'=', "{line:?}");
            }
        }
        assert_ne!(description(Role::Offerer), description(Role::Answerer));
    }

    #[test]
    fn lod_4_a_candidate_is_json_with_a_candidate_line() {
        let text = candidate(Role::Answerer, 3);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let line = value["candidate"].as_str().unwrap();
        assert!(line.starts_with("candidate:") && line.contains(" typ srflx "));
        assert_eq!(value["sdpMLineIndex"], 0);
        assert_ne!(candidate(Role::Offerer, 3), text);
    }
}
