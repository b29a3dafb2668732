//! The result of a run as people read it.

use crate::report::{PhaseReport, Report};

/// A page of text, with a line for each thing that was measured.
#[must_use]
pub fn table(report: &Report) -> String {
    let mut lines = vec![
        format!(
            "{} pairs, {} against {}{}",
            report.pairs,
            report.scenario,
            report.target,
            if report.interrupted {
                ", stopped before its end"
            } else {
                ""
            },
        ),
        String::new(),
    ];
    lines.extend(report.phases.iter().map(phase));
    if !report.spans_ms.is_empty() {
        lines.push(String::new());
        lines.push(row(
            "ms",
            &["count", "min", "p50", "p90", "p99", "p99.9", "max"],
        ));
        for (name, spread) in &report.spans_ms {
            let values = [
                spread.min,
                spread.p50,
                spread.p90,
                spread.p99,
                spread.p999,
                spread.max,
            ]
            .map(|ms| format!("{ms:.2}"));
            let mut cells = vec![spread.count.to_string()];
            cells.extend(values);
            let cells: Vec<_> = cells.iter().map(String::as_str).collect();
            lines.push(row(name, &cells));
        }
    }
    for (title, counts) in [("ended", &report.ends), ("errors", &report.errors)] {
        if !counts.is_empty() {
            lines.push(String::new());
            lines.push(row(title, &["count"]));
            lines.extend(counts.iter().map(|(code, n)| row(code, &[&n.to_string()])));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

fn phase(phase: &PhaseReport) -> String {
    let rate = phase.operations as f64 / phase.seconds.max(1e-9);
    let mut line = format!(
        "{}: {} in {:.2} s, {rate:.1} a second",
        phase.name, phase.operations, phase.seconds
    );
    if let Some(server) = &phase.server {
        line.push_str(&format!(
            "; server {:.2} s of processor, {:.1} MiB",
            server.cpu_s,
            server.rss_bytes_after as f64 / f64::from(1 << 20)
        ));
    }
    line
}

fn row(name: &str, cells: &[&str]) -> String {
    let mut line = format!("{name:<24}");
    for cell in cells {
        line.push_str(&format!("{cell:>11}"));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lod_10_the_table_says_what_the_json_says() {
        let text = table(&crate::report::tests::report());
        for part in [
            "3 pairs, exchange against rendezvous",
            "run: 9 in 2.00 s, 4.5 a second; server 0.50 s of processor, 2.0 MiB",
            "message                         198       0.10",
            "peer_absent                       1",
            "completed                         6",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
    }
}
