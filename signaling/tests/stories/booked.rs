//! What the scheduler tells signaling of bookings: events as it posts them.

use serde_json::{Value, json};
use uuid::Uuid;
use wire::{Event, RoomId, SessionBooked, SessionSpec};

use crate::server::SignalingServer;

/// An event about a booking, with a new id.
pub(crate) fn event(kind: &str, session: &SessionSpec) -> Event {
    Event {
        id: Uuid::now_v7().to_string(),
        kind: kind.to_owned(),
        occurred_at: testkit::now(),
        source: "scheduler".to_owned(),
        subject: session.id.to_string(),
        revision: Some(session.revision),
        data: serde_json::to_value(SessionBooked {
            session: session.clone(),
            room_id: RoomId::from("room"),
        })
        .unwrap(),
    }
}

/// A batch of events, as the body of a request.
pub(crate) fn batch(events: &[Event]) -> Value {
    json!({
        "source": "scheduler", "node": "n1", "events": events, "complete_to": testkit::now(),
    })
}

/// Posts events, which are taken.
pub(crate) async fn post(server: &SignalingServer, events: &[Event]) {
    let url = format!("{}/v1/events", server.http);
    let answer = server.other_service().post(&url, batch(events)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// Moves a booking: the next revision of it, changed so. Returns it once signaling has taken it.
pub(crate) async fn reschedule(
    server: &SignalingServer,
    session: &SessionSpec,
    change: impl FnOnce(&mut SessionSpec),
) -> SessionSpec {
    let mut moved = SessionSpec {
        revision: session.revision + 1,
        ..session.clone()
    };
    change(&mut moved);
    post(server, &[event("session.rescheduled", &moved)]).await;
    moved
}

/// Calls a booking off.
pub(crate) async fn cancel(server: &SignalingServer, session: &SessionSpec) {
    let next = SessionSpec {
        revision: session.revision + 1,
        ..session.clone()
    };
    post(server, &[event("session.cancelled", &next)]).await;
}
