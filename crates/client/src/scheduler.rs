//! Tickets from the scheduler, for whoever has a join link or an application's key.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::Mutex;
use url::Url;
use wire::{JoinResponse, Problem, SessionId, SessionView, UserId};

use crate::connection::install_tls_provider;
use crate::{NoTicket, Ticket, TicketFuture, TicketSource};

/// Longest wait for an answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// Largest answer that is read, in bytes.
const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// A join link: `<web>/join#<token>`, or `<web>/embed/<application>#<token>`. Whoever has it is that person in that
/// session: keep it as a password.
#[derive(Clone)]
pub struct JoinLink {
    base: Url,
    token: String,
    application: Option<String>,
}

impl JoinLink {
    /// Reads a link. Nothing is sent.
    ///
    /// # Errors
    /// `bad_link` where it is none, or its web is not HTTPS and not this machine.
    pub fn parse(link: &str) -> Result<Self, NoTicket> {
        let bad = |why: &str| NoTicket::refused("bad_link", format!("this is no join link: {why}"));
        let mut base = Url::parse(link.trim()).map_err(|_| bad("it is no URL"))?;
        let token = base.fragment().unwrap_or_default().to_owned();
        if token.is_empty() {
            return Err(bad("it has no token behind a `#`"));
        }
        if !is_protected(&base) {
            return Err(bad("a token goes over https, or stays on this machine"));
        }
        let path = base.path().to_owned();
        let (folder, application) = match (path.strip_suffix("/join"), path.rsplit_once("/embed/"))
        {
            (Some(folder), _) => (folder.to_owned(), None),
            (None, Some((folder, application))) => {
                (folder.to_owned(), Some(application.to_owned()))
            }
            (None, None) => return Err(bad("its path ends with neither /join nor /embed/…")),
        };
        base.set_fragment(None);
        base.set_query(None);
        base.set_path(&folder);
        Ok(Self {
            base,
            token,
            application,
        })
    }

    /// Trades the link for access to its session.
    ///
    /// # Errors
    /// Where the link does not count any more, or nobody answers.
    pub async fn open(self) -> Result<JoinedLink, NoTicket> {
        let client = client()?;
        let joined = self.trade(&client).await?;
        let session = joined.session.clone();
        let user_id = joined.user_id.clone();
        let access = Arc::new(Mutex::new(joined.access));
        Ok(JoinedLink {
            link: self,
            client,
            session,
            user_id,
            access,
        })
    }

    async fn trade(&self, client: &Client) -> Result<JoinResponse, NoTicket> {
        let mut body = json!({"token": self.token});
        if let Some(application) = &self.application {
            body["application"] = json!(application);
        }
        ask(client
            .post(address(&self.base, &["v1", "join"]))
            .json(&body))
        .await
    }
}

/// A link that was opened: gives tickets of its person in its session.
#[derive(Clone)]
pub struct JoinedLink {
    link: JoinLink,
    client: Client,
    session: SessionView,
    user_id: UserId,
    access: Arc<Mutex<String>>,
}

impl JoinedLink {
    /// The session, as it was when the link was opened.
    #[must_use]
    pub fn session(&self) -> &SessionView {
        &self.session
    }

    /// Whose link it is.
    #[must_use]
    pub fn user_id(&self) -> &UserId {
        &self.user_id
    }

    async fn ask_for_ticket(&self) -> Result<Ticket, NoTicket> {
        let mut access = self.access.lock().await;
        match self.ticket_with(&access).await {
            // Access ends before the link does.
            Err(error) if error.code == "unauthenticated" => {
                *access = self.link.trade(&self.client).await?.access;
                self.ticket_with(&access).await
            }
            answered => answered,
        }
    }

    async fn ticket_with(&self, access: &str) -> Result<Ticket, NoTicket> {
        let url = address(
            &self.link.base,
            &["v1", "sessions", &self.session.id.0, "ticket"],
        );
        ask(self.client.post(url).bearer_auth(access).json(&json!({}))).await
    }
}

