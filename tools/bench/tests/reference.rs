//! What the bench stands on, in small: it must not rot between two runs of it.

use std::time::Duration;

use clap::Parser;
use load::{Options, Target};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

#[derive(Debug, Parser)]
struct Flags {
    #[command(flatten)]
    options: Options,
}

fn options(flags: &[&str]) -> Options {
    Flags::parse_from([&["bench"], flags].concat()).options
}

#[tokio::test]
async fn lod_14_pairs_exchange_through_the_reference_and_through_nobody_else() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(bench::relay::serve(listener));
    let options = options(&["--pairs", "3", "--exchanges", "4", "--join-rate", "0"]);
    let target = Target::Reference { url };
    let running = load::run(&target, options, CancellationToken::new());
    let report = tokio::time::timeout(Duration::from_secs(60), running)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(report.operations, 12, "{report:?}");
    assert_eq!(report.messages, 12 * 22, "each reached one, once");
    assert!(report.errors.is_empty(), "{report:?}");
    serving.abort();
}

#[tokio::test]
async fn lod_15_the_costs_that_bars_allow_can_be_measured() {
    let ticket: serde_json::Value =
        serde_json::from_str(&bench::tickets::measure(1).await.unwrap()).unwrap();
    assert!(ticket["seconds_each"].as_f64().unwrap() > 0.0);
    let folder = tempfile::tempdir().unwrap();
    let commits = bench::commits::measure(10, 2, folder.path()).await.unwrap();
    let commits: serde_json::Value = serde_json::from_str(&commits).unwrap();
    assert_eq!(commits["commit_ms"].as_array().unwrap().len(), 2);
}
