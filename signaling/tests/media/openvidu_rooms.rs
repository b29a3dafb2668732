//! Sessions whose media OpenVidu 2 carries, beside a server that speaks as it does.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use signaling::media::{MediaServer, OpenViduClient, OpenViduConfig};
use testkit::{ANN, BO, Http, SOON, until};
use wire::signaling::{Ended, IceServers, Live, Negotiate, Refresh};
use wire::{MediaBackend, UserId};

use crate::contract;
use crate::openvidu_server::{OpenViduServer, SECRET, WEBHOOK_HEADER};
use crate::server::{SignalingServer, connected};
use crate::sessions::{ONE_POLL, OUT, negotiated, session, who};
use crate::talk::settled;

async fn server_for(openvidu: &OpenViduServer) -> SignalingServer {
    let settings = openvidu.config();
    let server =
        SignalingServer::with(move |config| config.media.openvidu = Some(settings.clone())).await;
    openvidu.tell(&format!("{}/v1/media/openvidu/webhook", server.http));
    server
}

async fn post(server: &SignalingServer, header: &str, body: &str) -> u16 {
    let url = format!("{}/v1/media/openvidu/webhook", server.http);
    let request = reqwest::Client::new().post(url).body(body.to_owned());
    let request = request.header("content-type", "application/json; charset=utf-8");
    let answer = request.header("authorization", header).send().await;
    answer.unwrap().status().as_u16()
}

#[tokio::test]
async fn med_52_openvidu_keeps_the_contract_of_a_media_server() {
    // Whoever asks over HTTP first installs the crypto provider.
    let _http = Http::new();
    let server = OpenViduServer::start().await;
    let client = OpenViduClient::new(&server.config());
    let enter = async || {
        let users = [UserId::from(ANN), UserId::from(BO)];
        client.prepare("contract_1", &users).await.unwrap();
        let list = reqwest::Client::new()
            .get(format!(
                "{}/openvidu/api/sessions/contract_1/connection",
                server.url
            ))
            .basic_auth("OPENVIDUAPP", Some(SECRET));
        let list: serde_json::Value = list.send().await.unwrap().json().await.unwrap();
        let token = list["content"][0]["token"].as_str().unwrap().to_owned();
        server.enter(&token, 0).await.unwrap()
    };
    contract::keeps_the_contract(&client, "contract_1", enter).await;
    let wrong = OpenViduConfig {
        secret: "another".to_owned(),
        ..server.config()
    };
    let nobody = OpenViduConfig {
        url: format!("http://127.0.0.1:{}", testkit::free_ports()[0]),
        ..server.config()
    };
    contract::tells_refused_from_unreachable(
        &OpenViduClient::new(&wrong),
        &OpenViduClient::new(&nobody),
    )
    .await;
}

#[tokio::test]
async fn med_53_tokens_are_ready_before_both_negotiate_and_each_brings_its_person_in() {
    let openvidu = OpenViduServer::start().await;
    let server = server_for(&openvidu).await;
    let session = session(MediaBackend::Openvidu, 60_000);
    let [(mut ann, of_ann), (_bo, of_bo)] = negotiated(&server, &session).await;
    assert_eq!(of_ann.kind, MediaBackend::Openvidu);
    assert_eq!(of_ann.room, format!("{}_1", session.id));
    assert_ne!(of_ann.token, of_bo.token);
    openvidu
        .enter(&of_ann.token, 1)
        .await
        .expect("a good token");
    openvidu.enter(&of_bo.token, 1).await.expect("a good token");
    who(&server, &session, &[ANN, BO], SOON).await;
    assert_eq!(
        openvidu.enter(&of_ann.token, 1).await,
        None,
        "it is good once"
    );
    let again = until("another token", SOON, async || {
        ann.send(Refresh {}).await;
        let media = ann.expect::<IceServers>(SOON).await.media.unwrap();
        (media.token != of_ann.token).then_some(media)
    })
    .await;
    assert_eq!(again.room, of_ann.room, "a reconnect keeps the room");
    openvidu.enter(&again.token, 1).await.expect("a good token");
}

