//! Programs that some tests need and not every machine has. A test that lacks one is counted as left
//! out, and fails in CI.

use std::io::Write;
use std::path::PathBuf;

/// Notes that the calling test is left out because `what` is missing; the test returns right after.
/// `scripts/suites/reports.py` counts these lines as skipped tests.
///
/// # Panics
/// Under `CI=true`: there no test may be left out.
#[track_caller]
pub fn left_out(what: &str) {
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!is_ci, "left out in CI: {what}");
    let line = format!("LEFT OUT: {what}\n");
    // Not `eprintln!`: libtest captures that, and shows it of failed tests only.
    std::io::stderr().write_all(line.as_bytes()).ok();
}

/// True where `program` can be used; otherwise the calling test is [`left_out`].
///
/// # Panics
/// Under `CI=true`, when it can't.
#[track_caller]
#[must_use]
pub fn has_tool(program: &str) -> bool {
    let usable = is_installed(program) && (program != "strace" || may_trace());
    if !usable {
        left_out(&format!(
            "{program}, and leave to use it: scripts/install-test-deps.sh"
        ));
    }
    usable
}

/// Whether one process may trace another that is not its child: root always, others where Yama lets them.
fn may_trace() -> bool {
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope");
    rustix::process::getuid().is_root() || scope.map_or(true, |scope| scope.trim() == "0")
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    folders
        .map(|folder| folder.join(program))
        .any(|file| file.is_file())
}

/// Where `scripts/install-…` of that name puts what it installs.
pub(crate) fn tools_home(name: &str) -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache"),
        PathBuf::from,
    );
    cache.join("rendezvous/tools").join(name)
}
