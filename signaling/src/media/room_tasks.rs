//! The tasks that create, poll and remove the rooms of a media server.
//!
//! Each is a loop that never ends by itself, and that a failing server only slows down.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::iter;
use service::clock::now;
use service::health::Readiness;
use signaling_core::{MediaUpdate, RoomRequest};
use tokio::time::{Instant, sleep, timeout};
use wire::SessionId;

use super::room_name;
use super::room_tracker::{RemovalCheck, RoomOwner, RoomTracker};
use super::server::{MediaError, MediaServer};
use crate::store::media::MediaStore;

/// Questions to one server at once.
const AT_ONCE: usize = 8;
/// Rooms that are made in one turn, and sessions whose rooms are looked for in one question.
const TURN: usize = 64;
/// Apart of polls. The answers of one may take some seconds more: they are 15 s apart at most.
const POLL_EVERY: Duration = Duration::from_secs(10);
/// Pause after a poll that failed.
const POLL_RETRY: Duration = Duration::from_secs(2);
/// Hints of one moment make one question.
const HINT_PAUSE: Duration = Duration::from_millis(50);

/// Makes rooms as they are wanted, and tries again where that fails.
/// `ready` is called with each session whose room is there.
pub(crate) async fn open_rooms<S: MediaServer>(
    rooms: &RoomTracker,
    server: &S,
    ready: impl Fn(&SessionId) + Sync,
) {
    let ready = &ready;
    loop {
        let due = rooms.take_opens(now(), TURN);
        if due.is_empty() {
            rooms.some_to_open().await;
            continue;
        }
        iter(due)
            .for_each_concurrent(AT_ONCE, |note| async move {
                let session = note.session.clone();
                if open(rooms, server, note).await {
                    ready(&session);
                }
            })
            .await;
    }
}

async fn open<S: MediaServer>(rooms: &RoomTracker, server: &S, note: RoomRequest) -> bool {
    let name = room_name::format(note.kind, &note.session, note.revision);
    let done = async {
        server.open(&name).await?;
        server.prepare(&name, &note.users).await
    }
    .await;
    if let Err(error) = &done {
        failed(server, "open", error);
        tracing::warn!(session = %note.session, %error, "the media room is not made yet");
    }
    rooms.opened(&note, done.is_ok(), now());
    done.is_ok()
}

/// Removes the rooms of sessions that are over and everybody in them, until it is seen that they are gone
/// and nobody can come back.
pub(crate) async fn close_rooms<S: MediaServer>(
    rooms: &RoomTracker,
    server: &S,
    store: &impl MediaStore,
) {
    loop {
        let due = rooms.take_checks(now(), TURN);
        let kind = server.kind().name();
        metrics::gauge!("signaling_media_watched", "server" => kind).set(f64::from(
            u32::try_from(rooms.watched()).unwrap_or(u32::MAX),
        ));
        if due.is_empty() {
            rooms.some_to_close().await;
            continue;
        }
        let names: Vec<String> = due.iter().flat_map(|check| check.rooms.clone()).collect();
        match server.rooms(Some(&names)).await {
            Ok(present) => {
                let present: BTreeSet<String> = present.into_iter().collect();
                iter(due)
                    .for_each_concurrent(AT_ONCE, |check| {
                        see_to(rooms, server, store, check, &present)
                    })
                    .await;
            }
            Err(error) => {
                failed(server, "close", &error);
                tracing::warn!(%error, sessions = due.len(), "media rooms can't be looked for");
                for check in due {
                    rooms.check_failed(&check.session, now());
                }
            }
        }
    }
}