#[tokio::test]
async fn med_54_at_the_deadline_the_session_is_gone_also_when_openvidu_was_down_then() {
    let openvidu = OpenViduServer::start().await;
    let server = server_for(&openvidu).await;
    let session = session(MediaBackend::Openvidu, 2_000);
    let [(mut ann, of_ann), (mut bo, of_bo)] = negotiated(&server, &session).await;
    openvidu.enter(&of_ann.token, 1).await.unwrap();
    connected(&mut ann).await;
    connected(&mut bo).await;
    ann.expect::<Live>(SOON).await;
    openvidu.set_down(true);
    ann.expect::<Ended>(Duration::from_secs(10)).await;
    assert!(openvidu.has(&of_ann.room), "it could not be removed");
    let _server = server.restarted().await;
    openvidu.set_down(false);
    until("the session is gone", OUT, async || {
        (!openvidu.has(&of_ann.room)).then_some(())
    })
    .await;
    assert_eq!(
        openvidu.enter(&of_bo.token, 0).await,
        None,
        "its tokens died with it"
    );
}

#[tokio::test]
async fn med_55_nothing_is_negotiated_while_openvidu_is_down() {
    let openvidu = OpenViduServer::start().await;
    let server = server_for(&openvidu).await;
    openvidu.set_down(true);
    let session = session(MediaBackend::Openvidu, 60_000);
    let mut ann = server.join(ANN, &session).await;
    let mut bo = server.join(BO, &session).await;
    until("it was asked twice", SOON, async || {
        (openvidu.refused() >= 2).then_some(())
    })
    .await;
    settled(&mut ann).await;
    assert_eq!(ann.epoch, None);
    openvidu.set_down(false);
    assert!(ann.expect::<Negotiate>(SOON).await.media.is_some());
    assert!(bo.expect::<Negotiate>(SOON).await.media.is_some());
}

#[tokio::test]
async fn med_56_an_event_is_a_hint_that_the_api_must_confirm() {
    let openvidu = OpenViduServer::start().await;
    let server = server_for(&openvidu).await;
    let session = session(MediaBackend::Openvidu, 60_000);
    let [(_ann, of_ann), _bo] = negotiated(&server, &session).await;
    openvidu
        .event("participantJoined", &of_ann.room, "con_invented", 1)
        .await;
    who(&server, &session, &[], SOON).await;
    let id = openvidu.enter(&of_ann.token, 3).await.unwrap();
    who(&server, &session, &[ANN], SOON).await;
    openvidu
        .event("participantLeft", &of_ann.room, &id, 1)
        .await;
    openvidu
        .event("sessionDestroyed", &of_ann.room, "", 1)
        .await;
    until("all are applied", SOON, async || {
        let events = crate::webhook_inbox::events(server.data_dir()).await;
        let done = events.iter().all(|event| event.state == "done");
        (done && events.len() == 4).then_some(())
    })
    .await;
    who(&server, &session, &[ANN], SOON).await;
    openvidu.goes(&of_ann.room, &id);
    who(&server, &session, &[], ONE_POLL).await;
}

#[tokio::test]
async fn med_51_an_event_without_the_agreed_header_is_refused() {
    let openvidu = OpenViduServer::start().await;
    let server = server_for(&openvidu).await;
    let event = r#"{"event":"sessionCreated","timestamp":1700000000000,"sessionId":"s_1"}"#;
    for wrong in ["", "Basic", &WEBHOOK_HEADER[..10], SECRET] {
        assert_eq!(post(&server, wrong, event).await, 401, "{wrong}");
    }
    assert!(
        crate::webhook_inbox::events(server.data_dir())
            .await
            .is_empty()
    );
    assert_eq!(post(&server, WEBHOOK_HEADER, event).await, 200);
    assert_eq!(post(&server, WEBHOOK_HEADER, event).await, 200);
    assert_eq!(
        crate::webhook_inbox::events(server.data_dir()).await.len(),
        1,
        "once"
    );
}

/// The server of these tests, held against a client that is not ours.
#[tokio::test(flavor = "multi_thread")]
async fn med_57_openvidus_own_client_finds_the_server_of_these_tests_as_documented() {
    let Some(clients) = clients() else { return };
    let server = OpenViduServer::start().await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/media/openvidu_client.cjs");
    let url = server.url.clone();
    let output = tokio::task::spawn_blocking(move || {
        Command::new(repo().join("scripts/with-node"))
            .arg("node")
            .arg(script)
            .env("NODE_PATH", clients)
            .env("OPENVIDU_URL", url)
            .env("OPENVIDU_SECRET", SECRET)
            .output()
            .unwrap()
    })
    .await
    .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(!server.has("node_1"));
}

fn repo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Where `scripts/install-media-clients.sh` puts npm's clients; none on a laptop without them.
pub(crate) fn clients() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache"),
        PathBuf::from,
    );
    let modules = cache.join("rendezvous/tools/media-clients/node_modules");
    if modules.is_dir() {
        return Some(modules);
    }
    testkit::left_out("npm's media clients: scripts/install-media-clients.sh installs them");
    None
}
