//! What strangers' bytes meet first, as functions that take any bytes and must neither panic nor break what they promise.
//!
//! `make fuzz` drives each of [`TARGETS`] by coverage; `make test` replays the inputs in `corpus/`, among them
//! those that once broke something.

mod frames;
mod network;
mod relay;
mod sessions;
mod stomp;

/// A target's name, which is also that of its corpus and of its file in `libfuzzer/fuzz_targets`, and what it does with
/// an input.
pub type FuzzTarget = (&'static str, fn(&[u8]));

/// Every target once.
pub const TARGETS: [FuzzTarget; 13] = [
    ("signaling_frame", frames::signaling_frame),
    ("chat_frame", frames::chat_frame),
    ("stomp_frame", stomp::stomp_frame),
    ("text", frames::text),
    ("sdp", sessions::sdp),
    ("candidate", sessions::candidate),
    ("livekit_webhook", sessions::livekit_webhook),
    ("openvidu_webhook", sessions::openvidu_webhook),
    ("turn_datagram", relay::datagram),
    ("turn_stream", relay::stream),
    ("ticket", network::ticket),
    ("forwarded", network::forwarded),
    ("address", network::address),
];

/// Runs one target by its name.
///
/// # Panics
/// When there is no such target, or it finds a fault.
pub fn run(name: &str, input: &[u8]) {
    let (_, target) = TARGETS
        .iter()
        .find(|(known, _)| *known == name)
        .expect("a target of this name");
    target(input);
}
