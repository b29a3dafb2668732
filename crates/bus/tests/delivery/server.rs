//! A receiver on a port of its own, and a client for it.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use service::http::{Limits, serve};
use service::{Shutdown, Tasks};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shutdown: Shutdown,
    running: JoinHandle<std::io::Result<()>>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    body: String,
}

impl Server {
    pub(crate) async fn start(app: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = Shutdown::new();
        let running = tokio::spawn(serve(listener, app, Limits::default(), shutdown.clone()));
        Self {
            address,
            shutdown,
            running,
        }
    }

    /// Posts JSON; without `Authorization` where that is empty.
    pub(crate) async fn post(&self, path: &str, authorization: &str, body: &str) -> Answer {
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut request = service::http::client()
            .post(format!("http://{}{path}", self.address))
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_owned());
        if !authorization.is_empty() {
            request = request.header(AUTHORIZATION, authorization);
        }
        let response = request.send().await.unwrap();
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }

    pub(crate) async fn stop(self) {
        self.shutdown.start();
        self.running.await.unwrap().unwrap();
    }
}

impl Answer {
    /// The code of a problem document.
    pub(crate) fn code(&self) -> String {
        self.problem()["code"].as_str().unwrap().to_owned()
    }

    /// The first field that a problem document names.
    pub(crate) fn field(&self) -> String {
        let field = &self.problem()["errors"][0]["field"];
        field.as_str().unwrap().to_owned()
    }

    fn problem(&self) -> serde_json::Value {
        assert_eq!(self.headers[CONTENT_TYPE], "application/problem+json");
        serde_json::from_str(&self.body).unwrap()
    }
}

pub(crate) async fn all_ended(tasks: &Tasks) {
    assert!(
        tasks.close_and_wait(Duration::from_secs(30)).await,
        "a task is left over"
    );
}
