//! What is wanted of one media server's rooms, session by session, and what is known of them.
//!
//! Sessions say what they want, the server's events and answers say what is; the tasks beside this file
//! make the one the other. Nothing here waits for anything but that something may be due.

mod closing;
mod opening;
mod polling;
mod tracked_session;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use signaling_core::{MediaPersonView, MediaRoomChange, MediaUpdate, MediaView, RoomRequest};
use tokio::sync::Notify;
use tokio::time::sleep;
use wire::{MediaBackend, SessionId, UnixMs};

pub(crate) use self::closing::RemovalCheck;
pub(crate) use self::polling::RoomOwner;
use self::tracked_session::{RetryTimer, RoomStage, TrackedSession};
use super::room_name;
use crate::deadline_index::DeadlineIndex;
use crate::store::RoomClosing;

/// Sessions that are known at once. Those that are over stay for some minutes.
const MAX_SESSIONS: usize = 200_000;
/// Longest sleep, so that a wall clock that is set is followed.
const MAX_SLEEP: Duration = Duration::from_secs(1);

/// The rooms of one media server; clones share them.
#[derive(Debug, Clone)]
pub(crate) struct RoomTracker(Arc<TrackerState>);

#[derive(Debug)]
struct TrackerState {
    kind: MediaBackend,
    reach_ms: i64,
    known: Mutex<TrackedSessions>,
    /// Whose room is to be made, and whose is to be looked for. Written only while `known` is locked, so that
    /// they say what the stages there say.
    to_open: DeadlineIndex,
    to_close: DeadlineIndex,
    to_ask: Notify,
    newcomer: Notify,
}

#[derive(Debug, Default)]
struct TrackedSessions {
    sessions: BTreeMap<SessionId, TrackedSession>,
    /// Those that a hint was about: the server is to be asked about their rooms.
    asked: BTreeSet<SessionId>,
    /// How many of the sessions are over.
    over: usize,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpdateOutcome {
    /// It was taken, whether it changed anything or not.
    Applied,
    /// Its session is not known here.
    Unknown,
}

impl RoomTracker {
    pub(crate) fn new(kind: MediaBackend, reach_ms: i64) -> Self {
        Self(Arc::new(TrackerState {
            kind,
            reach_ms,
            known: Mutex::default(),
            to_open: DeadlineIndex::default(),
            to_close: DeadlineIndex::default(),
            to_ask: Notify::new(),
            newcomer: Notify::new(),
        }))
    }

    /// What a session wants changed.
    pub(crate) fn note(&self, note: RoomRequest, now: UnixMs) {
        let fresh = self.stage_for(&note, now);
        let mut known = self.lock();
        if known.sessions.contains_key(&note.session) {
            let session = note.session.clone();
            self.change_in(&mut known, &session, |tracked| tracked.want(note, fresh));
            return;
        }
        if known.sessions.len() >= MAX_SESSIONS {
            metrics::counter!("signaling_media_sessions_refused_total").increment(1);
            return;
        }
        self.track(&mut known, note, fresh);
        drop(known);
        self.0.newcomer.notify_one();
    }

    /// Sessions that ended before this process began.
    pub(crate) fn restore(&self, closings: Vec<RoomClosing>, now: UnixMs) {
        let mut known = self.lock();
        for closing in closings {
            let note = RoomRequest {
                session: closing.session,
                kind: closing.kind,
                revision: closing.revision,
                users: ["".into(), "".into()],
                epoch: None,
                is_over: true,
            };
            let stage = RoomStage::Over {
                check: RetryTimer::at(now),
                until: closing.ended_at + self.0.reach_ms,
            };
            self.track(&mut known, note, stage);
        }
    }

    /// Applies an event about a room, or an answer of the API.
    pub(crate) fn apply(&self, room: &str, update: MediaUpdate, now: UnixMs) -> UpdateOutcome {
        let Some((session, revision)) = room_name::parse(self.0.kind, room) else {
            return UpdateOutcome::Unknown;
        };
        let polled = matches!(update, MediaUpdate::Polled { .. });
        let applied = self.change(&session, |tracked| {
            if revision != tracked.note.revision {
                // A room of an older revision: the poll removes it.
                return;
            }
            for change in tracked.apply(update, now) {
                log(&session, &change, polled);
            }
        });
        match applied {
            Some(()) => UpdateOutcome::Applied,
            None => UpdateOutcome::Unknown,
        }
    }

