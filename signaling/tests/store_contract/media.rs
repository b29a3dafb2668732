//! The rules of [`MediaStore`].

use signaling::store::media::{InsertOutcome, MediaStore, StateChange, WebhookEventState};
use signaling::store::{Batch, RoomClosing, SnapshotStore};
use wire::{MediaBackend, SessionId, UnixMs};

use super::Factory;

const DAY_MS: i64 = 24 * 60 * 60_000;

/// Stores an event of LiveKit, whose body is its key.
async fn insert(store: &impl MediaStore, key: &str) -> InsertOutcome {
    let outcome = store.insert_event(MediaBackend::Livekit, key, UnixMs(1), key);
    outcome.await.unwrap()
}

/// The bodies of LiveKit's events in that state.
async fn bodies(store: &impl MediaStore, state: WebhookEventState) -> Vec<String> {
    let events = store.events(MediaBackend::Livekit, state, 0).await.unwrap();
    events.into_iter().map(|event| event.body).collect()
}

/// Gives the first new event that state.
async fn change_first(store: &impl MediaStore, state: WebhookEventState) {
    let new = store.events(MediaBackend::Livekit, WebhookEventState::New, 0);
    let change = StateChange {
        position: new.await.unwrap()[0].position,
        state,
        why: None,
    };
    store.change_states(&[change]).await.unwrap();
}

pub(super) async fn med_38_an_event_is_stored_once_by_server_and_key<F: Factory>() {
    let place = F::empty();
    let store = place.open().await;
    assert_eq!(insert(&store, "a").await, InsertOutcome::New);
    assert_eq!(insert(&store, "a").await, InsertOutcome::Duplicate);
    let other = store.insert_event(MediaBackend::Openvidu, "a", UnixMs(1), "a");
    assert_eq!(other.await.unwrap(), InsertOutcome::New);
    change_first(&store, WebhookEventState::Done).await;
    assert_eq!(insert(&store, "a").await, InsertOutcome::Duplicate);
    let again = place.open().await;
    assert_eq!(insert(&again, "a").await, InsertOutcome::Duplicate);
    assert!(again.has_event_with("a").await.unwrap());
    assert!(!again.has_event_with("%").await.unwrap());
}

pub(super) async fn med_36_events_are_read_in_order_by_server_and_state<F: Factory>() {
    let place = F::empty();
    let store = place.open().await;
    for key in ["z", "m", "a"] {
        insert(&store, key).await;
    }
    let other = store.insert_event(MediaBackend::Openvidu, "o", UnixMs(1), "o");
    other.await.unwrap();
    assert_eq!(
        bodies(&store, WebhookEventState::New).await,
        ["z", "m", "a"]
    );
    change_first(&store, WebhookEventState::Parked).await;
    assert_eq!(bodies(&store, WebhookEventState::New).await, ["m", "a"]);
    assert_eq!(bodies(&store, WebhookEventState::Parked).await, ["z"]);
    let new = store.events(MediaBackend::Livekit, WebhookEventState::New, 0);
    let first = new.await.unwrap()[0].position;
    let later = store.events(MediaBackend::Livekit, WebhookEventState::New, first);
    assert_eq!(later.await.unwrap()[0].body, "a");
}

pub(super) async fn med_37_unreadable_events_are_new_again_when_replayed<F: Factory>() {
    let place = F::empty();
    let store = place.open().await;
    for (key, state) in [
        ("dead", WebhookEventState::Dead),
        ("done", WebhookEventState::Done),
        ("parked", WebhookEventState::Parked),
    ] {
        insert(&store, key).await;
        change_first(&store, state).await;
    }
    assert_eq!(store.replay_unreadable().await.unwrap(), 1);
    assert_eq!(bodies(&store, WebhookEventState::New).await, ["dead"]);
    assert_eq!(store.replay_unreadable().await.unwrap(), 0);
}

pub(super) async fn med_38_done_and_unreadable_events_are_forgotten_in_time_and_no_others<
    F: Factory,
>() {
    let place = F::empty();
    let store = place.open().await;
    for (key, state) in [
        ("dead", WebhookEventState::Dead),
        ("done", WebhookEventState::Done),
        ("parked", WebhookEventState::Parked),
    ] {
        insert(&store, key).await;
        change_first(&store, state).await;
    }
    insert(&store, "new").await;
    store.prune_events(UnixMs(DAY_MS)).await.unwrap();
    assert_eq!(insert(&store, "done").await, InsertOutcome::Duplicate);
    store.prune_events(UnixMs(DAY_MS + 1)).await.unwrap();
    assert_eq!(bodies(&store, WebhookEventState::Done).await, [""; 0]);
    assert_eq!(bodies(&store, WebhookEventState::Dead).await, ["dead"]);
    store.prune_events(UnixMs(30 * DAY_MS + 1)).await.unwrap();
    assert_eq!(bodies(&store, WebhookEventState::Dead).await, [""; 0]);
    assert_eq!(bodies(&store, WebhookEventState::Parked).await, ["parked"]);
    assert_eq!(bodies(&store, WebhookEventState::New).await, ["new"]);
}

pub(super) async fn med_25_a_closing_is_written_with_its_batch_until_it_is_forgotten<F: Factory>() {
    let place = F::empty();
    let store = place.open().await;
    let closing = |revision| RoomClosing {
        session: SessionId::from("s"),
        kind: MediaBackend::Livekit,
        revision,
        ended_at: UnixMs(7),
    };
    for revision in [3, 4] {
        let batch = Batch {
            closings: vec![closing(revision)],
            ..Batch::default()
        };
        store.commit(&batch).await.unwrap();
    }
    let again = place.open().await;
    let closings = again.room_closings(MediaBackend::Livekit).await.unwrap();
    assert_eq!(closings, [closing(3)], "the first one counts");
    let others = again.room_closings(MediaBackend::Openvidu).await.unwrap();
    assert!(others.is_empty());
    again.forget_room_closing(&"s".into()).await.unwrap();
    let closings = store.room_closings(MediaBackend::Livekit).await.unwrap();
    assert!(closings.is_empty());
}
