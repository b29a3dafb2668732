//! SQLite's statements as sqlx's log tells them. It tells no values: those are MariaDB's, of the same commands on the same rows.

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::{Map, Value as Json};
use storage::Value;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use super::recording::{Question, RecordedWork, interned};

const TARGET: &str = "sqlx::query";
/// What `BEGIN` and its like are not: statements that are asked of a table.
const VERBS: [&str; 4] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "];
/// What a server calls it as `BEGIN READ WRITE`.
const BEGIN: &str = "BEGIN IMMEDIATE";

static LISTENS: AtomicBool = AtomicBool::new(false);
static HEARD: LazyLock<Mutex<Vec<&'static str>>> = LazyLock::new(Mutex::default);

/// Hears the log while it lives; the process has one.
#[derive(Debug)]
pub(crate) struct SqliteTap(());

impl SqliteTap {
    /// Begins to listen.
    pub(crate) fn new() -> Self {
        // Another one has been set by an earlier tap of this process: the same.
        let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Log));
        LISTENS.store(true, Ordering::Relaxed);
        Self(())
    }

    /// What was asked since the last call, with the values of `other`, which is the same command on MariaDB.
    ///
    /// # Errors
    /// When the two asked different things.
    pub(crate) fn take(&self, other: &[Question]) -> Result<RecordedWork, String> {
        let heard = std::mem::take(&mut *HEARD.lock().unwrap_or_else(PoisonError::into_inner));
        let mut heard = heard.into_iter();
        let work = other.iter().map(|question| match question {
            Question::Plain(text) if text.starts_with("COMMIT") => Ok(Question::Plain("COMMIT")),
            Question::Plain(_) => Ok(Question::Plain(BEGIN)),
            Question::Prepared { text, values } => {
                let own = heard.next().ok_or("SQLite was asked less")?;
                with_values(own, text, values)
            }
        });
        let work = work.collect::<Result<_, String>>()?;
        heard.next().map_or(Ok(work), |more| {
            Err(format!("SQLite was also asked {more}"))
        })
    }
}

impl Drop for SqliteTap {
    fn drop(&mut self) {
        LISTENS.store(false, Ordering::Relaxed);
    }
}

/// Where SQLite reads the rows of an insert.
const ROWS: &str = "FROM json_each(?1) WHERE true";

/// `?2 … ?1 … ?2` of SQLite has been `? … ? … ?` there.
fn with_values(
    text: &'static str,
    other: &str,
    values: &[Value<'static>],
) -> Result<Question, String> {
    let numbers = text.split('?').skip(1).map(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest[..digits].parse::<usize>()
    });
    let numbers: Vec<_> = numbers
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())?;
    let head = |text: &str| {
        text.split_whitespace()
            .take(3)
            .collect::<Vec<_>>()
            .join(" ")
    };
    if head(text) != head(other) || numbers.len() != values.len() {
        return Err(format!("SQLite was asked {text}, and MariaDB {other}"));
    }
    let count = numbers.iter().copied().max().unwrap_or_default();
    let mut own = vec![Value::Integer(None); count];
    for (number, value) in numbers.into_iter().zip(values) {
        own[number - 1] = match text.contains(ROWS) {
            true => lists(text, value)?,
            false => value.clone(),
        };
    }
    Ok(Question::Prepared { text, values: own })
}

/// The rows of an insert are objects there, and lists in the order of its columns here.
fn lists(text: &str, value: &Value<'static>) -> Result<Value<'static>, String> {
    let Value::Text(Some(json)) = value else {
        return Err(format!("{text} was given no rows"));
    };
    let rows: Vec<Map<String, Json>> =
        serde_json::from_str(json).map_err(|error| error.to_string())?;
    let columns = text
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'));
    let columns = columns.map_or("", |(columns, _)| columns);
    let list = |row: &Map<String, Json>| -> Vec<Json> {
        let columns = columns
            .split(',')
            .map(|column| column.trim().trim_matches('"'));
        columns
            .map(|column| row.get(column).cloned().unwrap_or_default())
            .collect()
    };
    let lists: Vec<_> = rows.iter().map(list).collect();
    let json = serde_json::to_string(&lists).map_err(|error| error.to_string())?;
    Ok(json.into())
}

struct Log;

impl<S: Subscriber> Layer<S> for Log {
    /// It is asked each time: it listens at times.
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.target() == TARGET {
            return Interest::sometimes();
        }
        Interest::never()
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        LISTENS.load(Ordering::Relaxed) && metadata.target() == TARGET
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::DEBUG)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut statement = LoggedStatement::default();
        event.record(&mut statement);
        let text = match statement.whole.trim() {
            "" => statement.summary.trim(),
            whole => whole,
        };
        if VERBS.iter().any(|verb| text.starts_with(verb)) {
            let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
            heard.push(interned(text));
        }
    }
}

/// The text of a statement, and its beginning, which is all of a short one.
#[derive(Default)]
struct LoggedStatement {
    summary: String,
    whole: String,
}

impl Visit for LoggedStatement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}
