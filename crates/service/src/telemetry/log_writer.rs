//! Log lines on their way to stderr: by a thread of its own behind a bounded queue, so that a log that
//! nobody reads never stops a service, and one line each, whatever stands in them.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use tracing_subscriber::fmt::MakeWriter;

/// Lines that may wait for a reader of stderr; what comes beyond is dropped and counted.
const QUEUED_LINES: usize = 4096;
/// Longest line, in bytes; the rest is cut. With [`QUEUED_LINES`] it bounds what a stuck log costs.
const LINE_BYTES: usize = 16 * 1024;

/// Rest between two writes: waking the thread for each line of a burst would cost more than the lines do.
/// A line that comes alone is written at once.
const REST: Duration = Duration::from_millis(2);
/// What is written with one call, in bytes, but for the last line of it.
const WRITE_BYTES: usize = 64 * 1024;
/// Longest wait for the last lines when the process ends.
const LAST_LINES_LIMIT: Duration = Duration::from_millis(200);

/// Hands lines to a thread of its own.
#[derive(Debug, Clone)]
pub(super) struct LogWriter {
    queue: SyncSender<Vec<u8>>,
    waiting: Arc<AtomicUsize>,
}

impl LogWriter {
    pub(super) fn start(mut out: impl Write + Send + 'static) -> io::Result<Self> {
        let (queue, lines) = sync_channel::<Vec<u8>>(QUEUED_LINES);
        let waiting = Arc::new(AtomicUsize::new(0));
        let unwritten = Arc::clone(&waiting);
        metrics::counter!("log_lines_dropped_total").increment(0);
        std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || {
                while let Ok(first) = lines.recv() {
                    let (text, count) = gather(first, &lines);
                    let written = out.write_all(&text);
                    unwritten.fetch_sub(count, Ordering::SeqCst);
                    // Where stderr is gone there is nobody to tell.
                    if written.is_err() {
                        return;
                    }
                    std::thread::sleep(REST);
                }
            })?;
        Ok(Self { queue, waiting })
    }

    /// Returns when all lines are written, or nobody seems to read them. It blocks its thread.
    pub(super) fn wait_until_written(&self) {
        let give_up = Instant::now() + LAST_LINES_LIMIT;
        while self.waiting.load(Ordering::SeqCst) > 0 && Instant::now() < give_up {
            std::thread::sleep(REST);
        }
    }
}

/// A line and those behind it, as one text, and how many they are.
fn gather(first: Vec<u8>, lines: &Receiver<Vec<u8>>) -> (Vec<u8>, usize) {
    let (mut text, mut count) = (first, 1);
    while text.len() < WRITE_BYTES
        && let Ok(line) = lines.try_recv()
    {
        text.extend_from_slice(&line);
        count += 1;
    }
    (text, count)
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = LogLine;

    fn make_writer(&'a self) -> LogLine {
        LogLine {
            lines: self.clone(),
        }
    }
}

pub(super) struct LogLine {
    lines: LogWriter,
}

impl Write for LogLine {
    /// The formatter writes each line with one call.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // Counted before it can be written, so that the count never falls below zero.
        self.lines.waiting.fetch_add(1, Ordering::SeqCst);
        if let Err(refused) = self.lines.queue.try_send(one_line(line)) {
            self.lines.waiting.fetch_sub(1, Ordering::SeqCst);
            if matches!(refused, TrySendError::Full(_)) {
                metrics::counter!("log_lines_dropped_total").increment(1);
            }
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The line with nothing in it that ends a line, or moves a terminal's cursor: neither can a name that
/// somebody gave themselves look like a line of ours.
fn one_line(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let mut line = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        if line.len() >= LINE_BYTES {
            line.push_str("… (cut)");
            break;
        }
        match character {
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\u{2028}' | '\u{2029}' => line.extend(character.escape_unicode()),
            other if other.is_control() => line.extend(other.escape_unicode()),
            other => line.push(other),
        }
    }
    line.push('\n');
    line.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

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
        let lines = LogWriter::start(Stuck(Arc::clone(&gate))).unwrap();
        let begun = Instant::now();
        for _ in 0..QUEUED_LINES * 2 {
            lines.make_writer().write_all(b"line\n").unwrap();
        }
        assert!(begun.elapsed().as_secs() < 5);
        drop(closed);
    }

    #[test]
    fn a_burst_is_written_whole_in_order_and_in_few_writes() {
        struct RecordingWriter(Arc<Mutex<(Vec<u8>, usize)>>);
        impl Write for RecordingWriter {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                let mut recorded = self.0.lock().unwrap();
                recorded.0.extend_from_slice(bytes);
                recorded.1 += 1;
                Ok(bytes.len())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let recorded = Arc::new(Mutex::new((Vec::new(), 0)));
        let lines = LogWriter::start(RecordingWriter(Arc::clone(&recorded))).unwrap();
        let burst: Vec<_> = (0..1_000).map(|n| format!("line {n}\n")).collect();
        for line in &burst {
            lines.make_writer().write_all(line.as_bytes()).unwrap();
        }
        let begun = Instant::now();
        while lines.waiting.load(Ordering::SeqCst) > 0 && begun.elapsed().as_secs() < 20 {
            lines.wait_until_written();
        }
        let (text, writes) = recorded.lock().unwrap().clone();
        assert_eq!(String::from_utf8(text).unwrap(), burst.concat());
        assert!(writes < 500, "{writes} writes");
    }

    #[test]
    fn edg_22_what_was_logged_is_written_before_what_is_said_after_it() {
        struct Slow(Arc<Mutex<Vec<u8>>>);
        impl Write for Slow {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                std::thread::sleep(LAST_LINES_LIMIT / 4);
                self.0.lock().unwrap().extend_from_slice(bytes);
                Ok(bytes.len())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let written = Arc::new(Mutex::new(Vec::new()));
        let lines = LogWriter::start(Slow(Arc::clone(&written))).unwrap();
        lines.make_writer().write_all(b"line\n").unwrap();
        lines.wait_until_written();
        assert_eq!(*written.lock().unwrap(), b"line\n");
    }

    #[test]
    fn edg_51_what_stands_in_a_line_can_not_look_like_another() {
        let forged =
            "joined name=Eve\n2026-11-21 ERROR all is lost\r\u{1b}[2K\u{9b}31m\u{2028}x\u{7f}\n";
        let line = String::from_utf8(one_line(forged.as_bytes())).unwrap();
        assert_eq!(
            line,
            "joined name=Eve\\n2026-11-21 ERROR all is lost\\r\\u{1b}[2K\\u{9b}31m\\u{2028}x\\u{7f}\n"
        );
        assert_eq!(
            one_line("Zoë 👩‍🚀 \"quoted\"\n".as_bytes()),
            "Zoë 👩‍🚀 \"quoted\"\n".as_bytes()
        );
        let long = one_line("x".repeat(LINE_BYTES * 2).as_bytes());
        assert!(long.len() < LINE_BYTES + 32);
        assert!(long.ends_with("(cut)\n".as_bytes()));
    }
}
