//! Too few descriptors, too little memory or processor, and a log that nobody reads.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use faults::{LivePair, ServiceProcess, UnaffectedPair, row};
use futures_util::future::join_all;
use rustix::process::Signal;
use testkit::{
    SOON, Service, TestBooking, TestSocket, TicketSigner, environment, free_ports, has_tool,
    program_under, until,
};
use tokio::time::sleep;

/// The exit code of a mistake that a person must put right (`EX_CONFIG`).
const CONFIG: i32 = 78;
/// Descriptors of the process, and sockets that want one.
const DESCRIPTORS: &str = "--nofile=128:128";
const SOCKETS: usize = 200;
/// What waiting for a descriptor may cost of one processor.
const IDLE_SHARE: f64 = 0.2;

#[test]
fn flt_11_a_data_directory_that_cannot_be_written_is_one_line_and_exit_code_78() {
    let wrapper = unprivileged();
    if !wrapper.is_empty() && !has_tool(&wrapper[0]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let read_only = folder.path().join("read-only");
    fs::create_dir(&read_only).unwrap();
    fs::set_permissions(&read_only, fs::Permissions::from_mode(0o555)).unwrap();
    refuses(&wrapper, &read_only, &read_only);

    let file = folder.path().join("store/signaling/signaling.db");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    alone_refuses(&wrapper, &folder.path().join("store"), &file);

    if rustix::process::getuid().is_root() {
        let foreign = folder.path().join("foreign");
        fs::create_dir(&foreign).unwrap();
        fs::set_permissions(&foreign, fs::Permissions::from_mode(0o755)).unwrap();
        chown(&foreign, Some(65_534), Some(65_534)).unwrap();
        refuses(&wrapper, &foreign, &foreign);
    }
}

/// Root may write anywhere: it is made to ask for permission like anybody else.
fn unprivileged() -> Vec<String> {
    let without = "--bounding-set=-dac_override,-dac_read_search";
    match rustix::process::getuid().is_root() {
        true => vec!["setpriv".to_owned(), without.to_owned()],
        false => Vec::new(),
    }
}

/// `up` says in its one line which path, and each service alone in its last.
fn refuses(wrapper: &[String], data_dir: &Path, named: &Path) {
    let (code, lines) = ended(wrapper, "up", data_dir);
    assert_eq!(code, Some(CONFIG), "{lines:?}");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains(named.to_str().unwrap()), "{lines:?}");
    alone_refuses(wrapper, data_dir, named);
}

fn alone_refuses(wrapper: &[String], data_dir: &Path, named: &Path) {
    let (code, lines) = ended(wrapper, "signaling", data_dir);
    assert_eq!(code, Some(CONFIG), "{lines:?}");
    let last = lines.last().unwrap();
    assert!(last.contains(named.to_str().unwrap()), "{lines:?}");
}

