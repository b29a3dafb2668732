//! A run from its bookings to its report. The one place that spawns.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::booking::BookingError;
use crate::clock::now_us;
use crate::meter::Meter;
use crate::native;
use crate::options::{LoadMedia, Options, Scenario};
use crate::pair_task::{PhaseSignals, run_pair};
use crate::plan::{PairPlan, unbooked};
use crate::progress::shown;
use crate::protocol::ServerProtocol;
use crate::report::{PhaseReport, Report, spans_ms};
use crate::run::Run;
use crate::scenario::{Work, run_sessions};
use crate::tally::Span;
use crate::target::LoadTarget;

/// Descriptors beside the sockets: the runtime's own, the log, the scheduler's connections.
const OTHER_DESCRIPTORS: u64 = 100;
/// How long a stopped run may take to close its sockets.
pub(crate) const STOP_LIMIT: Duration = Duration::from_secs(5);
/// How long the server has to come to rest before memory and idleness are measured.
pub(crate) const SETTLE: Duration = Duration::from_secs(2);

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The sessions could not be booked.
    #[error(transparent)]
    Booking(#[from] BookingError),
    /// A second Ctrl-C did not wait for the sockets to close.
    #[error("stopped")]
    Stopped,
    /// Groups of so many members are more sockets than a run has.
    #[error(
        "{sockets} sockets are more than the {most} of one run: fewer groups, or fewer members"
    )]
    TooManySockets {
        /// What was asked for.
        sockets: u64,
        /// What there may be.
        most: u64,
    },
    /// This process may not have so many sockets.
    #[error(
        "{sockets} sockets need {needed} descriptors, and the hard limit is {limit} (`ulimit -Hn`)"
    )]
    Descriptors {
        /// What was asked for.
        sockets: u64,
        /// What it takes.
        needed: u64,
        /// What there is.
        limit: u64,
    },
}

/// Does what `options` say, until it is done or the person at the keyboard presses Ctrl-C: then the
/// sockets are closed, and what was measured until then is the report. A second Ctrl-C is not waited for.
///
/// # Errors
/// As [`run`], and when it is stopped for good.
pub async fn run_until_interrupted(
    target: &LoadTarget,
    options: &Options,
) -> Result<Report, LoadError> {
    until_interrupted(|stop| run(target, options.clone(), stop)).await
}

/// A run that is told to stop at the first Ctrl-C, and not waited for at the second.
pub(crate) async fn until_interrupted<F>(
    begin: impl FnOnce(CancellationToken) -> F,
) -> Result<Report, LoadError>
where
    F: Future<Output = Result<Report, LoadError>>,
{
    let stop = CancellationToken::new();
    let mut running = std::pin::pin!(begin(stop.clone()));
    loop {
        tokio::select! {
            ended = &mut running => return ended,
            pressed = tokio::signal::ctrl_c() => {
                if pressed.is_err() || stop.is_cancelled() {
                    return Err(LoadError::Stopped);
                }
                stop.cancel();
            }
        }
    }
}

/// Does what `options` say, until it is done or `stop` is cancelled.
///
/// # Errors
/// When it can't begin. What goes wrong later stands in the report.
pub async fn run(
    target: &LoadTarget,
    options: Options,
    stop: CancellationToken,
) -> Result<Report, LoadError> {
    let each = match options.media {
        Some(_) => native::DESCRIPTORS_OF_A_PAIR,
        None => 2,
    };
    raise_descriptors(each * u64::from(options.pairs))?;
    let started_at = now_us() / 1_000;
    let plans = plans(target, &options, &stop).await?;
    let same_clock = match target {
        LoadTarget::Rendezvous(scheduler) => scheduler.is_near(),
        LoadTarget::Reference { .. } | LoadTarget::PeerJs { .. } => true,
    };
    let run = Run::new(options, same_clock, stop);
    let meter = Meter::new(run.options.report.server_pid);
    let phases = match (run.options.media, run.options.scenario) {
        (Some(media), _) => native_pairs(&run, plans, media, meter).await,
        (None, Scenario::Sessions) => sessions(&run, plans, meter).await,
        (None, _) => filled(&run, &plans, meter).await,
    };
    let counted = run.tally.counted();
    Ok(Report {
        target: target.name().to_owned(),
        scenario: run.options.doing().to_owned(),
        pairs: run.options.pairs,
        started_at,
        interrupted: run.stop.is_cancelled(),
        operations: phases.iter().map(|phase| phase.operations).sum(),
        messages: counted.messages,
        phases,
        spans_ms: spans_ms(&counted),
        errors: counted.errors,
        ends: counted.ends,
    })
}

