//! A run of chat from its bookings to its report.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::options::{ChatOptions, ChatScenario};
use super::plan::{ChatPlan, open_room};
use super::protocol::ChatServerProtocol;
use super::room_task::{Stages, run_room};
use super::run::ChatRun;
use super::target::ChatTarget;
use crate::clock::now_us;
use crate::lifecycle::{
    LoadError, SETTLE, STOP_LIMIT, raise_descriptors, settle_memory, until_interrupted,
    until_stopped,
};
use crate::meter::Meter;
use crate::progress::shown;
use crate::report::{PhaseReport, Report, spans_ms};
use crate::tally::Span;

/// Does what `options` say, until it is done or `stop` is cancelled, and takes back what was booked for it.
///
/// # Errors
/// When it can't begin. What goes wrong later stands in the report.
pub async fn run_chat(
    target: &ChatTarget,
    options: ChatOptions,
    stop: CancellationToken,
) -> Result<Report, LoadError> {
    raise_descriptors(options.sockets()?)?;
    let started_at = now_us() / 1_000;
    let run = ChatRun::new(options, stop);
    let plans = plans(target, &run, started_at).await?;
    let phases = phases(&run, &plans).await;
    if let ChatTarget::Rendezvous(scheduler) = target {
        let made = plans.iter().filter_map(|plan| plan.made.as_ref());
        for left in scheduler.take_back(made).await {
            run.tally.ended(&format!("left_behind:{left}"));
        }
    }
    let counted = run.tally.counted();
    Ok(Report {
        target: target.name().to_owned(),
        scenario: format!("chat {}", run.options.scenario.name()),
        pairs: run.options.pairs,
        started_at,
        interrupted: run.stop.is_cancelled(),
        operations: measured_operations(run.options.scenario, &phases),
        messages: counted.messages,
        phases,
        spans_ms: spans_ms(&counted),
        errors: counted.errors,
        ends: counted.ends,
    })
}

/// As [`run_chat`], until the person at the keyboard presses Ctrl-C: what was booked is taken back then, too.
///
/// # Errors
/// As [`run_chat`], and when it is stopped for good by a second Ctrl-C.
pub async fn run_chat_until_interrupted(
    target: &ChatTarget,
    options: &ChatOptions,
) -> Result<Report, LoadError> {
    until_interrupted(|stop| run_chat(target, options.clone(), stop)).await
}

/// Coming in counts where it is what is measured, and what was written before never does.
fn measured_operations(scenario: ChatScenario, phases: &[PhaseReport]) -> u64 {
    let counts = |phase: &&PhaseReport| match phase.name.as_str() {
        "fill" => scenario == ChatScenario::Idle,
        name => name != "history",
    };
    phases
        .iter()
        .filter(counts)
        .map(|phase| phase.operations)
        .sum()
}

/// The rooms of a run are its own: what earlier runs wrote is in others.
async fn plans(
    target: &ChatTarget,
    run: &ChatRun,
    started_at: i64,
) -> Result<Vec<ChatPlan>, LoadError> {
    let body: Arc<str> = run.options.body().into();
    let open = |protocol, url: &str, ticket: Option<&Arc<str>>| {
        let room = |number| format!("r{started_at}-{number}");
        let sockets = run.options.sockets_of_room();
        let plan = |number| open_room(protocol, url, ticket, &room(number), &body, sockets);
        (0..run.options.pairs).map(plan).collect::<Vec<_>>()
    };
    match target {
        ChatTarget::Centrifugo { url, token } => {
            Ok(open(ChatServerProtocol::Centrifugo, url, Some(token)))
        }
        ChatTarget::SocketIo { url } => Ok(open(ChatServerProtocol::SocketIo, url, None)),
        ChatTarget::Rendezvous(scheduler) => {
            let booked = std::sync::atomic::AtomicU64::new(0);
            let count = || {
                booked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            };
            let done = || booked.load(std::sync::atomic::Ordering::Relaxed);
            let booking = scheduler.chat_plans(&run.options, started_at, &run.stop, count);
            let total = u64::from(run.options.pairs);
            Ok(shown("booking", total, done, booking).await?)
        }
    }
}

