//! From bytes, cut anywhere, to frames.

use super::escape::unescape;
use super::{StompCommand, StompFrame};
use crate::MAX_FRAME_BYTES;

/// Headers of one frame; clients send a handful.
pub const MAX_STOMP_HEADERS: usize = 64;
/// Bytes of the command and all headers of one frame: the largest ticket fits.
pub const MAX_STOMP_HEADER_BYTES: usize = MAX_FRAME_BYTES - 4 * 1024;
/// Bytes of a body: what a frame of the other subprotocol could bring. What is too long for a message is told so.
pub const MAX_STOMP_BODY_BYTES: usize = MAX_FRAME_BYTES;

/// Why bytes are no frame. What the decoder held is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StompFault {
    /// Against the specification: how, in a sentence.
    #[error("{0}")]
    Malformed(&'static str),
    /// Above a limit: which, in a sentence.
    #[error("{0}")]
    TooLarge(&'static str),
}

use StompFault::{Malformed, TooLarge};

/// Reads frames from what a connection brings: several at once, one in pieces, line ends between them.
#[derive(Debug, Default)]
pub struct StompDecoder {
    bytes: Vec<u8>,
    /// How many of them are read.
    read: usize,
}

impl StompDecoder {
    /// Adds what came. It must be no longer than a message of the connection may be.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.read);
        self.read = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next frame; `None` where it is not whole yet.
    ///
    /// # Errors
    /// What is wrong with it. Whatever came with it is dropped: where the next frame begins is not known.
    pub fn next_frame(&mut self) -> Result<Option<StompFrame>, StompFault> {
        let found = match self.skip_line_ends() {
            Ok(()) => read_frame(&self.bytes[self.read..]),
            Err(fault) => Err(fault),
        };
        match found {
            Ok(Some((frame, length))) => {
                self.read += length;
                Ok(Some(frame))
            }
            Ok(None) => {
                if self.read == self.bytes.len() {
                    // An idle connection holds nothing.
                    self.drop_all();
                }
                Ok(None)
            }
            Err(fault) => {
                self.drop_all();
                Err(fault)
            }
        }
    }

    fn drop_all(&mut self) {
        (self.bytes, self.read) = (Vec::new(), 0);
    }

    /// Passes the line ends between two frames, which are heart-beats.
    fn skip_line_ends(&mut self) -> Result<(), StompFault> {
        loop {
            match self.bytes[self.read..] {
                [b'\n', ..] => self.read += 1,
                [b'\r', b'\n', ..] => self.read += 2,
                [b'\r', _, ..] => return Err(Malformed("A carriage return ends no line alone.")),
                _ => return Ok(()),
            }
        }
    }
}

/// A frame and its length; `None` while it is not whole.
fn read_frame(bytes: &[u8]) -> Result<Option<(StompFrame, usize)>, StompFault> {
    let Some((head, body_at)) = read_head(bytes)? else {
        return Ok(None);
    };
    let rest = &bytes[body_at..];
    let (body, length) = match head.header("content-length") {
        Some(text) => {
            let length = content_length(text)?;
            let Some(end) = rest.get(length) else {
                return Ok(None);
            };
            if *end != 0 {
                return Err(Malformed("There is no NUL after content-length octets."));
            }
            (&rest[..length], length)
        }
        None => match rest.iter().position(|byte| *byte == 0) {
            Some(length) if length > MAX_STOMP_BODY_BYTES => return Err(BODY_TOO_LARGE),
            Some(length) => (&rest[..length], length),
            None if rest.len() > MAX_STOMP_BODY_BYTES => return Err(BODY_TOO_LARGE),
            None => return Ok(None),
        },
    };
    if !body.is_empty() && !head.command.may_have_body() {
        return Err(Malformed("A frame of this command has no body."));
    }
    let body = body.to_vec();
    Ok(Some((StompFrame { body, ..head }, body_at + length + 1)))
}

const BODY_TOO_LARGE: StompFault = TooLarge("The body has too many bytes.");

/// The command and the headers, and where the body begins; `None` while they are not whole.
fn read_head(bytes: &[u8]) -> Result<Option<(StompFrame, usize)>, StompFault> {
    let mut lines = HeadLines { bytes, at: 0 };
    let Some(first) = lines.next()? else {
        return Ok(None);
    };
    let mut head = StompFrame {
        command: StompCommand::from_name(first),
        headers: Vec::new(),
        body: Vec::new(),
    };
    loop {
        let Some(line) = lines.next()? else {
            return Ok(None);
        };
        if line.is_empty() {
            return Ok(Some((head, lines.at)));
        }
        if head.headers.len() == MAX_STOMP_HEADERS {
            return Err(TooLarge("The frame has too many headers."));
        }
        head.headers.push(read_header(line, head.command)?);
    }
}

fn read_header(line: &str, command: StompCommand) -> Result<(String, String), StompFault> {
    let Some((name, value)) = line.split_once(':') else {
        return Err(Malformed("A header is a name, a colon and a value."));
    };
    if name.is_empty() {
        return Err(Malformed("A header has a name."));
    }
    if !command.is_escaped() {
        return Ok((name.to_owned(), value.to_owned()));
    }
    if value.contains(':') {
        return Err(Malformed("A colon within a header is written \\c."));
    }
    match (unescape(name), unescape(value)) {
        (Some(name), Some(value)) => Ok((name.into_owned(), value.into_owned())),
        _ => Err(Malformed(
            "The escapes within a header are \\r, \\n, \\c and \\\\.",
        )),
    }
}

fn content_length(text: &str) -> Result<usize, StompFault> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Malformed("content-length is a number of octets."));
    }
    match text.parse() {
        Ok(length) if length <= MAX_STOMP_BODY_BYTES => Ok(length),
        _ => Err(BODY_TOO_LARGE),
    }
}

/// The lines of a frame's head.
struct HeadLines<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> HeadLines<'a> {
    /// The next line without its end; `None` while it is not whole.
    fn next(&mut self) -> Result<Option<&'a str>, StompFault> {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|byte| matches!(byte, b'\n' | 0));
        if self.at + end.unwrap_or(rest.len()) > MAX_STOMP_HEADER_BYTES {
            return Err(TooLarge("The headers have too many bytes."));
        }
        let Some(end) = end else {
            return Ok(None);
        };
        if rest[end] == 0 {
            return Err(Malformed("The headers end with an empty line."));
        }
        self.at += end + 1;
        let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
        if line.contains(&b'\r') {
            return Err(Malformed("A carriage return ends no line alone."));
        }
        match std::str::from_utf8(line) {
            Ok(line) => Ok(Some(line)),
            Err(_) => Err(Malformed("Headers are UTF-8.")),
        }
    }
}

#[cfg(test)]
mod tests;
