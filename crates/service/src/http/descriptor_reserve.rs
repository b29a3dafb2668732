//! What to do when no connection can be accepted: not spin, and where descriptors have run out, close
//! those that wait instead of leaving them hanging.

use std::fs::File;
use std::io;
use std::time::Duration;

use rustix::io::Errno;
use tokio::net::TcpListener;

use crate::limits::Limit;

/// Pause after an accept that failed for want of descriptors or memory; the loop must not spin.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);
/// Connections that are closed in one go: as many as the kernel lets wait, by default.
const TURN_AWAY_MAX: usize = 4_096;

/// A descriptor in hand, to be given up when there is no other.
#[derive(Debug)]
pub(super) struct DescriptorReserve {
    file: Option<File>,
    /// Accepting failed last time too, which the log knows already.
    failing: bool,
}

impl DescriptorReserve {
    pub(super) fn new() -> Self {
        Self {
            file: open(),
            failing: false,
        }
    }

    /// A connection was accepted: all is well.
    pub(super) fn accepted(&mut self) {
        self.failing = false;
    }

    /// After an accept that failed: returns when it is time for the next one.
    pub(super) async fn failed(&mut self, listener: &TcpListener, error: &io::Error) {
        if matches!(
            error.kind(),
            io::ErrorKind::ConnectionAborted
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionRefused
        ) {
            return;
        }
        metrics::counter!("accept_errors_total").increment(1);
        if !std::mem::replace(&mut self.failing, true) {
            tracing::error!(%error, "accepting failed");
        }
        if is_out_of_descriptors(error) {
            self.turn_away(listener).await;
        }
        tokio::time::sleep(ACCEPT_BACKOFF).await;
    }

    /// Closes what waits to be accepted: whoever is there learns at once that there is no room.
    async fn turn_away(&mut self, listener: &TcpListener) {
        drop(self.file.take());
        for _ in 0..TURN_AWAY_MAX {
            match tokio::time::timeout(Duration::ZERO, listener.accept()).await {
                Ok(Ok(_)) => Limit::Descriptors.hit(),
                Ok(Err(_)) | Err(_) => break,
            }
        }
        self.file = open();
    }
}

/// None where there is no descriptor left; the next failure tries again.
fn open() -> Option<File> {
    File::open("/dev/null").ok()
}

fn is_out_of_descriptors(error: &io::Error) -> bool {
    [Errno::MFILE, Errno::NFILE]
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}
