//! The settings of a scheduler: a plain struct, read from nowhere. The binary fills it in.

mod webhooks;

use std::path::{Path, PathBuf};

use scheduler_core::{EmailAddress, RetentionSettings};
use serde::{Deserialize, Serialize};
use service::egress::EgressPolicy;
use service::http;
use service::test_clock::TestClock;
use storage::{DatabaseOptions, DatabaseUrl};
use wire::{MediaBackend, SecretText};

pub use webhooks::WebhookSettings;

/// Everything that a scheduler is configured with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where people and applications reach it, as `http://localhost:8080`; the `iss` of its tickets.
    pub public_url: String,
    /// Origin of the web front end; join links begin with it. Usually the same as `public_url`.
    pub web_origin: String,
    /// Where browsers reach signaling; tickets name it.
    pub signaling_url: String,
    /// Where browsers reach chat; tickets name it.
    pub chat_url: String,
    /// What sessions may be booked with: the browsers alone, and the media servers that are configured.
    pub media: Vec<MediaBackend>,
    /// Where browsers reach the media servers that are configured: the page may connect there, too.
    pub media_urls: Vec<String>,
    /// Where signaling takes events; the public address unless set otherwise.
    pub signaling_events_url: String,
    /// Where chat takes events; the public address unless set otherwise.
    pub chat_events_url: String,
    /// The data directory: `keys/` lies below it, and `scheduler/scheduler.db` unless `store` is another.
    pub data_dir: PathBuf,
    /// Where bookings, people and jobs are stored: in [`default_database`] unless set otherwise.
    pub store: StoreLocation,
    /// How due jobs are claimed.
    pub jobs: JobSettings,
    /// Pages that may call; the web origin is always among them.
    pub allowed_origins: Vec<String>,
    /// Proxies that are trusted to name a client's address: addresses, and blocks as `10.0.0.0/8`.
    pub trusted_proxies: Vec<String>,
    /// How long a join link opens the record and the chat after the session, in milliseconds.
    pub links_after_end_ms: i64,
    /// Every setting that counts, as `(key, value)`: only which of them changed since the last start is
    /// recorded. Empty records nothing.
    pub effective: Vec<(String, String)>,
    /// Who gets an account.
    pub signup: SignupPolicy,
    /// Where mails are sent; none where none are.
    pub email: Option<EmailSettings>,
    /// Whom push services may ask about us, `mailto:` or `https:`, as [`crate::push_subject`] finds it; none where no
    /// pushes are sent.
    pub push_subject: Option<String>,
    /// Where webhooks and web push may go: to the public network, and to the exceptions that the operator names.
    pub egress: EgressPolicy,
    /// How events are sent to the endpoints of applications.
    pub webhooks: WebhookSettings,
    /// The clock of tests, which it moves and has signaling and chat follow; none but under `up --test-clock`.
    pub test_clock: Option<TestClock>,
    /// How long it keeps what goes by its age.
    pub retention: RetentionSettings,
    /// Who is told by mail of what failed; none where nobody is.
    pub operator_email: Option<EmailAddress>,
    /// What it holds and takes at most.
    pub limits: Limits,
}

/// The mail server, and who its mails are from.
#[derive(Debug, Clone)]
pub struct EmailSettings {
    /// As `smtp://host:port` or `smtps://user:password@host`.
    pub url: SecretText,
    /// As `meet@example.org` or `Meet <meet@example.org>`.
    pub from: String,
    /// How mails to people who are notified are paced.
    pub pace: EmailPace,
}

impl EmailSettings {
    /// With the default pace.
    pub fn new(url: impl Into<SecretText>, from: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            from: from.into(),
            pace: EmailPace::default(),
        }
    }
}

/// When mails to people who are notified are tried again, and how many one address gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EmailPace {
    /// The first wait after a server that was not reached or lost the connection, in milliseconds; each that follows is four
    /// times as long, up to four hours.
    pub retry_ms: i64,
    /// The shortest wait after a mail that was put off (4xx), in milliseconds: servers that greylist take it after one to five
    /// minutes, and do not mind being asked before.
    pub deferred_ms: i64,
    /// The shortest wait after a full mailbox (552, 452), in milliseconds.
    pub full_ms: i64,
    /// Mails about notifications to one address in a day of UTC; more are suppressed.
    pub daily_limit: u32,
}

impl Default for EmailPace {
    fn default() -> Self {
        Self {
            retry_ms: 2_000,
            deferred_ms: 60_000,
            full_ms: 3_600_000,
            daily_limit: 50,
        }
    }
}

impl EmailPace {
    /// Refuses what would send without a rest, or nothing at all.
    ///
    /// # Errors
    /// In a few words, what is wrong.
    pub fn check(self) -> Result<(), String> {
        let waits = [
            ("retry_ms", self.retry_ms),
            ("deferred_ms", self.deferred_ms),
            ("full_ms", self.full_ms),
        ];
        if let Some((key, _)) = waits.iter().find(|(_, wait_ms)| *wait_ms < 1) {
            return Err(format!("email.{key} is 1 or more"));
        }
        if self.daily_limit == 0 {
            return Err("email.daily_limit is 1 or more".to_owned());
        }
        Ok(())
    }
}

/// Who gets an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignupPolicy {
    /// Everybody who asks.
    Open,
    /// Whoever has an operator's invitation.
    Invite,
    /// Nobody: there are no accounts, and none of their routes.
    Off,
}

impl SignupPolicy {
    /// What a word of the settings means.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "open" => Some(SignupPolicy::Open),
            "invite" => Some(SignupPolicy::Invite),
            "off" => Some(SignupPolicy::Off),
            _ => None,
        }
    }
}

/// How long a join link opens the record and the chat after the session, unless set otherwise: 30 days.
pub const LINKS_AFTER_END_MS: i64 = 30 * 86_400_000;

