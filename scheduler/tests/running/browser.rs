//! A person's browser: it keeps the cookie of its login, and says of which page it asks.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Http, HttpResponse};

use super::Running;

/// A password that nobody guesses.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// One browser. Clones share no cookie that comes later.
#[derive(Clone)]
pub(crate) struct Browser {
    http: Http,
    url: String,
    /// What it sends as `Origin`; a program sends none.
    pub(crate) origin: Option<String>,
    pub(crate) cookie: Option<String>,
}

impl Browser {
    /// One in which nobody is logged in.
    pub(crate) fn of(scheduler: &Running) -> Self {
        Self {
            http: Http::new(),
            url: scheduler.url.clone(),
            origin: Some(scheduler.url.clone()),
            cookie: None,
        }
    }

    /// One of somebody who has just signed up, and their account.
    pub(crate) async fn signed_up(scheduler: &Running, name: &str) -> (Self, Value) {
        let mut browser = Self::of(scheduler);
        let user = browser.post("/v1/signup", signup(name)).await.json(201);
        (browser, user)
    }

    /// One in which that person is logged in, too.
    pub(crate) async fn logged_in(scheduler: &Running, name: &str) -> Self {
        let mut browser = Self::of(scheduler);
        let body = json!({"email": address(name), "password": PASSWORD});
        let answer = browser.post("/v1/login", body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        browser
    }

    pub(crate) async fn get(&mut self, path: &str) -> HttpResponse {
        self.send(Method::GET, path, None, None).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> HttpResponse {
        self.send(Method::POST, path, Some(body), None).await
    }

    /// With an `Idempotency-Key`.
    pub(crate) async fn post_once(&mut self, path: &str, body: Value, key: &str) -> HttpResponse {
        self.send(Method::POST, path, Some(body), Some(key)).await
    }

    pub(crate) async fn patch(&mut self, path: &str, body: Value) -> HttpResponse {
        self.send(Method::PATCH, path, Some(body), None).await
    }

    pub(crate) async fn put(&mut self, path: &str) -> HttpResponse {
        self.send(Method::PUT, path, None, None).await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> HttpResponse {
        self.send(Method::DELETE, path, None, None).await
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Value>,
        key: Option<&str>,
    ) -> HttpResponse {
        let url = format!("{}{path}", self.url);
        let mut headers = Vec::new();
        if let Some(cookie) = &self.cookie {
            headers.push(("cookie", cookie.as_str()));
        }
        headers.extend(key.map(|key| ("idempotency-key", key)));
        if let Some(origin) = &self.origin {
            headers.push(("origin", origin.as_str()));
        }
        let answer = self.http.send(method, &url, body, &headers).await;
        if let Some(set) = answer.headers.get("set-cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        answer
    }
}

/// A sign-up of somebody.
pub(crate) fn signup(name: &str) -> Value {
    json!({"email": address(name), "password": PASSWORD, "name": name, "time_zone": "Asia/Seoul"})
}

pub(crate) fn address(name: &str) -> String {
    format!("{}@example.org", name.to_lowercase())
}
