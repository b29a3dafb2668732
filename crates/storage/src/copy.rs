//! Moving a store to another database: table by table, in pages that are each committed whole, from wherever an
//! earlier run was stopped. At the end both are read once more, row by row: only the same is a copy.

mod digest;
mod pages;
mod tables;

use std::time::Duration;

use self::digest::Digest;
use self::pages::{Pages, Statements, Values};
use self::tables::{CopiedTable, HEAD};
use crate::{Database, DatabaseOptions, DatabaseUrl, Error, OpenError, Schema, query};

/// Longest time for one page: nobody waits behind it.
const PAGE_LIMIT: Duration = Duration::from_secs(60);

/// How far a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyProgress {
    /// The table that it is about.
    pub table: &'static str,
    /// What is done with its rows.
    pub step: Step,
    /// RowReader of which it is done.
    pub done: u64,
    /// All its rows.
    pub total: u64,
}

/// What is done with the rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Comparing those that are there already.
    Resuming,
    /// Copying those that are missing.
    Copying,
    /// Comparing both databases.
    Verifying,
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyReport {
    /// Whose store it is: `scheduler` or `chat`.
    pub schema: &'static str,
    /// In the order in which they were copied.
    pub tables: Vec<TableReport>,
    /// Tables of the source that the target's kind of database does not have, with their rows.
    pub left: Vec<(&'static str, u64)>,
}

/// One table, in both databases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableReport {
    /// The table that it is about.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: u64,
    /// How many of them this run copied.
    pub copied: u64,
    /// SHA-256 over all its rows in the order of its key, in hexadecimal: the same in both.
    pub sha256: String,
}

/// Why a store was not copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// One of the two could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is nothing to copy.
    #[error("{0} holds no store of the scheduler or of chat")]
    NoStore(DatabaseUrl),
    /// The tables of the source are those of an older version.
    #[error("{0} is of an older version: bring it up to date with `rendezvous migrate` first")]
    Outdated(DatabaseUrl),
    /// Both names are of one database.
    #[error("{0} can't be copied to itself")]
    Same(DatabaseUrl),
    /// The target holds rows that the source does not, or others.
    #[error(
        "the table {table} of {target} holds rows that are not the source's: copy to an empty database, and while \
         nothing writes to either"
    )]
    Different {
        /// The table that it happened at.
        table: &'static str,
        /// Of which database.
        target: DatabaseUrl,
    },
    /// A database failed; the same command goes on from here.
    #[error("copying stopped at the table {table}: {source}; the same command goes on from there")]
    Store {
        /// The table that it happened at.
        table: &'static str,
        /// What the database said.
        source: Error,
    },
}

/// Copies the store of the scheduler or of chat, whichever `from` holds, into `to`, which is empty or what an earlier run
/// has left. Nothing may write to either meanwhile; if something does, that is an error at the end.
///
/// # Errors
/// [`CopyError`]. After any of them the source is as it was.
pub async fn copy(
    from: &DatabaseUrl,
    to: &DatabaseUrl,
    options: &DatabaseOptions,
    progress: &mut (dyn FnMut(CopyProgress) + Send),
) -> Result<CopyReport, CopyError> {
    if from.identity() == to.identity() {
        return Err(CopyError::Same(from.clone()));
    }
    let options = DatabaseOptions {
        statement_timeout: PAGE_LIMIT,
        ..options.clone()
    };
    let schema = schema_of(from, &options).await?;
    let source = Database::open(from, &options, schema).await?;
    let target = Database::open(to, &options, schema).await?;
    let both = Both {
        source: &source,
        target: &target,
        target_url: to,
    };
    let report = copy_tables(&both, schema, from, progress).await;
    source.close().await;
    target.close().await;
    report
}

