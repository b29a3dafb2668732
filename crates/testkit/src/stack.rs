//! The real binary as real processes: `rendezvous up` on free ports and a directory of its own.
//! It restarts nothing: that is the supervisor's work, which is what is tested.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use wire::{SessionView, TicketResponse};

use crate::{Http, SOON, until};

/// How long `up` may take until all three are ready, in seconds: first start on two busy cores.
const READY_S: u64 = 60;
/// How long a stop may take, in seconds, before it is forced: the promise is 10.
const STOP_S: u64 = 15;
/// The ports that tests use: from here on.
const FIRST_PORT: u16 = 20_000;
/// The kernel gives connections ports from 32,768 on.
const PORTS: u32 = 12_000;
/// Lines of output kept; more is a loop that should fail another way.
const LINES: usize = 10_000;

/// One of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// The control plane.
    Scheduler,
    /// The live plane.
    Signaling,
    /// The chat.
    Chat,
}

impl Service {
    /// All three.
    pub const ALL: [Service; 3] = [Service::Scheduler, Service::Signaling, Service::Chat];

    /// Its subcommand.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Service::Scheduler => "scheduler",
            Service::Signaling => "signaling",
            Service::Chat => "chat",
        }
    }
}

/// How to start a [`Stack`].
#[derive(Debug, Clone, Default)]
pub struct StackOptions {
    /// Where the stores lie; absent: in a directory of its own, removed in the end.
    pub data_dir: Option<PathBuf>,
    /// Ports of scheduler, signaling and chat; absent: free ones.
    pub ports: Option<[u16; 3]>,
    /// Arguments after `up`.
    pub args: Vec<String>,
    /// More environment.
    pub env: Vec<(String, String)>,
}

/// A running `rendezvous up`. Dropping it stops it, and kills what is left of it.
#[derive(Debug)]
pub struct Stack {
    up: Child,
    data_dir: PathBuf,
    _own_dir: Option<TempDir>,
    ports: [u16; 3],
    lines: Arc<Mutex<Vec<String>>>,
}

