//! Reads the frames that nearly all traffic consists of in one pass over their text, where
//! [`ClientFrame::parse`] makes two. Whatever is unusual is left to it, so that both read alike.

use std::borrow::Cow;

use serde::Deserialize;

use super::{Answer, Candidate, ClientFrame, Offer};
use crate::frame::number_or_none;
use crate::{Envelope, FrameError, FrameId, RawJson};

/// How the frames begin that are read here: clients write `type` first.
const CANDIDATE: &str = r#"{"type":"candidate","#;
const OFFER: &str = r#"{"type":"offer","#;
const ANSWER: &str = r#"{"type":"answer","#;

#[derive(Deserialize)]
struct WholeCandidate<'a> {
    /// Known already; a second one makes the text unusual.
    #[serde(borrow, rename = "type")]
    _type: Cow<'a, str>,
    #[serde(default)]
    id: Option<u64>,
    #[serde(default, deserialize_with = "number_or_none")]
    seq: Option<u64>,
    epoch: u64,
    candidate: RawJson,
}

#[derive(Deserialize)]
struct WholeDescription<'a> {
    /// Known already; a second one makes the text unusual.
    #[serde(borrow, rename = "type")]
    _type: Cow<'a, str>,
    #[serde(default)]
    id: Option<u64>,
    #[serde(default, deserialize_with = "number_or_none")]
    seq: Option<u64>,
    epoch: u64,
    sdp: String,
}

impl ClientFrame {
    /// As [`ClientFrame::parse`], and quicker for descriptions and candidates.
    ///
    /// # Errors
    /// As [`ClientFrame::parse`].
    pub fn read(text: &str) -> Result<(Envelope, Self), FrameError> {
        match read_whole(text) {
            Some(read) => Ok(read),
            None => Self::parse(text),
        }
    }
}

/// None for every other frame, and for one of these with anything wrong.
fn read_whole(text: &str) -> Option<(Envelope, ClientFrame)> {
    if text.starts_with(CANDIDATE) {
        let whole: WholeCandidate<'_> = serde_json::from_str(text).ok()?;
        let candidate = Candidate {
            epoch: whole.epoch,
            candidate: whole.candidate,
        };
        return Some((envelope("candidate", whole.id, whole.seq), candidate.into()));
    }
    let is_offer = text.starts_with(OFFER);
    if !is_offer && !text.starts_with(ANSWER) {
        return None;
    }
    let whole: WholeDescription<'_> = serde_json::from_str(text).ok()?;
    let (epoch, sdp) = (whole.epoch, whole.sdp);
    let (kind, frame) = match is_offer {
        true => ("offer", Offer { epoch, sdp }.into()),
        false => ("answer", Answer { epoch, sdp }.into()),
    };
    Some((envelope(kind, whole.id, whole.seq), frame))
}

fn envelope(kind: &'static str, id: Option<u64>, seq: Option<u64>) -> Envelope {
    Envelope {
        kind: Cow::Borrowed(kind),
        id: id.map(FrameId::from),
        seq,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pass_reads_as_two_do() {
        let shapes = [
            r#"{"type":"candidate","epoch":7,"candidate":{"candidate":"candidate:1 1 udp"}}"#,
            r#"{"type":"candidate","epoch":7,"candidate":null,"id":3,"more":[1]}"#,
            r#"{"type":"candidate","epoch":7,"candidate":null,"id":"three"}"#,
            r#"{"type":"candidate","epoch":7,"candidate":null,"id":null,"seq":"x"}"#,
            r#"{"type":"candidate","epoch":7,"candidate":null,"seq":12}"#,
            r#"{"type":"candidate","epoch":"7","candidate":null,"id":3}"#,
            r#"{"type":"candidate","epoch":7}"#,
            r#"{"type":"candidate","epoch":7,"candidate":"\ud800"}"#,
            r#"{"type":"candidate","type":"offer","epoch":7,"candidate":null}"#,
            r#"{"type":"candidate","epoch":7,"candidate":null} more"#,
            r#"{"type":"offer","epoch":7,"sdp":"v=0\r\n","id":18446744073709551615}"#,
            r#"{"type":"offer","epoch":7,"sdp":5,"id":22}"#,
            r#"{"type":"offer","epoch":-7,"sdp":"v=0"}"#,
            r#"{"type":"answer","sdp":"v=0","epoch":7,"seq":1}"#,
            r#"{"epoch":7,"type":"answer","sdp":"v=0"}"#,
            r#"{"type":"answer","epoch":7"#,
            r#"{"type":"answers","epoch":7}"#,
            r#"{"type":"leave"}"#,
            "[]",
        ];
        for text in shapes {
            assert_eq!(ClientFrame::read(text), ClientFrame::parse(text), "{text}");
        }
        assert!(read_whole(shapes[0]).is_some(), "the usual one is quick");
        assert!(read_whole(shapes[10]).is_some(), "the usual one is quick");
    }
}
