//! One child of `up`: started, listened to, started again when it dies, stopped in the end. What it
//! serves is its own business.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use service::Shutdown;
use service::telemetry::LogFormat;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, BufReader};
use tokio::process::Command;
use tokio::sync::oneshot;

use super::backoff::Backoff;
use crate::config::{self, Settings};
use crate::failure::Failure;
use crate::output;
use crate::supervised::SupervisedService;

/// Longest line that is passed on as one, in bytes.
const LINE_BYTES: u64 = 64 * 1024;
/// How long the last lines of a child that is dead may take to be passed on.
const LAST_LINES: Duration = Duration::from_millis(100);
/// Between the hard stage of a stop, in which a child ends itself, and SIGKILL.
const KILL_AFTER: Duration = Duration::from_secs(1);

/// A child and what it takes to start it.
pub(super) struct Child {
    service: SupervisedService,
    program: PathBuf,
    arguments: Vec<&'static str>,
    /// Written to its standard input at each start.
    settings: String,
    /// Stands before each line of its output.
    prefix: String,
    stop: Shutdown,
    backoff: Backoff,
}

impl Child {
    pub(super) fn new(
        service: SupervisedService,
        program: &Path,
        settings: &Settings,
        log_format: LogFormat,
        stop: &Shutdown,
    ) -> Result<Self, Failure> {
        let prefix = match log_format {
            LogFormat::Text => format!("{:<9} | ", service.name()),
            // A line of JSON with something before it is none; each names its crate itself.
            LogFormat::Json => String::new(),
        };
        Ok(Self {
            service,
            program: program.to_owned(),
            arguments: vec![service.name(), "--supervised", "--settings-from-stdin"],
            settings: config::for_child(settings, service)?,
            prefix,
            stop: stop.clone(),
            backoff: Backoff::default(),
        })
    }

    /// Adds an argument to those that it is started with.
    pub(super) fn with_argument(mut self, argument: &'static str) -> Self {
        self.arguments.push(argument);
        self
    }

    /// Keeps it running until the stop.
    ///
    /// # Errors
    /// When it can't be started, or says at its very first start that its settings are wrong.
    pub(super) async fn keep(&mut self) -> Result<(), Failure> {
        let name = self.service.name();
        let mut is_first = true;
        loop {
            let started = Instant::now();
            let status = self.run().await?;
            if self.stop.is_started() {
                return Ok(());
            }
            if is_first && Failure::is_config(status) {
                return Err(Failure::config(format!(
                    "{name} can't start; its own line above says what to put right"
                )));
            }
            is_first = false;
            let pause = self.backoff.pause_after(started.elapsed());
            output::line(&format!(
                "{name} ended ({status}); starting it again in {} ms",
                pause.as_millis()
            ))
            .await;
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.stop.started() => return Ok(()),
            }
        }
    }

    /// Starts it once, and passes its output on until it is gone.
    async fn run(&self) -> Result<ExitStatus, Failure> {
        let name = self.service.name();
        let mut command = Command::new(&self.program);
        for (variable, _) in std::env::vars_os() {
            if config::is_own_variable(&variable) {
                command.env_remove(variable);
            }
        }
        let mut child = command
            .args(&self.arguments)
            // Closes with this process, however that ends: the child stops at it.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C in a terminal reaches `up` alone, which then stops its children in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Failure::crash(format!("{name} can't be started: {error}")))?;
        let mut tie = child.stdin.take();
        if let Some(pipe) = &mut tie {
            // One that is dead already takes nothing; how it ended is told below.
            config::hand_over(pipe, &self.settings).await.ok();
        }
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (tell_gone, gone) = oneshot::channel::<()>();
        let watch = async {
            let status = self.wait(&mut child).await;
            drop(tell_gone);
            status
        };
        let pass_on = async {
            let both = async {
                tokio::join!(
                    pass_on(&self.prefix, stdout, tokio::io::stdout()),
                    pass_on(&self.prefix, stderr, tokio::io::stderr()),
                )
            };
            let last = async {
                drop(gone.await);
                tokio::time::sleep(LAST_LINES).await;
            };
            tokio::select! { _ = both => {}, () = last => {} }
        };
        let (status, ()) = tokio::join!(watch, pass_on);
        drop(tie);
        status.map_err(|error| Failure::crash(format!("{name} can't be waited for: {error}")))
    }

    /// Waits for its end; at the stop sends SIGTERM, and SIGKILL when that was not enough.
    async fn wait(&self, child: &mut tokio::process::Child) -> std::io::Result<ExitStatus> {
        tokio::select! {
            status = child.wait() => return status,
            () = self.stop.started() => {}
        }
        let pid = child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = pid.and_then(Pid::from_raw) {
            // One that is gone already is what is wanted.
            kill_process(pid, Signal::TERM).ok();
        }
        let too_long = async {
            self.stop.aborted().await;
            tokio::time::sleep(KILL_AFTER).await;
        };
        tokio::select! {
            status = child.wait() => return status,
            () = too_long => {}
        }
        output::line(&format!("{} did not stop; killing it", self.service.name())).await;
        child.kill().await?;
        child.wait().await
    }
}

/// Copies lines with `prefix` before each.
async fn pass_on(
    prefix: &str,
    from: Option<impl AsyncRead + Unpin>,
    mut to: impl AsyncWrite + Unpin,
) {
    let Some(from) = from else { return };
    let mut from = BufReader::new(from);
    loop {
        let mut line = prefix.as_bytes().to_vec();
        match (&mut from)
            .take(LINE_BYTES)
            .read_until(b'\n', &mut line)
            .await
        {
            Ok(1..) => {}
            Ok(0) | Err(_) => return,
        }
        if line.last() != Some(&b'\n') {
            line.push(b'\n');
        }
        output::write(&mut to, &line).await;
    }
}
