//! A real LiveKit server on loopback, with keys of its own, that tests start, kill and start again.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use signaling::media::{LiveKitClient, LiveKitConfig, LiveKitKey, LiveKitKeys};
use tempfile::TempDir;
use testkit::{free_ports, until};

/// How long a start may take on two busy cores.
const START: Duration = Duration::from_secs(30);
/// The key that it and the service under test share.
pub(crate) const KEY: &str = "APItest";
/// The secret of that key.
pub(crate) const SECRET: &str = "a secret of more than thirty-two bytes";

/// A LiveKit server, which runs until it is killed or dropped.
pub(crate) struct LiveKitServer {
    dir: TempDir,
    ports: [u16; 3],
    process: Option<Child>,
}

impl LiveKitServer {
    /// One that does not run yet, or none where no binary is there: the test is then left out.
    pub(crate) fn prepare() -> Option<Self> {
        if !binary().is_file() {
            testkit::left_out("a LiveKit server: scripts/install-livekit.sh builds it");
            return None;
        }
        Some(Self {
            dir: TempDir::new().unwrap(),
            ports: free_ports(),
            process: None,
        })
    }

    /// As the service under test is told of it.
    pub(crate) fn config(&self) -> LiveKitConfig {
        config(self.ports[0])
    }

    /// A client of its API.
    pub(crate) fn client(&self) -> LiveKitClient {
        LiveKitClient::new(&self.config())
    }

    /// Starts it, telling its events to `webhook`.
    pub(crate) async fn start(&mut self, webhook: Option<&str>) {
        let [port, tcp, udp] = self.ports;
        let mut settings = format!(
            "port: {port}\nbind_addresses: [\"127.0.0.1\"]\nrtc:\n  node_ip: 127.0.0.1\n  use_external_ip: false\n  \
             tcp_port: {tcp}\n  udp_port: {udp}\nkeys:\n  {KEY}: {SECRET}\nlogging:\n  level: warn\n"
        );
        if let Some(url) = webhook {
            write!(
                settings,
                "webhook:\n  api_key: {KEY}\n  urls: [\"{url}\"]\n"
            )
            .unwrap();
        }
        let path = self.dir.path().join("livekit.yaml");
        std::fs::write(&path, settings).unwrap();
        let process = Command::new(binary())
            .arg("--config")
            .arg(path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.process = Some(process);
        let http = testkit::Http::new();
        let url = format!("http://127.0.0.1:{port}/");
        until("LiveKit answers", START, async || {
            let asked = http.try_send("GET".parse().unwrap(), &url, None, &[]);
            asked.await.ok().filter(|answer| answer.status == 200)
        })
        .await;
    }

    /// Kills it; its rooms are gone with it.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().ok();
            process.wait().ok();
        }
    }
}

impl Drop for LiveKitServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The settings of a server at that port.
pub(crate) fn config(port: u16) -> LiveKitConfig {
    LiveKitConfig {
        url: format!("http://127.0.0.1:{port}"),
        public_url: format!("ws://127.0.0.1:{port}"),
        keys: LiveKitKeys {
            first: LiveKitKey {
                api_key: KEY.to_owned(),
                api_secret: SECRET.to_owned(),
            },
            others: Vec::new(),
        },
    }
}

/// Where `scripts/install-livekit.sh` puts it.
fn binary() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache"),
        PathBuf::from,
    );
    cache.join("rendezvous/tools/livekit-1.13.5/server")
}
