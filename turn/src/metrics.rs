//! What `/metrics` says of the relay. No name of a person or session is a label.

use service::limits::Limit;
use turn_core::{Dropped, Metric, RefusalCause};

use crate::stream_pool::EvictionOutcome;

/// Names each series once, so that one that never moved is there with 0.
pub(crate) fn describe() {
    metrics::counter!("turn_allocations_total").absolute(0);
    metrics::counter!("turn_relayed_bytes_total").absolute(0);
    metrics::counter!("turn_relayed_payloads_total").absolute(0);
    allocations(0);
    connections(0);
    for why in [
        RefusalCause::Credential,
        RefusalCause::Revoked,
        RefusalCause::PersonQuota,
        RefusalCause::TotalQuota,
        RefusalCause::Capacity,
        RefusalCause::Peer,
        RefusalCause::Request,
    ] {
        metrics::counter!("turn_refused_total", "why" => why.name()).absolute(0);
    }
    for why in [
        Dropped::Meaningless,
        Dropped::Permission,
        Dropped::Bandwidth,
        Dropped::Flood,
    ] {
        metrics::counter!("turn_dropped_total", "why" => why.name()).absolute(0);
    }
    unsent(0);
    metrics::counter!("turn_allocations_revoked_total").absolute(0);
}

/// Counts what the core wants counted.
pub(crate) fn count(metric: Metric) {
    match metric {
        Metric::Allocated => metrics::counter!("turn_allocations_total").increment(1),
        Metric::Relayed(bytes) => {
            metrics::counter!("turn_relayed_bytes_total").increment(bytes as u64);
            metrics::counter!("turn_relayed_payloads_total").increment(1);
        }
        Metric::Refused(why) => {
            metrics::counter!("turn_refused_total", "why" => why.name()).increment(1);
        }
        Metric::Ended => metrics::counter!("turn_allocations_revoked_total").increment(1),
        Metric::RevocationForgotten => Limit::Revocations.hit(),
        Metric::Dropped(why) => {
            metrics::counter!("turn_dropped_total", "why" => why.name()).increment(1);
        }
    }
}

/// Allocations that there are.
pub(crate) fn allocations(count: usize) {
    metrics::gauge!("turn_allocations").set(count as f64);
}

/// TCP connections that there are.
pub(crate) fn connections(count: usize) {
    metrics::gauge!("turn_connections").set(count as f64);
}

/// An older TCP connection without an allocation was closed as another came in.
pub(crate) fn evicted(eviction: EvictionOutcome) {
    match eviction {
        EvictionOutcome::Nobody => {}
        EvictionOutcome::OfAddress => Limit::ConnectionsPerAddress.hit(),
        EvictionOutcome::OfAll => Limit::Connections.hit(),
    }
}

/// A TCP connection took too long to authenticate, to complete a frame, or to read.
pub(crate) fn stream_timed_out() {
    Limit::StreamTimeout.hit();
}

/// What the system, or a client that reads too slowly, did not take; media would be late anyway.
pub(crate) fn unsent(count: u64) {
    metrics::counter!("turn_dropped_total", "why" => "unsent").increment(count);
}
