//! The real binary as real processes: `rendezvous up` on free ports and a directory of its own.
//! It restarts nothing: that is the supervisor's work, which is what is tested.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;
use wire::{SessionView, TicketResponse};

use crate::process::{arguments_of, children_of, free_ports, program, signal};
use crate::{Http, SOON, until};

/// How long `up` may take until all three are ready, in seconds: first start on two busy cores.
const READY_S: u64 = 60;
/// How long a stop may take, in seconds, before it is forced: the promise is 10.
const STOP_S: u64 = 15;
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

/// The variables that place a program of its own: its stores in `data_dir`, and scheduler, signaling and chat
/// at these ports of loopback.
pub fn environment(
    data_dir: &Path,
    ports: [u16; 3],
) -> impl Iterator<Item = (String, OsString)> + use<> {
    let stores = ("RENDEZVOUS_DATA_DIR".to_owned(), data_dir.into());
    let listens = Service::ALL.into_iter().map(move |service| {
        let name = format!("RENDEZVOUS_{}_LISTEN", service.name().to_uppercase());
        let listen = format!("127.0.0.1:{}", ports[service as usize]);
        (name, listen.into())
    });
    std::iter::once(stores).chain(listens)
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
