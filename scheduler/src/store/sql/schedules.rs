//! Recurring tasks and their last runs.

use scheduler_core::LastRun;
use storage::{FromRow, Row, Value, query};
use wire::{ScheduleView, UnixMs};

use super::SqlStore;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{ScheduleQueries, ScheduleRepository, StoreFuture, TaskRuns};

/// Characters of an error that are kept.
const MAX_ERROR_CHARS: usize = 300;

impl ScheduleQueries for SqlStore {
    fn list(&self) -> StoreFuture<'_, Vec<ScheduleView>> {
        Box::pin(async move {
            let rows: Vec<ScheduleRow> = query(
                "SELECT name, schedule, last_started_at, last_finished_at, last_result, last_error, runs \
                 FROM schedule_runs ORDER BY name",
            )
            .fetch_all(&mut self.db.read().await?)
            .await?;
            Ok(rows.into_iter().map(|ScheduleRow(view)| view).collect())
        })
    }
}

impl ScheduleRepository for SqlUnitOfWork {
    fn register<'a>(&'a mut self, tasks: &'a [(&'a str, &'a str)]) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let row = |(name, schedule): &(&'a str, &'a str)| -> [Value<'a>; 3] {
                [(*name).into(), (*schedule).into(), 0_u64.into()]
            };
            query(
                "INSERT INTO schedule_runs (name, schedule, runs) VALUES ?rows \
                 ON CONFLICT (name) DO UPDATE SET schedule = excluded.schedule",
            )
            .bind_rows(tasks.iter().map(row))
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn last_run<'a>(&'a mut self, name: &'a str) -> StoreFuture<'a, Option<LastRun>> {
        Box::pin(async move {
            let found: Option<(Option<UnixMs>, Option<UnixMs>)> = query(
                "SELECT last_started_at, last_finished_at FROM schedule_runs WHERE name = ?1 FOR UPDATE",
            )
            .bind(name)
            .fetch_optional(&mut self.tx)
            .await?;
            Ok(found.map(|(started_at, finished_at)| LastRun {
                started_at,
                finished_at,
            }))
        })
    }

    fn begin<'a>(&'a mut self, name: &'a str, now: UnixMs) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query("UPDATE schedule_runs SET last_started_at = ?1 WHERE name = ?2")
                .bind(now)
                .bind(name)
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }

    fn add_runs<'a>(&'a mut self, runs: &'a TaskRuns) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query("UPDATE schedule_runs SET runs = runs + ?1 WHERE name = ?2")
                .bind(runs.runs)
                .bind(runs.name)
                .execute(&mut self.tx)
                .await?;
            let cut = |error: &String| error.chars().take(MAX_ERROR_CHARS).collect::<String>();
            query(
                "UPDATE schedule_runs SET last_started_at = ?1, last_finished_at = ?2, last_result = ?3, \
                 last_error = ?4 WHERE name = ?5 AND (last_started_at IS NULL OR last_started_at <= ?1)",
            )
            .bind(runs.started_at)
            .bind(runs.finished_at)
            .bind(runs.result.name())
            .bind(runs.error.as_ref().map(cut))
            .bind(runs.name)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }
}

/// A task, out of the columns that are selected.
struct ScheduleRow(ScheduleView);

impl FromRow for ScheduleRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self(ScheduleView {
            name: row.get("name")?,
            schedule: row.get("schedule")?,
            last_started_at: row.get("last_started_at")?,
            last_finished_at: row.get("last_finished_at")?,
            last_result: row.get("last_result")?,
            last_error: row.get("last_error")?,
            runs: row.get("runs")?,
        }))
    }
}
