//! One database, with the scheduler on it and bare connections beside it.

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::try_join_all;
use scheduler::StoreLocation;
use scheduler::measured::MeasuredScheduler;
use service::clock;
use storage::testing::{TestDatabase, TestEngine, patient};
use storage::{DatabaseOptions, Schema};
use tokio::sync::Mutex;

use super::bare::BareConnection;
use super::mysql_tap::MySqlListener;
use super::postgres_tap::PostgresListener;
use super::recording::RecordedWork;
use super::rows::{APPLICATION, CALLERS, Rows, offer};
use super::script::Script;
use super::sqlite_tap::SqliteTap;
use super::tap::Tap;
use super::{Figures, Sizes};

/// As the scheduler claims.
const BATCH: usize = 100;
/// Long enough that no claim lapses while it is measured.
const LEASE_MS: i64 = 600_000;
/// Jobs that are due while somebody looks for them.
const DUE: usize = 100;

/// One database, and what is measured on it.
pub(crate) struct Contestant {
    engine: TestEngine,
    database: TestDatabase,
    scheduler: MeasuredScheduler,
    /// As many as callers; SQLite, which has one writer, has one.
    bare: Vec<Arc<Mutex<BareConnection>>>,
    script: Arc<Script>,
    rows: Rows,
    sizes: Sizes,
}

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Contender {
    Ours,
    Bare,
}

impl Contender {
    fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Bare => "bare",
        }
    }
}

impl Contestant {
    /// A database with its rows; `None` where its server is not there.
    pub(crate) async fn new(
        engine: TestEngine,
        rows: Rows,
        sizes: Sizes,
    ) -> Result<Option<Self>, String> {
        if sizes.batches * BATCH > rows.reminders() || DUE > rows.reminders() {
            return Err(format!("{} jobs are too few", sizes.jobs));
        }
        let Some(database) = TestDatabase::create(engine).await else {
            return Ok(None);
        };
        let opened = database.open(Schema::scheduler()).await;
        opened.map_err(|error| error.to_string())?.close().await;
        rows.write(&database).await;
        rows.restore(engine, &database, 0).await;
        let scheduler = open(database.url()).await?;
        let connections = if engine == TestEngine::Sqlite {
            1
        } else {
            CALLERS
        };
        let mut bare = Vec::new();
        for _ in 0..connections {
            let opened = BareConnection::open(engine, &database).await;
            let connection = opened.map_err(|error| error.to_string())?;
            bare.push(Arc::new(Mutex::new(connection)));
        }
        Ok(Some(Self {
            engine,
            database,
            scheduler,
            bare,
            script: Arc::default(),
            rows,
            sizes,
        }))
    }

