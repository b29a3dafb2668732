//! The bound for durable sends: how many messages a process can commit to SQLite by group commit, with nothing around it. No socket,
//! no room, no reader: whoever sends waits for the commit of the transaction that its row was in, and sends the next.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, QueryBuilder, Sqlite, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

/// Most rows of one statement, below SQLite's limit of parameters.
const MAX_ROWS: usize = 256;
/// Text of a message, in bytes: as the generator sends it by default.
const BODY_BYTES: usize = 100;
/// What a message takes, and the two keys by which it is found: its number in the room, and its sender's own.
const TABLE: &str = "CREATE TABLE messages (room TEXT NOT NULL, seq INTEGER NOT NULL, message_id TEXT NOT NULL, \
     sender TEXT NOT NULL, client_id TEXT NOT NULL, body TEXT NOT NULL, sent_at INTEGER NOT NULL, \
     PRIMARY KEY (room, seq), UNIQUE (room, sender, client_id)) WITHOUT ROWID";

/// What committing messages took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MessageCommitCost {
    /// Messages that were committed.
    pub messages: usize,
    /// Messages in a second.
    pub per_second: f64,
    /// From sending to the commit, in milliseconds: the median.
    pub p50_ms: f64,
    /// Transactions that they were in.
    pub commits: usize,
    /// Rows that the file has in the end.
    pub stored: usize,
}

impl MessageCommitCost {
    /// The result as `run.py` reads it.
    #[must_use]
    pub fn to_json(&self) -> String {
        json!({
            "messages": self.messages, "per_second": self.per_second, "p50_ms": self.p50_ms, "commits": self.commits,
        })
        .to_string()
    }
}

/// One message, and who waits for it.
struct PendingMessage {
    room: usize,
    seq: i64,
    committed: oneshot::Sender<()>,
}

/// The cost with so many senders, each in a room of its own, for as long as `lasts`.
///
/// # Errors
/// When the file can't be written.
pub async fn measure(
    senders: usize,
    lasts: Duration,
    dir: &Path,
) -> Result<MessageCommitCost, String> {
    let folder = tempfile::tempdir_in(dir).map_err(|error| error.to_string())?;
    measured(senders, lasts, folder.path())
        .await
        .map_err(|error| error.to_string())
}

async fn measured(
    senders: usize,
    lasts: Duration,
    dir: &Path,
) -> Result<MessageCommitCost, sqlx::Error> {
    let mut connection = SqliteConnectOptions::new()
        .filename(dir.join("messages.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging()
        .connect()
        .await?;
    sqlx::raw_sql(TABLE).execute(&mut connection).await?;
    let (queue, waiting) = mpsc::channel(senders.max(1));
    let began = Instant::now();
    let mut sending = JoinSet::new();
    for room in 0..senders {
        sending.spawn(send_until(room, began + lasts, queue.clone()));
    }
    drop(queue);
    let commits = write(&mut connection, waiting).await?;
    let seconds = began.elapsed().as_secs_f64();
    let mut spans_ms = sending.join_all().await.concat();
    spans_ms.sort_by(f64::total_cmp);
    let stored: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM messages")
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    Ok(MessageCommitCost {
        messages: spans_ms.len(),
        per_second: spans_ms.len() as f64 / seconds,
        p50_ms: spans_ms.get(spans_ms.len() / 2).copied().unwrap_or(0.0),
        commits,
        stored: usize::try_from(stored).unwrap_or(0),
    })
}

/// One sender; how long each of its messages took.
async fn send_until(room: usize, until: Instant, queue: mpsc::Sender<PendingMessage>) -> Vec<f64> {
    let mut spans_ms = Vec::new();
    for seq in 1.. {
        let began = Instant::now();
        let (committed, waits) = oneshot::channel();
        let message = PendingMessage {
            room,
            seq,
            committed,
        };
        if began >= until || queue.send(message).await.is_err() || waits.await.is_err() {
            break;
        }
        spans_ms.push(began.elapsed().as_secs_f64() * 1e3);
    }
    spans_ms
}

/// Commits all that waits, again and again, until nobody sends; how many commits that were.
async fn write(
    connection: &mut SqliteConnection,
    mut waiting: mpsc::Receiver<PendingMessage>,
) -> Result<usize, sqlx::Error> {
    let body = "x".repeat(BODY_BYTES);
    let mut batch: Vec<PendingMessage> = Vec::new();
    let mut commits = 0;
    while waiting.recv_many(&mut batch, MAX_ROWS).await > 0 {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO messages (room, seq, message_id, sender, client_id, body, sent_at) ",
        );
        insert.push_values(&batch, |mut row, message| {
            row.push_bind(format!("01890000-0000-7000-8000-{:012}", message.room))
                .push_bind(message.seq)
                .push_bind(format!(
                    "01890000-{:04}-7000-8000-{:012}",
                    message.room, message.seq
                ))
                .push_bind(format!("u{}", message.room))
                .push_bind(format!("m{}", message.seq))
                .push_bind(body.as_str())
                .push_bind(1_700_000_000_000_i64 + message.seq);
        });
        // One statement is a transaction of its own.
        insert.build().execute(&mut *connection).await?;
        commits += 1;
        for message in batch.drain(..) {
            // Whoever has gone needs no answer.
            let _ = message.committed.send(());
        }
    }
    Ok(commits)
}
