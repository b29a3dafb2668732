//! What is wanted of one media server's rooms, session by session, and what is known of them.
//!
//! Sessions say what they want, the server's events and answers say what is; the tasks beside this file
//! make the one the other. Nothing here waits for anything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use signaling_core::{MediaChange, MediaNews, MediaPersonView, MediaRoom, MediaView, RoomNote};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use wire::{MediaBackend, SessionId, UnixMs};

use super::room;
use crate::store::Closing;

/// First pause after a failure, in milliseconds; it doubles.
const RETRY_MIN_MS: i64 = 250;
/// Longest pause, in milliseconds: a server that is back is noticed within it.
const RETRY_MAX_MS: i64 = 2_000;
/// How soon after a removal its success is checked, in milliseconds.
const VERIFY_MS: i64 = 200;
/// How often a room of an ended session is looked for while somebody may hold a token for it, in
/// milliseconds. With the removal itself they are out again within 5 s.
const WATCH_EVERY_MS: i64 = 3_000;
/// Revisions of one session whose rooms are looked for at its end. Rooms of yet older ones are found by
/// the poll.
const REVISIONS_BACK: u64 = 10;
/// Sessions that are known at once. Those that are over stay for some minutes.
const MAX_SESSIONS: usize = 200_000;
/// Longest sleep, so that a wall clock that is set is followed.
const MAX_SLEEP: Duration = Duration::from_secs(1);

/// The rooms of one media server; clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Rooms(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    kind: MediaBackend,
    reach_ms: i64,
    sessions: Mutex<BTreeMap<SessionId, Tracked>>,
    to_open: Notify,
    to_close: Notify,
    to_ask: Notify,
    newcomer: Notify,
}

#[derive(Debug)]
struct Tracked {
    note: RoomNote,
    stage: Stage,
    room: MediaRoom,
    /// A hint came: the server is to be asked about this room.
    ask: bool,
}

#[derive(Debug)]
enum Stage {
    /// On: the room is made when it is due.
    On { open: Due },
    /// Over: the room is looked for, again and again, and removed if it is there.
    Over { check: Due, until: UnixMs },
}

/// When something is to be done, and how often it failed. None while it is being done, or is done.
#[derive(Debug, Default, Clone, Copy)]
struct Due {
    at: Option<UnixMs>,
    failures: u32,
}

impl Due {
    fn at(at: UnixMs) -> Self {
        Self {
            at: Some(at),
            failures: 0,
        }
    }

    fn failed(&mut self, now: UnixMs) {
        let pause_ms = RETRY_MIN_MS << self.failures.min(8);
        self.failures += 1;
        self.at = Some(now + pause_ms.min(RETRY_MAX_MS));
    }

    fn take(&mut self, now: UnixMs) -> bool {
        let due = self.at.is_some_and(|at| at <= now);
        if due {
            self.at = None;
        }
        due
    }
}

/// A room that is to be looked for, because its session is over.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    pub(crate) session: SessionId,
    pub(crate) rooms: Vec<String>,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Applied {
    /// It was taken; whether it changed anything.
    Taken,
    /// Its session is not known here.
    Unknown,
}

/// Whose a room is that the server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// The room of a session that is on.
    Wanted,
    /// The room of an older revision: nobody is told of it any longer.
    Stale,
    /// The room of a session that is over, or of nobody known here.
    Other,
}

impl Rooms {
    pub(crate) fn new(kind: MediaBackend, reach_ms: i64) -> Self {
        Self(Arc::new(Shared {
            kind,
            reach_ms,
            sessions: Mutex::default(),
            to_open: Notify::new(),
            to_close: Notify::new(),
            to_ask: Notify::new(),
            newcomer: Notify::new(),
        }))
    }

