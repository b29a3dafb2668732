//! How the parts of an installation stand, as operators see it.

mod running;

use running::Running;
use serde_json::Value;
use tokio::net::TcpListener;

/// The part of that name.
fn part<'a>(list: &'a Value, name: &str) -> &'a Value {
    let parts = list.as_array().unwrap();
    parts.iter().find(|part| part["name"] == name).unwrap()
}

#[tokio::test]
async fn sch_360_operators_see_which_services_and_stores_answer_and_since_when() {
    // Another scheduler answers in place of signaling: what is asked of it every service has. In place of chat there
    // is somebody who takes connections and says nothing.
    let signaling = Running::start().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let data = tempfile::tempdir().unwrap();
    let scheduler = Running::start_with(data, |config| {
        config.signaling_events_url.clone_from(&signaling.url);
        config.chat_events_url = format!("http://{}", silent.local_addr().unwrap());
        config.media.push(wire::MediaBackend::Livekit);
    })
    .await;
    let operator = scheduler.operator().await;
    let status: Value = operator.get(&scheduler.at("/v1/status")).await.json(200);
    for (name, reachable) in [("scheduler", true), ("signaling", true), ("chat", false)] {
        let service = part(&status["services"], name);
        assert_eq!(service["reachable"], reachable, "{status}");
        assert!(service["since"].is_i64(), "{status}");
        assert_eq!(service["reason"].is_null(), reachable, "{status}");
    }
    for name in ["scheduler", "signaling"] {
        let store = part(&status["stores"], name);
        assert_eq!(store["reachable"], true, "{status}");
        let service = part(&status["services"], name);
        assert_eq!(store["since"], service["since"], "{status}");
    }
    let unknown = part(&status["stores"], "chat.rooms");
    assert!(unknown["reachable"].is_null(), "nobody can say: {status}");
    let media = part(&status["media_servers"], "livekit");
    assert!(
        media["reachable"].is_null(),
        "signaling polls none: {status}"
    );

    let first = status["at"].as_i64().unwrap();
    let again: Value = operator.get(&scheduler.at("/v1/status")).await.json(200);
    let since = |status: &Value| part(&status["services"], "chat")["since"].clone();
    assert_eq!(since(&again), since(&status), "still so");
    assert!(again["at"].as_i64().unwrap() >= first);
}
