//! A store with many sessions ahead, written as rows: people, occupancies and jobs too, as bookings leave them.

use scheduler_core::{RETENTION_MS, Record};
use serde_json::json;
use storage::testing::TestDatabase;
use wire::{BookSession, UnixMs};

use crate::databases::{REMIND_BEFORE_MS, insert, terms};

pub(super) const APPLICATION: &str = "bench";
/// Sessions of each two people.
const SESSIONS_OF_A_PAIR: usize = 10;
/// Reminders that are due from the start, of the first sessions.
const DUE: usize = 100;
/// Over which time the starts are spread.
const SPREAD_MS: i64 = 90 * DAY_MS;
const DAY_MS: i64 = 86_400_000;

/// The rows: how many, how many of them old, and as of when.
#[derive(Debug, Clone, Copy)]
pub(super) struct StoredSessions {
    pub(super) count: usize,
    /// Sessions, of the last ones, that [`StoredSessions::end_old`] makes due for erasing; and as many old notifications
    /// and deliveries.
    pub(super) old: usize,
    pub(super) now: UnixMs,
}

/// An id that sorts below every new one.
fn id(kind: u8, number: usize) -> String {
    format!("00000000-0000-7000-800{kind}-{number:012}")
}

impl StoredSessions {
    fn pairs(self) -> usize {
        self.count.div_ceil(SESSIONS_OF_A_PAIR)
    }

    fn people_of(self, session: usize) -> [usize; 2] {
        let first = 2 * (session % self.pairs());
        [first, first + 1]
    }

    /// The first sessions start in four minutes, so that their reminders are due.
    fn starts_at(self, session: usize) -> i64 {
        if session * 2 < DUE {
            return self.now.0 + REMIND_BEFORE_MS - 60_000;
        }
        let spread = i64::try_from(session).unwrap_or(0) * SPREAD_MS;
        self.now.0 + DAY_MS + spread / i64::try_from(self.count).unwrap_or(1)
    }

    /// A booking of people who are known, a year ahead.
    pub(super) fn offer(self, number: usize) -> Result<BookSession, String> {
        let person = |number: usize| json!({"external_id": format!("person-{number}"), "name": format!("Person {number}")});
        let offer = json!({
            "participants": self.people_of(number).map(person),
            "starts_at": self.now.0 + 365 * DAY_MS,
            "allow_overlap": true,
        });
        serde_json::from_value(offer).map_err(|error| error.to_string())
    }

    /// Writes them into a database that has its tables.
    pub(super) async fn write(self, database: &TestDatabase) {
        let now = self.now.0;
        let users = (0..2 * self.pairs()).map(|number| {
            let (id, name) = (id(1, number), format!("'Person {number}', {now}"));
            format!("('{id}', '{APPLICATION}', 'person-{number}', {name})")
        });
        insert(
            database,
            "users (id, application, external_id, name, created_at)",
            users,
        )
        .await;
        let record = json!(Record::default()).to_string();
        let sessions = (0..self.count).map(|session| {
            let (id, room) = (id(2, session), id(3, session));
            let starts_at = self.starts_at(session);
            let (opens_at, terms) = (starts_at - 300_000, terms(starts_at));
            format!("('{id}', '{APPLICATION}', 1, '{room}', 'booked', {starts_at}, {opens_at}, '{terms}', '{record}', 0, {now})")
        });
        let columns = "sessions (id, application, revision, room_id, status, starts_at, \
             lobby_opens_at, terms, record, cancelled, created_at)";
        insert(database, columns, sessions).await;
        let both = (0..self.count).flat_map(|session| {
            let people = self.people_of(session).into_iter().enumerate();
            people.map(move |(position, number)| (session, position, number))
        });
        let participants = both.clone().map(|(session, position, number)| {
            let (session, user) = (id(2, session), id(1, number));
            format!("('{session}', {position}, '{user}', 'Person {number}', 1)")
        });
        let columns = "participants (session_id, position, user_id, name, generation)";
        insert(database, columns, participants).await;
        let occupancies = both.map(|(session, _, number)| {
            let starts_at = self.starts_at(session);
            let (session, user) = (id(2, session), id(1, number));
            let [ends_at, busy, latest] = [65_000, 125_000, 295_000].map(|after| starts_at + after);
            format!("('{session}', '{user}', {starts_at}, {ends_at}, {busy}, {latest})")
        });
        let columns =
            "occupancies (session_id, user_id, starts_at, ends_at, busy_until, latest_end_at)";
        insert(database, columns, occupancies).await;
        self.write_jobs(database).await;
        self.write_old(database).await;
    }

