use proptest::prelude::*;

use super::*;
use crate::stomp::StompEncoder;

/// All frames of what is brought in such pieces, or the first fault.
fn read_all(pieces: &[&[u8]]) -> Result<Vec<StompFrame>, StompFault> {
    let mut decoder = StompDecoder::default();
    let mut frames = Vec::new();
    for piece in pieces {
        decoder.push(piece);
        while let Some(frame) = decoder.next_frame()? {
            frames.push(frame);
        }
    }
    Ok(frames)
}

fn read_one(bytes: &[u8]) -> Result<StompFrame, StompFault> {
    read_all(&[bytes]).map(|mut frames| frames.pop().expect("it is whole"))
}

fn malformed(bytes: &[u8]) -> bool {
    matches!(read_all(&[bytes]), Err(Malformed(_)))
}

#[test]
fn cht_130_headers_are_unescaped_and_the_first_of_two_counts() {
    let frame = read_one(b"SEND\r\nfoo:a\\cb\\\\\\n\r\nfoo:c\n\nhi\0").unwrap();
    assert_eq!(frame.command, StompCommand::Send);
    assert_eq!(frame.header("foo"), Some("a:b\\\n"));
    assert_eq!(frame.header("Foo"), None, "names have a case");
    assert_eq!(frame.body, b"hi");
    let frame = read_one(b"CONNECT\npasscode:a:b\\q\n\n\0").unwrap();
    assert_eq!(frame.header("passcode"), Some("a:b\\q"), "as it stands");
    let spaces = read_one(b"SEND\nfoo: a \n\n\0").unwrap();
    assert_eq!(spaces.header("foo"), Some(" a "), "nothing is trimmed");
}

#[test]
fn cht_130_a_body_is_as_long_as_it_says_or_up_to_the_nul() {
    let frame = read_one(b"SEND\ncontent-length:3\n\na\0b\0").unwrap();
    assert_eq!(frame.body, b"a\0b");
    assert!(malformed(b"SEND\ncontent-length:2\n\nabc\0"));
    for bad in ["-1", "+1", "", " 1", "0x1", "1.0"] {
        assert!(malformed(
            format!("SEND\ncontent-length:{bad}\n\na\0").as_bytes()
        ));
    }
    assert!(malformed(b"SUBSCRIBE\nid:1\n\nbody\0"));
}

#[test]
fn cht_130_what_is_against_the_specification_is_malformed() {
    for bad in [
        &b"SEND\0"[..],
        b"SEND\nfoo:bar\0",
        b"SEND\nfoo\n\n\0",
        b"SEND\n:bar\n\n\0",
        b"SEND\nfoo:a\\tb\n\n\0",
        b"SEND\nfoo:a:b\n\n\0",
        b"SEND\nfo\ro:a\n\n\0",
        b"SEND\nfoo:\xff\n\n\0",
        b"\xff\n\n\0",
        b"\rSEND\n\n\0",
        b"\0",
    ] {
        assert!(malformed(bad), "{}", bad.escape_ascii());
    }
    let other = read_one(b"DANCE\nreceipt:1\n\nbody\0").unwrap();
    assert_eq!(other.command, StompCommand::Unknown);
    assert_eq!(other.header("receipt"), Some("1"));
}

#[test]
fn cht_130_limits_hold_before_a_frame_is_whole() {
    let too_large = |bytes: &[u8]| matches!(read_all(&[bytes]), Err(TooLarge(_)));
    assert!(too_large(
        format!("SEND\n{}", "a:b\n".repeat(MAX_STOMP_HEADERS + 1)).as_bytes()
    ));
    assert!(too_large("x".repeat(MAX_STOMP_HEADER_BYTES + 1).as_bytes()));
    assert!(too_large(b"SEND\ncontent-length:99999999999999999999\n\n"));
    let body = "x".repeat(MAX_STOMP_BODY_BYTES + 1);
    assert!(too_large(format!("SEND\n\n{body}").as_bytes()));
    assert!(!too_large(format!("SEND\n\n{}\0", &body[1..]).as_bytes()));
}

#[test]
fn cht_130_after_a_fault_the_next_message_is_read() {
    let mut decoder = StompDecoder::default();
    decoder.push(b"SEND\nbad\n\n\0SEND\n\nlost\0");
    assert!(decoder.next_frame().is_err());
    assert_eq!(decoder.next_frame(), Ok(None));
    decoder.push(b"SEND\n\nhi\0");
    assert_eq!(decoder.next_frame().unwrap().unwrap().body, b"hi");
}

/// A frame, and its bytes as our encoder writes them.
fn any_frame() -> impl Strategy<Value = (StompFrame, Vec<u8>)> {
    let headers = prop::collection::vec(("[a-z:\\\\\n]{1,8}", any::<String>()), 0..6);
    (headers, any::<String>()).prop_map(|(headers, body)| {
        let headers: Vec<(String, String)> = headers
            .into_iter()
            .filter(|(name, _)| !name.starts_with("content-"))
            .map(|(name, value)| (name, value.replace('\0', "")))
            .collect();
        let mut encoder = StompEncoder::new(StompCommand::Message);
        for (name, value) in &headers {
            encoder = encoder.header(name, value);
        }
        let text = encoder.body("text/plain", &body);
        let length = ("content-length".to_owned(), body.len().to_string());
        let kind = ("content-type".to_owned(), "text/plain".to_owned());
        let frame = StompFrame {
            command: StompCommand::Message,
            headers: headers.into_iter().chain([kind, length]).collect(),
            body: body.into_bytes(),
        };
        (frame, text.into_bytes())
    })
}

proptest! {
    #[test]
    fn cht_131_what_is_written_is_read_wherever_the_bytes_are_cut(
        frames in prop::collection::vec(any_frame(), 1..4),
        beats in 0..3_usize,
        piece in 1..40_usize,
    ) {
        let mut bytes = Vec::new();
        for (_, text) in &frames {
            bytes.extend(b"\r\n".repeat(beats));
            bytes.extend_from_slice(text);
        }
        let expected: Vec<StompFrame> = frames.into_iter().map(|(frame, _)| frame).collect();
        let pieces: Vec<&[u8]> = bytes.chunks(piece).collect();
        prop_assert_eq!(read_all(&pieces), Ok(expected));
    }

    #[test]
    fn cht_131_no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..300), piece in 1..50_usize) {
        let mut decoder = StompDecoder::default();
        for piece in bytes.chunks(piece) {
            decoder.push(piece);
            while let Ok(Some(frame)) = decoder.next_frame() {
                prop_assert!(frame.headers.len() <= MAX_STOMP_HEADERS);
            }
        }
    }
}
