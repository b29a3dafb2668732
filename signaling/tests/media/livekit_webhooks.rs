//! What is posted to the LiveKit webhook: genuine events are stored before the 200, nothing else is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use testkit::{ANN, BO, Http, SOON, now, until};
use wire::signaling::Negotiate;
use wire::{MediaBackend, SessionSpec};

use crate::livekit_server::{KEY, SECRET, config};
use crate::server::{SignalingServer, booking};
use crate::webhook_inbox::{WebhookEvent, age_parked, events};

const TYPE: &str = "application/webhook+json";

/// Signs `body` as LiveKit does, as if `age_s` ago.
fn signed(body: &str, age_s: i64) -> String {
    let at = now().as_secs() - age_s;
    let hash = STANDARD.encode(Sha256::digest(body.as_bytes()));
    let claims = json!({"iss": KEY, "nbf": at, "exp": at + 300, "sha256": hash});
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap()
}

async fn server() -> SignalingServer {
    let nobody = config(testkit::free_ports()[0]);
    SignalingServer::with(move |config| config.media.livekit = Some(nobody.clone())).await
}

async fn post(server: &SignalingServer, body: &str, token: &str, more: &[(&str, &str)]) -> u16 {
    let url = format!("{}/v1/media/livekit/webhook", server.http);
    let mut headers = vec![("content-type", TYPE), ("authorization", token)];
    for (name, value) in more {
        headers.retain(|(known, _)| known != name);
        if !value.is_empty() {
            headers.push((name, value));
        }
    }
    let client = reqwest::Client::new();
    let request = headers.into_iter().fold(
        client.post(url).body(body.to_owned()),
        |request, (name, value)| request.header(name, value),
    );
    request.send().await.unwrap().status().as_u16()
}

async fn post_signed(server: &SignalingServer, body: &str) -> u16 {
    post(server, body, &signed(body, 0), &[]).await
}

fn event(kind: &str, id: &str, room: &str, sid: &str, user: &str) -> String {
    json!({
        "event": kind, "id": id, "createdAt": now().as_secs().to_string(),
        "room": {"sid": "RM_1", "name": room},
        "participant": {"sid": sid, "identity": user, "state": "ACTIVE", "joinedAt": now().as_secs().to_string()},
    })
    .to_string()
}

/// A session with both in, whose room is carried by LiveKit.
async fn session(server: &SignalingServer) -> (SessionSpec, [testkit::TestPeer; 2]) {
    let spec = booking()
        .with(|spec| spec.media = MediaBackend::Livekit)
        .spec();
    let mut ann = server.join(ANN, &spec).await;
    let bo = server.join(BO, &spec).await;
    ann.expect::<Negotiate>(SOON).await;
    (spec, [ann, bo])
}

async fn when(
    server: &SignalingServer,
    what: &str,
    state: &str,
    count: usize,
) -> Vec<WebhookEvent> {
    until(what, SOON, async || {
        let events = events(server.data_dir()).await;
        let so = events.iter().filter(|event| event.state == state).count();
        (so == count).then_some(events)
    })
    .await
}

