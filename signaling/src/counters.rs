//! Counters of what happens with every frame, looked up once: finding one by its label costs more than
//! counting does. Everything rarer is counted where it happens.

use std::sync::LazyLock;

use metrics::{Counter, counter};
use service::limits::Limit;
use wire::signaling::ClientFrame;

/// Counts a frame by its type.
pub(crate) fn frame(kind: &'static str) {
    // First used by a frame, and so long after the recorder was installed.
    static BY_KIND: LazyLock<Vec<(&str, Counter)>> = LazyLock::new(|| {
        let named =
            |kind: &&'static str| (*kind, counter!("signaling_frames_total", "type" => *kind));
        ClientFrame::TYPES.iter().map(named).collect()
    });
    if let Some((_, counter)) = BY_KIND.iter().find(|(name, _)| *name == kind) {
        counter.increment(1);
    }
}

/// Counts a frame that had to go from a resume buffer.
pub(crate) fn buffer_overflow() {
    static OVERFLOWS: LazyLock<Counter> = LazyLock::new(|| {
        let what = signaling_core::SessionMetric::BufferOverflow.name();
        counter!("signaling_core_total", "what" => what)
    });
    OVERFLOWS.increment(1);
    Limit::ResumeBytes.hit();
}