    async fn write_jobs(self, database: &TestDatabase) {
        let jobs = (0..self.count).flat_map(move |session| {
            let starts_at = self.starts_at(session);
            let [one, other] = self.people_of(session).map(|number| id(1, number));
            let remind_at = starts_at - REMIND_BEFORE_MS;
            let due = [
                ("reminder", REMIND_BEFORE_MS, one, remind_at),
                ("reminder", REMIND_BEFORE_MS, other, remind_at),
                // Not due yet: the first sessions' reminders alone are.
                (
                    "lobby_opens",
                    0,
                    String::new(),
                    remind_at.max(self.now.0 + DAY_MS),
                ),
                (
                    "start",
                    0,
                    String::new(),
                    starts_at.max(self.now.0 + DAY_MS),
                ),
                ("no_show_check", 0, String::new(), starts_at + DAY_MS),
                ("retention", 0, String::new(), starts_at + RETENTION_MS),
            ];
            due.into_iter()
                .enumerate()
                .map(move |(place, (kind, before_ms, user, due_at))| {
                    let (id, session) = (job(place, session), id(2, session));
                    format!(
                        "('{id}', 'session', '{session}', 1, '{kind}', {before_ms}, '{user}', {due_at}, 'due')"
                    )
                })
        });
        let columns = "due_jobs (id, subject_kind, subject_id, revision, kind, before_ms, user_id, due_at, state)";
        insert(database, columns, jobs).await;
    }

    /// Notifications of 200 days ago, and deliveries of 40.
    async fn write_old(self, database: &TestDatabase) {
        let (created_at, user) = (self.now.0 - 200 * DAY_MS, id(1, 0));
        let notifications = (0..self.old).map(|number| {
            let id = id(8, number);
            format!("('{id}', '{user}', 'session_reminder', 'old:{number}', {created_at})")
        });
        let columns = "notifications (id, user_id, kind, cause, created_at)";
        insert(database, columns, notifications).await;
        let created_at = self.now.0 - 40 * DAY_MS;
        let deliveries = (0..self.old).map(|number| {
            let (id, key) = (id(9, number), format!("old:{number}"));
            format!("('{id}', '{key}', 'in_app', 'session_reminder', '{APPLICATION}', 'sent', 1, 0, {created_at}, {created_at})")
        });
        let columns = "deliveries (id, idempotency_key, channel, kind, application, state, attempts, term, due_at, created_at)";
        insert(database, columns, deliveries).await;
    }

    /// The last sessions are to be erased now.
    pub(super) async fn end_old(self, database: &TestDatabase) {
        let (first, last) = (self.count - self.old.min(self.count), self.count);
        let due_at = self.now.0 - 1_000;
        let (first, last) = (job(RETENTION, first), job(RETENTION, last));
        let statement = format!(
            "UPDATE due_jobs SET due_at = {due_at} WHERE id >= '{first}' AND id < '{last}'"
        );
        database.run(&statement).await;
    }
}

/// The place of the job that erases, among those of its session.
const RETENTION: usize = 5;

/// Jobs of one place have their ids beside each other.
fn job(place: usize, session: usize) -> String {
    format!("00000000-0000-7000-804{place}-{session:012}")
}
