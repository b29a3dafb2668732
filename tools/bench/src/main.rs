//! The commands that `tools/bench/run.py` puts together: a server to compare with, the generator that drives
//! it, and the two costs that are measured by themselves.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use load::{Options, Target};
use tokio::net::TcpListener;

#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the bare relay
    Relay {
        /// Where; the address is printed
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: String,
    },
    /// Drive a server that takes anybody, as `rendezvous load signaling` drives ours
    Drive {
        /// Which kind
        #[arg(value_enum)]
        target: Kind,
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
enum Kind {
    Reference,
    Peerjs,
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(run(Cli::parse().command)),
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

async fn run(command: Command) -> Result<(), String> {
    let told = |error: std::io::Error| error.to_string();
    match command {
        Command::Relay { listen } => {
            let listener = TcpListener::bind(&listen).await.map_err(told)?;
            println!("{}", listener.local_addr().map_err(told)?);
            bench::relay::serve(listener).await.map_err(told)
        }
        Command::Drive {
            target,
            url,
            options,
        } => {
            let target = match target {
                Kind::Reference => Target::Reference { url },
                Kind::Peerjs => Target::PeerJs { url },
            };
            let report = load::attended(&target, &options)
                .await
                .map_err(|error| error.to_string())?;
            println!("{}", load::table(&report));
            report.settle(&options)
        }
        Command::Tickets { count } => {
            println!("{}", bench::tickets::measure(count).await?);
            Ok(())
        }
        Command::Commits { rows, rounds, dir } => {
            println!("{}", bench::commits::measure(rows, rounds, &dir).await?);
            Ok(())
        }
    }
}