/// Whose store a database holds.
async fn schema_of(from: &DatabaseUrl, options: &DatabaseOptions) -> Result<Schema, CopyError> {
    if from.file().is_some_and(|file| !file.exists()) {
        return Err(CopyError::NoStore(from.clone()));
    }
    for schema in [Schema::scheduler(), Schema::chat()] {
        match Database::pending(from, options, schema).await {
            Ok(pending) if pending.is_empty() => return Ok(schema),
            // 1 is the first of every store.
            Ok(pending) if pending[0].version > 1 => {
                return Err(CopyError::Outdated(from.clone()));
            }
            Ok(_) | Err(OpenError::Foreign { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(CopyError::NoStore(from.clone()))
}

async fn copy_tables(
    both: &Both<'_>,
    schema: Schema,
    from: &DatabaseUrl,
    progress: &mut (dyn FnMut(CopyProgress) + Send),
) -> Result<CopyReport, CopyError> {
    let here = tables::of(schema, from.file().is_some());
    let there = tables::of(schema, both.target_url.file().is_some());
    let (moved, staying): (Vec<_>, Vec<_>) =
        here.into_iter().partition(|table| there.contains(table));
    let mut tables = Vec::new();
    for table in &moved {
        let copied = both.copy(table, progress).await?;
        tables.push((*table, copied));
    }
    both.copy_head().await?;
    tables.push((&HEAD, 0));
    let mut report = CopyReport {
        schema: schema.name(),
        tables: Vec::new(),
        left: Vec::new(),
    };
    for (table, copied) in tables {
        report
            .tables
            .push(both.verify(table, copied, progress).await?);
    }
    for table in staying {
        let rows = pages::count(both.source, Statements::of(table)).await;
        let rows = rows.map_err(|source| store_error(table, source))?;
        report.left.push((table.name, rows));
    }
    Ok(report)
}

struct Both<'a> {
    source: &'a Database,
    target: &'a Database,
    target_url: &'a DatabaseUrl,
}

impl Both<'_> {
    /// Copies the rows that are missing; how many there were.
    async fn copy(
        &self,
        table: &'static CopiedTable,
        progress: &mut (dyn FnMut(CopyProgress) + Send),
    ) -> Result<u64, CopyError> {
        let failed = |source| store_error(table, source);
        let statements = Statements::of(table);
        let total = pages::count(self.source, statements)
            .await
            .map_err(failed)?;
        let mut done = self.resume(table, statements, total, progress).await?;
        let found = done;
        let last = pages::last(self.target, statements).await.map_err(failed)?;
        let mut rows = Pages::new(self.source, table, statements);
        if let Some(last) = &last {
            rows = rows.behind(last);
        }
        loop {
            let page = rows.next().await.map_err(failed)?;
            if page.is_empty() {
                return Ok(done - found);
            }
            let count = page.len() as u64;
            let insert = query(statements.insert).bind_all_rows(page);
            self.target.execute(insert).await.map_err(failed)?;
            done += count;
            progress(CopyProgress {
                table: table.name,
                step: Step::Copying,
                done,
                total,
            });
        }
    }

    /// Compares what the target has with as much of the source, from the first row on; how many rows.
    async fn resume(
        &self,
        table: &'static CopiedTable,
        statements: Statements,
        total: u64,
        progress: &mut (dyn FnMut(CopyProgress) + Send),
    ) -> Result<u64, CopyError> {
        let failed = |source| store_error(table, source);
        let mut here = RowReader::new(self.source, table, statements);
        let mut there = RowReader::new(self.target, table, statements);
        let mut done = 0;
        while let Some(copied) = there.next().await.map_err(failed)? {
            let original = here.next().await.map_err(failed)?;
            if original.as_ref() != Some(&copied) {
                return Err(self.different(table));
            }
            done += 1;
            if done % u64::from(pages::PAGE) == 0 {
                progress(CopyProgress {
                    table: table.name,
                    step: Step::Resuming,
                    done,
                    total,
                });
            }
        }
        Ok(done)
    }

    /// The one row of the outbox's head, which both have.
    async fn copy_head(&self) -> Result<(), CopyError> {
        let failed = |source| store_error(&HEAD, source);
        let mut connection = self.source.read().await.map_err(failed)?;
        let (position,): (i64,) = query("SELECT position FROM outbox_head WHERE id = 1")
            .fetch_one(&mut connection)
            .await
            .map_err(failed)?;
        let update = query("UPDATE outbox_head SET position = ?1 WHERE id = 1").bind(position);
        self.target.execute(update).await.map(drop).map_err(failed)
    }

    /// Reads both, and compares them.
    async fn verify(
        &self,
        table: &'static CopiedTable,
        copied: u64,
        progress: &mut (dyn FnMut(CopyProgress) + Send),
    ) -> Result<TableReport, CopyError> {
        let failed = |source| store_error(table, source);
        let statements = Statements::of(table);
        let total = pages::count(self.source, statements)
            .await
            .map_err(failed)?;
        let mut digests = [Digest::default(), Digest::default()];
        for (database, digest) in [self.source, self.target].into_iter().zip(&mut digests) {
            let mut rows = RowReader::new(database, table, statements);
            while let Some(row) = rows.next().await.map_err(failed)? {
                digest.add(&row);
                if digest.rows() % u64::from(pages::PAGE) == 0 {
                    progress(CopyProgress {
                        table: table.name,
                        step: Step::Verifying,
                        done: digest.rows().min(total),
                        total,
                    });
                }
            }
        }
        let [here, there] = digests.map(|digest| (digest.rows(), digest.sha256()));
        if here != there {
            return Err(self.different(table));
        }
        let (rows, sha256) = there;
        Ok(TableReport {
            table: table.name,
            rows,
            copied,
            sha256,
        })
    }

    fn different(&self, table: &'static CopiedTable) -> CopyError {
        CopyError::Different {
            table: table.name,
            target: self.target_url.clone(),
        }
    }
}

fn store_error(table: &CopiedTable, source: Error) -> CopyError {
    CopyError::Store {
        table: table.name,
        source,
    }
}

/// The rows of a table one by one.
struct RowReader<'a> {
    pages: Pages<'a>,
    page: std::vec::IntoIter<Values>,
}

impl<'a> RowReader<'a> {
    fn new(database: &'a Database, table: &CopiedTable, statements: Statements) -> Self {
        Self {
            pages: Pages::new(database, table, statements),
            page: Vec::new().into_iter(),
        }
    }

    async fn next(&mut self) -> Result<Option<Values>, Error> {
        if self.page.len() == 0 {
            self.page = self.pages.next().await?.into_iter();
        }
        Ok(self.page.next())
    }
}

/// Every column that is copied, as `table.column`.
#[cfg(feature = "testing")]
pub(crate) fn columns(schema: Schema, is_file: bool) -> Vec<String> {
    let tables = tables::of(schema, is_file).into_iter().chain([&HEAD]);
    let named = |table: &'static CopiedTable| {
        let columns = table.columns().map(|column| column.trim_matches('"'));
        columns.map(|column| format!("{}.{column}", table.name))
    };
    tables.flat_map(named).collect()
}
