//! The result of a run, as `--json` writes it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::tally::Counted;

/// What becomes of a result, and what else is to be in it: flags that every load has.
#[derive(Debug, Clone, Args)]
pub struct ReportOptions {
    /// Write the result as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Which share of what is done may fail, 0 to 1, before the run counts as failed
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub max_errors: f64,
    /// Read processor time and memory of this process, where the server runs on this machine
    #[arg(long, value_name = "PID")]
    pub server_pid: Option<u32>,
}

/// What a run found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The kind of server.
    pub target: String,
    /// What the pairs did.
    pub scenario: String,
    /// How many pairs.
    pub pairs: u32,
    /// When it began, in Unix milliseconds.
    pub started_at: i64,
    /// Stopped before its end: what is here is what was measured until then.
    pub interrupted: bool,
    /// Exchanges, sessions or joins that were done in the measured part.
    pub operations: u64,
    /// Frames that reached the other one in the measured part.
    pub messages: u64,
    /// The measured parts, in order.
    pub phases: Vec<PhaseReport>,
    /// How long things took and how late they came, by kind, in milliseconds.
    pub spans_ms: BTreeMap<String, Spread>,
    /// What went wrong, by code.
    pub errors: BTreeMap<String, u64>,
    /// How sessions ended, by reason; each session has two ends.
    pub ends: BTreeMap<String, u64>,
}

/// One measured part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseReport {
    /// Name of the phase.
    pub name: String,
    /// How long it lasted.
    pub seconds: f64,
    /// What was done in it.
    pub operations: u64,
    /// The server's use of this machine, where it was to be measured.
    pub server: Option<ProcessUse>,
    /// The generator's own.
    pub generator: Option<ProcessUse>,
}

/// What a process used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ProcessUse {
    /// Processor time, user and system.
    pub cpu_s: f64,
    /// Resident memory when the part began.
    pub rss_bytes_before: u64,
    /// Resident memory when it ended.
    pub rss_bytes_after: u64,
}

/// A distribution, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are quantiles, named so")]
pub struct Spread {
    pub count: u64,
    pub min: f64,
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
}

impl Report {
    /// Which share of what was tried went wrong, 0 to 1.
    #[must_use]
    pub fn failed_share(&self) -> f64 {
        let failed: u64 = self.errors.values().sum();
        match failed {
            0 => 0.0,
            _ => failed as f64 / (failed + self.operations) as f64,
        }
    }
}

impl Report {
    /// Writes the result where it is wanted, and judges it.
    ///
    /// # Errors
    /// In one line, when it can't be written, or more went wrong than may.
    pub fn settle(&self, options: &ReportOptions) -> Result<(), String> {
        if let Some(path) = &options.json {
            let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
            std::fs::write(path, text + "\n")
                .map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let share = self.failed_share();
        if share > options.max_errors {
            return Err(format!(
                "{:.2} % went wrong, and {:.2} % may",
                share * 100.0,
                options.max_errors * 100.0
            ));
        }
        Ok(())
    }
}

impl Spread {
    pub(crate) fn of(nanos: &Histogram<u64>) -> Self {
        let ms = |nanos: u64| nanos as f64 / 1e6;
        let at = |quantile| ms(nanos.value_at_quantile(quantile));
        Self {
            count: nanos.len(),
            min: ms(nanos.min()),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: ms(nanos.max()),
        }
    }
}

/// The distributions of a tally by the names of their kinds.
pub(crate) fn spans_ms(counted: &Counted) -> BTreeMap<String, Spread> {
    let named = |(span, nanos): (&crate::tally::Span, &Histogram<u64>)| {
        (span.name().to_owned(), Spread::of(nanos))
    };
    counted.spans.iter().map(named).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn report() -> Report {
        Report {
            target: "rendezvous".into(),
            scenario: "exchange".into(),
            pairs: 3,
            started_at: 1,
            interrupted: false,
            operations: 9,
            messages: 198,
            phases: vec![PhaseReport {
                name: "run".into(),
                seconds: 2.0,
                operations: 9,
                server: Some(ProcessUse {
                    cpu_s: 0.5,
                    rss_bytes_before: 1,
                    rss_bytes_after: 2 << 20,
                }),
                generator: None,
            }],
            spans_ms: [("message".to_owned(), spread())].into(),
            errors: [("peer_absent".to_owned(), 1)].into(),
            ends: [("completed".to_owned(), 6)].into(),
        }
    }

    fn spread() -> Spread {
        Spread {
            count: 198,
            min: 0.1,
            p50: 0.2,
            p90: 0.3,
            p99: 0.4,
            p999: 0.5,
            max: 12.5,
        }
    }

    #[test]
    fn lod_10_a_result_reads_back_and_knows_its_share_of_failures() {
        let report = report();
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
        assert!((report.failed_share() - 0.1).abs() < 1e-9);
        let empty = Report {
            operations: 0,
            errors: BTreeMap::new(),
            ..report
        };
        assert!(empty.failed_share() < 1e-9);
    }
}
