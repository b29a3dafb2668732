//! What the scheduler's commands cost on each database, beside a bare loop of the same statements on the same one.
//!
//! Each command is first run through a tap, which writes down its statements with their values. The bare loop asks
//! exactly these, in the same transactions, after what came of them has been taken back.

mod bare;
mod bytes;
mod contestant;
mod mysql_tap;
mod postgres_tap;
mod recording;
mod rows;
mod script;
mod sqlite_tap;
mod tap;

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::json;
use service::clock;
use storage::testing::TestEngine;

use self::contestant::Contestant;
use self::rows::Rows;
pub(crate) use self::rows::{REMIND_BEFORE_MS, insert, terms};

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Rows of the table of jobs.
    pub jobs: usize,
    /// Bookings of each measurement.
    pub bookings: usize,
    /// Batches of 100 jobs that are claimed and settled in each.
    pub batches: usize,
    /// Looks for due jobs in each.
    pub looks: usize,
    /// How often all of it is measured.
    pub rounds: usize,
}

/// Figures of one round by name: what ours and the bare loop did in a second.
pub type Figures = BTreeMap<String, f64>;

/// What was measured, and which statements it was.
#[derive(Debug, Clone, PartialEq)]
pub struct DatabaseCosts {
    /// Each round's figures.
    pub rounds: Vec<Figures>,
    /// By database and command: the statements, and how often each was asked.
    pub statements: BTreeMap<String, Vec<(String, usize)>>,
}

impl DatabaseCosts {
    /// The result as `run.py` reads it.
    #[must_use]
    pub fn to_json(&self) -> String {
        json!({ "rounds": self.rounds, "statements": self.statements }).to_string()
    }
}

/// Measures all three databases, those of the servers on `POSTGRES_URL` and `MYSQL_URL`; `None` where one is missing.
///
/// # Errors
/// When a command fails, or its statements can't be told.
pub async fn measure(sizes: Sizes) -> Result<Option<DatabaseCosts>, String> {
    let rows = Rows {
        jobs: sizes.jobs,
        now: clock::now(),
    };
    let Some(mut postgres) = Contestant::new(TestEngine::Postgres, rows, sizes).await? else {
        return Ok(None);
    };
    let Some(mut mysql) = Contestant::new(TestEngine::MySql, rows, sizes).await? else {
        return Ok(None);
    };
    let Some(mut sqlite) = Contestant::new(TestEngine::Sqlite, rows, sizes).await? else {
        return Ok(None);
    };
    postgres.record(None).await?;
    mysql.record(None).await?;
    sqlite.record(Some(mysql.script())).await?;
    let mut contestants = [sqlite, postgres, mysql];
    let mut statements = BTreeMap::new();
    for contestant in &mut contestants {
        contestant.warm_up().await?;
        statements.extend(contestant.statements());
    }
    let mut rounds = Vec::new();
    for round in 0..sizes.rounds {
        let mut figures = Figures::new();
        for contestant in &mut contestants {
            let began = Instant::now();
            figures.extend(contestant.round(round).await?);
            let (name, took) = (contestant.name(), began.elapsed());
            eprintln!(
                "round {} of {}: {name} in {took:.1?}",
                round + 1,
                sizes.rounds
            );
        }
        rounds.push(figures);
    }
    for contestant in contestants {
        contestant.close().await;
    }
    Ok(Some(DatabaseCosts { rounds, statements }))
}
