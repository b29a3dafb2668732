//! What other services tell the relay: who was removed from a session, and which are over.

use bus::EventsSecret;
use serde_json::json;
use turn::client::{ClientError, Transport};
use wire::{Event, EventBatch, EventType};

use crate::embedded::Embedded;

/// An event of the session of all credentials here.
fn event(id: &str, kind: EventType, user: Option<&str>) -> Event {
    Event {
        id: id.to_owned(),
        kind: kind.name().to_owned(),
        occurred_at: testkit::now(),
        source: "signaling".to_owned(),
        subject: "session".to_owned(),
        revision: None,
        data: user.map_or(json!({}), |user| json!({"user_id": user})),
    }
}

async fn deliver(server: &Embedded, secret: &str, events: Vec<Event>) -> u16 {
    let batch = EventBatch {
        source: "signaling".to_owned(),
        node: "n1".to_owned(),
        events,
        complete_to: testkit::now(),
    };
    let posted = reqwest::Client::new()
        .post(format!("{}/v1/events", server.http))
        .header("authorization", secret)
        .json(&batch)
        .send()
        .await;
    posted.unwrap().status().as_u16()
}

async fn allocates(server: &Embedded, person: &str) -> bool {
    let mut client = server.client(Transport::Udp, person).await;
    match client.allocate().await {
        Ok(_) => true,
        Err(ClientError::Refused(401)) => false,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn trn_58_a_kick_ends_the_relaying_of_that_person_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let secret = EventsSecret::load_or_create(folder.path())
        .unwrap()
        .bearer();
    let server = Embedded::storing(folder.path()).await;
    let mut on_udp = server.client(Transport::Udp, "ann").await;
    let mut on_tcp = server.client(Transport::Tcp, "ann").await;
    let mut bo = server.client(Transport::Tcp, "bo").await;
    for client in [&mut on_udp, &mut on_tcp, &mut bo] {
        client.allocate().await.unwrap();
    }
    // What makes no sense, or is of no concern, stops nothing.
    let kicked = vec![
        event("1", EventType::UserKicked, None),
        event("2", EventType::SessionLive, None),
        event("3", EventType::UserKicked, Some("ann")),
    ];
    assert_eq!(deliver(&server, "Bearer guess", kicked.clone()).await, 401);
    assert!(on_udp.refresh(600).await.is_ok());
    assert_eq!(deliver(&server, &secret, kicked.clone()).await, 200);
    for client in [&mut on_udp, &mut on_tcp] {
        let refused = client.refresh(600).await;
        assert!(
            matches!(refused, Err(ClientError::Refused(401))),
            "{refused:?}"
        );
    }
    bo.refresh(600).await.unwrap();
    assert!(!allocates(&server, "ann").await);
    assert!(server.metric("turn_allocations_revoked_total").await >= 2.0);

    // As at a crash: nothing is closed in order.
    drop(server);
    let server = Embedded::storing(folder.path()).await;
    assert!(!allocates(&server, "ann").await);
    assert!(allocates(&server, "bo").await);
    assert_eq!(
        deliver(&server, &secret, kicked).await,
        200,
        "a second time"
    );
    assert!(allocates(&server, "bo").await);
}

#[tokio::test]
async fn trn_58_the_end_and_the_cancelling_of_a_session_end_the_relaying_of_all() {
    for kind in [EventType::SessionEnded, EventType::SessionCancelled] {
        let folder = tempfile::tempdir().unwrap();
        let secret = EventsSecret::load_or_create(folder.path())
            .unwrap()
            .bearer();
        let server = Embedded::storing(folder.path()).await;
        let mut ann = server.client(Transport::Tcp, "ann").await;
        ann.allocate().await.unwrap();
        assert_eq!(
            deliver(&server, &secret, vec![event("1", kind, None)]).await,
            200
        );
        let refused = ann.refresh(600).await;
        assert!(matches!(refused, Err(ClientError::Refused(401))));
        for person in ["ann", "bo"] {
            assert!(!allocates(&server, person).await);
        }
    }
}

#[tokio::test]
async fn trn_58_without_a_data_directory_nobody_tells_it_anything() {
    let server = Embedded::start().await;
    let kicked = vec![event("1", EventType::UserKicked, Some("ann"))];
    assert_eq!(deliver(&server, "Bearer guess", kicked).await, 404);
    assert!(allocates(&server, "ann").await);
}