    /// True where an event about this room can be applied.
    pub(crate) fn knows(&self, room: &str) -> bool {
        room_name::parse(self.0.kind, room)
            .is_some_and(|(session, _)| self.lock().sessions.contains_key(&session))
    }

    /// What operators see of a session's room.
    pub(crate) fn view(&self, session: &SessionId) -> Option<MediaView> {
        let known = self.lock();
        let tracked = known.sessions.get(session)?;
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

    /// Returns when a session came that was not known before.
    pub(crate) async fn new_session(&self) {
        self.0.newcomer.notified().await;
    }

    /// Gives out what is due by `table`: at most `limit` sessions, those first that wait longest.
    fn take<T>(
        &self,
        table: &DeadlineIndex,
        now: UnixMs,
        limit: usize,
        give: impl Fn(&TrackedSession) -> T,
    ) -> Vec<T> {
        let mut known = self.lock();
        let due = std::iter::from_fn(|| table.pop(now)).take(limit);
        due.filter_map(|(_, session)| {
            let tracked = known.sessions.get_mut(&session)?;
            tracked.stage.is_taken();
            Some(give(tracked))
        })
        .collect()
    }

    /// Returns when something may be due by `table`.
    async fn wait(&self, table: &DeadlineIndex) {
        let mut jumps = service::clock::jumps();
        let wait = table.first().map_or(MAX_SLEEP, |first| {
            let ms = first.since(service::clock::now()).max(0).unsigned_abs();
            Duration::from_millis(ms).min(MAX_SLEEP)
        });
        tokio::select! {
            () = sleep(wait) => {}
            _ = jumps.changed() => {}
            // Several ends of one moment make one question.
            () = table.changed() => sleep(Duration::from_millis(2)).await,
        }
    }

    /// Changes a session, where it is known, and what is due with it.
    fn change<T>(
        &self,
        session: &SessionId,
        change: impl FnOnce(&mut TrackedSession) -> T,
    ) -> Option<T> {
        self.change_in(&mut self.lock(), session, change)
    }

    fn change_in<T>(
        &self,
        known: &mut TrackedSessions,
        session: &SessionId,
        change: impl FnOnce(&mut TrackedSession) -> T,
    ) -> Option<T> {
        let tracked = known.sessions.get_mut(session)?;
        let old = tracked.stage;
        let changed = change(tracked);
        let new = tracked.stage;
        self.file(known, session, Some(old), Some(new));
        Some(changed)
    }

    fn track(&self, known: &mut TrackedSessions, note: RoomRequest, stage: RoomStage) {
        let session = note.session.clone();
        let before = known
            .sessions
            .insert(session.clone(), TrackedSession::new(note, stage));
        let old = before.map(|tracked| tracked.stage);
        self.file(known, &session, old, Some(stage));
    }

    /// Every change of a stage is filed here.
    fn file(
        &self,
        known: &mut TrackedSessions,
        session: &SessionId,
        old: Option<RoomStage>,
        new: Option<RoomStage>,
    ) {
        let open_at = |stage: Option<RoomStage>| stage?.open_at();
        let check_at = |stage: Option<RoomStage>| stage?.check_at();
        self.0.to_open.move_to(session, open_at(old), open_at(new));
        self.0
            .to_close
            .move_to(session, check_at(old), check_at(new));
        known.over -= usize::from(old.is_some_and(RoomStage::is_over));
        known.over += usize::from(new.is_some_and(RoomStage::is_over));
    }

    fn stage_for(&self, note: &RoomRequest, now: UnixMs) -> RoomStage {
        match note.is_over {
            true => RoomStage::Over {
                check: RetryTimer::at(now),
                until: now + self.0.reach_ms,
            },
            false => RoomStage::On {
                open: RetryTimer::at(now),
            },
        }
    }

    fn lock(&self) -> MutexGuard<'_, TrackedSessions> {
        // Each change is of one entry, and complete before anything can panic.
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Logs each change, and counts those that came by a poll only.
fn log(session: &SessionId, change: &MediaRoomChange, polled: bool) {
    let (what, person) = match change {
        MediaRoomChange::Came(person) => ("came", person),
        MediaRoomChange::Went(person) => ("went", person),
    };
    tracing::info!(%session, user = %person.user, sid = person.sid, what, polled, "media room");
    if polled {
        metrics::counter!("signaling_media_reconciled_total", "what" => what).increment(1);
    }
}

#[cfg(test)]
mod tests;
