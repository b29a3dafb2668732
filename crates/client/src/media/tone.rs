//! A tone as G.711 µ-law, which every browser plays: for bots and checks that need something to hear.

use std::f64::consts::TAU;
use std::time::Duration;

use bytes::Bytes;

/// Samples in a second.
const RATE: u32 = 8_000;
/// Samples in a frame of 20 ms.
const FRAME: u32 = RATE / 50;
/// Half of full scale: loud enough to be heard, far from clipping.
const AMPLITUDE: f64 = 0.5 * 32_767.0;

/// A sine tone, frame by frame, for a track of [`super::Codec::Pcmu`].
#[derive(Debug, Clone)]
pub struct Tone {
    hertz: u32,
    sample: u32,
}

impl Tone {
    /// How long one frame lasts.
    pub const FRAME: Duration = Duration::from_millis(20);

    /// A tone of so many oscillations in a second; above 4,000 it can't be told from a lower one.
    #[must_use]
    pub fn new(hertz: u32) -> Self {
        Self { hertz, sample: 0 }
    }

    /// The next 20 ms: 160 bytes.
    pub fn next_frame(&mut self) -> Bytes {
        let frame: Vec<u8> = (0..FRAME).map(|_| self.next_sample()).collect();
        frame.into()
    }

    fn next_sample(&mut self) -> u8 {
        // A whole number of oscillations fits into a second: the phase never drifts.
        let position = f64::from(self.sample) / f64::from(RATE);
        self.sample = (self.sample + 1) % RATE;
        let value = (TAU * f64::from(self.hertz) * position).sin() * AMPLITUDE;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "half of full scale is within 16 bits"
        )]
        mu_law(value as i16)
    }
}

/// Added before compression, so that every value has a segment (ITU-T G.711, table 2a).
const BIAS: i32 = 0x84;
/// The largest magnitude that has a code.
const CLIP: i32 = 32_635;

/// The µ-law code of a linear sample of 16 bits (ITU-T G.711).
fn mu_law(linear: i16) -> u8 {
    let sign = if linear < 0 { 0x80 } else { 0 };
    let magnitude = i32::from(linear).abs().min(CLIP) + BIAS;
    let segment = 24 - magnitude.leading_zeros();
    let mantissa = (magnitude >> (segment + 3)) & 0x0f;
    let code = (segment << 4) | mantissa.unsigned_abs();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a segment of three bits and four of mantissa"
    )]
    let code = code as u8;
    !(sign | code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rcl_12_a_tone_is_mu_law_by_the_standards_own_values() {
        // ITU-T G.711, table 2a: the ends and the middle of the scale.
        for (linear, code) in [
            (0, 0xff),
            (-1, 0x7f),
            (32_635, 0x80),
            (i16::MIN, 0x00),
            (1_000, 0xce),
            (-1_000, 0x4e),
        ] {
            assert_eq!(mu_law(linear), code, "{linear}");
        }
    }

    #[test]
    fn rcl_12_a_tone_of_400_hz_repeats_after_each_frame_and_crosses_zero_as_often_as_it_should() {
        let mut tone = Tone::new(400);
        let first = tone.next_frame();
        assert_eq!(first.len(), 160);
        assert_eq!(tone.next_frame(), first, "eight whole oscillations");
        let is_positive = |code: &u8| code & 0x80 != 0;
        let signs: Vec<bool> = first.iter().map(is_positive).collect();
        let crossings = signs.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!((15..=16).contains(&crossings), "{crossings}");
    }
}
