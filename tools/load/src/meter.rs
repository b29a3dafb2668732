//! Processor time and memory of a process on this machine, as `/proc` has them.

use std::time::{Duration, Instant};

use crate::report::{PhaseReport, ProcessUse};

/// Watches a server, where there is one to watch, and ourselves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meter {
    server: Option<u32>,
}

/// A part of a run that has begun.
#[derive(Debug)]
pub(crate) struct Measuring {
    meter: Meter,
    began: Instant,
    server: Option<Reading>,
    own: Option<Reading>,
}

/// How a process stands.
#[derive(Debug, Clone, Copy)]
struct Reading {
    cpu: Duration,
    rss_bytes: u64,
}

impl Meter {
    /// Of the server with this process id, if any.
    pub(crate) fn new(server: Option<u32>) -> Self {
        Self { server }
    }

    /// Begins a part.
    pub(crate) fn start(self) -> Measuring {
        Measuring {
            meter: self,
            server: self.server.and_then(read),
            own: read(std::process::id()),
            began: Instant::now(),
        }
    }
}

impl Measuring {
    /// Ends it, with the number of operations that were done in it.
    pub(crate) fn end(self, name: &str, operations: u64) -> PhaseReport {
        let seconds = self.began.elapsed().as_secs_f64();
        let since = |before: Option<Reading>, now: Option<Reading>| {
            let (before, now) = (before?, now?);
            Some(ProcessUse {
                cpu_s: now.cpu.saturating_sub(before.cpu).as_secs_f64(),
                rss_bytes_before: before.rss_bytes,
                rss_bytes_after: now.rss_bytes,
            })
        };
        PhaseReport {
            name: name.to_owned(),
            seconds,
            operations,
            server: since(self.server, self.meter.server.and_then(read)),
            generator: since(self.own, read(std::process::id())),
        }
    }
}

/// None for a process that is gone, or where there is no `/proc`.
fn read(pid: u32) -> Option<Reading> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    Some(Reading {
        cpu: cpu(&stat, rustix::param::clock_ticks_per_second())?,
        rss_bytes: rss_bytes(&status)?,
    })
}

/// User and system time of `/proc/<pid>/stat`: fields 14 and 15, in ticks.
fn cpu(stat: &str, ticks_per_second: u64) -> Option<Duration> {
    // The name stands in parentheses and may hold any character; after it comes field 3.
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    let nanos = ticks * 1_000_000_000 / ticks_per_second.max(1);
    Some(Duration::from_nanos(nanos))
}

fn rss_bytes(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lod_9_processor_time_and_memory_are_read_from_proc() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194560 1 0 0 0 250 50 9 9 20 0 2 0 1 1 1";
        assert_eq!(cpu(stat, 100), Some(Duration::from_secs(3)));
        assert_eq!(cpu("nonsense", 100), None);
        assert_eq!(
            rss_bytes("VmHWM:\t 9 kB\nVmRSS:\t  12 kB\n"),
            Some(12 * 1024)
        );
        let phase = Meter::new(Some(std::process::id())).start().end("p", 1);
        assert!(phase.server.unwrap().rss_bytes_after > 0);
    }

    #[test]
    fn lod_9_a_server_elsewhere_is_not_measured() {
        let phase = Meter::new(None).start().end("p", 1);
        assert!(phase.server.is_none());
    }
}