    /// What a session wants changed.
    pub(crate) fn note(&self, note: RoomNote, now: UnixMs) {
        let mut sessions = self.lock();
        let Some(tracked) = sessions.get_mut(&note.session) else {
            if sessions.len() >= MAX_SESSIONS {
                metrics::counter!("signaling_media_sessions_refused_total").increment(1);
                return;
            }
            let stage = self.stage_for(&note, now);
            sessions.insert(note.session.clone(), Tracked::new(note, stage));
            drop(sessions);
            self.0.newcomer.notify_one();
            return self.wake();
        };
        if tracked.note == note || matches!(tracked.stage, Stage::Over { .. }) {
            return;
        }
        let news_of_media = note.epoch.is_some() && note.epoch != tracked.note.epoch;
        let moved = note.revision != tracked.note.revision;
        if moved {
            tracked.room = MediaRoom::default();
        }
        if note.is_over || moved || news_of_media {
            tracked.stage = self.stage_for(&note, now);
        }
        tracked.note = note;
        drop(sessions);
        self.wake();
    }

    /// Sessions that ended before this process began.
    pub(crate) fn restore(&self, closings: Vec<Closing>, now: UnixMs) {
        let mut sessions = self.lock();
        for closing in closings {
            let note = RoomNote {
                session: closing.session.clone(),
                kind: closing.kind,
                revision: closing.revision,
                users: ["".into(), "".into()],
                epoch: None,
                is_over: true,
            };
            let stage = Stage::Over {
                check: Due::at(now),
                until: closing.ended_at + self.0.reach_ms,
            };
            sessions.insert(closing.session, Tracked::new(note, stage));
        }
        drop(sessions);
        self.wake();
    }

    /// Applies what is heard of a room.
    pub(crate) fn apply(&self, room: &str, news: MediaNews, now: UnixMs) -> Applied {
        let Some((session, revision)) = room::parse(self.0.kind, room) else {
            return Applied::Unknown;
        };
        let mut sessions = self.lock();
        let Some(tracked) = sessions.get_mut(&session) else {
            return Applied::Unknown;
        };
        if revision != tracked.note.revision {
            // An old room's news; the poll sees to it that it goes.
            return Applied::Taken;
        }
        let polled = matches!(news, MediaNews::Polled { .. });
        let changes = tracked.room.handle(now, news);
        for change in &changes {
            log(&session, change, polled);
        }
        let mut somebody_came = changes
            .iter()
            .any(|change| matches!(change, MediaChange::Came(_)));
        if let Stage::Over { check, .. } = &mut tracked.stage {
            if somebody_came && check.at.is_some() {
                check.at = Some(now);
            }
        } else {
            somebody_came = false;
        }
        drop(sessions);
        if somebody_came {
            self.0.to_close.notify_one();
        }
        Applied::Taken
    }

    /// A room's server is to be asked about it soon.
    pub(crate) fn ask_about(&self, room: &str) -> Applied {
        let Some((session, _)) = room::parse(self.0.kind, room) else {
            return Applied::Unknown;
        };
        let mut sessions = self.lock();
        let Some(tracked) = sessions.get_mut(&session) else {
            return Applied::Unknown;
        };
        tracked.ask = true;
        if let Stage::Over { check, .. } = &mut tracked.stage
            && check.at.is_some()
        {
            check.at = Some(service::clock::now());
        }
        drop(sessions);
        self.0.to_ask.notify_one();
        self.0.to_close.notify_one();
        Applied::Taken
    }

    /// True where an event about this room can be applied.
    pub(crate) fn knows(&self, room: &str) -> bool {
        room::parse(self.0.kind, room)
            .is_some_and(|(session, _)| self.lock().contains_key(&session))
    }

    /// Rooms to be made, at most `limit`; each is given out once until it is reported on.
    pub(crate) fn take_opens(&self, now: UnixMs, limit: usize) -> Vec<RoomNote> {
        let mut sessions = self.lock();
        let due = sessions.values_mut().filter_map(|tracked| {
            let Stage::On { open } = &mut tracked.stage else {
                return None;
            };
            open.take(now).then(|| tracked.note.clone())
        });
        due.take(limit).collect()
    }

