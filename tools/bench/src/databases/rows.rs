//! What the databases hold before anything is measured, the same rows in each.

use std::fmt::Write as _;

use scheduler_core::Record;
use serde_json::json;
use storage::testing::{TestDatabase, TestEngine};
use wire::{BookParticipant, BookSession, UnixMs};

/// Callers that book at once, each for two people of its own, so that none waits for another's people.
pub(crate) const CALLERS: usize = 16;
pub(crate) const APPLICATION: &str = "bench";
/// Jobs of one session: a reminder for each of the two, and others that are done.
const JOBS: usize = 10;
const REMINDERS: usize = 2;
/// Pairs of people that have sessions.
const PAIRS: usize = 32;
/// A reminder is due three hours before the start; that was a minute ago. It is of use for an hour and a half, which is longer
/// than any measurement takes.
pub(crate) const REMIND_BEFORE_MS: i64 = 3 * 60 * 60 * 1_000;
const STARTS_IN_MS: i64 = REMIND_BEFORE_MS - 60_000;
const BOOKED_AHEAD_MS: i64 = 24 * 60 * 60 * 1_000;
/// A statement for so many rows.
const ROWS_AT_ONCE: usize = 5_000;
/// Ids of what is there in the beginning are smaller, and those of what is booked are larger.
const FIRST_NEW_ID: &str = "01";

/// The rows: how many, and as of when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows {
    pub(crate) jobs: usize,
    pub(crate) now: UnixMs,
}

fn id(kind: u8, number: usize) -> String {
    format!("00000000-0000-7000-800{kind}-{number:012}")
}

fn user(number: usize) -> String {
    id(1, number)
}

/// The two of one caller, or of one session.
fn pair(number: usize) -> [usize; 2] {
    let first = 2 * (number % PAIRS);
    [first, first + 1]
}

/// A booking of that caller's two.
pub(crate) fn offer(caller: usize, now: UnixMs) -> BookSession {
    let participant = |number| BookParticipant {
        external_id: Some(format!("person-{number}")),
        name: Some(format!("Person {number}")),
        ..BookParticipant::default()
    };
    BookSession {
        participants: pair(caller).map(participant).to_vec(),
        starts_at: Some(now + BOOKED_AHEAD_MS),
        starts_at_local: None,
        duration_ms: None,
        countdown_ms: None,
        lobby_ms: None,
        closes_after_ms: None,
        extension_ms: None,
        max_extensions: None,
        hard_end_at: None,
        connect_ms: None,
        on_loss: None,
        max_pause_ms: None,
        duplicate: None,
        media: None,
        ice: None,
        allow_overlap: None,
        remind_before_ms: None,
        metadata: None,
    }
}

impl Rows {
    fn sessions(self) -> usize {
        self.jobs.div_ceil(JOBS)
    }

    /// Jobs that can be due at once.
    pub(crate) fn reminders(self) -> usize {
        self.sessions() * REMINDERS
    }

    /// Writes them into a database that has its tables; no reminder is due.
    pub(crate) async fn write(self, database: &TestDatabase) {
        let now = self.now.0;
        let users = (0..2 * PAIRS).map(|number| {
            format!(
                "('{}', '{APPLICATION}', 'person-{number}', 'Person {number}', {now})",
                user(number)
            )
        });
        insert(
            database,
            "users (id, application, external_id, name, created_at)",
            users,
        )
        .await;
        let (starts_at, terms) = (now + STARTS_IN_MS, terms(now + STARTS_IN_MS));
        let record = json!(Record::default());
        let sessions = (0..self.sessions()).map(|number| {
            format!(
                "('{}', '{APPLICATION}', 1, '{}', 'booked', {starts_at}, {now}, '{terms}', '{record}', 0, {now})",
                id(2, number),
                id(3, number)
            )
        });
        let columns = "sessions (id, application, revision, room_id, status, starts_at, \
             lobby_opens_at, terms, record, cancelled, created_at)";
        insert(database, columns, sessions).await;
        let participants = (0..self.sessions()).flat_map(|session| {
            pair(session)
                .into_iter()
                .enumerate()
                .map(move |(position, number)| {
                    format!(
                        "('{}', {position}, '{}', 'Person {number}', 1)",
                        id(2, session),
                        user(number)
                    )
                })
        });
        let columns = "participants (session_id, position, user_id, name, generation)";
        insert(database, columns, participants).await;
        let columns = "due_jobs (id, subject_kind, subject_id, revision, kind, before_ms, user_id, due_at, state)";
        insert(database, columns, (0..self.jobs).map(|job| self.job(job))).await;
    }

