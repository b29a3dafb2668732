//! Somebody leaves for good while they talk: their sockets end, and no file names them any more.

use std::path::Path;

use testkit::{ANN, BO, SOON, until};
use wire::signaling::Ended;
use wire::{EndReason, Event, SessionSpec, UserErased, UserId};

use crate::booked::{event, post};
use crate::server::{SignalingServer, booking};

const NAME: &str = "Nahida Canary 51aa";

fn erased(user: &str) -> Event {
    let user_id = UserId::from(user);
    Event {
        id: uuid::Uuid::now_v7().to_string(),
        kind: "user.erased".to_owned(),
        occurred_at: testkit::now(),
        source: "scheduler".to_owned(),
        subject: user_id.to_string(),
        revision: None,
        data: serde_json::to_value(UserErased { user_id }).unwrap(),
    }
}

/// A booking of somebody with that name, and Bo.
fn named() -> SessionSpec {
    let mut session = booking().spec();
    let theirs = session.participants.iter_mut();
    for one in theirs.filter(|one| one.user_id == UserId::from(ANN)) {
        NAME.clone_into(&mut one.name);
    }
    session
}

fn is_named(directory: &Path) -> bool {
    let entries = std::fs::read_dir(directory).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.into_iter().any(|path| match path.is_dir() {
        true => is_named(&path),
        // One that was there a moment ago may be gone.
        false => std::fs::read(&path).is_ok_and(|bytes| {
            bytes
                .windows(NAME.len())
                .any(|part| part == NAME.as_bytes())
        }),
    })
}

#[tokio::test]
async fn sig_272_sockets_of_whoever_is_erased_end_and_no_file_names_them_any_more() {
    let server = SignalingServer::start().await;
    let live = named();
    let ahead = SessionSpec {
        id: "ahead".into(),
        revision: 2,
        ..named()
    };
    post(&server, &[event("session.rescheduled", &ahead)]).await;
    let (mut ann, mut bo, _) = server.live_pair(&live).await;
    assert!(is_named(server.data_dir()));

    post(&server, &[erased(ANN)]).await;
    for peer in [&mut ann, &mut bo] {
        let ended = peer.expect::<Ended>(SOON).await;
        assert_eq!(ended.reason, EndReason::Cancelled);
        assert_eq!(peer.expect_close(SOON).await, Some(4504));
    }
    until("no file names them", SOON * 3, async || {
        (!is_named(server.data_dir())).then_some(())
    })
    .await;
    let server = server.killed().await;
    assert!(!is_named(server.data_dir()));
    let ticket = server.ticket(BO, &live);
    let (error, code) = testkit::TestPeer::refused(&server.url, &ticket).await;
    assert_eq!(error.reason.as_deref(), Some("cancelled"));
    assert_eq!(code, Some(4504));
    assert!(!is_named(server.data_dir()), "though the ticket does");
}