/// Fill, write the history, work, come back, empty.
async fn phases(run: &Arc<ChatRun>, plans: &[ChatPlan]) -> Vec<PhaseReport> {
    let (stages, rooms) = (Stages::new(&run.stop), plans.len());
    let meter = Meter::new(run.options.report.server_pid);
    let mut phases = vec![];
    let measuring = meter.start();
    let mut room_tasks = JoinSet::new();
    for (number, plan) in (0..).zip(plans) {
        room_tasks.spawn(run_room(
            Arc::clone(run),
            plan.clone(),
            number,
            stages.clone(),
        ));
    }
    let entering = until_stopped(&run.stop, stages.entered.reached(rooms));
    let sockets = run.options.sockets_of_room() * rooms as u64;
    shown("joining", sockets, || run.tally.joins(), entering).await;
    let mut filling = measuring.end("fill", run.tally.joins());
    if run.options.scenario == ChatScenario::Idle {
        until_stopped(&run.stop, sleep(SETTLE)).await;
        settle_memory(&mut filling, meter);
    }
    phases.push(filling);
    phases.extend(filled_history(run, &stages, rooms, meter).await);
    phases.push(worked(run, &stages, rooms, meter).await);
    if run.options.scenario == ChatScenario::Storm && !run.stop.is_cancelled() {
        phases.push(came_back(run, &stages, rooms, meter).await);
    }
    stages.finish.cancel();
    let emptying = async { while room_tasks.join_next().await.is_some() {} };
    let limit = match run.stop.is_cancelled() {
        true => STOP_LIMIT,
        false => Duration::MAX,
    };
    drop(timeout(limit, emptying).await);
    phases
}

/// What is written before the measured part; none where nothing is.
async fn filled_history(
    run: &ChatRun,
    stages: &Stages,
    rooms: usize,
    meter: Meter,
) -> Option<PhaseReport> {
    let measuring = meter.start();
    stages.history.start();
    let total = u64::from(run.options.history_of_room()) * rooms as u64;
    let filling = until_stopped(&run.stop, stages.history.done.reached(rooms));
    shown("history", total, || run.tally.operations(), filling).await;
    let phase = measuring.end("history", run.tally.operations());
    run.tally.forget(&[Span::Message, Span::Ack]);
    (run.options.history > 0).then_some(phase)
}

async fn worked(run: &ChatRun, stages: &Stages, rooms: usize, meter: Meter) -> PhaseReport {
    let scenario = run.options.scenario;
    let measuring = meter.start();
    stages.work.start();
    let working = until_stopped(&run.stop, stages.work.done.reached(rooms));
    let began = std::time::Instant::now();
    match scenario {
        ChatScenario::Storm => {
            let total = u64::from(run.options.missed) * rooms as u64;
            shown("missed", total, || run.tally.operations(), working).await;
        }
        _ => {
            let total = run.options.duration.as_secs();
            shown(
                scenario.name(),
                total,
                || began.elapsed().as_secs(),
                working,
            )
            .await;
        }
    }
    let name = match scenario {
        ChatScenario::Storm => "missed",
        _ => scenario.name(),
    };
    measuring.end(name, run.tally.operations())
}

/// All come back; an operation is an end that has all that it missed.
async fn came_back(run: &ChatRun, stages: &Stages, rooms: usize, meter: Meter) -> PhaseReport {
    run.tally.forget(&[Span::Join]);
    let measuring = meter.start();
    stages.storm.start();
    let returning = until_stopped(&run.stop, stages.storm.done.reached(rooms));
    let total = 2 * rooms as u64;
    let caught_up = || run.tally.count_of(Span::CaughtUp);
    shown("coming back", total, caught_up, returning).await;
    measuring.end("storm", caught_up())
}
