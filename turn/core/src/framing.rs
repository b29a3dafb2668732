//! Finding the messages in a stream (RFC 8656, section 3.1): each tells its own length, and channel data is
//! padded to four bytes there.

use crate::stun::{HEADER_BYTES, MAGIC_COOKIE};

/// The longest that a frame can be, in bytes: channel data of 65,535 bytes with head and padding.
pub const MAX_FRAME_BYTES: usize = 4 + 65_536;

/// What the beginning of a stream holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framed {
    /// A frame of `used` bytes, of which the first `length` are the message.
    Whole {
        /// Bytes without padding.
        length: usize,
        /// Bytes with padding.
        used: usize,
    },
    /// More bytes must come first.
    Partial,
    /// This is neither STUN nor channel data, and nothing after it can be found.
    Broken,
}

/// Looks at the beginning of `bytes`.
#[must_use]
pub fn split_frame(bytes: &[u8]) -> Framed {
    let Some(&[first, _, high, low]) = bytes.first_chunk::<4>() else {
        return Framed::Partial;
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    let (length, used) = match first {
        0x00..=0x3F => {
            let cookie = &bytes[4..bytes.len().min(8)];
            let expected = MAGIC_COOKIE.to_be_bytes();
            if !length.is_multiple_of(4) || !expected.starts_with(cookie) {
                return Framed::Broken;
            }
            (HEADER_BYTES + length, HEADER_BYTES + length)
        }
        0x40..=0x4F => (4 + length, 4 + length.next_multiple_of(4)),
        _ => return Framed::Broken,
    };
    if bytes.len() < used {
        return Framed::Partial;
    }
    Framed::Whole { length, used }
}
