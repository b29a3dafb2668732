//! Toxiproxy in front of one port: a TCP proxy that others wrote, so that what holds by way of our own
//! [`crate::FaultyLink`] is no peculiarity of it.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;
use testkit::{Http, free_ports, until};

/// How long it may take to start.
const START_LIMIT: Duration = Duration::from_secs(10);

/// What may be wrong with the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toxic {
    /// What is sent disappears, and the connection stays.
    BlackHole,
    /// Each connection is reset as soon as something comes.
    Reset,
}

/// A running Toxiproxy with one proxy. Dropping it ends it.
#[derive(Debug)]
pub struct Toxiproxy {
    process: Child,
    http: Http,
    api: String,
    port: u16,
}

impl Toxiproxy {
    /// One in front of a loopback port; `None`, and the calling test is left out, where it is not installed.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn to(port: u16) -> Option<Self> {
        let Some(program) = std::env::var_os("TOXIPROXY") else {
            testkit::left_out("TOXIPROXY, which scripts/with-databases sets");
            return None;
        };
        let [api_port, own_port, _] = free_ports();
        let process = Command::new(program)
            .args(["-host", "127.0.0.1", "-port", &api_port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let proxy = Self {
            process,
            http: Http::new(),
            api: format!("http://127.0.0.1:{api_port}"),
            port: own_port,
        };
        let url = format!("{}/version", proxy.api);
        until("Toxiproxy answers", START_LIMIT, async || {
            let asked = proxy.http.try_send(reqwest::Method::GET, &url, None, &[]);
            asked.await.is_ok().then_some(())
        })
        .await;
        let way = json!({
            "name": "way", "listen": format!("127.0.0.1:{own_port}"),
            "upstream": format!("127.0.0.1:{port}"), "enabled": true,
        });
        let url = format!("{}/proxies", proxy.api);
        assert_eq!(proxy.http.post(&url, way).await.status, 201);
        Some(proxy)
    }

    /// The port to connect to instead.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on both directions are so.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn set(&self, toxic: Toxic) {
        let kind = match toxic {
            Toxic::BlackHole => "timeout",
            Toxic::Reset => "reset_peer",
        };
        for stream in ["upstream", "downstream"] {
            let body = json!({
                "name": stream, "type": kind, "stream": stream, "attributes": {"timeout": 0},
            });
            let url = format!("{}/proxies/way/toxics", self.api);
            assert_eq!(self.http.post(&url, body).await.status, 200);
        }
    }

    /// As if it weren't there.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn clear(&self) {
        for stream in ["upstream", "downstream"] {
            let url = format!("{}/proxies/way/toxics/{stream}", self.api);
            assert_eq!(self.http.delete(&url).await.status, 204);
        }
    }
}

impl Drop for Toxiproxy {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
