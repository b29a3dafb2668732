//! The real binary as real processes: `rendezvous up` on free ports and a directory of its own.
//! It restarts nothing: that is the supervisor's work, which is what is tested.

mod application;
mod services;

pub use self::services::{Service, environment};

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::process::{arguments_of, children_of, free_ports, program, signal};
use crate::{Http, SOON, until};

/// How long `up` may take until all three are ready, in seconds: first start on two busy cores.
const READY_S: u64 = 60;
/// How long a stop may take, in seconds, before it is forced: the promise is 10.
const STOP_S: u64 = 15;
/// Lines of output kept; more is a loop that should fail another way.
const LINES: usize = 10_000;

/// How to start a [`Stack`].
#[derive(Debug, Clone, Default)]
pub struct StackOptions {
    /// Where the stores lie; absent: in a directory of its own, removed in the end.
    pub data_dir: Option<PathBuf>,
    /// Ports of scheduler, signaling and chat; absent: free ones.
    pub ports: Option<[u16; 3]>,
    /// Arguments after `up`.
    pub args: Vec<String>,
    /// More environment variables.
    pub env: Vec<(String, String)>,
}

/// A running `rendezvous up`. Dropping it stops it, and kills what is left of it.
#[derive(Debug)]
pub struct Stack {
    up: Child,
    data_dir: PathBuf,
    _own_dir: Option<TempDir>,
    ports: [u16; 3],
    metrics_ports: [u16; 3],
    lines: Arc<Mutex<Vec<String>>>,
}

impl Stack {
    /// Starts `up`, and waits until all three services are ready.
    pub async fn start() -> Self {
        Self::start_with(StackOptions::default()).await
    }

    /// Starts `up` with options, and waits until all three services are ready.
    pub async fn start_with(options: StackOptions) -> Self {
        let mut stack = Self::launch(options);
        for service in Service::ALL {
            stack.ready(service, Duration::from_secs(READY_S)).await;
        }
        stack
    }

    /// Starts `up` with options, and waits for nothing.
    ///
    /// # Panics
    /// When the program can't be started.
    #[must_use]
    pub fn launch(options: StackOptions) -> Self {
        let own_dir = options
            .data_dir
            .is_none()
            .then(|| tempfile::tempdir().unwrap());
        let own_path = own_dir.as_ref().map(|dir| dir.path().to_owned());
        let data_dir = options.data_dir.or(own_path).unwrap();
        let ports = options.ports.unwrap_or_else(free_ports);
        let metrics_ports = free_ports();
        let mut up = command(&data_dir, ports)
            .args(&options.args)
            .envs(services::metrics_environment(metrics_ports))
            .envs(options.env)
            .spawn()
            .unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        collect(up.stdout.take().unwrap(), Arc::clone(&lines));
        collect(up.stderr.take().unwrap(), Arc::clone(&lines));
        Self {
            up,
            data_dir,
            _own_dir: own_dir,
            ports,
            metrics_ports,
            lines,
        }
    }

    /// The address of a service, as `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn url(&self, service: Service) -> String {
        format!("http://127.0.0.1:{}", self.ports[service as usize])
    }

    /// The address of a service's metrics.
    #[must_use]
    pub fn metrics_url(&self, service: Service) -> String {
        format!(
            "http://127.0.0.1:{}/metrics",
            self.metrics_ports[service as usize]
        )
    }

    /// The ports of scheduler, signaling and chat.
    #[must_use]
    pub fn ports(&self) -> [u16; 3] {
        self.ports
    }

    /// The data directory.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The supervisor's process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.up.id()
    }

    /// All that it printed so far.
    #[must_use]
    pub fn output(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// Waits for a line that holds `text`, and returns it.
    ///
    /// # Panics
    /// When none comes within `limit`.
    pub async fn line(&self, text: &str, limit: Duration) -> String {
        until(&format!("a line with {text:?}"), limit, async || {
            self.output().into_iter().find(|line| line.contains(text))
        })
        .await
    }

    /// Waits until a service answers `/health/ready` with 200.
    ///
    /// # Panics
    /// When `up` ends, or `limit` passes, first; with all that was printed.
    pub async fn ready(&mut self, service: Service, limit: Duration) {
        let (http, url) = (Http::new(), format!("{}/health/ready", self.url(service)));
        let started = Instant::now();
        while !is_ready(&http, &url).await {
            let ended = self.up.try_wait().unwrap();
            assert!(
                ended.is_none() && started.elapsed() < limit,
                "{} is not ready ({ended:?}):\n{}",
                service.name(),
                self.output().join("\n")
            );
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// The process id of a service, if it runs as a direct child of `up`.
    #[must_use]
    pub fn child(&self, service: Service) -> Option<u32> {
        self.child_named(service.name())
    }

    /// The process id of what runs as this subcommand under `up`.
    #[must_use]
    pub fn child_named(&self, subcommand: &str) -> Option<u32> {
        children_of(self.pid())
            .into_iter()
            .find(|pid| arguments_of(*pid).iter().any(|arg| arg == subcommand))
    }

    /// Kills a service as `kill -9` does, and returns the id of the dead process.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill(&self, service: Service) -> u32 {
        let pid = self
            .child(service)
            .unwrap_or_else(|| panic!("{} does not run", service.name()));
        signal(pid, Signal::KILL);
        pid
    }

    /// Waits until a service runs under another process id than `old`.
    ///
    /// # Panics
    /// When `limit` passes first.
    pub async fn restarted(&self, service: Service, old: u32, limit: Duration) -> u32 {
        until(
            &format!("{} restarted", service.name()),
            limit,
            async || self.child(service).filter(|pid| *pid != old),
        )
        .await
    }

    /// Sends a signal to the supervisor.
    pub fn signal(&self, which: Signal) {
        signal(self.pid(), which);
    }

    /// Waits until the supervisor is gone.
    ///
    /// # Panics
    /// When `limit` passes first.
    pub async fn gone(&mut self, limit: Duration) -> ExitStatus {
        let up = &mut self.up;
        let started = Instant::now();
        loop {
            if let Some(status) = up.try_wait().unwrap() {
                return status;
            }
            assert!(started.elapsed() < limit, "`up` still runs");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Runs another subcommand on the same data directory and addresses, to its end.
    ///
    /// # Panics
    /// When it can't be started.
    #[must_use]
    pub fn run(&self, args: &[&str]) -> Output {
        let mut command = program();
        command.envs(environment(self.data_dir(), self.ports));
        command.args(args).output().unwrap()
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let children = children_of(self.pid());
        signal(self.pid(), Signal::TERM);
        let started = Instant::now();
        while matches!(self.up.try_wait(), Ok(None)) {
            if started.elapsed() > Duration::from_secs(STOP_S) {
                self.up.kill().ok();
                self.up.wait().ok();
                for pid in children {
                    signal(pid, Signal::KILL);
                }
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn command(data_dir: &Path, ports: [u16; 3]) -> Command {
    let mut command = program();
    command
        .arg("up")
        .envs(environment(data_dir, ports))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn collect(stream: impl Read + Send + 'static, lines: Arc<Mutex<Vec<String>>>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut lines = lines.lock().unwrap();
            if lines.len() < LINES {
                lines.push(line);
            }
        }
    });
}

async fn is_ready(http: &Http, url: &str) -> bool {
    let asking = http.try_send(reqwest::Method::GET, url, None, &[]);
    matches!(tokio::time::timeout(SOON, asking).await, Ok(Ok(answer)) if answer.status == 200)
}