/// How due jobs are claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobSettings {
    /// How long a claim holds, in milliseconds. What is done under one is a transaction of milliseconds; after a crash
    /// the job is taken up again this much later. One second at least.
    pub lease_ms: i64,
}

impl Default for JobSettings {
    fn default() -> Self {
        Self { lease_ms: 5_000 }
    }
}

impl JobSettings {
    /// The shortest lease: less would lapse while a batch waits for a busy database.
    const MIN_LEASE_MS: i64 = 1_000;

    /// Refuses a lease that is too short.
    ///
    /// # Errors
    /// In a few words, what is wrong.
    pub fn check(self) -> Result<(), String> {
        if self.lease_ms < Self::MIN_LEASE_MS {
            return Err(format!(
                "a lease of jobs is {} ms or longer",
                Self::MIN_LEASE_MS
            ));
        }
        Ok(())
    }
}

/// Bounds of the service. Each is a key of the settings, and counted when it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Of the listener.
    #[serde(flatten)]
    pub http: http::Limits,
    /// Wrong join links a minute of one address. Good ones are not counted, and loopback is not, unless a
    /// trusted proxy names it.
    pub wrong_links_per_minute: u32,
    /// Sign-ups of one address in an hour. Loopback is not counted, unless a trusted proxy names it.
    pub signups_per_hour: u64,
    /// Wrong passwords of one account in an hour.
    pub logins_per_hour: u64,
    /// Wrong passwords from one address in an hour, of whatever account; loopback as above.
    pub logins_per_address: u64,
    /// Passwords that one address asks to reset in an hour; loopback as above.
    pub resets_per_hour: u64,
    /// Searches for people of one person in a minute.
    pub searches_per_minute: u64,
    /// Questions that one person, or an application for one session, asks for in a minute.
    pub questions_per_minute: u32,
    /// Exports of one person in an hour.
    pub exports_per_hour: u64,
    /// Sessions that one application books in an hour.
    pub sessions_per_hour: u64,
    /// Changes and renewed links of one application in an hour.
    pub changes_per_hour: u64,
    /// Bytes of one application's bookings in an hour, and as many of its changes.
    pub bytes_per_hour: u64,
    /// Tickets that one application asks for in an hour.
    pub tickets_per_hour: u64,
    /// Tickets that one person asks for in an hour, with the access to one session.
    pub person_tickets_per_hour: u64,
    /// Tickets that one operator's key asks for in an hour.
    pub operator_tickets_per_hour: u64,
    /// Days that a row of the audit log is kept.
    pub audit_days: u32,
    /// Rows of the audit log; of more, the oldest are deleted.
    pub audit_rows: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            http: http::Limits::default(),
            wrong_links_per_minute: 10,
            signups_per_hour: 5,
            logins_per_hour: 20,
            logins_per_address: 100,
            resets_per_hour: 20,
            searches_per_minute: 30,
            questions_per_minute: 60,
            exports_per_hour: 3,
            sessions_per_hour: 2_000,
            changes_per_hour: 20_000,
            bytes_per_hour: 64 * 1024 * 1024,
            tickets_per_hour: 50_000,
            person_tickets_per_hour: 1_000,
            operator_tickets_per_hour: 1_000,
            audit_days: 400,
            audit_rows: 200_000,
        }
    }
}

impl Config {
    /// A configuration in which everything is reached where its public address says.
    pub fn new(
        public_url: impl Into<String>,
        signaling_url: impl Into<String>,
        chat_url: impl Into<String>,
        data_dir: impl Into<PathBuf>,
    ) -> Self {
        let public_url = public_url.into();
        let signaling_url = signaling_url.into();
        let chat_url = chat_url.into();
        let data_dir = data_dir.into();
        Self {
            web_origin: public_url.clone(),
            signaling_events_url: signaling_url.clone(),
            chat_events_url: chat_url.clone(),
            public_url,
            signaling_url,
            chat_url,
            media: vec![MediaBackend::P2p],
            media_urls: Vec::new(),
            store: default_database(&data_dir).into(),
            jobs: JobSettings::default(),
            data_dir,
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            links_after_end_ms: LINKS_AFTER_END_MS,
            effective: Vec::new(),
            signup: SignupPolicy::Open,
            email: None,
            push_subject: None,
            egress: EgressPolicy::default(),
            webhooks: WebhookSettings::default(),
            test_clock: None,
            retention: RetentionSettings::default(),
            operator_email: None,
            limits: Limits::default(),
        }
    }

    pub(crate) fn keys_dir(&self) -> PathBuf {
        keys_dir(&self.data_dir)
    }
}

/// Where the keys of a data directory lie.
pub(crate) fn keys_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("keys")
}

/// The database that a data directory has, unless another is set.
#[must_use]
pub fn default_database(data_dir: &Path) -> DatabaseUrl {
    DatabaseUrl::sqlite(data_dir.join("scheduler").join("scheduler.db"))
}

/// Where a scheduler's database is.
#[derive(Debug, Clone)]
pub struct StoreLocation {
    /// A file, or one of a server.
    pub database: DatabaseUrl,
    /// How it is connected to, where it is a server.
    pub options: DatabaseOptions,
}

impl From<DatabaseUrl> for StoreLocation {
    /// With the default options.
    fn from(database: DatabaseUrl) -> Self {
        Self {
            database,
            options: DatabaseOptions::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_122_a_lease_is_one_second_or_longer() {
        assert_eq!(JobSettings::default().check(), Ok(()));
        assert_eq!(JobSettings { lease_ms: 1_000 }.check(), Ok(()));
        for lease_ms in [999, 0, -1] {
            assert!(JobSettings { lease_ms }.check().is_err());
        }
    }
}
