//! Frames of STOMP.

use wire::stomp::{MAX_STOMP_HEADERS, StompCommand, StompDecoder, StompEncoder, StompFrame};

/// Bytes are read the same wherever they are cut, and what is read is written and read as the same.
pub(crate) fn stomp_frame(input: &[u8]) {
    let at = input.first().map_or(0, |first| usize::from(*first));
    let whole = read_all(&[input]);
    let (head, tail) = input.split_at(at.min(input.len()));
    let parts = read_all(&[head, tail]);
    // After a fault the rest of a message is dropped, which is another rest where it was cut.
    if whole.1 && parts.1 {
        assert_eq!(whole.0, parts.0);
    }
    for frame in whole.0 {
        again(&frame);
    }
}

/// All frames, and whether there was no fault.
fn read_all(pieces: &[&[u8]]) -> (Vec<StompFrame>, bool) {
    let mut decoder = StompDecoder::default();
    let (mut frames, mut is_good) = (Vec::new(), true);
    for piece in pieces {
        decoder.push(piece);
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(_) => is_good = false,
            }
        }
    }
    (frames, is_good)
}

fn again(frame: &StompFrame) {
    let Ok(body) = std::str::from_utf8(&frame.body) else {
        return;
    };
    let is_told = |name: &str| matches!(name, "content-length" | "content-type");
    // What opens a connection is not escaped: a name may end where its value begins.
    if frame.command == StompCommand::Unknown || !frame.command.is_escaped() {
        return;
    }
    let headers: Vec<_> = frame.headers.iter().filter(|it| !is_told(&it.0)).collect();
    if headers.len() + 2 > MAX_STOMP_HEADERS {
        return;
    }
    let mut encoder = StompEncoder::new(frame.command);
    for (name, value) in &headers {
        encoder = encoder.header(name, value);
    }
    let text = match body.is_empty() {
        true => encoder.end(),
        false => encoder.body("text/plain", body),
    };
    let (read, is_good) = read_all(&[text.as_bytes()]);
    assert!(is_good, "what was written is read");
    let [read] = read.as_slice() else {
        panic!("one frame was written");
    };
    assert_eq!((read.command, &read.body), (frame.command, &frame.body));
    let kept: Vec<_> = read.headers.iter().filter(|it| !is_told(&it.0)).collect();
    assert_eq!(kept, headers);
}
