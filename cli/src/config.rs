//! All that can be set, its defaults, and what follows from it. The only module that reads a
//! settings file or the environment; services are handed plain structs.

mod accounts;
mod database;
mod database_url;
mod detected;
mod egress;
mod handed;
mod links;
mod media;
mod media_servers;
mod private;
mod push;
mod secrets;
mod settings;
mod sources;
mod stores;
mod turn;
mod urls;

pub(crate) use self::database_url::{has_password, parsed as database_url};
pub(crate) use self::detected::is_loopback;
pub(crate) use self::handed::write as hand_over;
pub(crate) use self::private::ip_and_port;
pub(crate) use self::settings::Settings;
pub(crate) use self::stores::Store;

use service::origin::AllowedOrigins;
use service::proxies::TrustedProxies;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::supervised::SupervisedService;

/// Where OpenTelemetry's own tools look for the collector.
const OTLP_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// How long a claim of jobs may hold: less would lapse while the database is busy, and after a crash reminders wait for it.
const LEASE_MS: std::ops::RangeInclusive<i64> = 1_000..=600_000;
/// Longest age of messages, in days: what is to stay longer is not deleted for its age.
const MAX_RETENTION_DAYS: u32 = 3_650;
/// What stands in place of a secret.
const HIDDEN: &str = "(hidden)";

/// Reads file, environment and flags, checks them, and fills in what follows from them. A child of `up` is handed what its
/// parent made of them.
///
/// # Errors
/// The first mistake, in one line that names it.
pub(crate) fn load(cli: &Cli) -> Result<Settings, Failure> {
    if cli.command.is_handed_settings() {
        return handed::read(&mut std::io::stdin().lock());
    }
    let environment = std::env::vars_os()
        .filter_map(|(name, text)| Some((name.into_string().ok()?, text.into_string().ok()?)));
    let (mut settings, warnings) = sources::read(&cli.sources, environment)?;
    if settings.telemetry.otlp_endpoint.is_empty() {
        settings.telemetry.otlp_endpoint = std::env::var(OTLP_ENDPOINT).unwrap_or_default();
    }
    for warning in warnings {
        eprintln!("rendezvous: {warning}");
    }
    settings.resolved()
}

/// The settings as a file that would bring them about, secrets hidden.
///
/// # Errors
/// When they can't be written as TOML.
pub(crate) fn shown(settings: &Settings) -> Result<String, Failure> {
    secrets::hidden(settings, HIDDEN)
}

/// True for a variable that may hold a setting of ours.
pub(crate) fn is_own_variable(name: &std::ffi::OsStr) -> bool {
    name.as_encoded_bytes()
        .starts_with(sources::PREFIX.as_bytes())
}

/// The settings for a child of `up`, with the secrets that it needs and no other.
///
/// # Errors
/// When they can't be written as TOML.
pub(crate) fn for_child(
    settings: &Settings,
    service: SupervisedService,
) -> Result<String, Failure> {
    secrets::for_service(settings, service)
}

impl Settings {
    /// Every key with its value, as text, secrets among them: for comparing, never for showing.
    ///
    /// # Errors
    /// When they can't be written as TOML.
    pub(crate) fn effective(&self) -> Result<Vec<(String, String)>, Failure> {
        sources::effective(self)
    }

    /// Checks each value, and puts a concrete one in place of each empty one.
    fn resolved(mut self) -> Result<Self, Failure> {
        let (scheduler, signaling, chat) =
            (&mut self.scheduler, &mut self.signaling, &mut self.chat);
        resolve_urls(
            "scheduler",
            &scheduler.listen,
            &mut scheduler.public_url,
            &mut scheduler.internal_url,
        )?;
        resolve_urls(
            "signaling",
            &signaling.listen,
            &mut signaling.public_url,
            &mut signaling.internal_url,
        )?;
        resolve_urls(
            "chat",
            &chat.listen,
            &mut chat.public_url,
            &mut chat.internal_url,
        )?;
        self.resolve_private_listeners()?;
        self.fill_origins()?;
        self.turn.resolve()?;
        self.livekit.resolve()?;
        self.openvidu.resolve()?;
        self.check()?;
        Ok(self)
    }

