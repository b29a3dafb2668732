//! How far a copy is: a bar on a terminal, and elsewhere a line now and then.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use storage::copy::{CopyProgress, Step};

/// PlainLines of one table and step, at most: one for each of so many parts of its rows.
const PARTS: u64 = 10;

/// What is shown on stderr while it runs.
pub(super) enum Shown {
    Bar(ProgressBar),
    PlainLines(PlainLines),
}

impl Shown {
    pub(super) fn new() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self::PlainLines(PlainLines::default());
        }
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{msg:>28} {bar:40} {pos}/{len} {per_sec} {eta}")
            .expect("the template is a constant that is seen in every run");
        bar.set_style(style);
        Self::Bar(bar)
    }

    pub(super) fn show(&mut self, progress: &CopyProgress) {
        match self {
            Self::Bar(bar) => {
                let message = format!("{} {}", word(progress.step), progress.table);
                if bar.message() != message {
                    bar.reset();
                    bar.set_message(message);
                }
                bar.set_length(progress.total);
                bar.set_position(progress.done);
            }
            Self::PlainLines(lines) => {
                if let Some(line) = lines.line(progress) {
                    eprintln!("{line}");
                }
            }
        }
    }

    pub(super) fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

/// Where the last line was.
#[derive(Default)]
pub(super) struct PlainLines {
    last: Option<(&'static str, Step, u64)>,
}

impl PlainLines {
    /// The line that is due, if one is.
    fn line(&mut self, progress: &CopyProgress) -> Option<String> {
        let CopyProgress {
            table,
            step,
            done,
            total,
        } = *progress;
        let part = done * PARTS / total.max(1);
        let here = Some((table, step, part));
        if self.last == here {
            return None;
        }
        self.last = here;
        Some(format!("{} {table}: {done} of {total}", word(step)))
    }
}

fn word(step: Step) -> &'static str {
    match step {
        Step::Resuming => "comparing",
        Step::Copying => "copying",
        Step::Verifying => "verifying",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ops_57_of_a_long_table_few_lines_are_printed() {
        let mut lines = PlainLines::default();
        let mut printed = Vec::new();
        for step in [Step::Copying, Step::Verifying] {
            for done in (500..=100_000).step_by(500) {
                printed.extend(lines.line(&CopyProgress {
                    table: "sessions",
                    step,
                    done,
                    total: 100_000,
                }));
            }
        }
        assert_eq!(printed.len(), 22, "{printed:#?}");
        assert_eq!(printed[0], "copying sessions: 500 of 100000");
        assert_eq!(printed[21], "verifying sessions: 100000 of 100000");
    }
}