    pub(crate) fn name(&self) -> &'static str {
        match self.engine {
            TestEngine::Sqlite => "sqlite",
            TestEngine::Postgres => "postgres",
            TestEngine::MySql => "mariadb",
        }
    }

    pub(crate) fn script(&self) -> &Script {
        &self.script
    }

    /// By database and command.
    pub(crate) fn statements(&self) -> impl Iterator<Item = (String, Vec<(String, usize)>)> {
        let statements = self.script.statements().into_iter();
        statements.map(|(command, found)| (format!("{}_{command}", self.name()), found))
    }

    /// Runs each command through a tap. SQLite's takes the values of `other`.
    pub(crate) async fn record(&mut self, other: Option<&Script>) -> Result<(), String> {
        let url = self.database.url_text();
        let script = match (self.engine, other) {
            (TestEngine::Postgres, _) => {
                let tap = Tap::before(&url, PostgresListener::default).await?;
                self.script_of(&open(tap.url()).await?, |_| tap.take())
                    .await?
            }
            (TestEngine::MySql, _) => {
                let tap = Tap::before(&url, MySqlListener::default).await?;
                self.script_of(&open(tap.url()).await?, |_| tap.take())
                    .await?
            }
            (TestEngine::Sqlite, Some(other)) => {
                let tap = SqliteTap::new();
                let take = |of: Option<Of>| tap.take(of.map_or(&[], |of| of.work(other)));
                self.script_of(&self.scheduler, take).await?
            }
            (TestEngine::Sqlite, None) => return Err("SQLite's values are another's".to_owned()),
        };
        self.script = Arc::new(script);
        Ok(())
    }

    /// What `take` has heard after each command; with `None` it is to forget what it heard.
    async fn script_of(
        &self,
        scheduler: &MeasuredScheduler,
        take: impl Fn(Option<Of>) -> Result<RecordedWork, String>,
    ) -> Result<Script, String> {
        let mut script = Script::default();
        self.restore(DUE).await;
        // The first one connects.
        scheduler.any_claimable().await.map_err(text)?;
        let _ = take(None);
        scheduler.any_claimable().await.map_err(text)?;
        script.look = take(Some(Of::Look))?;
        scheduler.claimable(limit()).await.map_err(text)?;
        script.claimable = take(Some(Of::Claimable))?;
        for number in 0..self.sizes.bookings {
            let offer = offer(number % CALLERS, clock::now());
            scheduler.book(APPLICATION, offer).await.map_err(text)?;
            script.bookings.push(take(Some(Of::Booking(number)))?);
        }
        self.restore(self.sizes.batches * BATCH).await;
        // SQLite's log has told of this too.
        let _ = take(None);
        for number in 0..self.sizes.batches {
            let claimed = scheduler.claim(LEASE_MS, limit()).await.map_err(text)?;
            script.claims.push(take(Some(Of::Claim(number)))?);
            scheduler.settle(claimed).await.map_err(text)?;
            script.settles.push(take(Some(Of::Settle(number)))?);
        }
        self.restore(0).await;
        Ok(script)
    }

    async fn restore(&self, due: usize) {
        self.rows.restore(self.engine, &self.database, due).await;
    }

    /// Everything once, so that each connection has its statements prepared.
    pub(crate) async fn warm_up(&mut self) -> Result<(), String> {
        self.round(0).await.map(drop)
    }

    /// Figures of every command, ours and the bare loop's; which of them goes first turns with the round.
    pub(crate) async fn round(&mut self, round: usize) -> Result<Figures, String> {
        let mut figures = Figures::new();
        let sides = match round % 2 {
            0 => [Contender::Ours, Contender::Bare],
            _ => [Contender::Bare, Contender::Ours],
        };
        for callers in [1, CALLERS] {
            for side in sides {
                self.restore(0).await;
                let rate = self.bookings(side, callers).await?;
                figures.insert(
                    format!("{}_book_{callers}_{}", self.name(), side.name()),
                    rate,
                );
            }
        }
        self.restore(DUE).await;
        for side in sides {
            let (look, claimable) = self.looks(side).await?;
            figures.insert(format!("{}_look_{}", self.name(), side.name()), look);
            figures.insert(
                format!("{}_claimable_{}", self.name(), side.name()),
                claimable,
            );
        }
        for side in sides {
            self.restore(self.sizes.batches * BATCH).await;
            for (what, figure) in self.batches(side).await? {
                figures.insert(format!("{}_{what}_{}", self.name(), side.name()), figure);
            }
        }
        for (command, work) in self.script.commands() {
            #[expect(clippy::cast_precision_loss, reason = "they are a few hundred")]
            figures.insert(
                format!("{}_{command}_trips", self.name()),
                work.len() as f64,
            );
        }
        Ok(figures)
    }

    /// Bookings in a second, by so many callers at once.
    async fn bookings(&self, side: Contender, callers: usize) -> Result<f64, String> {
        let began = Instant::now();
        let caller = |caller: usize| {
            let numbers = (caller..self.sizes.bookings).step_by(callers);
            let (scheduler, script) = (self.scheduler.clone(), Arc::clone(&self.script));
            let bare = Arc::clone(&self.bare[caller % self.bare.len()]);
            let running = tokio::spawn(async move {
                for number in numbers {
                    match side {
                        Contender::Ours => {
                            let offer = offer(number % CALLERS, clock::now());
                            scheduler.book(APPLICATION, offer).await.map_err(text)?;
                        }
                        Contender::Bare => {
                            let asked = bare.lock().await.ask(&script.bookings[number]).await;
                            asked.map_err(|error| error.to_string())?;
                        }
                    }
                }
                Ok::<_, String>(())
            });
            async { running.await.map_err(|error| error.to_string())? }
        };
        try_join_all((0..callers).map(caller)).await?;
        Ok(per_second(self.sizes.bookings, began))
    }

    /// Looks in a second: whether anything can be claimed, and what.
    async fn looks(&self, side: Contender) -> Result<(f64, f64), String> {
        let mut bare = self.bare[0].lock().await;
        let began = Instant::now();
        for _ in 0..self.sizes.looks {
            match side {
                Contender::Ours => drop(self.scheduler.any_claimable().await.map_err(text)?),
                Contender::Bare => bare
                    .ask(&self.script.look)
                    .await
                    .map_err(|e| e.to_string())?,
            }
        }
        let look = per_second(self.sizes.looks, began);
        let began = Instant::now();
        for _ in 0..self.sizes.looks {
            match side {
                Contender::Ours => drop(self.scheduler.claimable(limit()).await.map_err(text)?),
                Contender::Bare => bare
                    .ask(&self.script.claimable)
                    .await
                    .map_err(|e| e.to_string())?,
            }
        }
        Ok((look, per_second(self.sizes.looks, began)))
    }

    /// Jobs that are claimed in a second, and jobs that are settled in one, a batch after the other; how long all of them
    /// take, and how late those are marked in the middle and near the end, if all were due when it began.
    async fn batches(&self, side: Contender) -> Result<[(&'static str, f64); 5], String> {
        let mut bare = self.bare[0].lock().await;
        let (mut claim_s, mut settle_s) = (0.0, 0.0);
        let mut marked_ms = Vec::with_capacity(self.sizes.batches);
        for number in 0..self.sizes.batches {
            let began = Instant::now();
            match side {
                Contender::Ours => {
                    let claimed = self
                        .scheduler
                        .claim(LEASE_MS, limit())
                        .await
                        .map_err(text)?;
                    if claimed.len() != BATCH {
                        return Err(format!("{} jobs were claimed", claimed.len()));
                    }
                    claim_s += began.elapsed().as_secs_f64();
                    let began = Instant::now();
                    let told = self.scheduler.settle(claimed).await.map_err(text)?;
                    settle_s += began.elapsed().as_secs_f64();
                    if told != BATCH {
                        return Err(format!("{told} of {BATCH} reminders went out"));
                    }
                }
                Contender::Bare => {
                    let (claim, settle) =
                        (&self.script.claims[number], &self.script.settles[number]);
                    bare.ask(claim).await.map_err(|error| error.to_string())?;
                    claim_s += began.elapsed().as_secs_f64();
                    let began = Instant::now();
                    bare.ask(settle).await.map_err(|error| error.to_string())?;
                    settle_s += began.elapsed().as_secs_f64();
                }
            }
            marked_ms.push((claim_s + settle_s) * 1e3);
        }
        let jobs = count(self.sizes.batches * BATCH);
        let late = |share: usize| {
            let place = (marked_ms.len() * share / 100).min(marked_ms.len().saturating_sub(1));
            marked_ms.get(place).copied().unwrap_or_default()
        };
        Ok([
            ("claim", jobs / claim_s),
            ("settle", jobs / settle_s),
            ("due_s", claim_s + settle_s),
            ("late_p50_ms", late(50)),
            ("late_p99_ms", late(99)),
        ])
    }

    /// Closes the connections, and drops the database.
    pub(crate) async fn close(self) {
        self.scheduler.close().await;
    }
}

