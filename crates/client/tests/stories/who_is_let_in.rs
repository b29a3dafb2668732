//! Joins that are refused, and those that come too early.

use std::time::Duration;

use rendezvous_client::{EndReason, JoinLink, NoTicket, SessionEvent, SessionStage};
use serde_json::json;
use testkit::{RtcPeer, SOON, Service};

use crate::stage::{Stage, with_notes};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rcl_23_who_comes_early_joins_when_the_lobby_opens() {
    let stage =
        Stage::booked_then(|| json!({"starts_at": testkit::now() + 66_000, "lobby_ms": 60_000}))
            .await;
    let opens_at = stage.session.lobby_opens_at;
    let mut ann = stage.join(0, with_notes).await;
    let told = ann.expect("too early", SOON, |event| match event {
        SessionEvent::Waiting {
            opens_at: Some(opens_at),
            ..
        } => Ok(opens_at),
        other => Err(other),
    });
    assert_eq!(told.await, opens_at);
    let phase = ann.snapshot().phase;
    assert_eq!(phase, SessionStage::Early { opens_at });
    ann.expect("the lobby", Duration::from_secs(20), |event| match event {
        SessionEvent::Waiting { opens_at: None, .. } => Ok(()),
        other => Err(other),
    })
    .await;
    let late = ann.now().since(opens_at);
    assert!((0..4_000).contains(&late), "{late} ms after it opened");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rcl_24_who_joins_elsewhere_replaces_the_first_which_says_so_and_is_not_tried_again() {
    let stage = Stage::booked(json!({})).await;
    let mut first = stage.join(0, with_notes).await;
    first
        .wait_until(|state| state.phase == SessionStage::Lobby)
        .await
        .unwrap();
    let second = stage.join(0, with_notes).await;
    let refusal = first.refusal(SOON).await;
    assert_eq!(
        (refusal.code.as_str(), refusal.is_final),
        ("replaced", true)
    );
    assert_eq!(refusal.close_code, Some(4505));
    assert_eq!(first.snapshot().phase, SessionStage::Refused);
    second
        .wait_until(|state| state.phase == SessionStage::Lobby)
        .await
        .unwrap();
    while first.next_event().await.is_some() {}
    assert_eq!(
        second.snapshot().phase,
        SessionStage::Lobby,
        "and is left alone"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rcl_25_a_cancelled_session_ends_for_who_is_in_and_for_who_comes() {
    let stage = Stage::booked(json!({})).await;
    let mut ann = stage.join(0, with_notes).await;
    let link = stage.link(1).await;
    ann.wait_until(|state| state.phase == SessionStage::Lobby)
        .await
        .unwrap();
    let path = format!("/v1/sessions/{}/cancel", stage.session.id);
    let url = format!("{}{path}", stage.stack.url(Service::Scheduler));
    stage
        .application
        .post(&url, json!({}))
        .await
        .json::<serde_json::Value>(200);
    assert_eq!(ann.ended(SOON).await.reason, EndReason::Cancelled);
    let mut bo = RtcPeer::join(link, with_notes);
    let refused = bo.expect("a refusal or the end", SOON, |event| match event {
        SessionEvent::Ended(end) => Ok(end.reason.name().to_owned()),
        SessionEvent::Error(refusal) if refusal.is_final => Ok(refusal.code),
        other => Err(other),
    });
    let refused = refused.await;
    assert!(
        ["cancelled", "session_over"].contains(&refused.as_str()),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rcl_26_a_ticket_that_is_refused_for_good_ends_it_and_one_that_can_not_be_given_is_asked_for_again()
 {
    let mut nobody = RtcPeer::join(
        || std::future::ready(Err(NoTicket::refused("forbidden", "no"))),
        with_notes,
    );
    let refusal = nobody.refusal(SOON).await;
    assert_eq!(
        (refusal.code.as_str(), refusal.is_final),
        ("forbidden", true)
    );
    assert!(
        nobody.wait_until(|_| false).await.is_err(),
        "the task is over"
    );

    let stage = Stage::booked(json!({})).await;
    let link = stage.link(0).await;
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let counted = std::sync::Arc::clone(&asked);
    let unsteady = move || {
        let (link, number) = (
            link.clone(),
            asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst),
        );
        async move {
            match number {
                0 | 1 => Err(NoTicket::unavailable("the back end starts again")),
                _ => rendezvous_client::TicketSource::ticket(&link).await,
            }
        }
    };
    let ann = RtcPeer::join(unsteady, with_notes);
    ann.wait_until(|state| state.phase == SessionStage::Lobby)
        .await
        .unwrap();
    assert_eq!(counted.load(std::sync::atomic::Ordering::SeqCst), 3);
}

#[tokio::test]
async fn rcl_27_a_link_is_read_strictly_and_its_token_is_never_printed() {
    let link = JoinLink::parse("https://meet.example/base/join#s3cret").unwrap();
    assert!(!format!("{link:?}").contains("s3cret"));
    for bad in [
        "",
        "meet.example/join#x",
        "https://meet.example/join",
        "https://meet.example/join#",
        "https://meet.example/login#x",
        "http://meet.example/join#x",
        "ftp://localhost/join#x",
    ] {
        assert_eq!(JoinLink::parse(bad).unwrap_err().code, "bad_link", "{bad}");
    }
    for good in [
        "http://localhost:8080/join#x",
        "http://[::1]/join#x",
        "https://meet.example/embed/shop#x",
    ] {
        JoinLink::parse(good).unwrap();
    }
    // Nobody listens there; the error names neither the address nor the token.
    let nowhere = JoinLink::parse("http://127.0.0.1:9/join#s3cret").unwrap();
    let error = nowhere.open().await.unwrap_err();
    assert!(
        !error.is_final && !error.to_string().contains("s3cret"),
        "{error}"
    );
}