    /// The reminders come first, so that a number of them are those with smaller ids.
    fn job(self, number: usize) -> String {
        let (session, before_ms, user) = if number < self.reminders() {
            let session = number / REMINDERS;
            (
                session,
                REMIND_BEFORE_MS,
                user(pair(session)[number % REMINDERS]),
            )
        } else {
            let (session, before_ms) = (number % self.sessions(), number / self.sessions());
            (
                session,
                i64::try_from(before_ms).unwrap_or_default(),
                String::new(),
            )
        };
        let due_at = self.now.0 + STARTS_IN_MS - REMIND_BEFORE_MS;
        let (id, session) = (id(4, number), id(2, session));
        format!(
            "('{id}', 'session', '{session}', 1, 'reminder', {before_ms}, '{user}', {due_at}, 'done')"
        )
    }

    /// Takes back what was booked, claimed and settled, and lets that many reminders be due.
    pub(crate) async fn restore(self, engine: TestEngine, database: &TestDatabase, due: usize) {
        let reminders = id(4, self.reminders());
        let (first_not_due, nothing) = (id(4, due), "reason = NULL, lease_until = NULL, term = 0");
        let statements = format!(
            "DELETE FROM due_jobs WHERE subject_id >= '{FIRST_NEW_ID}'; DELETE FROM sessions WHERE id >= '{FIRST_NEW_ID}'; \
             DELETE FROM deliveries; DELETE FROM notifications; DELETE FROM timeline; DELETE FROM outbox; UPDATE outbox_head SET position = 0; \
             UPDATE due_jobs SET state = 'done', {nothing} WHERE id < '{reminders}' AND (state <> 'done' OR term <> 0); \
             UPDATE due_jobs SET state = 'due' WHERE id < '{first_not_due}'"
        );
        database.run(&statements).await;
        // What is left of rows that went would be in the way of whoever comes next, and differently each time.
        if engine == TestEngine::Postgres {
            let tables = "sessions, participants, due_jobs, deliveries, notifications, timeline, outbox, outbox_head, users";
            database.run(&format!("VACUUM (ANALYZE) {tables}")).await;
        }
    }
}

/// Terms of a session of a minute, with one reminder.
pub(crate) fn terms(starts_at: i64) -> String {
    let terms = json!({
        "starts_at": starts_at, "duration_ms": 60_000, "countdown_ms": 5_000, "lobby_ms": 300_000, "closes_after_ms": 120_000,
        "extension_ms": 60_000, "max_extensions": 1, "connect_ms": 20_000, "on_loss": "run", "max_pause_ms": 30_000,
        "duplicate": "takeover", "media": "p2p", "ice": "all", "remind_before_ms": [REMIND_BEFORE_MS],
    });
    terms.to_string()
}

/// Adds rows, each as a list of values in brackets.
pub(crate) async fn insert(
    database: &TestDatabase,
    columns: &str,
    rows: impl Iterator<Item = String>,
) {
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        let mut statement = format!("INSERT INTO {columns} VALUES ");
        for (at, row) in rows.by_ref().take(ROWS_AT_ONCE).enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            write!(statement, "{comma}{row}").expect("memory takes it");
        }
        database.run(&statement).await;
    }
}