/// Which command of a script.
#[derive(Debug, Clone, Copy)]
enum Of {
    Look,
    Claimable,
    Booking(usize),
    Claim(usize),
    Settle(usize),
}

impl Of {
    fn work(self, script: &Script) -> &RecordedWork {
        match self {
            Self::Look => &script.look,
            Self::Claimable => &script.claimable,
            Self::Booking(number) => &script.bookings[number],
            Self::Claim(number) => &script.claims[number],
            Self::Settle(number) => &script.settles[number],
        }
    }
}

/// A scheduler with a connection for each caller, so that none waits for one.
async fn open(url: &storage::DatabaseUrl) -> Result<MeasuredScheduler, String> {
    let options = DatabaseOptions {
        max_connections: u32::try_from(CALLERS).unwrap_or(u32::MAX),
        ..patient()
    };
    let location = StoreLocation {
        database: url.clone(),
        options,
    };
    let opened = MeasuredScheduler::open(&location).await;
    opened.map_err(|error| error.to_string())
}

fn limit() -> u32 {
    u32::try_from(BATCH).unwrap_or(u32::MAX)
}

fn text(failure: scheduler::measured::MeasuredError) -> String {
    failure.to_string()
}

fn per_second(operations: usize, began: Instant) -> f64 {
    count(operations) / began.elapsed().as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "they are thousands")]
fn count(operations: usize) -> f64 {
    operations as f64
}
