//! The command line. What a flag means is said here; what it does, elsewhere.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, Parser, Subcommand};
use load::parse_duration;

/// Timed one-to-one sessions for any web application.
///
/// `rendezvous up` starts everything on this machine. Every setting is a key of one TOML file, an
/// environment variable (`signaling.listen` is RENDEZVOUS_SIGNALING_LISTEN) or `--set`, the latter
/// winning; `rendezvous config` shows the result.
#[derive(Debug, Parser)]
#[command(name = "rendezvous", version)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) sources: Sources,
    #[command(subcommand)]
    pub(crate) command: CliCommand,
}

/// Where settings come from, beside the environment.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Sources {
    /// The TOML file [default: rendezvous.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE", env = "RENDEZVOUS_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Where the stores and keys lie [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Sets any key, as `--set signaling.listen=127.0.0.1:9081`
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CliCommand {
    /// Run all three services, and start again the one that dies
    Up(UpArgs),
    /// Run the scheduler alone: bookings, reminders, tickets, the web page
    Scheduler(ServeArgs),
    /// Run signaling alone: who is in, whose offer goes to whom, the clock
    Signaling(ServeArgs),
    /// Run the chat alone: rooms, messages, read positions
    Chat(ServeArgs),
    /// Run the STUN and TURN server alone: what gets a call through strict firewalls
    Turn(ServeArgs),
    /// Print a configuration for coturn that takes the same credentials and keeps the same rules; it holds secrets
    TurnConfig,
    /// Make, list and change keys; works beside running services
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Invite people to sign up; works beside running services
    #[command(subcommand)]
    Accounts(AccountsCommand),
    /// Bring the tables of every database up to date, as each service does at its own start
    Migrate(MigrateArgs),
    /// Move the store of the scheduler or of chat to another database, and compare both
    ///
    /// Nothing may write to either meanwhile. Stopped at any point, the same command goes on from there.
    Copy(CopyArgs),
    /// Drive a running server as many people at once would, and print how it did
    #[command(subcommand)]
    Load(LoadCommand),
    /// Have an application's events posted to an address of this machine, which needs no public one
    ///
    /// They are signed with a secret that is printed at the start. What comes while the connection is away is posted after
    /// it, for up to an hour.
    Listen(ListenArgs),
    /// Try each database, relay and media server that is configured, and say what to do about one that does not work
    Doctor(DoctorArgs),
    /// What media servers told; works beside running services
    #[command(subcommand)]
    Media(MediaCommand),
    /// Print the settings that count, secrets hidden
    Config,
}

impl CliCommand {
    /// True for a child of `up`, which is handed its settings.
    pub(crate) fn is_handed_settings(&self) -> bool {
        match self {
            CliCommand::Scheduler(args)
            | CliCommand::Signaling(args)
            | CliCommand::Chat(args)
            | CliCommand::Turn(args) => args.settings_from_stdin,
            CliCommand::Up(_)
            | CliCommand::TurnConfig
            | CliCommand::Doctor(_)
            | CliCommand::Keys(_)
            | CliCommand::Accounts(_)
            | CliCommand::Migrate(_)
            | CliCommand::Copy(_)
            | CliCommand::Load(_)
            | CliCommand::Listen(_)
            | CliCommand::Media(_)
            | CliCommand::Config => false,
        }
    }
}

