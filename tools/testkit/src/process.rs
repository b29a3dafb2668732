//! Processes and ports, as the operating system has them: what runs, under whom, and how to end it.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::{Pid, Signal, kill_process};

/// The ports that tests use: from here on.
const FIRST_PORT: u16 = 20_000;
/// How many times three ports there are: the kernel gives connections those from 32,768 on.
const BLOCKS: u32 = 4_000;

/// The built `rendezvous`: `RENDEZVOUS_BIN`, else what Cargo names, else beside the test's target.
///
/// # Panics
/// When it was not built.
#[must_use]
fn binary() -> PathBuf {
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

/// The built `rendezvous`, out of reach of what a developer has set for a stack of their own: no
/// variable of ours, and no `rendezvous.toml` where it runs.
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn program() -> Command {
    program_under(&[])
}

/// [`program`], started by another command that becomes it, as `prlimit --nofile=128`; where `wrapper` is
/// empty, by none.
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn program_under(wrapper: &[String]) -> Command {
    let mut command = match wrapper.split_first() {
        Some((first, rest)) => {
            let mut command = Command::new(first);
            command.args(rest).arg(binary());
            command
        }
        None => Command::new(binary()),
    };
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RENDEZVOUS_") {
            command.env_remove(name);
        }
    }
    command.current_dir(std::env::temp_dir());
    command
}

/// Three ports in a row that were free a moment ago and that no other caller in this process is given:
/// not one of them is tried again while what they are for starts. They are below those that the kernel
/// gives to connections: there one could be taken between here and the start.
///
/// # Panics
/// When every port is taken.
#[must_use]
pub fn free_ports() -> [u16; 3] {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    (0..BLOCKS)
        .map(|_| {
            let step = NEXT.fetch_add(1, Ordering::Relaxed);
            // Test processes that run side by side begin far apart.
            let block = std::process::id().wrapping_mul(97).wrapping_add(step) % BLOCKS;
            let first = FIRST_PORT + 3 * u16::try_from(block).unwrap();
            [first, first + 1, first + 2]
        })
        .find(|block| block.iter().all(is_free))
        .expect("three free ports")
}

/// True while a process runs; false for one that is gone, or dead and not yet waited for.
#[must_use]
pub fn is_running(pid: u32) -> bool {
    parent_of(pid).is_some()
}

/// The direct children of a process that still run, by `/proc`.
pub(crate) fn children_of(parent: u32) -> Vec<u32> {
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

/// The command line of a process; empty for one that is gone.
pub(crate) fn arguments_of(pid: u32) -> Vec<String> {
    let text = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    text.split(|byte| *byte == 0)
        .map(|arg| String::from_utf8_lossy(arg).into_owned())
        .collect()
}

/// Sends a signal; to a process that is gone already, it has no effect.
pub(crate) fn signal(pid: u32, which: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        kill_process(pid, which).ok();
    }
}