async fn plans(
    target: &LoadTarget,
    options: &Options,
    stop: &CancellationToken,
) -> Result<Vec<PairPlan>, LoadError> {
    let any = |protocol, url: &str| {
        let plan = |number| unbooked(protocol, url, number);
        (0..options.pairs).map(plan).collect::<Vec<_>>()
    };
    match target {
        LoadTarget::Reference { url } => Ok(any(ServerProtocol::Reference, url)),
        LoadTarget::PeerJs { url } => Ok(any(ServerProtocol::PeerJs, url)),
        LoadTarget::Rendezvous(scheduler) => {
            let booked = std::sync::atomic::AtomicU64::new(0);
            let count = || {
                booked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            };
            let done = || booked.load(std::sync::atomic::Ordering::Relaxed);
            let booking = scheduler.plans(options, count);
            let booking = shown("booking", u64::from(options.pairs), done, booking);
            tokio::select! {
                () = stop.cancelled() => Ok(Vec::new()),
                booked = booking => Ok(booked?),
            }
        }
    }
}

/// Whole sessions, `concurrency` at once.
async fn sessions(run: &Arc<Run>, mut plans: Vec<PairPlan>, meter: Meter) -> Vec<PhaseReport> {
    let total = plans.len() as u64;
    plans.reverse();
    let waiting = Arc::new(Mutex::new(plans));
    let measuring = meter.start();
    let mut pair_tasks = JoinSet::new();
    for _ in 0..run.options.concurrency {
        pair_tasks.spawn(run_sessions(Arc::clone(run), Arc::clone(&waiting)));
    }
    let all = async { while pair_tasks.join_next().await.is_some() {} };
    let done = || run.tally.operations();
    shown("sessions", total, done, until_stopped(&run.stop, all)).await;
    vec![measuring.end("sessions", run.tally.operations())]
}

/// Pairs of real peers: all connect, then something flows between them, and then they leave.
async fn native_pairs(
    run: &Arc<Run>,
    plans: Vec<PairPlan>,
    media: LoadMedia,
    meter: Meter,
) -> Vec<PhaseReport> {
    let (signals, pairs) = (PhaseSignals::new(&run.stop), plans.len());
    let connected = || run.tally.count_of(Span::Connected);
    let measuring = meter.start();
    let mut pair_tasks = JoinSet::new();
    for plan in plans {
        pair_tasks.spawn(native::run_pair(
            Arc::clone(run),
            plan,
            media,
            signals.clone(),
        ));
    }
    let arriving = until_stopped(&run.stop, signals.all_arrived(pairs));
    shown("connecting", pairs as u64, connected, arriving).await;
    let mut phases = vec![measuring.end("connect", connected())];
    let measuring = meter.start();
    signals.start_work();
    let began = std::time::Instant::now();
    let working = until_stopped(&run.stop, signals.all_worked(pairs));
    shown(
        media.name(),
        run.options.duration.as_secs(),
        || began.elapsed().as_secs(),
        working,
    )
    .await;
    phases.push(measuring.end(media.name(), run.tally.operations()));
    signals.finish.cancel();
    let leaving = async { while pair_tasks.join_next().await.is_some() {} };
    drop(timeout(STOP_LIMIT, leaving).await);
    phases
}

/// Fill, work, empty; as often as was asked for.
async fn filled(run: &Arc<Run>, plans: &[PairPlan], meter: Meter) -> Vec<PhaseReport> {
    let mut phases = Vec::new();
    for _ in 0..run.options.cycles {
        if !run.stop.is_cancelled() {
            cycle(run, plans, meter, &mut phases).await;
        }
    }
    phases
}

