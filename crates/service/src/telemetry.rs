//! Logs: to stderr, as text or JSON lines, through a bounded queue, so that a log that nobody reads
//! never stops a service.

use std::io::{self, Write};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Lines that may wait for a reader of stderr; what comes beyond is dropped and counted.
const QUEUED_LINES: usize = 4096;

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// Starts logging for this process. `filter` is as `info` or `info,signaling=debug`. A second call
/// does nothing.
///
/// # Errors
/// When `filter` can't be read.
pub fn init(format: LogFormat, filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|error| format!("log filter: {error}"))?;
    let lines = Lines::start(io::stderr()).map_err(|error| format!("log thread: {error}"))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(lines);
    // An error means that a logger is there already.
    drop(match format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    });
    Ok(())
}

/// Hands lines to a thread of its own.
#[derive(Clone)]
struct Lines {
    queue: SyncSender<Vec<u8>>,
}

impl Lines {
    fn start(mut out: impl Write + Send + 'static) -> io::Result<Self> {
        let (queue, lines) = sync_channel::<Vec<u8>>(QUEUED_LINES);
        std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || {
                for line in lines {
                    // Where stderr is gone there is nobody to tell.
                    if out.write_all(&line).is_err() {
                        return;
                    }
                }
            })?;
        Ok(Self { queue })
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line {
            queue: self.queue.clone(),
        }
    }
}

struct Line {
    queue: SyncSender<Vec<u8>>,
}

impl Write for Line {
    /// The formatter writes each line with one call.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Err(TrySendError::Full(_)) = self.queue.try_send(line.to_vec()) {
            metrics::counter!("log_lines_dropped_total").increment(1);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use std::time::Instant;

    /// A reader that never reads: writing blocks for as long as the lock is held.
    struct Stuck(Arc<Mutex<()>>);

    impl Write for Stuck {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            drop(self.0.lock());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn edg_22_a_log_that_nobody_reads_stops_nobody() {
        let gate = Arc::new(Mutex::new(()));
        let closed = gate.lock().unwrap();
        let lines = Lines::start(Stuck(Arc::clone(&gate))).unwrap();
        let begun = Instant::now();
        for _ in 0..QUEUED_LINES * 2 {
            lines.make_writer().write_all(b"line\n").unwrap();
        }
        assert!(begun.elapsed().as_secs() < 5);
        drop(closed);
    }
}
