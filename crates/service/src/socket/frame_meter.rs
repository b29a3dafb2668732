//! What a socket's bytes cost before they are a message: fragments, and reads that bring next to nothing.
//!
//! tungstenite reads on until a message is whole, and does not say of how many frames. So the stream below it
//! reads the frames' heads (RFC 6455, 5.2) as they pass, and holds back what follows until it is paid for.

/// Fragments that may pass before reading stops until they are charged.
const FRAGMENTS_AT_ONCE: u32 = 64;
/// A read of fewer bytes than this that ends no frame holds the next one back, so that more comes together.
const SMALL_READ_BYTES: usize = 1_024;
/// Longest head of a frame, in bytes.
const MAX_HEAD_BYTES: usize = 14;

/// Counts what is read and written.
#[derive(Debug, Default)]
pub(super) struct FrameMeter {
    head: [u8; MAX_HEAD_BYTES],
    head_bytes: usize,
    payload_left: u64,
    fragments: u32,
    is_small_read: bool,
    written: u64,
}

impl FrameMeter {
    /// Fragments since the last call; each is a frame that is no message of its own.
    pub(super) fn take_fragments(&mut self) -> u32 {
        std::mem::take(&mut self.fragments)
    }

    /// True once after a small read, which has stopped the reading.
    pub(super) fn take_small_read(&mut self) -> bool {
        std::mem::take(&mut self.is_small_read)
    }

    /// Bytes that were written so far.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// True while nothing more may be read.
    pub(super) fn is_held(&self) -> bool {
        self.is_small_read || self.fragments >= FRAGMENTS_AT_ONCE
    }

    pub(super) fn note_written(&mut self, bytes: usize) {
        self.written += bytes as u64;
    }

    fn is_between_frames(&self) -> bool {
        self.payload_left == 0 && self.head_bytes == 0
    }

    pub(super) fn read(&mut self, mut bytes: &[u8]) {
        let is_small = bytes.len() < SMALL_READ_BYTES;
        let mut is_frame_ended = false;
        while let Some((byte, rest)) = bytes.split_first() {
            if self.payload_left > 0 {
                let passed = bytes
                    .len()
                    .min(usize::try_from(self.payload_left).unwrap_or(usize::MAX));
                self.payload_left -= passed as u64;
                bytes = &bytes[passed..];
            } else {
                self.head[self.head_bytes] = *byte;
                self.head_bytes += 1;
                bytes = rest;
                let Some(payload) = payload_bytes(&self.head[..self.head_bytes]) else {
                    continue;
                };
                self.payload_left = payload;
                self.head_bytes = 0;
                self.fragments += u32::from(is_fragment(self.head[0]));
            }
            is_frame_ended |= self.payload_left == 0;
        }
        self.is_small_read = is_small && !is_frame_ended && !self.is_between_frames();
    }
}

/// Bytes of the payload that follows a head; none while the head is not whole.
fn payload_bytes(head: &[u8]) -> Option<u64> {
    let second = head.get(1)?;
    let (short, mask) = (second & 0x7f, usize::from(second >> 7) * 4);
    let length = match short {
        126 => head.get(2..4)?,
        127 => head.get(2..10)?,
        _ => &[],
    };
    (head.len() == 2 + length.len() + mask).then(|| match length.len() {
        0 => u64::from(short),
        _ => length
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    })
}

/// True for a frame that continues a message, and for one that begins a message and does not end it.
fn is_fragment(first: u8) -> bool {
    let (is_final, opcode) = (first & 0x80 != 0, first & 0x0f);
    opcode == 0 || (!is_final && opcode < 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(first: u8, payload: usize) -> Vec<u8> {
        let mut bytes = vec![first];
        match payload {
            0..126 => bytes.push(0x80 | payload as u8),
            126..65_536 => {
                bytes.push(0x80 | 126);
                bytes.extend((payload as u16).to_be_bytes());
            }
            _ => {
                bytes.push(0x80 | 127);
                bytes.extend((payload as u64).to_be_bytes());
            }
        }
        bytes.extend([0; 4]);
        bytes.resize(bytes.len() + payload, b'x');
        bytes
    }

    #[test]
    fn edg_72_fragments_are_counted_wherever_the_bytes_are_cut() {
        let frames = [
            (0x81, 0, 0),
            (0x81, 125, 0),
            (0x89, 7, 0),
            (0x01, 126, 1),
            (0x8a, 0, 0),
            (0x00, 0, 1),
            (0x00, 1, 1),
            (0x80, 70_000, 1),
            (0x82, 65_535, 0),
        ];
        let bytes: Vec<u8> = frames
            .iter()
            .flat_map(|(first, size, _)| frame(*first, *size))
            .collect();
        let expected: u32 = frames.iter().map(|(_, _, fragments)| fragments).sum();
        for size in [1, 2, 3, 7, 100, 4_096, bytes.len()] {
            let mut meter = FrameMeter::default();
            bytes.chunks(size).for_each(|chunk| meter.read(chunk));
            assert_eq!(meter.take_fragments(), expected, "{size}");
            assert!(meter.is_between_frames(), "{size}");
        }
    }

    #[test]
    fn edg_72_a_read_that_ends_nothing_holds_the_next_one_back() {
        let mut meter = FrameMeter::default();
        let whole = frame(0x81, 2_000);
        meter.read(&whole[..1]);
        assert!(meter.is_held() && meter.take_small_read() && !meter.is_held());
        meter.read(&whole[1..1_500]);
        assert!(!meter.is_held(), "it brings enough");
        meter.read(&whole[1_500..1_600]);
        assert!(meter.take_small_read());
        meter.read(&whole[1_600..]);
        assert!(!meter.is_held(), "it ends a frame");
        meter.read(&[frame(0x89, 0), vec![0x89]].concat());
        assert!(!meter.is_held(), "the frame that it ends is charged");
        meter.read(&[0x80, 0, 0, 0, 0]);
        for _ in 0..FRAGMENTS_AT_ONCE {
            assert!(!meter.is_held());
            meter.read(&frame(0x00, 0));
        }
        assert!(meter.is_held(), "until they are charged");
        assert_eq!(meter.take_fragments(), FRAGMENTS_AT_ONCE);
        assert!(!meter.is_held());
    }
}