fn ended(wrapper: &[String], command: &str, data_dir: &Path) -> (Option<i32>, Vec<String>) {
    let output = program_under(wrapper)
        .arg(command)
        .envs(environment(data_dir, free_ports()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    (
        output.status.code(),
        text.lines().map(str::to_owned).collect(),
    )
}

#[test]
fn flt_12_without_descriptors_newcomers_are_turned_away_and_nobody_else_notices() {
    if !has_tool("prlimit") {
        return;
    }
    row(async {
        let signer = TicketSigner::start().await;
        let service =
            ServiceProcess::new(Service::Signaling, &signer).under(&["prlimit", DESCRIPTORS]);
        let signaling = service.started().await;
        let unaffected = UnaffectedPair::of(&signaling, &signer).await;
        let before = signaling.metrics().await;
        // Below its limit the service keeps some descriptors for itself, and of the crowd, who are strangers, the older give way.
        let refused = crowd_in(&signaling, SOCKETS).await;
        assert!(refused >= SOCKETS - 128, "{refused} refused");
        emptied(&signaling).await;
        // A limit that it did not know of: accepting itself fails.
        let pid = signaling.pid().to_string();
        let open = fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count();
        let lower = format!("--nofile={}:128", open + 8);
        let set = std::process::Command::new("prlimit")
            .args(["--pid", &pid, &lower])
            .status();
        assert!(set.unwrap().success());
        let refused = crowd_in(&signaling, 60).await;
        assert!(refused >= 40, "{refused} refused");
        emptied(&signaling).await;

        unaffected.unharmed(SOON).await;
        let new = TestBooking::new().countdown_ms(1);
        let mut new = LivePair::live(&signaling.ws(), &signer, new).await;
        new.round_trip("there is room again").await;
        let after = signaling.metrics().await;
        for limit in ["connections_unauthenticated", "descriptors"] {
            after.assert_rose(&format!("limit_hits_total{{limit=\"{limit}\"}}"), &before);
        }
    });
}

/// So many want to come in and stay for a while; how many were turned away.
async fn crowd_in(signaling: &ServiceProcess, sockets: usize) -> usize {
    let protocol = [("Sec-WebSocket-Protocol", wire::SIGNALING_SUBPROTOCOL)];
    let url = signaling.ws();
    let crowd = join_all((0..sockets).map(|_| TestSocket::try_connect(&url, &protocol)));
    let used = signaling.cpu_time();
    let (crowd, ()) = tokio::join!(crowd, sleep(Duration::from_secs(3)));
    let share = (signaling.cpu_time() - used).as_secs_f64() / 3.0;
    let refused = crowd.iter().filter(|one| one.is_err()).count();
    println!("{refused} of {sockets} turned away, {share:.3} of a processor used");
    assert!(share <= IDLE_SHARE, "{share} of a processor");
    refused
}

/// Waits until those of the crowd are gone.
async fn emptied(signaling: &ServiceProcess) {
    until("the crowd is gone", SOON * 2, async || {
        let now = signaling.metrics().await;
        (now.sum("connections") <= 8.0).then_some(())
    })
    .await;
}

#[test]
fn flt_34_a_log_that_nobody_reads_stops_nothing_and_its_loss_is_counted() {
    row(async {
        let signer = TicketSigner::start().await;
        let service = ServiceProcess::new(Service::Signaling, &signer).unread();
        // Everything is said, so that the pipe and the queue behind it are full soon.
        let mut signaling = service
            .with("RENDEZVOUS_LOG_LEVEL", "trace")
            .started()
            .await;
        let unaffected = UnaffectedPair::of(&signaling, &signer).await;
        let (mut dropped, mut sessions) = (0.0, 0);
        let mut pairs = Vec::new();
        let url = signaling.ws();
        while dropped < 1.0 {
            assert!(sessions < 2_000, "no line was dropped");
            let booking = || TestBooking::new().countdown_ms(1).duration_ms(600_000);
            // Those of before go: that is worth some lines too.
            pairs = join_all((0..25).map(|_| LivePair::live(&url, &signer, booking()))).await;
            sessions += pairs.len();
            let now = signaling.metrics().await;
            dropped = now.sum("log_lines_dropped_total");
        }
        println!("{dropped} lines dropped after {sessions} sessions");
        for pair in &mut pairs {
            pair.round_trip("can you hear me").await;
        }
        unaffected.unharmed(SOON).await;
        signaling.signal(Signal::TERM);
        let status = signaling.gone(Duration::from_secs(10)).await;
        assert!(status.success(), "{status}");
    });
}

mod long {
    use super::*;
    use std::process::{Child, Command};
    use wire::RawJson;
    use wire::signaling::{Data, PeerLost};

    /// Pairs of which one talks as much as it may, and the other one does not listen.
    const FLOODS: usize = 20;
    /// What each of them says, 4 KB at a time: more than all queues between the two hold.
    const WORDS: usize = 1_500;
    /// What one of them may cost: two queues of 1 MiB, what is kept to resume, and the sockets.
    const FLOOD_KIB: u64 = 3 * 1024;
    /// Above what the process has at rest: what all floods may cost together, and half as much again.
    const MEMORY_CAP: &str = "--as=2147483648";
    /// Longer than a socket may be silent.
    const STARVED_FOR: Duration = Duration::from_secs(20);

    /// A loop that wants all of one processor. Dropping it ends it.
    struct Busy(Child);

    impl Busy {
        fn on_the_first() -> Self {
            let mut command = Command::new("taskset");
            command.args(["-c", "0", "sh", "-c", "while :; do :; done"]);
            Self(command.stdin(Stdio::null()).spawn().unwrap())
        }
    }

    impl Drop for Busy {
        fn drop(&mut self) {
            self.0.kill().ok();
            self.0.wait().ok();
        }
    }

    #[test]
    fn flt_13_a_flood_is_shed_long_before_memory_ends() {
        if !has_tool("prlimit") {
            return;
        }
        row(async {
            let signer = TicketSigner::start().await;
            let service =
                ServiceProcess::new(Service::Signaling, &signer).under(&["prlimit", MEMORY_CAP]);
            let mut signaling = service.started().await;
            let unaffected = UnaffectedPair::of(&signaling, &signer).await;
            let before = signaling.metrics().await;
            let at_rest = signaling.memory_kib("VmRSS");
            let url = signaling.ws();
            let booking = || TestBooking::new().countdown_ms(1).duration_ms(600_000);
            let pairs = (0..FLOODS).map(|_| LivePair::live(&url, &signer, booking()));
            let mut pairs = join_all(pairs).await;
            for pair in &mut pairs {
                pair.bo.socket().stall(true).await;
            }
            let payload = RawJson::parse(format!("{:?}", "x".repeat(4_000))).unwrap();
            for _ in 0..WORDS {
                for pair in &mut pairs {
                    let payload = payload.clone();
                    pair.ann.send(Data { payload }).await;
                }
                sleep(Duration::from_millis(10)).await;
            }
            let grown = signaling.memory_kib("VmRSS").saturating_sub(at_rest);
            println!("{} MiB more for {FLOODS} floods", grown / 1024);
            assert!(signaling.is_running());
            assert!(grown <= FLOOD_KIB * FLOODS as u64, "{grown} KiB");
            unaffected.unharmed(SOON).await;
            let after = signaling.metrics().await;
            after.assert_rose("limit_hits_total", &before);
        });
    }

    #[test]
    fn flt_14_a_starved_processor_drops_no_live_client() {
        if !has_tool("taskset") {
            return;
        }
        row(async {
            let signer = TicketSigner::start().await;
            let service =
                ServiceProcess::new(Service::Signaling, &signer).under(&["taskset", "-c", "0"]);
            let signaling = service.started().await;
            let unaffected = UnaffectedPair::of(&signaling, &signer).await;
            let url = signaling.ws();
            let booking = || TestBooking::new().countdown_ms(1).duration_ms(600_000);
            let mut pairs =
                join_all((0..20).map(|_| LivePair::live(&url, &signer, booking()))).await;
            let busy = [Busy::on_the_first(), Busy::on_the_first()];
            sleep(STARVED_FOR).await;
            for pair in &mut pairs {
                pair.round_trip("still there").await;
                for peer in [&pair.ann, &pair.bo] {
                    peer.assert_none::<PeerLost>();
                    assert!(peer.closed().is_none());
                }
            }
            let round_trips = unaffected.unharmed(SOON).await;
            println!("{round_trips} round trips in {STARVED_FOR:?}");
            drop(busy);
        });
    }
}