#[derive(Debug, Clone, Args)]
pub(crate) struct UpArgs {
    /// Book a session for Ann and Bo and print their join links; make two people with accounts, a match of them and a
    /// proposal, and print their passwords
    #[arg(long)]
    pub(crate) demo: bool,
    /// When the demo session starts, from now: `30s`, `2m`, `500ms`
    #[arg(long, value_name = "SPAN", default_value = "30s", value_parser = parse_duration)]
    pub(crate) demo_in: Duration,
    /// For tests on this machine: whoever has an API key can move the time of all services forward, by
    /// `POST /v1/test-clock`
    #[arg(long)]
    pub(crate) test_clock: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct ServeArgs {
    /// Stop when stdin closes: `up` holds the other end, so that its children die with it
    #[arg(long, hide = true)]
    pub(crate) supervised: bool,
    /// Take the settings from stdin, as `up` hands them over, and from nowhere else
    #[arg(long, hide = true, requires = "supervised")]
    pub(crate) settings_from_stdin: bool,
    /// Go by the test clock of the data directory, as `up --test-clock` says
    #[arg(long, hide = true, requires = "settings_from_stdin")]
    pub(crate) test_clock: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct DoctorArgs {
    /// Read every message of chat too, and say which are damaged or gone; beside a running service it costs reads
    #[arg(long)]
    pub(crate) verify_messages: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct MigrateArgs {
    /// Say what would be applied, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// As one JSON object, for programs
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new("source").required(true).args(["from", "from_env"]))]
#[command(group = ArgGroup::new("target").required(true).args(["to", "to_env"]))]
pub(crate) struct CopyArgs {
    /// The database that is copied: `sqlite:PATH`, `postgres://…` or `mysql://…`
    #[arg(long, value_name = "URL")]
    pub(crate) from: Option<String>,
    /// The environment variable that holds its URL, for one with a password
    #[arg(long, value_name = "NAME")]
    pub(crate) from_env: Option<String>,
    /// The database that it is copied to: an empty one, or what an earlier copy has left
    #[arg(long, value_name = "URL")]
    pub(crate) to: Option<String>,
    /// The environment variable that holds its URL, for one with a password
    #[arg(long, value_name = "NAME")]
    pub(crate) to_env: Option<String>,
    /// What was copied as one JSON object, for programs
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum MediaCommand {
    /// Try again each event that could not be read; a running service takes them within 2 s
    Replay,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make an API key for an application's back end, or for an operator; prints the key alone, once
    Create {
        /// What to call it
        #[arg(long)]
        name: String,
        /// For an operator instead: it can be traded for operators' tickets, and can't book
        #[arg(long)]
        operator: bool,
    },
    /// Print a ticket, signed with the newest key of the data directory; works while nothing runs
    Ticket {
        /// For the operators' routes of every service, for an hour
        #[arg(long, required = true)]
        operator: bool,
    },
    /// List the API keys and the keys that sign tickets; never the keys themselves
    List {
        /// As one JSON object, for programs
        #[arg(long)]
        json: bool,
    },
    /// Make a key void at once: an API key by its `ak_…`, or a signing key, with every ticket of it, by its id
    Revoke {
        /// The id that `keys list` shows
        id: String,
    },
    /// Sign no more tickets with a key; those that are about stay good until they run out
    Retire {
        /// The id of a signing key, as `keys list` shows it
        kid: String,
    },
    /// Make a new key to sign tickets with; those of the old one stay good
    Rotate,
    /// Print the public keys that verify tickets, as a JSON Web Key Set
    Export,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum AccountsCommand {
    /// Print the code of an invitation, once; one account can be opened with it
    Invite {
        /// How long it is good for
        #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=365))]
        days: u32,
    },
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum LoadCommand {
    /// Pairs that join sessions, negotiate, and stay to the end
    Signaling(Box<LoadArgs>),
    /// Sessions whose reminders are all due at one instant, and how late they are marked and told
    Scheduler(Box<ReminderArgs>),
    /// Pairs that write to each other, and whether each message is there once, in order and unchanged
    Chat(Box<ChatLoadArgs>),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct LoadArgs {
    #[command(flatten)]
    pub(crate) scheduler: LoadedScheduler,
    #[command(flatten)]
    pub(crate) options: load::Options,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct ReminderArgs {
    #[command(flatten)]
    pub(crate) scheduler: LoadedScheduler,
    #[command(flatten)]
    pub(crate) options: load::ReminderOptions,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct ChatLoadArgs {
    #[command(flatten)]
    pub(crate) scheduler: LoadedScheduler,
    #[command(flatten)]
    pub(crate) options: load::ChatOptions,
}

/// Whom a load is booked with.
#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new("key").required(true).args(["key_file", "key_env"]))]
pub(crate) struct LoadedScheduler {
    /// The scheduler's address, as http://127.0.0.1:8080; it names those of the others
    #[arg(long)]
    pub(crate) url: String,
    /// The file that holds an API key
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// The environment variable that holds an API key
    #[arg(long, value_name = "NAME")]
    pub(crate) key_env: Option<String>,
}

#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new("listener_key").required(true).args(["key_file", "key_env"]))]
pub(crate) struct ListenArgs {
    /// Where each event is posted, as http://127.0.0.1:3000/webhooks
    #[arg(long, value_name = "URL")]
    pub(crate) forward: String,
    /// The scheduler's address [default: that of the settings, as `scheduler.public_url`]
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// The file that holds the application's API key
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// The environment variable that holds it
    #[arg(long, value_name = "NAME")]
    pub(crate) key_env: Option<String>,
    /// Only events of these types, as session.live,session.ended
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    pub(crate) events: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
