//! One service alone, as a process that a row may kill, stop, starve and start again on the same
//! directory and port. Its tickets come from a [`TicketSigner`]; no supervisor stands above it.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use testkit::{Http, Service, TicketSigner, free_ports, program_under};

use crate::Metrics;
use crate::metrics::is_ready;

/// How long a start may take on two busy cores.
const READY_LIMIT: Duration = Duration::from_secs(30);
/// Lines of its log that are kept: the last.
const LINES: usize = 60;
/// Ticks a second of `/proc/<pid>/stat` (`USER_HZ`), the same on every Linux.
const TICKS_PER_SECOND: u64 = 100;

/// A service as a process of its own. Dropping it kills it.
#[derive(Debug)]
pub struct ServiceProcess {
    service: Service,
    port: u16,
    metrics_port: u16,
    data_dir: TempDir,
    wrapper: Vec<String>,
    env: Vec<(String, String)>,
    reads_log: bool,
    child: Option<Child>,
    lines: Arc<Mutex<VecDeque<String>>>,
}

impl ServiceProcess {
    /// One that is not started yet, with an empty directory.
    ///
    /// # Panics
    /// When there is no free port or no directory.
    #[must_use]
    pub fn new(service: Service, signer: &TicketSigner) -> Self {
        Self::placed(service)
            .with("RENDEZVOUS_SCHEDULER_PUBLIC_URL", signer.url())
            // All clients of a row share one address: its limit is not what a row is about.
            .with_own("LIMITS_JOINS_PER_SECOND", "10000")
            .with_own("LIMITS_JOINS_BURST", "10000")
    }

    /// A scheduler that is not started yet, with an empty directory, and its database at a URL.
    ///
    /// # Panics
    /// When there is no free port or no directory.
    #[must_use]
    pub fn scheduler(database_url: &str) -> Self {
        Self::placed(Service::Scheduler)
            .with_own("DATABASE_URL", database_url)
            // More than a row books.
            .with_own("LIMITS_SESSIONS_PER_HOUR", "1000000")
    }

    fn placed(service: Service) -> Self {
        let [metrics_port, port, _] = free_ports();
        let service = Self {
            service,
            port,
            metrics_port,
            data_dir: tempfile::tempdir().unwrap(),
            wrapper: Vec::new(),
            env: Vec::new(),
            reads_log: true,
            child: None,
            lines: Arc::default(),
        };
        let listen = format!("{}_LISTEN", service.prefix());
        service
            .with(&listen, &format!("127.0.0.1:{port}"))
            .with_own("METRICS_LISTEN", &format!("127.0.0.1:{metrics_port}"))
    }

    /// With a variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a key of its own section: `LIMITS_CONNECTIONS` is `signaling.limits.connections`.
    #[must_use]
    pub fn with_own(self, key: &str, value: &str) -> Self {
        let name = format!("{}_{key}", self.prefix());
        self.with(&name, value)
    }

    /// Started by another command that becomes it, as `prlimit --nofile=128`.
    #[must_use]
    pub fn under(mut self, wrapper: &[&str]) -> Self {
        self.wrapper = wrapper.iter().map(|&part| part.to_owned()).collect();
        self
    }

    /// With nobody who reads its log.
    #[must_use]
    pub fn unread(mut self) -> Self {
        self.reads_log = false;
        self
    }

    /// Starts it and waits until it is ready.
    pub async fn started(mut self) -> Self {
        self.start().await;
        self
    }

    /// Starts it, again or for the first time, and waits until it is ready.
    pub async fn start(&mut self) {
        self.launch();
        self.ready().await;
    }

    /// Starts it and waits for nothing.
    ///
    /// # Panics
    /// When it can't be started.
    pub fn launch(&mut self) {
        let mut child = self.command().spawn().unwrap();
        if self.reads_log {
            collect(child.stderr.take().unwrap(), Arc::clone(&self.lines));
        }
        self.child = Some(child);
    }

