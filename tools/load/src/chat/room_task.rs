//! One room's task: both come in, the history is written, they work, are cut off and come back where that is wanted, and go.

use std::sync::{Arc, OnceLock};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::options::ChatScenario;
use super::plan::ChatPlan;
use super::room::{ChatRoom, READER};
use super::run::ChatRun;
use crate::connection::Fault;
use crate::open_loop::at_rate;
use crate::pace::Pace;
use crate::turnstile::Turnstile;

/// A part of the run that all rooms begin at one moment, and that is over when all are done with it.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    start: CancellationToken,
    began: Arc<OnceLock<Instant>>,
    pub(crate) done: Turnstile,
}

impl Stage {
    fn new(stop: &CancellationToken) -> Self {
        Self {
            start: stop.child_token(),
            began: Arc::default(),
            done: Turnstile::default(),
        }
    }

    /// Lets every room begin.
    pub(crate) fn start(&self) {
        // Only the first call counts.
        let _ = self.began.set(Instant::now());
        self.start.cancel();
    }

    /// When it began, for all.
    fn began(&self) -> Instant {
        self.began.get().copied().unwrap_or_else(Instant::now)
    }
}

/// The parts of a run, in order.
#[derive(Debug, Clone)]
pub(crate) struct Stages {
    /// Coming in needs no start.
    pub(crate) entered: Turnstile,
    pub(crate) history: Stage,
    pub(crate) work: Stage,
    pub(crate) storm: Stage,
    /// Cancelled when all are to close.
    pub(crate) finish: CancellationToken,
}

impl Stages {
    pub(crate) fn new(stop: &CancellationToken) -> Self {
        Self {
            entered: Turnstile::default(),
            history: Stage::new(stop),
            work: Stage::new(stop),
            storm: Stage::new(stop),
            finish: stop.child_token(),
        }
    }
}

/// One room from its first connection to its last close.
pub(crate) async fn run_room(run: Arc<ChatRun>, plan: ChatPlan, number: u64, stages: Stages) {
    let passes = [
        &stages.entered,
        &stages.history.done,
        &stages.work.done,
        &stages.storm.done,
    ];
    let [mut entered, mut filled, mut worked, mut stormed] = passes.map(Turnstile::pass);
    let chat = async {
        let mut room = enter(&run, plan).await?;
        entered.now();
        room.hold(&stages.history.start).await?;
        count(&run, &mut room, run.options.history_of_room()).await?;
        filled.now();
        room.hold(&stages.work.start).await?;
        work(&run, &mut room, number, stages.work.began()).await?;
        worked.now();
        if run.options.scenario == ChatScenario::Storm {
            stages.storm.start.cancelled().await;
            if !run.stop.is_cancelled() {
                let _slot = run.admission.slot().await;
                room.come_back(stages.storm.began()).await?;
            }
        }
        stormed.now();
        room.hold(&stages.finish).await?;
        for _ in 0..room.missing() {
            run.tally.failed("lost");
        }
        room.close().await;
        Ok(())
    };
    let ended: Result<(), Fault> = chat.await;
    if let Err(fault) = ended {
        run.tally.failed(&fault.code());
    }
}

async fn enter(run: &Arc<ChatRun>, plan: ChatPlan) -> Result<ChatRoom, Fault> {
    let _slot = run.admission.slot().await;
    if run.stop.is_cancelled() {
        return Err(Fault::TimedOut("stopped"));
    }
    ChatRoom::open(run, plan).await
}

async fn work(
    run: &ChatRun,
    room: &mut ChatRoom,
    number: u64,
    work_began: Instant,
) -> Result<(), Fault> {
    let until = work_began + run.options.duration;
    match run.options.scenario {
        ChatScenario::Send | ChatScenario::Group => {
            while Instant::now() < until && !run.stop.is_cancelled() {
                room.deliver(Instant::now()).await?;
                run.tally.done();
            }
            Ok(())
        }
        ChatScenario::Rate => {
            let pace = Pace::new(run.options.rate).expect("the flag is at least 1");
            let pairs = u64::from(run.options.pairs);
            let due = |turn: u64| work_began + pace.due(number + turn * pairs);
            at_rate(room, &run.tally, &run.stop, due, until).await
        }
        ChatScenario::Idle => {
            tokio::select! {
                held = room.hold_until(until) => held,
                () = run.stop.cancelled() => Ok(()),
            }
        }
        ChatScenario::Storm => {
            // Whoever has got nothing yet has nothing to come back with.
            room.deliver(Instant::now()).await?;
            room.cut(READER);
            count(run, room, run.options.missed).await?;
            room.cut_all();
            Ok(())
        }
    }
}

/// So many messages, one after the other.
async fn count(run: &ChatRun, room: &mut ChatRoom, messages: u32) -> Result<(), Fault> {
    for _ in 0..messages {
        if run.stop.is_cancelled() {
            break;
        }
        room.deliver(Instant::now()).await?;
        run.tally.done();
    }
    Ok(())
}
