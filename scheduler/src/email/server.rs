//! The mail server, as the settings name it, and connections to it.

use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use url::Url;

/// How long the server may take to answer a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(20);
/// A connection that was idle for longer is asked whether it lives before it is used.
const FRESH: Duration = Duration::from_secs(1);
/// A connection that was idle for longer is closed: servers give up after five minutes (RFC 5321, section 4.5.3.2.7).
const MAX_IDLE: Duration = Duration::from_secs(60);
/// Mails on one connection: servers that count put the next one off.
const MAX_MAILS: usize = 100;
/// Ports of submission with STARTTLS, and of submission over TLS (RFC 8314).
const SUBMISSION: u16 = 587;
const SUBMISSIONS: u16 = 465;

/// Where mails are handed in, and how.
pub(super) struct MailServer {
    host: String,
    port: u16,
    tls: Encryption,
    credentials: Option<Credentials>,
}

enum Encryption {
    /// From the first byte.
    Whole(TlsParameters),
    /// By STARTTLS, or not at all.
    Required(TlsParameters),
    /// By STARTTLS, where the server has it.
    Offered(TlsParameters),
    /// None: it is this machine.
    None,
}

impl MailServer {
    /// TLS from the first byte for `smtps`. For `smtp` STARTTLS: on this machine none, elsewhere always where there is a
    /// password to protect, and else if the server offers it.
    ///
    /// # Errors
    /// What is wrong with the address, without repeating it.
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        let url =
            Url::parse(url).map_err(|_| "is no address, as smtps://user:password@mail.example")?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or("names no host")?.trim_matches(['[', ']']);
        let host = host.to_owned();
        let has_more = !matches!(url.path(), "" | "/") || url.query().is_some();
        if has_more || url.fragment().is_some() {
            return Err(
                "has something behind the host: special characters of a password are percent-encoded"
                    .to_owned(),
            );
        }
        let credentials = credentials(&url)?;
        let parameters = || TlsParameters::new(host.clone()).map_err(|error| error.to_string());
        let (tls, port) = match url.scheme() {
            "smtps" => (Encryption::Whole(parameters()?), SUBMISSIONS),
            "smtp" if is_this_machine(&host) => (Encryption::None, SUBMISSION),
            "smtp" if credentials.is_some() => (Encryption::Required(parameters()?), SUBMISSION),
            "smtp" => (Encryption::Offered(parameters()?), SUBMISSION),
            _ => return Err("begins with neither smtp:// nor smtps://".to_owned()),
        };
        Ok(Self {
            port: url.port().unwrap_or(port),
            host,
            tls,
            credentials,
        })
    }

    /// Host and port, without anything secret.
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Connects, encrypts and logs in.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let hello = ClientId::default();
        let whole = match &self.tls {
            Encryption::Whole(parameters) => Some(parameters.clone()),
            _ => None,
        };
        let server = (self.host.as_str(), self.port);
        let limit = Some(CONNECT_LIMIT);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, limit, &hello, whole, None).await?;
        match &self.tls {
            Encryption::Required(parameters) => {
                connection.starttls(parameters.clone(), &hello).await?;
            }
            Encryption::Offered(parameters) if connection.can_starttls() => {
                connection.starttls(parameters.clone(), &hello).await?;
            }
            _ => {}
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

impl Manager for MailServer {
    type Type = AsyncSmtpConnection;
    type Error = Error;

    async fn create(&self) -> Result<AsyncSmtpConnection, Error> {
        self.connect().await
    }

    async fn recycle(
        &self,
        connection: &mut AsyncSmtpConnection,
        metrics: &Metrics,
    ) -> RecycleResult<Error> {
        let idle = metrics.last_used();
        if idle > MAX_IDLE || metrics.recycle_count >= MAX_MAILS {
            connection.abort().await;
            return Err(RecycleError::message("it is old"));
        }
        if idle > FRESH && !connection.test_connected().await {
            return Err(RecycleError::message("it is closed"));
        }
        Ok(())
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, String> {
    let decoded = |text: &str| {
        let pair = format!("x={}", text.replace('+', "%2B"));
        let read = url::form_urlencoded::parse(pair.as_bytes()).next();
        read.map(|(_, value)| value.into_owned())
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => {
            Err("has a user without a password, or the reverse".to_owned())
        }
        (user, Some(password)) => Ok(decoded(user)
            .zip(decoded(password))
            .map(|(user, password)| Credentials::new(user, password))),
    }
}

fn is_this_machine(host: &str) -> bool {
    let ip = host.parse::<std::net::IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.to_canonical().is_loopback())
}