    /// Waits until `/health/ready` says so.
    ///
    /// # Panics
    /// When it ends, or the limit passes, first.
    pub async fn ready(&mut self) {
        let (url, began) = (format!("{}/health/ready", self.http()), Instant::now());
        while !is_ready(&url).await {
            let ended = self
                .child
                .as_mut()
                .and_then(|child| child.try_wait().unwrap());
            assert!(
                ended.is_none() && began.elapsed() < READY_LIMIT,
                "{} is not ready ({ended:?}):\n{}",
                self.service.name(),
                self.log().join("\n")
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// True when `/health/ready` answers 200 now.
    pub async fn is_ready(&self) -> bool {
        is_ready(&format!("{}/health/ready", self.http())).await
    }

    /// Its process id.
    ///
    /// # Panics
    /// When it does not run.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("it runs").id()
    }

    /// Sends it a signal.
    pub fn signal(&self, which: Signal) {
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw);
        // One that is gone already needs none.
        kill_process(pid.unwrap(), which).ok();
    }

    /// As `kill -9`, and waits until it is gone.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().ok();
            child.wait().ok();
        }
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When `limit` passes first.
    pub async fn gone(&mut self, limit: Duration) -> ExitStatus {
        let began = Instant::now();
        let child = self.child.as_mut().expect("it was started");
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                self.child = None;
                return status;
            }
            assert!(began.elapsed() < limit, "it still runs after {limit:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Whether it runs still.
    pub fn is_running(&mut self) -> bool {
        self.child
            .as_mut()
            .is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// The address of its WebSocket.
    #[must_use]
    pub fn ws(&self) -> String {
        self.ws_at(self.port)
    }

    /// The address of its WebSocket by way of another port.
    #[must_use]
    pub fn ws_at(&self, port: u16) -> String {
        let path = match self.service {
            Service::Chat => "chat",
            _ => "signal",
        };
        format!("ws://127.0.0.1:{port}/v1/{path}")
    }

    /// Its address over HTTP.
    #[must_use]
    pub fn http(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its data directory.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.data_dir.path()
    }

    /// The last lines of its log.
    ///
    /// # Panics
    /// When the thread that collects them panicked.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.lines.lock().unwrap().iter().cloned().collect()
    }

    /// The last line of its log, once it has ended.
    ///
    /// # Panics
    /// When there is none.
    pub async fn last_line(&self) -> String {
        // Its end may be known before the thread has read what it said.
        let wanted = |line: &String| line.starts_with("rendezvous: ");
        testkit::until("its last line", READY_LIMIT, async || {
            self.log().pop().filter(wanted)
        })
        .await
    }

    /// Runs another command of the program on the same configuration, as `["keys", "list"]`.
    ///
    /// # Panics
    /// When it can't be started.
    #[must_use]
    pub fn run(&self, args: &[&str]) -> Output {
        self.spawn(args).wait_with_output().unwrap()
    }

    /// Begins another command of the program on the same configuration, under the same wrapper.
    ///
    /// # Panics
    /// When it can't be started.
    #[must_use]
    pub fn spawn(&self, args: &[&str]) -> Child {
        let mut command = program_under(&self.wrapper);
        self.configure(&mut command);
        command
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// A client with a new key of an application.
    ///
    /// # Panics
    /// When none is made.
    #[must_use]
    pub fn application(&self) -> Http {
        let made = self.run(&["keys", "create", "--name", "shop"]);
        assert!(made.status.success(), "{made:?}");
        Http::bearer(String::from_utf8(made.stdout).unwrap().trim())
    }

    /// What its metrics are now.
    pub async fn metrics(&self) -> Metrics {
        Metrics::of(&format!("http://127.0.0.1:{}", self.metrics_port)).await
    }

    /// Processor time that it has used so far.
    ///
    /// # Panics
    /// When it does not run.
    #[must_use]
    pub fn cpu_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        let (_, rest) = stat.rsplit_once(") ").unwrap();
        // After the name: state is field 3 of proc(5), utime and stime are 14 and 15.
        let ticks: u64 = rest
            .split(' ')
            .skip(11)
            .take(2)
            .map(|ticks| ticks.parse::<u64>().unwrap())
            .sum();
        Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND)
    }

    /// A field of `/proc/<pid>/status` in KiB, as `VmRSS` or `VmSize`.
    ///
    /// # Panics
    /// When it does not run, or there is no such field.
    #[must_use]
    pub fn memory_kib(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        let digits = line.unwrap().trim().trim_end_matches(" kB");
        digits.parse().unwrap()
    }

    fn prefix(&self) -> String {
        format!("RENDEZVOUS_{}", self.service.name().to_uppercase())
    }

    fn command(&self) -> Command {
        let mut command = program_under(&self.wrapper);
        self.configure(&mut command);
        command
            // Its standard input is our pipe: it ends with us, however we end.
            .args([self.service.name(), "--supervised"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    fn configure(&self, command: &mut Command) {
        command
            .env("RENDEZVOUS_DATA_DIR", self.data_dir.path())
            .envs(self.env.iter().map(|(name, value)| (name, value)));
    }
}

impl Drop for ServiceProcess {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("log of {}:\n{}", self.service.name(), self.log().join("\n"));
        }
    }
}

fn collect(stream: impl Read + Send + 'static, lines: Arc<Mutex<VecDeque<String>>>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut lines = lines.lock().unwrap();
            if lines.len() == LINES {
                lines.pop_front();
            }
            lines.push_back(line);
        }
    });
}
