//! The commands that `tools/bench/run.py` puts together: a server to compare with, the generator that drives
//! it, and the two costs that are measured by themselves.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use load::{LoadTarget, Options};
use tokio::net::TcpListener;

#[derive(Debug, Parser)]
#[command(name = "bench")]
struct BenchArgs {
    #[command(subcommand)]
    command: BenchCommand,
}

#[derive(Debug, Subcommand)]
enum BenchCommand {
    /// Run the bare relay
    Relay {
        /// Where; the address is printed
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: String,
    },
    /// Drive a server that takes anybody, as `rendezvous load signaling` drives ours
    Drive {
        /// Which kind of server
        #[arg(value_enum)]
        target: ReferenceServer,
        /// Its address: ws://host:port
        #[arg(long)]
        url: String,
        #[command(flatten)]
        options: Box<Options>,
    },
    /// Measure the verification of tickets; prints seconds of processor for each as JSON
    Tickets {
        #[arg(long, default_value_t = 5_000)]
        count: u32,
    },
    /// Measure commits of many sessions at once; prints milliseconds of each round as JSON
    Commits {
        /// Sessions that change at one instant
        #[arg(long, default_value_t = 9_000)]
        rows: u32,
        #[arg(long, default_value_t = 5)]
        rounds: u32,
        /// On the disk that is to be measured
        #[arg(long)]
        dir: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ReferenceServer {
    Reference,
    Peerjs,
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(run(BenchArgs::parse().command)),
        Err(error) => Err(error.to_string()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(line) => {
            eprintln!("bench: {line}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: BenchCommand) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    match command {
        BenchCommand::Relay { listen } => {
            let listener = TcpListener::bind(&listen).await.map_err(text)?;
            println!("{}", listener.local_addr().map_err(text)?);
            bench::relay::serve(listener).await.map_err(text)
        }
        BenchCommand::Drive {
            target,
            url,
            options,
        } => {
            let target = match target {
                ReferenceServer::Reference => LoadTarget::Reference { url },
                ReferenceServer::Peerjs => LoadTarget::PeerJs { url },
            };
            let report = load::run_until_interrupted(&target, &options)
                .await
                .map_err(|error| error.to_string())?;
            println!("{}", load::table(&report));
            report.settle(&options)
        }
        BenchCommand::Tickets { count } => {
            println!("{}", bench::tickets::measure(count).await?.to_json());
            Ok(())
        }
        BenchCommand::Commits { rows, rounds, dir } => {
            println!(
                "{}",
                bench::commits::measure(rows, rounds, &dir).await?.to_json()
            );
            Ok(())
        }
    }
}
