//! Log lines on their way to stderr: by a thread of its own behind a bounded queue, so that a log that
//! nobody reads never stops a service, and one line each, whatever stands in them.

use std::io::{self, Write};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};

use tracing_subscriber::fmt::MakeWriter;

/// Lines that may wait for a reader of stderr; what comes beyond is dropped and counted.
const QUEUED_LINES: usize = 4096;
/// Longest line, in bytes; the rest is cut. With [`QUEUED_LINES`] it bounds what a stuck log costs.
const LINE_BYTES: usize = 16 * 1024;

/// Hands lines to a thread of its own.
#[derive(Clone)]
pub(super) struct Lines {
    queue: SyncSender<Vec<u8>>,
}

impl Lines {
    pub(super) fn start(mut out: impl Write + Send + 'static) -> io::Result<Self> {
        let (queue, lines) = sync_channel::<Vec<u8>>(QUEUED_LINES);
        metrics::counter!("log_lines_dropped_total").increment(0);
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

pub(super) struct Line {
    queue: SyncSender<Vec<u8>>,
}

impl Write for Line {
    /// The formatter writes each line with one call.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Err(TrySendError::Full(_)) = self.queue.try_send(one_line(line)) {
            metrics::counter!("log_lines_dropped_total").increment(1);
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
