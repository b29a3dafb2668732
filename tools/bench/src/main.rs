//! The commands that `tools/bench/run.py` puts together: a server to compare with, the generator that drives
//! it, the two costs that are measured by themselves, and the scheduler's commands on its databases.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use bench::databases::Sizes;
use bench::feeds::FeedSizes;
use bench::store_size::StoreSizes;
use clap::{Parser, Subcommand, ValueEnum};
use load::{ChatOptions, ChatTarget, LoadTarget, Options};
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
    /// Drive a chat server that is not ours, as `rendezvous load chat` drives ours
    DriveChat {
        /// Which kind of server
        #[arg(value_enum)]
        target: OtherChat,
        /// Its address: ws://host:port
        #[arg(long)]
        url: String,
        /// The environment variable with a JWT that Centrifugo takes
        #[arg(long, value_name = "NAME", required_if_eq("target", "centrifugo"))]
        token_env: Option<String>,
        #[command(flatten)]
        options: Box<ChatOptions>,
    },
    /// Measure an in-process group commit of chat's messages to SQLite; prints JSON
    MessageCommits {
        /// How many write at once, each waiting for its commit
        #[arg(long, default_value_t = 64)]
        senders: usize,
        /// For how long they go on
        #[arg(long, default_value = "5s", value_parser = load::parse_duration)]
        duration: Duration,
        /// On the disk that is to be measured
        #[arg(long)]
        dir: PathBuf,
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
    /// Measure the scheduler's commands on three databases, beside bare loops of their statements; prints JSON. The
    /// servers are those of POSTGRES_URL and MYSQL_URL
    Databases {
        /// Rows of the table of jobs
        #[arg(long, default_value_t = 100_000)]
        jobs: usize,
        #[arg(long, default_value_t = 400)]
        bookings: usize,
        /// Batches of 100 jobs
        #[arg(long, default_value_t = 20)]
        batches: usize,
        /// Looks for due jobs
        #[arg(long, default_value_t = 500)]
        looks: usize,
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// Measure the scheduler's commands on a small store and a large one, and bookings while retention works; prints JSON. The
    /// servers are those of POSTGRES_URL and MYSQL_URL
    StoreSize {
        /// Sessions of the large store
        #[arg(long, default_value_t = 1_000_000)]
        large: usize,
        /// Sessions of the small one
        #[arg(long, default_value_t = 10_000)]
        small: usize,
        /// Bookings, and looks, of each measurement
        #[arg(long, default_value_t = 300)]
        commands: usize,
        /// Sessions that are erased, and old notifications and deliveries that are swept
        #[arg(long, default_value_t = 20_000)]
        old: usize,
        #[arg(long, default_value_t = 3)]
        rounds: usize,
    },
    /// Measure posts and pages of a feed, of authors whom few and many follow; prints JSON. The servers are those of
    /// POSTGRES_URL and MYSQL_URL
    Feeds {
        /// Followers of those whom few follow
        #[arg(long, default_value_t = 100)]
        few: usize,
        /// Followers of the one whom most follow
        #[arg(long, default_value_t = 100_000)]
        many: usize,
        /// Posts of each author whose pages are read
        #[arg(long, default_value_t = 30)]
        history: usize,
        /// Posts and pages of each measurement
        #[arg(long, default_value_t = 300)]
        operations: usize,
        #[arg(long, default_value_t = 3)]
        rounds: usize,
    },
    /// Sign in at a scheduler, as fast as so many callers can; prints JSON
    SignIns {
        /// The scheduler's address
        #[arg(long)]
        url: String,
        #[arg(long, default_value_t = 50)]
        accounts: usize,
        #[arg(long, default_value_t = 16)]
        callers: usize,
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// Run a mail server that takes everything; once it is interrupted it writes when mails came
    SmtpSink {
        /// Where; the address is printed
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: String,
        /// The file of the result
        #[arg(long)]
        result: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ReferenceServer {
    Reference,
    Peerjs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OtherChat {
    Centrifugo,
    Socketio,
}

fn main() -> ExitCode {
    // Before anything builds an HTTP client: without a provider that panics. One that is there does as well.
    drop(rustls::crypto::ring::default_provider().install_default());
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
            report.settle(&options.report)
        }
        BenchCommand::DriveChat {
            target,
            url,
            token_env,
            options,
        } => drive_chat(target, url, token_env, &options).await,
        BenchCommand::MessageCommits {
            senders,
            duration,
            dir,
        } => {
            let measured = bench::message_commits::measure(senders, duration, &dir).await?;
            println!("{}", measured.to_json());
            Ok(())
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
        BenchCommand::Databases {
            jobs,
            bookings,
            batches,
            looks,
            rounds,
        } => {
            let sizes = Sizes {
                jobs,
                bookings,
                batches,
                looks,
                rounds,
            };
            let measured = bench::databases::measure(sizes).await?;
            println!("{}", measured.ok_or("a server is missing")?.to_json());
            Ok(())
        }
        BenchCommand::StoreSize {
            large,
            small,
            commands,
            old,
            rounds,
        } => {
            let sizes = StoreSizes {
                large,
                small,
                commands,
                old,
                rounds,
            };
            let measured = bench::store_size::measure(sizes).await?;
            println!("{}", measured.ok_or("a server is missing")?);
            Ok(())
        }
        BenchCommand::Feeds {
            few,
            many,
            history,
            operations,
            rounds,
        } => {
            let sizes = FeedSizes {
                few,
                many,
                history,
                operations,
                rounds,
            };
            let measured = bench::feeds::measure(sizes).await?;
            println!("{}", measured.ok_or("a server is missing")?);
            Ok(())
        }
        BenchCommand::SignIns {
            url,
            accounts,
            callers,
            seconds,
        } => {
            let lasts = Duration::from_secs(seconds);
            let measured = bench::sign_ins::measure(&url, accounts, callers, lasts).await?;
            println!("{measured}");
            Ok(())
        }
        BenchCommand::SmtpSink { listen, result } => {
            let listener = TcpListener::bind(&listen).await.map_err(text)?;
            println!("{}", listener.local_addr().map_err(text)?);
            let stop = service::Shutdown::from_signals().map_err(text)?;
            let served = bench::smtp_sink::serve(listener, stop.started(), &result).await;
            served.map_err(text)
        }
    }
}

async fn drive_chat(
    target: OtherChat,
    url: String,
    token_env: Option<String>,
    options: &ChatOptions,
) -> Result<(), String> {
    let target = match target {
        OtherChat::Centrifugo => {
            let name = token_env.unwrap_or_default();
            let token = std::env::var(&name).map_err(|error| format!("{name}: {error}"))?;
            ChatTarget::Centrifugo {
                url,
                token: token.into(),
            }
        }
        OtherChat::Socketio => ChatTarget::SocketIo { url },
    };
    let report = load::run_chat_until_interrupted(&target, options)
        .await
        .map_err(|error| error.to_string())?;
    println!("{}", load::table(&report));
    report.settle(&options.report)
}