async fn cycle(run: &Arc<Run>, plans: &[PairPlan], meter: Meter, phases: &mut Vec<PhaseReport>) {
    let (work, signals, pairs) = (
        Work::of(&run.options),
        PhaseSignals::new(&run.stop),
        plans.len(),
    );
    let joined_before = run.tally.joins();
    let joined = || run.tally.joins() - joined_before;
    let measuring = meter.start();
    let mut pair_tasks = JoinSet::new();
    for (number, plan) in (0..).zip(plans) {
        let pair = run_pair(Arc::clone(run), plan.clone(), number, work, signals.clone());
        pair_tasks.spawn(pair);
    }
    let arriving = until_stopped(&run.stop, signals.all_arrived(pairs));
    shown("joining", 2 * pairs as u64, joined, arriving).await;
    let mut filling = measuring.end("fill", joined());
    let is_joining = matches!(run.options.scenario, Scenario::Joins | Scenario::Idle);
    if is_joining {
        until_stopped(&run.stop, sleep(SETTLE)).await;
        settle_memory(&mut filling, meter);
        phases.push(filling);
    } else {
        run.tally.forget(&[Span::Message, Span::Exchange]);
    }
    let measuring = meter.start();
    signals.start_work();
    let working = until_stopped(&run.stop, signals.all_worked(pairs));
    let (total, done) = extent(run, work, pairs);
    shown(run.options.scenario.name(), total, done, working).await;
    if run.options.scenario != Scenario::Joins {
        let operations = run.tally.operations();
        phases.push(measuring.end(run.options.scenario.name(), operations));
    }
    let measuring = meter.start();
    signals.finish.cancel();
    let emptying = async { while pair_tasks.join_next().await.is_some() {} };
    let limit = match run.stop.is_cancelled() {
        true => STOP_LIMIT,
        false => Duration::MAX,
    };
    drop(timeout(limit, emptying).await);
    if is_joining {
        until_stopped(&run.stop, sleep(SETTLE)).await;
        phases.push(measuring.end("empty", 0));
    }
}

/// Memory counts once the server has come to rest; processor time until all were in.
pub(crate) fn settle_memory(filling: &mut PhaseReport, meter: Meter) {
    if let (Some(server), Some(now)) = (&mut filling.server, meter.start().end("", 0).server) {
        server.rss_bytes_after = now.rss_bytes_after;
    }
}

/// How far the work is: in seconds where it lasts for a time, else in what is done.
fn extent(run: &Arc<Run>, work: Work, pairs: usize) -> (u64, Box<dyn Fn() -> u64 + '_>) {
    let began = std::time::Instant::now();
    match work.lasts() {
        Some(lasts) => (lasts.as_secs(), Box::new(move || began.elapsed().as_secs())),
        None => {
            let each = u64::from(run.options.exchanges.unwrap_or(1));
            (pairs as u64 * each, Box::new(|| run.tally.operations()))
        }
    }
}

pub(crate) async fn until_stopped(stop: &CancellationToken, work: impl Future<Output = ()>) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = work => {}
    }
}

/// Raises the soft limit of descriptors to what the sockets need.
pub(crate) fn raise_descriptors(sockets: u64) -> Result<(), LoadError> {
    let needed = sockets + OTHER_DESCRIPTORS;
    let mut limits = getrlimit(Resource::Nofile);
    if limits.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    let refused = |limit| LoadError::Descriptors {
        sockets,
        needed,
        limit,
    };
    if let Some(limit) = limits.maximum.filter(|most| *most < needed) {
        return Err(refused(limit));
    }
    limits.current = Some(needed);
    setrlimit(Resource::Nofile, limits).map_err(|_| refused(limits.maximum.unwrap_or(u64::MAX)))
}

/// Serves what is sent back during a run, beside it, until `stop`.
pub(crate) fn serve_beside(
    listener: TcpListener,
    routes: Router,
    stop: CancellationToken,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let ended = axum::serve(listener, routes).with_graceful_shutdown(stop.cancelled_owned());
        // Whoever waits for it sees that nothing comes.
        let _ = ended.await;
    })
}
