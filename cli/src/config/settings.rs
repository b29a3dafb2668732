//! Every setting and its default. What a value must be like is checked elsewhere.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use wire::IceServer;

use super::accounts::{AccountsSection, EmailSection};
use super::database::DatabaseSection;
use super::detected::Auto;
use super::egress::EgressSection;
use super::links::LinksSection;
use super::media::{LiveKitSection, OpenViduSection};
use super::push::PushSection;
use super::turn::TurnSection;

/// Every key, with its default. A key's path is its name in the file (`signaling.listen`), and
/// that of its variable (`RENDEZVOUS_SIGNALING_LISTEN`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// Where the stores and keys lie.
    pub(crate) data_dir: PathBuf,
    /// Proxies whose word on a client's address counts: addresses, and blocks as `10.0.0.0/8`.
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) operator: OperatorSection,
    pub(crate) links: LinksSection,
    pub(crate) accounts: AccountsSection,
    pub(crate) email: EmailSection,
    pub(crate) push: PushSection,
    pub(crate) egress: EgressSection,
    pub(crate) webhooks: scheduler::WebhookSettings,
    pub(crate) log: LogSection,
    pub(crate) telemetry: TelemetrySection,
    pub(crate) database: DatabaseSection,
    pub(crate) scheduler: SchedulerSection,
    pub(crate) signaling: SignalingSection,
    pub(crate) chat: ChatSection,
    pub(crate) feed: chat::FeedSettings,
    pub(crate) turn: TurnSection,
    pub(crate) livekit: LiveKitSection,
    pub(crate) openvidu: OpenViduSection,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct LogSection {
    /// As `info`, or `info,signaling=debug`.
    pub(crate) level: String,
    /// `text` or `json`.
    pub(crate) format: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct TelemetrySection {
    /// A collector that takes OTLP over HTTP, as `http://127.0.0.1:4318`; empty: what
    /// `OTEL_EXPORTER_OTLP_ENDPOINT` says, or no traces.
    pub(crate) otlp_endpoint: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct OperatorSection {
    /// Address at which alone a service answers its operators' routes; empty: they are on the public one. Under
    /// `up` it is the scheduler's, and the next two ports are those of signaling and chat.
    pub(crate) listen: String,
    /// Who gets the daily mail about what failed; empty: nobody.
    pub(crate) email: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SchedulerSection {
    /// Address to listen on, as `host:port`.
    pub(crate) listen: String,
    /// Where browsers and applications reach it; empty: where it listens.
    pub(crate) public_url: String,
    /// Where the other services reach it; empty: at its public address.
    pub(crate) internal_url: String,
    /// Its database: `sqlite:PATH`, `postgres://…` or `mysql://…`; empty: a file in the data directory.
    pub(crate) database_url: String,
    /// Pages that may call it; empty: its own.
    pub(crate) allowed_origins: Vec<String>,
    /// Address of the private listener with `/metrics` and `/health`; empty: 127.0.0.1:9080, and under `up`
    /// another port if that is taken.
    pub(crate) metrics_listen: String,
    /// Whether `metrics_listen` was left open, so that another port will do.
    #[serde(skip)]
    pub(crate) may_serve_metrics_elsewhere: bool,
    pub(crate) jobs: scheduler::JobSettings,
    pub(crate) retention: scheduler::RetentionSettings,
    pub(crate) limits: scheduler::Limits,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SignalingSection {
    /// Address to listen on, as `host:port`.
    pub(crate) listen: String,
    /// Where browsers reach it; empty: where it listens.
    pub(crate) public_url: String,
    /// Where the other services reach it; empty: at its public address.
    pub(crate) internal_url: String,
    /// Pages that may connect; empty: the scheduler's.
    pub(crate) allowed_origins: Vec<String>,
    /// Told to every client, as `RTCConfiguration.iceServers` has them.
    pub(crate) ice_servers: Vec<IceServer>,
    /// Whether candidates of the loopback address are relayed, for two people on one machine: by default
    /// where `listen` is of this machine alone.
    pub(crate) loopback_candidates: Auto,
    /// How long a lost seat is kept, in milliseconds.
    pub(crate) grace_ms: i64,
    /// Address of the private listener with `/metrics` and `/health`; empty: 127.0.0.1:9081, and under `up`
    /// another port if that is taken.
    pub(crate) metrics_listen: String,
    /// Whether `metrics_listen` was left open, so that another port will do.
    #[serde(skip)]
    pub(crate) may_serve_metrics_elsewhere: bool,
    pub(crate) limits: signaling::Limits,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ChatSection {
    /// Address to listen on, as `host:port`.
    pub(crate) listen: String,
    /// Where browsers reach it; empty: where it listens.
    pub(crate) public_url: String,
    /// Where the other services reach it; empty: at its public address.
    pub(crate) internal_url: String,
    /// The database of its rooms: `sqlite:PATH`, `postgres://…` or `mysql://…`; empty: a file in the data directory.
    pub(crate) rooms_url: String,
    /// The database of its messages: `sqlite:PATH` or `mongodb://…`; empty: a file in the data directory.
    pub(crate) messages_url: String,
    /// After how many days messages are deleted; 0: never.
    pub(crate) retention: u32,
    /// Losses of messages that are accepted, by the names that a refusal to start told.
    pub(crate) accepted_loss: Vec<String>,
    /// Pages that may connect; empty: the scheduler's.
    pub(crate) allowed_origins: Vec<String>,
    /// Address of the private listener with `/metrics` and `/health`; empty: 127.0.0.1:9082, and under `up`
    /// another port if that is taken.
    pub(crate) metrics_listen: String,
    /// Whether `metrics_listen` was left open, so that another port will do.
    #[serde(skip)]
    pub(crate) may_serve_metrics_elsewhere: bool,
    pub(crate) limits: chat::Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("./data"),
            trusted_proxies: Vec::new(),
            operator: OperatorSection::default(),
            links: LinksSection::default(),
            accounts: AccountsSection::default(),
            email: EmailSection::default(),
            push: PushSection::default(),
            egress: EgressSection::default(),
            webhooks: scheduler::WebhookSettings::default(),
            log: LogSection::default(),
            telemetry: TelemetrySection::default(),
            database: DatabaseSection::default(),
            scheduler: SchedulerSection::default(),
            signaling: SignalingSection::default(),
            chat: ChatSection::default(),
            feed: chat::FeedSettings::default(),
            turn: TurnSection::default(),
            livekit: LiveKitSection::default(),
            openvidu: OpenViduSection::default(),
        }
    }
}

impl Default for LogSection {
    fn default() -> Self {
        Self {
            // The cron crate tells at `info` of each of its own steps.
            level: "info,tokio_cron_scheduler=warn".to_owned(),
            format: "text".to_owned(),
        }
    }
}

impl Default for SchedulerSection {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            public_url: String::new(),
            internal_url: String::new(),
            database_url: String::new(),
            allowed_origins: Vec::new(),
            metrics_listen: String::new(),
            may_serve_metrics_elsewhere: false,
            jobs: scheduler::JobSettings::default(),
            retention: scheduler::RetentionSettings::default(),
            limits: scheduler::Limits::default(),
        }
    }
}

impl Default for SignalingSection {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8081".to_owned(),
            public_url: String::new(),
            internal_url: String::new(),
            allowed_origins: Vec::new(),
            ice_servers: Vec::new(),
            loopback_candidates: Auto::default(),
            grace_ms: 30_000,
            metrics_listen: String::new(),
            may_serve_metrics_elsewhere: false,
            limits: signaling::Limits::default(),
        }
    }
}

impl Default for ChatSection {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8082".to_owned(),
            public_url: String::new(),
            internal_url: String::new(),
            rooms_url: String::new(),
            messages_url: String::new(),
            retention: 0,
            accepted_loss: Vec::new(),
            allowed_origins: Vec::new(),
            metrics_listen: String::new(),
            may_serve_metrics_elsewhere: false,
            limits: chat::Limits::default(),
        }
    }
}