    /// Whether a room could be made.
    pub(crate) fn opened(&self, note: &RoomNote, done: bool, now: UnixMs) {
        let mut sessions = self.lock();
        let Some(tracked) = sessions.get_mut(&note.session) else {
            return;
        };
        let current = tracked.note.revision == note.revision;
        if let Stage::On { open } = &mut tracked.stage
            && current
        {
            match done {
                true => open.failures = 0,
                false => open.failed(now),
            }
        }
    }

    /// Rooms to be looked for, at most `limit` sessions' worth; each is given out once until it is reported on.
    pub(crate) fn take_checks(&self, now: UnixMs, limit: usize) -> Vec<Check> {
        let mut sessions = self.lock();
        let due = sessions.values_mut().filter_map(|tracked| {
            let Stage::Over { check, .. } = &mut tracked.stage else {
                return None;
            };
            check.take(now).then(|| Check {
                session: tracked.note.session.clone(),
                rooms: tracked.every_room(),
            })
        });
        due.take(limit).collect()
    }

    /// The server has no room of this session. True once nobody can get back in.
    pub(crate) fn is_absent(&self, session: &SessionId, now: UnixMs) -> bool {
        let mut sessions = self.lock();
        let Some(tracked) = sessions.get_mut(session) else {
            return false;
        };
        let Stage::Over { check, until } = &mut tracked.stage else {
            return false;
        };
        tracked.room.handle(
            now,
            MediaNews::Polled {
                asked_at: now,
                people: Vec::new(),
            },
        );
        *check = Due::at(now + WATCH_EVERY_MS);
        now >= *until
    }

    /// A room of this session was removed, which is to be verified.
    pub(crate) fn was_removed(&self, session: &SessionId, now: UnixMs) {
        self.check(session, |check| *check = Due::at(now + VERIFY_MS));
    }

    /// It could not be found out, or not be removed.
    pub(crate) fn check_failed(&self, session: &SessionId, now: UnixMs) {
        self.check(session, |check| check.failed(now));
    }

    fn check(&self, session: &SessionId, change: impl FnOnce(&mut Due)) {
        if let Some(tracked) = self.lock().get_mut(session)
            && let Stage::Over { check, .. } = &mut tracked.stage
        {
            change(check);
        }
    }

    /// Nothing more is to be done for this session.
    pub(crate) fn forget(&self, session: &SessionId) {
        self.lock().remove(session);
    }

    /// The rooms of sessions that are on.
    pub(crate) fn on(&self) -> Vec<String> {
        let sessions = self.lock();
        let on = sessions
            .values()
            .filter(|tracked| matches!(tracked.stage, Stage::On { .. }));
        on.map(Tracked::room_name).collect()
    }

    /// Rooms that a hint was about.
    pub(crate) fn take_asked(&self) -> Vec<String> {
        let mut sessions = self.lock();
        let asked = sessions
            .values_mut()
            .filter_map(|tracked| std::mem::take(&mut tracked.ask).then(|| tracked.room_name()));
        asked.collect()
    }

    /// A room that should be there is not: it is made again, where people are to meet in it.
    pub(crate) fn is_missing(&self, room: &str, now: UnixMs) {
        let Some((session, _)) = room::parse(self.0.kind, room) else {
            return;
        };
        if let Some(tracked) = self.lock().get_mut(&session)
            && let Stage::On { open } = &mut tracked.stage
            && tracked.note.epoch.is_some()
            && open.at.is_none()
        {
            *open = Due::at(now);
        }
        self.0.to_open.notify_one();
    }

    /// Whose a room is that the server has; one of an ended session is looked for at once.
    pub(crate) fn claim(&self, room: &str, now: UnixMs) -> Claim {
        let Some((session, revision)) = room::parse(self.0.kind, room) else {
            return Claim::Other;
        };
        let mut sessions = self.lock();
        match sessions.get_mut(&session) {
            Some(Tracked {
                stage: Stage::On { .. },
                note,
                ..
            }) => match revision {
                revision if revision < note.revision => Claim::Stale,
                _ => Claim::Wanted,
            },
            Some(Tracked {
                stage: Stage::Over { check, .. },
                note,
                ..
            }) => {
                if revision < note.revision.saturating_sub(REVISIONS_BACK) {
                    return Claim::Stale;
                }
                if check.at.is_some() {
                    check.at = Some(now);
                }
                drop(sessions);
                self.0.to_close.notify_one();
                Claim::Other
            }
            None => Claim::Other,
        }
    }

