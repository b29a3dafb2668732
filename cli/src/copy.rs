//! `rendezvous copy`: moves the store of the scheduler or of chat to another database. How is `storage::copy`'s; here are
//! the two URLs, what is shown meanwhile, and what the end means for the exit code.

mod progress;

use serde_json::{Value, json};
use storage::DatabaseUrl;
use storage::copy::{CopyError, CopyReport};

use self::progress::Shown;
use crate::cli::CopyArgs;
use crate::config::{self, Settings};
use crate::failure::Failure;
use crate::migrate;
use crate::output;

/// Copies, compares both, and prints what each table holds.
///
/// # Errors
/// A URL that can't be used or a database that is not the right one is for a person to put right; after any other failure the
/// same command goes on from where it was.
pub(crate) async fn run(settings: &Settings, args: &CopyArgs) -> Result<(), Failure> {
    let options = settings.database.options()?;
    let from = url("from", args.from.as_deref(), args.from_env.as_deref())?;
    let to = url("to", args.to.as_deref(), args.to_env.as_deref())?;
    if from.url.identity() == to.url.identity() {
        return Err(Failure::config(format!(
            "{} and {} are one database",
            from.option, to.option
        )));
    }
    for url in [&from.url, &to.url] {
        migrate::refuse_lost_tail(url, &settings.chat.accepted_loss).await?;
    }
    let mut shown = Shown::new();
    let mut show = |progress| shown.show(&progress);
    let copied = storage::copy::copy(&from.url, &to.url, &options, &mut show).await;
    shown.end();
    let report = copied.map_err(|error| failure(&error))?;
    if args.json {
        output::line(&format!("{:#}", as_json(&report, &from.url, &to.url))).await;
    } else {
        output::text(&as_text(&report, &from.url, &to.url)).await;
    }
    Ok(())
}

/// A database that was named on the command line.
struct Named {
    option: String,
    url: DatabaseUrl,
}

fn url(side: &str, plain: Option<&str>, variable: Option<&str>) -> Result<Named, Failure> {
    let (option, text) = match variable {
        None => (format!("--{side}"), plain.unwrap_or_default().to_owned()),
        Some(name) => {
            let option = format!("--{side}-env {name}");
            let text = std::env::var(name)
                .map_err(|_| Failure::config(format!("{option}: it is not set")))?;
            (option, text)
        }
    };
    let url =
        config::database_url(&text).map_err(|why| Failure::config(format!("{option}: {why}")))?;
    if variable.is_none() && config::has_password(&text) {
        eprintln!(
            "rendezvous: --{side}: everybody on this machine can read the password on a command line: --{side}-env takes the URL from a variable"
        );
    }
    Ok(Named { option, url })
}

fn failure(error: &CopyError) -> Failure {
    match error {
        CopyError::Open(error) => Failure::of_store(error),
        CopyError::NoStore(_)
        | CopyError::Outdated(_)
        | CopyError::Same(_)
        | CopyError::Different { .. } => Failure::config(error.to_string()),
        CopyError::Store { .. } => Failure::crash(error.to_string()),
    }
}

fn as_text(report: &CopyReport, from: &DatabaseUrl, to: &DatabaseUrl) -> String {
    let width = report.tables.iter().map(|one| one.table.len()).max();
    let width = width.unwrap_or_default();
    let mut text = format!(
        "{:<width$}  {:>10}  {:>10}  sha256 of both\n",
        "table", "rows", "copied"
    );
    for one in &report.tables {
        let (table, rows, copied, sha256) = (one.table, one.rows, one.copied, &one.sha256);
        text += &format!("{table:<width$}  {rows:>10}  {copied:>10}  {sha256}\n");
    }
    for (table, rows) in &report.left {
        text +=
            &format!("{table} stays in {from}: {rows} rows; {to} is of a kind that keeps none\n");
    }
    text + &format!("{}: {from} and {to} hold the same\n", report.schema)
}

fn as_json(report: &CopyReport, from: &DatabaseUrl, to: &DatabaseUrl) -> Value {
    let tables = report.tables.iter().map(|one| {
        json!({ "table": one.table, "rows": one.rows, "copied": one.copied, "sha256": one.sha256 })
    });
    let left = report.left.iter();
    let left = left.map(|(table, rows)| json!({ "table": table, "rows": rows }));
    json!({
        "store": report.schema,
        "from": from.to_string(),
        "to": to.to_string(),
        "tables": tables.collect::<Vec<_>>(),
        "left": left.collect::<Vec<_>>(),
    })
}
