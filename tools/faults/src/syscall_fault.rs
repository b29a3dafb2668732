//! A disk that fails: `strace` gives the system calls of a running service another end, for as long
//! as it stays attached. The service's code is the same as ever.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How SQLite makes a commit durable.
pub const SYNC: &str = "fsync,fdatasync";
/// How long `strace` may take to attach, and to let go.
const ATTACH_LIMIT: Duration = Duration::from_secs(10);

/// A fault that is on. Dropping it ends it.
#[derive(Debug)]
pub struct SyscallFault {
    strace: Child,
    log: PathBuf,
    _folder: tempfile::TempDir,
}

impl SyscallFault {
    /// System calls `calls` of process `pid` fail with `how`, as `error=EIO` or `delay_enter=2000000`
    /// (microseconds). On from when this returns.
    ///
    /// # Panics
    /// When `strace` can't attach.
    pub async fn of(pid: u32, calls: &str, how: &str) -> Self {
        Self::attach(pid, calls, &["-e", &format!("inject={calls}:{how}")]).await
    }

    /// As [`Self::of`], with `also` in the trace and not in the fault.
    ///
    /// # Panics
    /// When `strace` can't attach.
    pub async fn of_seen(pid: u32, calls: &str, how: &str, also: &str) -> Self {
        let inject = format!("inject={calls}:{how}");
        Self::attach(pid, &format!("{calls},{also}"), &["-e", &inject]).await
    }

    /// Watches system calls and changes nothing.
    ///
    /// # Panics
    /// When `strace` can't attach.
    pub async fn watch(pid: u32, calls: &str) -> Self {
        Self::attach(pid, calls, &[]).await
    }

    /// What was traced so far.
    ///
    /// # Panics
    /// When there is no trace.
    #[must_use]
    pub fn trace(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Ends the fault and returns the trace.
    ///
    /// # Panics
    /// When `strace` does not let go.
    pub async fn end(mut self) -> String {
        self.interrupt();
        let began = Instant::now();
        while self.strace.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < ATTACH_LIMIT, "strace does not let go");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.trace()
    }

    async fn attach(pid: u32, calls: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("trace");
        let strace = Command::new("strace")
            .args(["-f", "-ttt", "-s", "256", "-y", "-o"])
            .arg(&log)
            .args(["-e", &format!("trace={calls}")])
            .args(more)
            .args(["-p", &pid.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut fault = Self {
            strace,
            log,
            _folder: folder,
        };
        fault.attached(pid).await;
        fault
    }

    /// Every thread of the process has our tracer.
    async fn attached(&mut self, pid: u32) {
        let began = Instant::now();
        while !is_traced(pid, self.strace.id()) {
            assert!(
                self.strace.try_wait().unwrap().is_none() && began.elapsed() < ATTACH_LIMIT,
                "strace can't attach"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn interrupt(&mut self) {
        let pid = i32::try_from(self.strace.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.unwrap(), Signal::INT).ok();
    }
}

impl Drop for SyscallFault {
    fn drop(&mut self) {
        if matches!(self.strace.try_wait(), Ok(None)) {
            // Interrupted it detaches; killed it might leave the service stopped.
            self.interrupt();
            self.strace.wait().ok();
        }
    }
}

fn is_traced(pid: u32, tracer: u32) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let line = format!("TracerPid:\t{tracer}");
    threads.filter_map(Result::ok).all(|thread| {
        std::fs::read_to_string(thread.path().join("status"))
            .is_ok_and(|status| status.lines().any(|found| found == line))
    })
}
