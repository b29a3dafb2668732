//! Rigs that break things around the real binary: one service as a process of its own, its disk,
//! its clock, its link, its database. What must hold while they are broken is in `tests/rows`, a test a fault.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking"
)]

mod accept;
mod acknowledged;
mod bookings;
mod database_server;
mod deadly_link;
mod fake_clock;
mod link;
mod live_pair;
mod look;
mod metrics;
mod reconnecting;
mod service_process;
mod syscall_fault;
mod toxiproxy;
mod unaffected;

pub use acknowledged::{AcknowledgedMessages, MessageWriter, read_room};
pub use bookings::{Answered, BookingClients, Bookings};
pub use database_server::{DatabaseKind, DatabaseServer, TakenConnections};
pub use deadly_link::DeadlyLink;
pub use fake_clock::FakeClock;
pub use link::{FaultyLink, LinkCondition};
pub use live_pair::LivePair;
pub use look::{Look, look};
pub use metrics::{Metrics, is_ready};
pub use reconnecting::{ReconnectingClients, Reconnection, busiest_second};
pub use service_process::ServiceProcess;
pub use syscall_fault::{SYNC, SyscallFault};
pub use toxiproxy::{Toxic, Toxiproxy};
pub use unaffected::UnaffectedPair;

use std::time::Duration;

/// True in the run of every row (`RENDEZVOUS_FAULTS=all`), which repeats what the short one does a
/// few times.
#[must_use]
pub fn thorough() -> bool {
    std::env::var("RENDEZVOUS_FAULTS").is_ok_and(|wanted| wanted == "all")
}

/// Longest span of a row, so that a run ends by itself.
const ROW_LIMIT: Duration = Duration::from_secs(240);

/// Runs a row on a runtime of its own, to its end or its limit.
///
/// # Panics
/// When the row fails, or takes longer than it may.
pub fn row(story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        tokio::time::timeout(ROW_LIMIT, story)
            .await
            .expect("a row ends by itself");
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
}