async fn who_is_in(server: &SignalingServer, session: &SessionSpec) -> Vec<String> {
    let operator = Http::bearer(&server.signer.operator());
    let url = format!("{}/v1/sessions/{}", server.http, session.id);
    let media = operator.get(&url).await.body["media"].clone();
    let people = media["people"].as_array().cloned().unwrap_or_default();
    people
        .iter()
        .filter_map(|one| one["sid"].as_str().map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn med_32_only_what_is_genuine_and_fresh_and_plain_is_taken() {
    let server = server().await;
    let body = event("room_started", "EV_1", "elsewhere", "", "");
    let good = signed(&body, 0);
    let again = serde_json::from_str::<Value>(&body).unwrap();
    let serialized_again = serde_json::to_string_pretty(&again).unwrap();
    let large = format!("{{\"event\":\"{}\"}}", "x".repeat(5 * 1024 * 1024));
    assert_eq!(
        post(&server, &body, "", &[("authorization", "")]).await,
        401
    );
    assert_eq!(post(&server, &body, "nonsense", &[]).await, 401);
    assert_eq!(
        post(&server, &body, &format!("Bearer {good}"), &[]).await,
        401
    );
    assert_eq!(
        post(&server, &body, &good[..good.len() - 2], &[]).await,
        401
    );
    assert_eq!(post(&server, &serialized_again, &good, &[]).await, 401);
    assert_eq!(post(&server, &format!("{body} "), &good, &[]).await, 401);
    assert_eq!(post(&server, &body, &signed(&body, 600), &[]).await, 401);
    assert_eq!(post(&server, &body, &signed(&body, -600), &[]).await, 401);
    assert_eq!(
        post(&server, &body, &good, &[("content-encoding", "gzip")]).await,
        415
    );
    assert_eq!(
        post(&server, &body, &good, &[("content-type", "text/plain")]).await,
        415
    );
    assert_eq!(
        post(&server, &body, &good, &[("content-type", "")]).await,
        415
    );
    assert_eq!(post(&server, &large, &signed(&large, 0), &[]).await, 413);
    assert!(
        events(server.data_dir()).await.is_empty(),
        "nothing of it is stored"
    );
    assert_eq!(post(&server, &body, &good, &[]).await, 200);
    assert_eq!(
        events(server.data_dir()).await.len(),
        1,
        "stored before the answer"
    );
}

#[tokio::test]
async fn med_35_an_event_counts_once_and_what_is_not_known_is_passed_over() {
    let server = server().await;
    let (spec, _peers) = session(&server).await;
    let room = format!("{}.1", spec.id);
    let joined = event("participant_joined", "EV_1", &room, "PA_1", ANN);
    for _ in 0..3 {
        assert_eq!(post_signed(&server, &joined).await, 200);
    }
    for unknown in [
        r#"{"event":"room_exploded","id":"EV_2"}"#,
        r#"{"event":"egress_updated","id":"EV_3","egressInfo":{"status":"EGRESS_PAINTED"}}"#,
    ] {
        assert_eq!(post_signed(&server, unknown).await, 200);
    }
    let events = when(&server, "all are applied", "done", 3).await;
    assert_eq!(events.len(), 3);
    assert_eq!(who_is_in(&server, &spec).await, ["PA_1"]);
    let old_left = event("participant_left", "EV_5", &room, "PA_0", ANN);
    post_signed(&server, &old_left).await;
    post_signed(
        &server,
        &event("participant_joined", "EV_4", &room, "PA_0", ANN),
    )
    .await;
    when(&server, "all are applied", "done", 5).await;
    assert_eq!(
        who_is_in(&server, &spec).await,
        ["PA_1"],
        "of an older connection"
    );
}

#[tokio::test]
async fn med_36_an_event_of_an_unknown_room_waits_ten_minutes_for_its_session() {
    let server = server().await;
    let spec = booking()
        .with(|spec| spec.media = MediaBackend::Livekit)
        .spec();
    let room = format!("{}.1", spec.id);
    post_signed(
        &server,
        &event("participant_joined", "EV_1", &room, "PA_1", ANN),
    )
    .await;
    post_signed(
        &server,
        &event("participant_joined", "EV_2", "foreign.1", "PA_2", ANN),
    )
    .await;
    when(&server, "both are parked", "parked", 2).await;
    let _ann = server.join(ANN, &spec).await;
    when(&server, "its session has come", "done", 1).await;
    assert_eq!(who_is_in(&server, &spec).await, ["PA_1"]);
    age_parked(server.data_dir(), 10 * 60_000).await;
    let events = when(&server, "the other one is given up", "done", 2).await;
    assert!(events.iter().any(|event| event.why.is_some()));
}

#[tokio::test]
async fn med_37_an_event_that_can_not_be_read_is_laid_aside_and_can_be_replayed() {
    let server = server().await;
    let broken = r#"{"event":"participant_joined","id":"EV_1"}"#;
    assert_eq!(post_signed(&server, broken).await, 200);
    let events = when(&server, "it is laid aside", "dead", 1).await;
    assert!(
        events[0]
            .why
            .as_deref()
            .unwrap()
            .contains("participant_joined")
    );
    // Whoever mended what was wrong replays it, beside the running service.
    assert_eq!(
        signaling::media::replay(server.data_dir()).await.unwrap(),
        1
    );
    when(&server, "it was tried again", "dead", 1).await;
    assert_eq!(
        signaling::media::replay(server.data_dir()).await.unwrap(),
        1
    );
}

#[tokio::test]
async fn med_38_what_was_stored_before_a_crash_is_applied_after_it() {
    let server = server().await;
    let (spec, peers) = session(&server).await;
    let room = format!("{}.1", spec.id);
    post_signed(
        &server,
        &event("participant_joined", "EV_1", &room, "PA_1", ANN),
    )
    .await;
    // The session is stored: with it goes that event.
    server.scheduler.received(&spec, "session.joined").await;
    let server = server.killed().await;
    drop(peers);
    when(&server, "nothing is lost", "done", 1).await;
    assert_eq!(
        post_signed(
            &server,
            &event("participant_joined", "EV_1", &room, "PA_1", ANN)
        )
        .await,
        200
    );
    assert_eq!(
        events(server.data_dir()).await.len(),
        1,
        "known after a restart, too"
    );
}

/// An event that LiveKit's own server SDK signed, and whose receiver took it.
#[tokio::test(flavor = "multi_thread")]
async fn med_39_events_that_livekits_own_sdk_signs_are_taken() {
    let Some(clients) = crate::openvidu_rooms::clients() else {
        return;
    };
    let server = server().await;
    let body = event("room_started", "EV_sdk", "elsewhere.1", "", "");
    let signed = {
        let body = body.clone();
        tokio::task::spawn_blocking(move || signed_by_sdk(&clients, &body))
    };
    let token = signed.await.unwrap();
    assert_eq!(post(&server, &body, &token, &[]).await, 200);
    assert_eq!(post(&server, &format!("{body} "), &token, &[]).await, 401);
}

fn signed_by_sdk(clients: &std::path::Path, body: &str) -> String {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut node = Command::new(here.join("../scripts/with-node"))
        .arg("node")
        .arg(here.join("tests/media/livekit_sign.cjs"))
        .env("NODE_PATH", clients)
        .env("LIVEKIT_API_KEY", KEY)
        .env("LIVEKIT_API_SECRET", SECRET)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    node.stdin
        .take()
        .unwrap()
        .write_all(body.as_bytes())
        .unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}