    fn fill_origins(&mut self) -> Result<(), Failure> {
        let web = AllowedOrigins::from_web_origin(&self.scheduler.public_url)
            .map_err(|why| Failure::config(format!("scheduler.public_url: {why}")))?;
        let web: Vec<String> = web.iter().map(str::to_owned).collect();
        let lists = [
            ("scheduler", &mut self.scheduler.allowed_origins),
            ("signaling", &mut self.signaling.allowed_origins),
            ("chat", &mut self.chat.allowed_origins),
        ];
        for (name, list) in lists {
            if list.is_empty() {
                list.clone_from(&web);
            }
            AllowedOrigins::new(list.iter())
                .map_err(|why| Failure::config(format!("{name}.allowed_origins: {why}")))?;
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Failure> {
        self.log_format()?;
        self.links.after_end_ms()?;
        self.accounts.policy(&self.scheduler.public_url)?;
        self.email.settings()?;
        self.webhooks.check().map_err(Failure::config)?;
        self.egress.policy()?;
        self.push.contact(&self.email, &self.scheduler.public_url)?;
        self.check_databases()?;
        self.check_lease()?;
        self.check_retention()?;
        self.operator_email()?;
        if self.signaling.grace_ms <= 0 {
            return Err(Failure::config("signaling.grace_ms is not above 0"));
        }
        self.check_limits()?;
        TrustedProxies::new(&self.trusted_proxies)
            .map(drop)
            .map_err(|why| Failure::config(format!("trusted_proxies: {why}")))
    }

    fn check_lease(&self) -> Result<(), Failure> {
        let lease_ms = self.scheduler.jobs.lease_ms;
        if LEASE_MS.contains(&lease_ms) {
            return Ok(());
        }
        let (first, last) = (LEASE_MS.start(), LEASE_MS.end());
        Err(Failure::config(format!(
            "scheduler.jobs.lease_ms: {lease_ms} is not from {first} to {last}"
        )))
    }

    fn check_retention(&self) -> Result<(), Failure> {
        let check = self.scheduler.retention.check();
        check.map_err(|(key, why)| Failure::config(format!("scheduler.retention.{key}: {why}")))?;
        for (key, days) in [
            ("chat.retention", self.chat.retention),
            ("feed.retention_days", self.feed.retention_days),
        ] {
            if days > MAX_RETENTION_DAYS {
                return Err(Failure::config(format!(
                    "{key}: {days} is not from 0 to {MAX_RETENTION_DAYS}"
                )));
            }
        }
        Ok(())
    }

    /// Who gets the daily mail about what failed.
    ///
    /// # Errors
    /// When it is no address, or no mail can be sent.
    pub(crate) fn operator_email(&self) -> Result<Option<scheduler::EmailAddress>, Failure> {
        if self.operator.email.is_empty() {
            return Ok(None);
        }
        let refused = |why: &str| Failure::config(format!("operator.email: {why}"));
        let to = scheduler::EmailAddress::parse(&self.operator.email);
        let to = to.ok_or_else(|| refused("write one address, as ops@example.org"))?;
        if self.email.settings()?.is_none() {
            return Err(refused("no mail is sent without email.url and email.from"));
        }
        Ok(Some(to))
    }

    fn check_limits(&self) -> Result<(), Failure> {
        let (signaling, chat) = (&self.signaling.limits, &self.chat.limits);
        let checks = [
            ("scheduler", self.scheduler.limits.http.check()),
            ("signaling", signaling.http.check()),
            ("signaling", signaling.sockets.check()),
            ("signaling", signaling.check_buffers()),
            ("chat", chat.http.check()),
            ("chat", chat.sockets.check()),
        ];
        for (service, check) in checks {
            check.map_err(|(key, why)| Failure::config(format!("{service}.limits.{key} {why}")))?;
        }
        Ok(())
    }

    /// How log lines look.
    ///
    /// # Errors
    /// For a word that is neither `text` nor `json`.
    pub(crate) fn log_format(&self) -> Result<service::telemetry::LogFormat, Failure> {
        match self.log.format.as_str() {
            "text" => Ok(service::telemetry::LogFormat::Text),
            "json" => Ok(service::telemetry::LogFormat::Json),
            other => Err(Failure::config(format!(
                "log.format: {other:?} is neither \"text\" nor \"json\""
            ))),
        }
    }
}

fn resolve_urls(
    service: &str,
    listen: &str,
    public_url: &mut String,
    internal_url: &mut String,
) -> Result<(), Failure> {
    let address = reachable(listen)
        .map_err(|why| Failure::config(format!("{service}.listen: {listen:?} {why}")))?;
    if public_url.is_empty() {
        *public_url = format!("http://{address}");
    }
    if internal_url.is_empty() {
        internal_url.clone_from(public_url);
    }
    for (key, url) in [("public_url", public_url), ("internal_url", internal_url)] {
        *url = urls::normalized(url)
            .map_err(|why| Failure::config(format!("{service}.{key}: {why}")))?;
    }
    Ok(())
}

/// The `host:port` by which this machine reaches a listener of `host:port`.
pub(crate) fn reachable(listen: &str) -> Result<String, &'static str> {
    let (host, port) = listen
        .rsplit_once(':')
        .ok_or("is not host:port, as 127.0.0.1:8080")?;
    let port: u16 = port.parse().map_err(|_| "has no port from 0 to 65535")?;
    let host = match host {
        "" => return Err("is not host:port, as 127.0.0.1:8080"),
        "0.0.0.0" => "127.0.0.1",
        "[::]" => "[::1]",
        other => other,
    };
    Ok(format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scheduler_at(listen: &str) -> Result<Settings, Failure> {
        let mut settings = Settings::default();
        listen.clone_into(&mut settings.scheduler.listen);
        settings.resolved()
    }

    #[test]
    fn ops_12_a_public_url_defaults_to_where_it_listens() {
        let settings = scheduler_at("0.0.0.0:9000").unwrap();
        assert_eq!(settings.scheduler.public_url, "http://127.0.0.1:9000");
        assert_eq!(
            settings.chat.allowed_origins,
            [
                "http://localhost:9000",
                "http://127.0.0.1:9000",
                "http://[::1]:9000"
            ]
        );
        let settings = scheduler_at("[::]:9000").unwrap();
        assert_eq!(settings.scheduler.public_url, "http://[::1]:9000");
    }

    #[test]
    fn ops_53_a_lease_of_jobs_is_long_enough_to_work_and_short_enough_to_wait_for() {
        for wrong in [-1, 0, 999, 600_001] {
            let mut settings = Settings::default();
            settings.scheduler.jobs.lease_ms = wrong;
            let Err(Failure::Config(line)) = settings.resolved() else {
                panic!("{wrong} was taken");
            };
            let due = format!("scheduler.jobs.lease_ms: {wrong} is not from 1000 to 600000");
            assert_eq!(line, due);
        }
    }

    #[test]
    fn ops_70_an_age_out_of_bounds_is_named() {
        let mut settings = Settings::default();
        settings.scheduler.retention.notifications_days = 0;
        let Err(Failure::Config(line)) = settings.resolved() else {
            panic!("an age of 0 was taken");
        };
        let due = "scheduler.retention.notifications_days: 0 is not from 5 to 3650";
        assert_eq!(line, due);
    }

    #[tokio::test]
    async fn ops_71_the_digest_goes_to_an_address_by_a_server_that_there_is() {
        for (to, url, is_good) in [
            ("ops@example.org", "smtp://127.0.0.1:2525", true),
            ("ops@example.org", "", false),
            ("ops", "smtp://127.0.0.1:2525", false),
            ("", "", true),
        ] {
            let mut settings = Settings::default();
            to.clone_into(&mut settings.operator.email);
            if !url.is_empty() {
                settings.email.url = url.into();
                settings.email.from = "meet@example.org".into();
            }
            match settings.resolved() {
                Ok(_) => assert!(is_good, "{to}"),
                Err(Failure::Config(line)) => {
                    assert!(!is_good && line.starts_with("operator.email: "), "{line}");
                }
                Err(_) => panic!("another failure"),
            }
        }
    }

    #[test]
    fn a_listen_address_needs_host_and_port() {
        for wrong in [
            "8080",
            ":8080",
            "localhost",
            "localhost:port",
            "localhost:70000",
        ] {
            let Err(Failure::Config(line)) = scheduler_at(wrong) else {
                panic!("{wrong} was taken");
            };
            assert!(line.starts_with("scheduler.listen:"), "{line}");
        }
    }

    #[test]
    fn a_value_out_of_range_is_named() {
        let mut settings = Settings::default();
        settings.signaling.grace_ms = 0;
        let Err(Failure::Config(line)) = settings.resolved() else {
            panic!("a grace of 0 was taken");
        };
        assert!(line.contains("signaling.grace_ms"), "{line}");
    }
}
