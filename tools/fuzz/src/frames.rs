//! Frames of both sockets, and the text in them.

use wire::chat::ChatClientFrame;
use wire::signaling::ClientFrame;
use wire::visible_text::{MAX_BODY_BYTES, clean_body, clean_name, is_blank};

/// A frame that is read is written and read as the same.
pub(crate) fn signaling_frame(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    if let Ok((_, frame)) = ClientFrame::parse(text) {
        let written = frame.to_text(None);
        let (_, again) = ClientFrame::parse(&written).expect("what was written is read");
        assert_eq!(again.to_text(None), written);
    }
}

/// As [`signaling_frame`], of chat.
pub(crate) fn chat_frame(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    if let Ok((_, frame)) = ChatClientFrame::parse(text) {
        let written = frame.to_text(None);
        let (_, again) = ChatClientFrame::parse(&written).expect("what was written is read");
        assert_eq!(again.to_text(None), written);
    }
}

/// Cleaning twice is as once, and what is left can be seen and is within its bound.
pub(crate) fn text(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Ok(body) = clean_body(&text) {
        assert!(!is_blank(&body) && body.len() <= MAX_BODY_BYTES);
        assert_eq!(clean_body(&body).as_ref(), Ok(&body));
    }
    if let Some(name) = clean_name(&text) {
        assert!(!is_blank(&name) && !name.contains('\n'));
        assert_eq!(clean_name(&name).as_ref(), Some(&name));
    }
}
