//! What the number of sessions in the store does to the scheduler's commands, on each database: the same commands on a small
//! store and on a large one, in turn. And what becomes of bookings while retention works on the large one.

mod rows;

use std::time::{Duration, Instant};

use scheduler::StoreLocation;
use scheduler::measured::{MeasuredError, MeasuredScheduler};
use serde_json::json;
use service::clock;
use storage::Schema;
use storage::testing::{TestDatabase, TestEngine, patient};

use self::rows::{APPLICATION, StoredSessions};
use crate::databases::Figures;

/// As the scheduler claims.
const BATCH: u32 = 100;
/// Long enough that no claim lapses while it is measured.
const LEASE_MS: i64 = 600_000;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct StoreSizes {
    /// Sessions of the large store.
    pub large: usize,
    /// Sessions of the small one.
    pub small: usize,
    /// Bookings, and looks for due jobs, of each measurement.
    pub commands: usize,
    /// Sessions that retention erases, and as many old notifications and deliveries that it sweeps.
    pub old: usize,
    /// How often the commands are measured.
    pub rounds: usize,
}

/// The figures of each round as `run.py` reads them; those of retention, which is measured once, stand in each.
///
/// # Errors
/// When a command fails. `None` where a server is missing.
pub async fn measure(sizes: StoreSizes) -> Result<Option<String>, String> {
    let mut rounds = vec![Figures::new(); sizes.rounds];
    for engine in TestEngine::ALL {
        let began = Instant::now();
        let (Some(small), Some(large)) = (
            SizedStore::new(engine, sizes.small, 0).await?,
            SizedStore::new(engine, sizes.large, sizes.old).await?,
        ) else {
            return Ok(None);
        };
        eprintln!("{}: filled in {:.1?}", name(engine), began.elapsed());
        for (round, figures) in rounds.iter_mut().enumerate() {
            let stores = match round % 2 {
                0 => [("small", &small), ("large", &large)],
                _ => [("large", &large), ("small", &small)],
            };
            for (size, store) in stores {
                figures.extend(
                    store
                        .commands(&format!("{}_{size}", name(engine)), sizes)
                        .await?,
                );
            }
        }
        let retention = large.retention(&name(engine), sizes).await?;
        for figures in &mut rounds {
            figures.extend(retention.clone());
        }
        small.scheduler.close().await;
        large.scheduler.close().await;
    }
    Ok(Some(json!({ "rounds": rounds }).to_string()))
}

fn name(engine: TestEngine) -> String {
    let name = match engine {
        TestEngine::Sqlite => "sqlite",
        TestEngine::Postgres => "postgres",
        TestEngine::MySql => "mariadb",
    };
    name.to_owned()
}

/// A store with so many sessions. It goes when it is dropped.
struct SizedStore {
    sessions: StoredSessions,
    scheduler: MeasuredScheduler,
    database: TestDatabase,
}

impl SizedStore {
    async fn new(engine: TestEngine, count: usize, old: usize) -> Result<Option<Self>, String> {
        let Some(database) = TestDatabase::create(engine).await else {
            return Ok(None);
        };
        let opened = database.open(Schema::scheduler()).await;
        opened.map_err(|error| error.to_string())?.close().await;
        let sessions = StoredSessions {
            count,
            old,
            now: clock::now(),
        };
        sessions.write(&database).await;
        if engine == TestEngine::Postgres {
            database.run("VACUUM ANALYZE").await;
        }
        let location = StoreLocation {
            database: database.url().clone(),
            options: patient(),
        };
        let scheduler = MeasuredScheduler::open(&location).await;
        Ok(Some(Self {
            sessions,
            scheduler: scheduler.map_err(|error| error.to_string())?,
            database,
        }))
    }

    /// Looks and bookings in a second.
    async fn commands(&self, name: &str, sizes: StoreSizes) -> Result<Figures, String> {
        let scheduler = &self.scheduler;
        // Prepared statements and warm pages.
        scheduler.any_claimable().await.map_err(text)?;
        scheduler.claimable(BATCH).await.map_err(text)?;
        self.book(0).await?;
        let began = Instant::now();
        for _ in 0..sizes.commands {
            scheduler.any_claimable().await.map_err(text)?;
        }
        let look = per_second(sizes.commands, began);
        let began = Instant::now();
        for _ in 0..sizes.commands {
            let found = scheduler.claimable(BATCH).await.map_err(text)?;
            if found != BATCH as usize {
                return Err(format!("{found} jobs are due"));
            }
        }
        let claimable = per_second(sizes.commands, began);
        let began = Instant::now();
        for number in 0..sizes.commands {
            self.book(number).await?;
        }
        let book = per_second(sizes.commands, began);
        let figure = |what: &str, value: f64| (format!("{name}_{what}"), value);
        Ok(Figures::from([
            figure("look", look),
            figure("claimable", claimable),
            figure("book", book),
        ]))
    }

    async fn book(&self, number: usize) -> Result<(), String> {
        let offer = self.sessions.offer(number)?;
        self.scheduler.book(APPLICATION, offer).await.map_err(text)
    }

    /// How long bookings take before, while and after old sessions are erased and old rows are swept.
    async fn retention(&self, name: &str, sizes: StoreSizes) -> Result<Figures, String> {
        let mut figures = Figures::new();
        let mut note = |when: &str, mut spans: Vec<Duration>| {
            spans.sort_unstable();
            let at = |share: usize| spans.get((spans.len() * share / 100).min(spans.len() - 1));
            for (quantile, span) in [("p50", at(50)), ("p99", at(99)), ("max", spans.last())] {
                let ms = span.map_or(0.0, |span| span.as_secs_f64() * 1e3);
                figures.insert(format!("{name}_{when}_{quantile}_ms"), ms);
            }
        };
        note("before", self.timed_bookings(sizes.commands).await?);
        self.sessions.end_old(&self.database).await;
        let began = Instant::now();
        let (scheduler, now) = (self.scheduler.clone(), clock::now());
        let working = tokio::spawn(async move {
            let mut done = 0;
            loop {
                let claimed = scheduler.claim(LEASE_MS, BATCH).await?;
                if claimed.is_empty() {
                    break;
                }
                done += claimed.len();
                scheduler.settle(claimed).await?;
            }
            scheduler.sweep(now).await?;
            Ok::<_, MeasuredError>((done, began.elapsed()))
        });
        let mut during = Vec::new();
        while !working.is_finished() {
            during.extend(self.timed_bookings(1).await?);
        }
        let (done, took) = working
            .await
            .map_err(|error| error.to_string())?
            .map_err(text)?;
        note("during", during);
        note("after", self.timed_bookings(sizes.commands).await?);
        let left = self.scheduler.sweep_batch(now).await.map_err(text)?;
        if left > 0 {
            return Err(format!("{left} old rows are left"));
        }
        figures.insert(format!("{name}_erased"), count(done));
        figures.insert(format!("{name}_retention_s"), took.as_secs_f64());
        Ok(figures)
    }

    async fn timed_bookings(&self, times: usize) -> Result<Vec<Duration>, String> {
        let mut spans = Vec::with_capacity(times);
        for number in 0..times {
            let began = Instant::now();
            self.book(number).await?;
            spans.push(began.elapsed());
        }
        Ok(spans)
    }
}

fn text(failure: MeasuredError) -> String {
    failure.to_string()
}

fn per_second(operations: usize, began: Instant) -> f64 {
    count(operations) / began.elapsed().as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "they are millions at most")]
fn count(operations: usize) -> f64 {
    operations as f64
}