impl TicketSource for JoinedLink {
    fn ticket(&self) -> TicketFuture<'_> {
        Box::pin(self.ask_for_ticket())
    }
}

/// An application's key for the HTTP API of the scheduler: for programs of its back end.
#[derive(Clone)]
pub struct ApplicationKey {
    base: Url,
    key: String,
    client: Client,
}

impl ApplicationKey {
    /// A key at this scheduler. Nothing is sent.
    ///
    /// # Errors
    /// `bad_link` where `scheduler_url` is no URL, or is not HTTPS and not this machine.
    pub fn new(scheduler_url: &str, key: impl Into<String>) -> Result<Self, NoTicket> {
        let bad =
            |why: &str| NoTicket::refused("bad_link", format!("the scheduler's address {why}"));
        let base = Url::parse(scheduler_url).map_err(|_| bad("is no URL"))?;
        if !is_protected(&base) {
            return Err(bad(
                "must be https: a key goes over nothing else but this machine",
            ));
        }
        let (key, client) = (key.into(), client()?);
        Ok(Self { base, key, client })
    }

    /// Tickets of `user` in `session`.
    #[must_use]
    pub fn tickets(&self, session: SessionId, user: UserId) -> impl TicketSource + use<> {
        let application = self.clone();
        move || {
            let (application, session, user) = (application.clone(), session.clone(), user.clone());
            async move {
                let url = address(&application.base, &["v1", "sessions", &session.0, "ticket"]);
                let body = json!({"user_id": user});
                ask(application
                    .client
                    .post(url)
                    .bearer_auth(&application.key)
                    .json(&body))
                .await
            }
        }
    }
}

/// A credential may go there: over TLS, or to this machine.
fn is_protected(url: &Url) -> bool {
    let is_local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_local)
}

fn address(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}

fn client() -> Result<Client, NoTicket> {
    install_tls_provider();
    Client::builder()
        .timeout(ANSWER_LIMIT)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| NoTicket::refused("internal", error.without_url().to_string()))
}

async fn ask<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, NoTicket> {
    let unavailable =
        |error: reqwest::Error| NoTicket::unavailable(error.without_url().to_string());
    let mut answer = request.send().await.map_err(unavailable)?;
    let status = answer.status();
    let mut body = Vec::new();
    while let Some(bytes) = answer.chunk().await.map_err(unavailable)? {
        if body.len() + bytes.len() > MAX_ANSWER_BYTES {
            return Err(NoTicket::unavailable("the answer is too large"));
        }
        body.extend_from_slice(&bytes);
    }
    if status.is_success() {
        let read = serde_json::from_slice(&body);
        return read.map_err(|_| NoTicket::unavailable("the answer is not one of the scheduler"));
    }
    Err(refusal(status, &body))
}

fn refusal(status: StatusCode, body: &[u8]) -> NoTicket {
    let is_final = status.is_client_error()
        && status != StatusCode::TOO_MANY_REQUESTS
        && status != StatusCode::REQUEST_TIMEOUT;
    let Ok(problem) = serde_json::from_slice::<Problem>(body) else {
        let message = format!("the scheduler answers {status}");
        return NoTicket {
            is_final,
            ..NoTicket::unavailable(message)
        };
    };
    let code = serde_json::to_value(problem.code).unwrap_or_default();
    NoTicket {
        code: code.as_str().unwrap_or("internal").to_owned(),
        message: problem.detail,
        reason: problem.reason,
        is_final,
    }
}

impl fmt::Debug for JoinLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinLink")
            .field("base", &self.base.as_str())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for JoinedLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinedLink")
            .field("session", &self.session.id)
            .field("user_id", &self.user_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ApplicationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApplicationKey")
            .field("base", &self.base.as_str())
            .finish_non_exhaustive()
    }
}