    /// What operators see of a session's room.
    pub(crate) fn view(&self, session: &SessionId) -> Option<MediaView> {
        let sessions = self.lock();
        let tracked = sessions.get(session)?;
        let people = tracked.room.people().map(|person| MediaPersonView {
            user_id: person.user.clone(),
            sid: person.sid.clone(),
            joined_at: person.joined_at,
        });
        Some(MediaView {
            kind: self.0.kind,
            room: tracked.room_name(),
            people: people.collect(),
            checked_at: tracked.room.polled_at(),
        })
    }

    /// How many sessions are over and still watched.
    pub(crate) fn watched(&self) -> usize {
        let sessions = self.lock();
        let over = |tracked: &&Tracked| matches!(tracked.stage, Stage::Over { .. });
        sessions.values().filter(over).count()
    }

    /// Returns when a room may be due to be made.
    pub(crate) async fn some_to_open(&self) {
        self.wait(&self.0.to_open, |stage| match stage {
            Stage::On { open } => open.at,
            Stage::Over { .. } => None,
        })
        .await;
    }

    /// Returns when a room may be due to be looked for.
    pub(crate) async fn some_to_close(&self) {
        self.wait(&self.0.to_close, |stage| match stage {
            Stage::Over { check, .. } => check.at,
            Stage::On { .. } => None,
        })
        .await;
    }

    /// Returns when a hint came.
    pub(crate) async fn some_to_ask(&self) {
        self.0.to_ask.notified().await;
    }

    /// Returns when a session came that was not known before.
    pub(crate) async fn a_newcomer(&self) {
        self.0.newcomer.notified().await;
    }

    async fn wait(&self, notify: &Notify, due: impl Fn(&Stage) -> Option<UnixMs>) {
        let first = self
            .lock()
            .values()
            .filter_map(|tracked| due(&tracked.stage))
            .min();
        let wait = first.map_or(MAX_SLEEP, |first| {
            let ms = first.since(service::clock::now()).max(0).unsigned_abs();
            Duration::from_millis(ms).min(MAX_SLEEP)
        });
        if timeout(wait, notify.notified()).await.is_ok() {
            // Several ends of one moment make one question.
            sleep(Duration::from_millis(2)).await;
        }
    }

    fn wake(&self) {
        self.0.to_open.notify_one();
        self.0.to_close.notify_one();
    }

    fn stage_for(&self, note: &RoomNote, now: UnixMs) -> Stage {
        match note.is_over {
            true => Stage::Over {
                check: Due::at(now),
                until: now + self.0.reach_ms,
            },
            false => Stage::On { open: Due::at(now) },
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SessionId, Tracked>> {
        // Each change is of one entry, and complete before anything can panic.
        self.0
            .sessions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tracked {
    fn new(note: RoomNote, stage: Stage) -> Self {
        Self {
            note,
            stage,
            room: MediaRoom::default(),
            ask: false,
        }
    }

    fn room_name(&self) -> String {
        room::name(self.note.kind, &self.note.session, self.note.revision)
    }

    fn every_room(&self) -> Vec<String> {
        let last = self.note.revision;
        let first = last.saturating_sub(REVISIONS_BACK).min(last);
        let revisions: BTreeSet<u64> = (first..=last).collect();
        revisions
            .into_iter()
            .map(|revision| room::name(self.note.kind, &self.note.session, revision))
            .collect()
    }
}

/// One line for each change, and a count of those that no event told.
fn log(session: &SessionId, change: &MediaChange, polled: bool) {
    let (what, person) = match change {
        MediaChange::Came(person) => ("came", person),
        MediaChange::Went(person) => ("went", person),
    };
    tracing::info!(%session, user = %person.user, sid = person.sid, what, polled, "media room");
    if polled {
        metrics::counter!("signaling_media_reconciled_total", "what" => what).increment(1);
    }
}
