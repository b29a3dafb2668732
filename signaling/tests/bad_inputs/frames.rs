//! B13 to B17: breaches of RFC 6455 by somebody who is in. Each costs that socket and nothing else: the
//! seat is kept, and its page comes back with its token.

use serde_json::json;
use testkit::raw::{frame, upgrade};
use testkit::{ANN, BO, RawSocket, SOON};
use wire::SIGNALING_SUBPROTOCOL;
use wire::signaling::{Negotiate, PeerLost, PeerResumed};

use crate::stage::{BadInputStage, waiting};
use crate::talk::never_got;

const BREACHES: &str = "socket_breaches_total";

/// Opens a socket and joins; gives the `welcome` back.
async fn join(stage: &BadInputStage, join: serde_json::Value) -> (RawSocket, serde_json::Value) {
    let mut raw = RawSocket::upgraded(&stage.server.url, SIGNALING_SUBPROTOCOL).await;
    raw.send_text(&join.to_string()).await;
    let welcome = raw.text(SOON).await.expect("an answer");
    (raw, serde_json::from_str(&welcome).unwrap())
}

/// Bo sends `bytes`, is closed with `code`, and comes back; Ann sees a loss and a return.
async fn closes(stage: &BadInputStage, bytes: &[u8], code: u16) {
    let session = waiting();
    let mut ann = stage.server.join(ANN, &session).await;
    let ticket = stage.server.ticket(BO, &session);
    let (mut raw, welcome) = join(stage, json!({"type": "join", "ticket": ticket})).await;
    let token = &welcome["resume_token"];
    ann.expect::<Negotiate>(SOON).await;
    ann.forget();
    raw.send(bytes).await;
    assert_eq!(raw.close_code().await, Some(code));
    ann.expect::<PeerLost>(SOON).await;
    let resume = json!({"token": token, "last_seq": 0});
    let again = json!({"type": "join", "ticket": ticket, "resume": resume});
    let (_raw, welcome) = join(stage, again).await;
    assert_eq!(welcome["resumed"], true, "{welcome}");
    ann.expect::<PeerResumed>(SOON).await;
    never_got(&mut ann, &["data", "error", "peer_left", "peer_joined"]);
}

async fn rows(stage: &BadInputStage, number: u8, code: u16, rows: Vec<(&str, Vec<u8>)>) {
    for (name, bytes) in rows {
        stage
            .row(number, name, "", closes(stage, &bytes, code))
            .await;
    }
}

/// A frame that says that it is so long, and is not.
fn claims(length: u64) -> Vec<u8> {
    [vec![0x81, 0xff], length.to_be_bytes().to_vec(), vec![0; 64]].concat()
}

#[tokio::test]
async fn sig_245_breaches_of_the_framing() {
    let stage = BadInputStage::start().await;
    let unmasked = vec![0x81, 2, b'{', b'}'];
    let breaches = vec![
        ("unmasked", unmasked),
        ("reserved bit", frame(0xc1, b"{}")),
        ("reserved opcode", frame(0x83, b"{}")),
        ("reserved control opcode", frame(0x8b, b"")),
        ("fragmented ping", frame(0x09, b"a")),
        ("126-byte ping", frame(0x89, &[0; 126])),
        ("a continuation of nothing", frame(0x80, b"{}")),
        (
            "text in the middle of a text",
            [frame(0x01, b"{"), frame(0x81, b"}")].concat(),
        ),
    ];
    rows(&stage, 13, 1002, breaches).await;
    let no_utf8 = vec![
        ("not UTF-8", frame(0x81, b"{\"type\":\"\xff\xfe\"}")),
        (
            "split over fragments",
            [frame(0x01, b"\xce"), frame(0x80, b"\xff")].concat(),
        ),
        ("a surrogate", frame(0x81, b"\xed\xa0\x80")),
        ("overlong", frame(0x81, b"\xc0\xaf")),
        ("cut in a character", frame(0x81, b"\xe2\x82")),
    ];
    rows(&stage, 14, 1007, no_utf8).await;
    stage.finish(13..=14).await;
}

#[tokio::test]
async fn sig_245_frames_that_are_too_large_or_of_the_wrong_kind() {
    let stage = BadInputStage::start().await;
    let crumbs = [frame(0x01, b"{"), frame(0x00, b" ").repeat(1024 * 1024)].concat();
    let halves = [frame(0x01, &[b' '; 40_000]), frame(0x80, &[b' '; 40_000])].concat();
    let large = vec![
        ("2^63 bytes", claims(1 << 63)),
        ("2^63 - 1 bytes", claims((1 << 63) - 1)),
        ("4 GiB", claims(1 << 32)),
        ("64 KiB + 1", frame(0x81, &[b' '; 64 * 1024 + 1])),
        ("two halves", halves),
        ("1 MB in 1-byte fragments", crumbs),
    ];
    rows(&stage, 15, 1009, large).await;

    let offered = async {
        let mut raw = RawSocket::connect(&stage.server.url).await;
        let offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
        raw.send(upgrade(&stage.server.url, offer).as_bytes()).await;
        let head = raw.head().await.to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 101"), "{head}");
        assert!(!head.contains("sec-websocket-extensions"), "{head}");
        // A bomb says that it is compressed by a bit that is then reserved.
        raw.send(&frame(0xc1, &[0xec, 0xc1, 0x01])).await;
        assert_eq!(raw.close_code().await, Some(1002));
    };
    stage.row(16, "compression", BREACHES, offered).await;
    let binary = vec![
        ("binary", frame(0x82, b"{\"type\":\"leave\"}")),
        ("nothing, but binary", frame(0x82, b"")),
    ];
    rows(&stage, 17, 1003, binary).await;
    stage.finish(15..=17).await;
}