async fn see_to<S: MediaServer>(
    rooms: &RoomTracker,
    server: &S,
    store: &impl MediaStore,
    check: RemovalCheck,
    present: &BTreeSet<String>,
) {
    let there: Vec<_> = check
        .rooms
        .iter()
        .filter(|room| present.contains(*room))
        .collect();
    if there.is_empty() {
        if rooms.is_absent(&check.session, now()) {
            finish(rooms, store, &check.session).await;
        }
        return;
    }
    for room in there {
        if let Err(error) = empty_and_delete(server, room).await {
            failed(server, "close", &error);
            tracing::warn!(session = %check.session, %error, "the media room is not gone yet");
            return rooms.check_failed(&check.session, now());
        }
        metrics::counter!("signaling_media_rooms_removed_total").increment(1);
        tracing::info!(session = %check.session, room, "media room removed");
    }
    rooms.was_removed(&check.session, now());
}

async fn empty_and_delete<S: MediaServer>(server: &S, room: &str) -> Result<(), MediaError> {
    for person in server.people(room).await? {
        server.remove(room, &person).await?;
        metrics::counter!("signaling_media_put_out_total").increment(1);
    }
    server.delete(room).await
}

/// Its row goes first: should that fail, all of this is done again.
async fn finish(rooms: &RoomTracker, store: &impl MediaStore, session: &SessionId) {
    match store.forget_room_closing(session).await {
        Ok(()) => rooms.forget(session),
        Err(error) => {
            tracing::error!(%session, %error, "the media room's row stays");
            rooms.check_failed(session, now());
        }
    }
}

/// Asks who is in each room: all of them every [`POLL_EVERY`], one of them after a hint. `readiness` learns whether the
/// server answers.
pub(crate) async fn poll_rooms<S: MediaServer>(
    rooms: &RoomTracker,
    server: &S,
    readiness: &Readiness,
) {
    let mut next = Instant::now();
    loop {
        let wait = next.saturating_duration_since(Instant::now());
        if timeout(wait, rooms.some_to_ask()).await.is_ok() {
            sleep(HINT_PAUSE).await;
            iter(rooms.take_asked())
                .for_each_concurrent(
                    AT_ONCE,
                    |room| async move { ask(rooms, server, &room).await },
                )
                .await;
            continue;
        }
        let polled = poll_all(rooms, server).await;
        readiness.report_other(server.kind().name(), polled.is_ok());
        next = Instant::now()
            + match polled {
                Ok(()) => POLL_EVERY,
                Err(error) => {
                    failed(server, "poll", &error);
                    tracing::warn!(%error, "media rooms can't be polled");
                    POLL_RETRY
                }
            };
    }
}

async fn poll_all<S: MediaServer>(rooms: &RoomTracker, server: &S) -> Result<(), MediaError> {
    let on = rooms.on();
    let asked_at = now();
    let present: BTreeSet<String> = server.rooms(None).await?.into_iter().collect();
    for room in &present {
        if rooms.claim(room, now()) == RoomOwner::Stale {
            tracing::info!(room, "a media room of an older booking goes");
            empty_and_delete(server, room).await?;
        }
    }
    iter(on)
        .for_each_concurrent(AT_ONCE, |room| {
            let is_there = present.contains(&room);
            async move {
                if is_there {
                    return ask(rooms, server, &room).await;
                }
                let people = Vec::new();
                rooms.apply(&room, MediaUpdate::Polled { asked_at, people }, now());
                rooms.is_missing(&room, now());
            }
        })
        .await;
    Ok(())
}

async fn ask<S: MediaServer>(rooms: &RoomTracker, server: &S, room: &str) {
    let asked_at = now();
    match server.people(room).await {
        Ok(people) => {
            rooms.apply(room, MediaUpdate::Polled { asked_at, people }, now());
        }
        Err(error) => {
            failed(server, "poll", &error);
            tracing::warn!(room, %error, "a media room can't be polled");
        }
    }
}

fn failed<S: MediaServer>(server: &S, doing: &'static str, error: &MediaError) {
    let why = match error {
        MediaError::Refused(_) => "refused",
        MediaError::Unreachable(_) => "unreachable",
        MediaError::Strange(_) => "strange",
    };
    let kind = server.kind().name();
    metrics::counter!("signaling_media_failures_total", "server" => kind, "doing" => doing, "why" => why)
        .increment(1);
}