/// The built `rendezvous`: `RENDEZVOUS_BIN`, else what Cargo names, else beside the test's target.
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn binary() -> PathBuf {
    for name in ["RENDEZVOUS_BIN", "CARGO_BIN_EXE_rendezvous"] {
        if let Some(path) = std::env::var_os(name) {
            return PathBuf::from(path);
        }
    }
    let test = std::env::current_exe().unwrap();
    let found = test
        .ancestors()
        .skip(1)
        .map(|folder| folder.join("rendezvous"))
        .find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("no `rendezvous` above {}: build it first", test.display()))
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
        let mut up = command(&data_dir, ports)
            .args(&options.args)
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
            lines,
        }
    }

    /// The address of a service, as `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn url(&self, service: Service) -> String {
        format!("http://127.0.0.1:{}", self.ports[service as usize])
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
        children_of(self.pid())
            .into_iter()
            .find(|pid| arguments_of(*pid).iter().any(|arg| arg == service.name()))
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
        let mut command = Command::new(binary());
        environment(&mut command, self.data_dir(), self.ports);
        command.args(args).output().unwrap()
    }

    /// A new API key, as an operator makes one beside running services.
    ///
    /// # Panics
    /// When none is printed.
    #[must_use]
    pub fn key(&self, name: &str) -> String {
        let output = self.run(&["keys", "create", "--name", name]);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// An application's back end: a client of the scheduler with a new API key.
    #[must_use]
    pub fn application(&self) -> Http {
        Http::bearer(&self.key("application"))
    }

    /// Books Ann and Bo; `more` overrides fields of the command.
    ///
    /// # Panics
    /// When the scheduler refuses.
    pub async fn book(&self, application: &Http, more: Value) -> SessionView {
        let mut body = json!({
            "participants": [
                {"external_id": "ann", "name": "Ann"},
                {"external_id": "bo", "name": "Bo"},
            ],
            "starts_at": crate::now(),
            "countdown_ms": 300,
        });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let url = format!("{}/v1/sessions", self.url(Service::Scheduler));
        application.post(&url, body).await.json(201)
    }

    /// A participant's ticket for the call.
    ///
    /// # Panics
    /// When the scheduler refuses.
    pub async fn ticket(
        &self,
        application: &Http,
        session: &SessionView,
        participant: usize,
    ) -> TicketResponse {
        let path = format!("/v1/sessions/{}/ticket", session.id);
        self.ask_ticket(application, &path, session, participant)
            .await
    }

    /// A participant's ticket for the chat.
    ///
    /// # Panics
    /// When the scheduler refuses.
    pub async fn chat_ticket(
        &self,
        application: &Http,
        session: &SessionView,
        participant: usize,
    ) -> TicketResponse {
        self.ask_ticket(application, "/v1/rooms/ticket", session, participant)
            .await
    }

    /// The session as the scheduler tells it.
    ///
    /// # Panics
    /// When it is not there.
    pub async fn session(&self, application: &Http, session: &SessionView) -> SessionView {
        let url = format!(
            "{}/v1/sessions/{}",
            self.url(Service::Scheduler),
            session.id
        );
        application.get(&url).await.json(200)
    }

    async fn ask_ticket(
        &self,
        application: &Http,
        path: &str,
        session: &SessionView,
        participant: usize,
    ) -> TicketResponse {
        let url = format!("{}{path}", self.url(Service::Scheduler));
        let user = &session.participants[participant].user_id;
        application
            .post(&url, json!({"user_id": user}))
            .await
            .json(200)
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

/// Three ports that were free a moment ago, below those that the kernel gives to connections: there
/// one could be taken between here and the start.
///
/// # Panics
/// When every port is taken.
#[must_use]
pub fn free_ports() -> [u16; 3] {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    [(); 3].map(|()| {
        (0..PORTS)
            .map(|_| {
                let step = NEXT.fetch_add(1, Ordering::Relaxed);
                // Test processes that run side by side begin far apart.
                let offset = (std::process::id().wrapping_mul(97) + step) % PORTS;
                FIRST_PORT + u16::try_from(offset).unwrap()
            })
            .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
            .expect("a free port")
    })
}

fn command(data_dir: &Path, ports: [u16; 3]) -> Command {
    let mut command = Command::new(binary());
    environment(&mut command, data_dir, ports);
    command
        .arg("up")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn environment(command: &mut Command, data_dir: &Path, ports: [u16; 3]) {
    // What the developer has set for a stack of their own does not reach the test's.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("RENDEZVOUS_") {
            command.env_remove(&*name);
        }
    }
    // Where a `rendezvous.toml` of the developer's does not lie.
    command.current_dir(std::env::temp_dir());
    command.env("RENDEZVOUS_DATA_DIR", data_dir);
    for service in Service::ALL {
        command.env(
            format!("RENDEZVOUS_{}_LISTEN", service.name().to_uppercase()),
            format!("127.0.0.1:{}", ports[service as usize]),
        );
    }
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

/// True while a process runs; false for one that is gone, or dead and not yet waited for.
#[must_use]
pub fn is_running(pid: u32) -> bool {
    parent_of(pid).is_some()
}

/// The direct children of a process that still run, by `/proc`.
fn children_of(parent: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap();
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| parent_of(*pid) == Some(parent))
        .collect()
}

/// None for a process that is gone, or dead and not yet waited for.
fn parent_of(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold any character; after it: state, parent, …
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    (state != "Z").then_some(parent)
}

fn arguments_of(pid: u32) -> Vec<String> {
    let text = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    text.split(|byte| *byte == 0)
        .map(|arg| String::from_utf8_lossy(arg).into_owned())
        .collect()
}

fn signal(pid: u32, which: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // A process that is gone already is what was wanted.
        kill_process(pid, which).ok();
    }
}
