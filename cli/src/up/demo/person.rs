//! Somebody with an account, as their browser would speak for them: a login over HTTP, and what they do with it.

use std::time::Duration;

use reqwest::{Method, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wire::{MatchView, Page, ProposalView, UnixMs, User, UserId};

use super::credentials::DemoCredentials;

/// A password is hashed slowly on purpose, on a machine that has just started everything else.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

/// Where people log in.
#[derive(Debug, Clone)]
pub(super) struct DemoAccounts {
    pub(super) client: reqwest::Client,
    /// The scheduler's address on this machine.
    pub(super) base: String,
    /// Of the web front end: a cookie alone changes nothing.
    pub(super) origin: String,
}

/// A request that was not done as asked: what came instead.
#[derive(Debug)]
pub(super) struct DemoRefusal {
    /// None where nothing came.
    pub(super) status: Option<StatusCode>,
    pub(super) why: String,
}

/// A person with the cookie of their login.
#[derive(Debug)]
pub(super) struct DemoPerson {
    pub(super) user: User,
    accounts: DemoAccounts,
    cookie: String,
}

impl DemoAccounts {
    pub(super) async fn log_in(&self, with: &DemoCredentials) -> Result<DemoPerson, DemoRefusal> {
        let body = json!({ "email": with.email, "password": with.password });
        self.enter("/v1/login", body).await
    }

    /// With an invitation where accounts need one.
    pub(super) async fn sign_up(
        &self,
        name: &str,
        with: &DemoCredentials,
        invite: Option<String>,
    ) -> Result<DemoPerson, DemoRefusal> {
        let mut body = json!({ "email": with.email, "password": with.password, "name": name });
        if let Some(invite) = invite {
            body["invite"] = invite.into();
        }
        self.enter("/v1/signup", body).await
    }

    async fn enter(&self, path: &str, body: Value) -> Result<DemoPerson, DemoRefusal> {
        let response = self.send(Method::POST, path, None, Some(body)).await?;
        let cookie = response.headers().get(header::SET_COOKIE);
        let cookie = cookie.and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next());
        let cookie = cookie.ok_or_else(|| DemoRefusal::because("no cookie came"))?;
        let (cookie, accounts) = (cookie.to_owned(), self.clone());
        let user = answer(response).await?;
        Ok(DemoPerson {
            user,
            accounts,
            cookie,
        })
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        cookie: Option<&str>,
        body: Option<Value>,
    ) -> Result<reqwest::Response, DemoRefusal> {
        let request = self.client.request(method, format!("{}{path}", self.base));
        let request = request.timeout(REQUEST_LIMIT);
        let mut request = request.header(header::ORIGIN, &self.origin);
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await;
        let response = response.map_err(|error| DemoRefusal::because(error.without_url()))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let problem = response.text().await.unwrap_or_default();
        Err(DemoRefusal {
            status: Some(status),
            why: format!("{status} {problem}"),
        })
    }
}

impl DemoPerson {
    /// The match with this person, if there is one.
    pub(super) async fn match_with(
        &self,
        other: &UserId,
    ) -> Result<Option<MatchView>, DemoRefusal> {
        let matches: Page<MatchView> = self.get("/v1/matches").await?;
        let mut items = matches.items.into_iter();
        Ok(items.find(|one| one.with.user_id == *other))
    }

    pub(super) async fn give_special(&self, to: &UserId, letter: &str) -> Result<(), DemoRefusal> {
        let gift = json!({ "to": { "user_id": to }, "kind": "special", "letter": letter });
        self.post("/v1/gifts", gift).await.map(drop)
    }

    pub(super) async fn propose(
        &self,
        to: &MatchView,
        times: &[UnixMs],
    ) -> Result<ProposalView, DemoRefusal> {
        let path = format!("/v1/matches/{}/proposals", to.id);
        answer(self.post(&path, json!({ "times": times })).await?).await
    }

    pub(super) async fn log_out(self) -> Result<(), DemoRefusal> {
        self.post("/v1/logout", json!({})).await.map(drop)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, DemoRefusal> {
        let cookie = Some(self.cookie.as_str());
        answer(self.accounts.send(Method::GET, path, cookie, None).await?).await
    }

    async fn post(&self, path: &str, body: Value) -> Result<reqwest::Response, DemoRefusal> {
        let cookie = Some(self.cookie.as_str());
        let accounts = &self.accounts;
        accounts.send(Method::POST, path, cookie, Some(body)).await
    }
}

impl DemoRefusal {
    fn because(why: impl ToString) -> Self {
        Self {
            status: None,
            why: why.to_string(),
        }
    }
}

async fn answer<T: DeserializeOwned>(response: reqwest::Response) -> Result<T, DemoRefusal> {
    let answer = response.json().await;
    answer.map_err(|error| DemoRefusal::because(error.without_url()))
}
