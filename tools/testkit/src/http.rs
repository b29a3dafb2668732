//! Plain HTTP for tests: a status, headers and JSON, with a limit on every wait.

use std::sync::Once;
use std::time::Duration;

use reqwest::{Method, header::HeaderMap};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How long one request may take, in seconds: long enough for a 30 s long poll.
const REQUEST_S: u64 = 40;

static PROVIDER: Once = Once::new();

/// An HTTP client with an optional Bearer credential.
#[derive(Debug, Clone)]
pub struct Http {
    client: reqwest::Client,
    bearer: Option<String>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Headers of the response.
    pub headers: HeaderMap,
    /// The body as JSON; text where it is none; null where it is empty.
    pub body: Value,
}

impl Default for Http {
    fn default() -> Self {
        Self::new()
    }
}

impl Http {
    /// A client without a credential.
    #[must_use]
    pub fn new() -> Self {
        // Reqwest has no crypto provider of its own here, and asks for one even for plain HTTP.
        PROVIDER.call_once(|| {
            rustls::crypto::ring::default_provider()
                .install_default()
                .ok();
        });
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(REQUEST_S))
            .no_proxy()
            // No test asks over TLS with it, and reading the machine's certificates takes longer than most requests.
            .tls_certs_only([])
            .build()
            .unwrap();
        Self {
            client,
            bearer: None,
        }
    }

    /// A client that sends `Authorization: Bearer <credential>`.
    #[must_use]
    pub fn bearer(credential: &str) -> Self {
        Self {
            bearer: Some(credential.to_owned()),
            ..Self::new()
        }
    }

    /// Sends a GET request.
    pub async fn get(&self, url: &str) -> HttpResponse {
        self.send(Method::GET, url, None, &[]).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, url: &str, body: Value) -> HttpResponse {
        self.send(Method::POST, url, Some(body), &[]).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, url: &str, body: Value) -> HttpResponse {
        self.send(Method::PUT, url, Some(body), &[]).await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, url: &str, body: Value) -> HttpResponse {
        self.send(Method::PATCH, url, Some(body), &[]).await
    }

    /// Sends a DELETE request.
    pub async fn delete(&self, url: &str) -> HttpResponse {
        self.send(Method::DELETE, url, None, &[]).await
    }

    /// Any request.
    ///
    /// # Panics
    /// When nobody answers.
    pub async fn send(
        &self,
        method: Method,
        url: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> HttpResponse {
        self.try_send(method.clone(), url, body, headers)
            .await
            .unwrap_or_else(|error| panic!("{method} {url}: {error}"))
    }

    /// Any request, to an address that may be down.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn try_send(
        &self,
        method: Method,
        url: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Result<HttpResponse, reqwest::Error> {
        let mut request = self.client.request(method, url);
        if let Some(bearer) = &self.bearer {
            request = request.bearer_auth(bearer);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let body = match text.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())),
        };
        Ok(HttpResponse {
            status,
            headers,
            body,
        })
    }
}

impl HttpResponse {
    /// The body as a value, after checking the status.
    ///
    /// # Panics
    /// When the status is another one, or the body does not fit.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self, status: u16) -> T {
        assert_eq!(self.status, status, "body: {}", self.body);
        serde_json::from_value(self.body.clone())
            .unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }

    /// The stable `code` of a problem document, after checking the status and the media type.
    #[track_caller]
    pub fn problem(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "body: {}", self.body);
        let kind = self
            .headers
            .get("content-type")
            .map(|v| v.to_str().unwrap());
        assert_eq!(kind, Some("application/problem+json"));
        self.body["code"].as_str().unwrap()
    }
}
