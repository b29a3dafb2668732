//! A server that speaks as OpenVidu 2.32 does: the bodies and statuses that its REST reference documents, its
//! Basic authentication, and the way in which it tells its events. It carries no media.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use signaling::media::OpenViduConfig;
use testkit::now;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The server's `OPENVIDU_SECRET` setting.
pub(crate) const SECRET: &str = "MY_SECRET_OF_TESTS";
/// What its `OPENVIDU_WEBHOOK_HEADERS` sets.
pub(crate) const WEBHOOK_HEADER: &str = "Basic cmVuZGV6dm91czp3ZWJob29r";

/// A running server.
pub(crate) struct OpenViduServer {
    pub(crate) url: String,
    state: Arc<FakeState>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct FakeState {
    rooms: Mutex<BTreeMap<String, FakeRoom>>,
    made: AtomicU64,
    /// Answers nothing but 503 while true.
    down: AtomicBool,
    /// How many requests were answered so.
    refused: AtomicU64,
    webhook: Mutex<Option<String>>,
}

struct FakeRoom {
    created_at: i64,
    connections: Vec<FakeConnection>,
}

struct FakeConnection {
    id: String,
    token: String,
    data: String,
    created_at: i64,
    active_at: Option<i64>,
}

impl OpenViduServer {
    pub(crate) async fn start() -> Self {
        let state = Arc::<FakeState>::default();
        let router = Router::new()
            .route("/openvidu/api/sessions", get(list).post(create))
            .route("/openvidu/api/sessions/{room}", get(show).delete(close))
            .route(
                "/openvidu/api/sessions/{room}/connection",
                get(connections).post(connect),
            )
            .route(
                "/openvidu/api/sessions/{room}/connection/{id}",
                delete(disconnect),
            )
            .layer(from_fn_with_state(Arc::clone(&state), guard))
            .with_state(Arc::clone(&state));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.ok();
        });
        Self { url, state, task }
    }

    /// As the service under test is told of it.
    pub(crate) fn config(&self) -> OpenViduConfig {
        OpenViduConfig {
            url: self.url.clone(),
            secret: SECRET.to_owned(),
            webhook_authorization: WEBHOOK_HEADER.to_owned(),
        }
    }

    /// Where it tells its events.
    pub(crate) fn tell(&self, url: &str) {
        *self.state.webhook.lock().unwrap() = Some(url.to_owned());
    }

    /// Stops answering, or answers again.
    pub(crate) fn set_down(&self, down: bool) {
        self.state.down.store(down, Ordering::SeqCst);
    }

    /// How many requests came while it was down.
    pub(crate) fn refused(&self) -> u64 {
        self.state.refused.load(Ordering::SeqCst)
    }

    pub(crate) fn has(&self, room: &str) -> bool {
        self.state.rooms.lock().unwrap().contains_key(room)
    }

    /// Somebody uses a token, once; false where it is good no longer. The event is told as often as `told`.
    pub(crate) async fn enter(&self, token: &str, told: usize) -> Option<String> {
        let (room, id) = {
            let mut rooms = self.state.rooms.lock().unwrap();
            let (room, connection) = rooms.iter_mut().find_map(|(name, room)| {
                let mut connections = room.connections.iter_mut();
                let found =
                    connections.find(|one| one.token == token && one.active_at.is_none())?;
                Some((name.clone(), found))
            })?;
            connection.active_at = Some(now().0);
            (room, connection.id.clone())
        };
        self.event("participantJoined", &room, &id, told).await;
        Some(id)
    }

    /// Somebody goes; nobody is told.
    pub(crate) fn goes(&self, room: &str, id: &str) {
        if let Some(room) = self.state.rooms.lock().unwrap().get_mut(room) {
            room.connections.retain(|one| one.id != id);
        }
    }

    /// Tells an event, whether it is true or not. The same one each time, and no status makes it try again.
    pub(crate) async fn event(&self, kind: &str, room: &str, id: &str, times: usize) {
        let Some(url) = self.state.webhook.lock().unwrap().clone() else {
            return;
        };
        let at = now().0;
        let body = json!({
            "event": kind, "timestamp": at, "sessionId": room, "uniqueSessionId": format!("{room}_1"),
            "connectionId": id, "location": "unknown", "ip": "127.0.0.1", "platform": "Chrome",
            "clientData": "", "serverData": "",
        });
        for _ in 0..times {
            let told = reqwest::Client::new()
                .post(&url)
                .header(header::AUTHORIZATION, WEBHOOK_HEADER)
                .json(&body)
                .send()
                .await
                .unwrap();
            assert_eq!(
                told.status().as_u16(),
                200,
                "OpenVidu takes 200 alone for success"
            );
        }
    }
}

impl Drop for OpenViduServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn guard(State(state): State<Arc<FakeState>>, request: Request, next: Next) -> Response {
    let expected = format!("Basic {}", STANDARD.encode(format!("OPENVIDUAPP:{SECRET}")));
    if state.down.load(Ordering::SeqCst) {
        state.refused.fetch_add(1, Ordering::SeqCst);
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let shown = request.headers().get(header::AUTHORIZATION);
    if shown.is_none_or(|shown| shown.as_bytes() != expected.as_bytes()) {
        let told = [(header::WWW_AUTHENTICATE, "Basic realm=\"Realm\"")];
        return (StatusCode::UNAUTHORIZED, told).into_response();
    }
    next.run(request).await
}

async fn create(
    State(state): State<Arc<FakeState>>,
    headers: HeaderMap,
    Json(wanted): Json<Value>,
) -> Response {
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    let given = wanted["customSessionId"].as_str().unwrap_or_default();
    let may = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !given.chars().all(may) {
        return problem(
            400,
            "Parameter \"customSessionId\" is wrong. Must be an alphanumeric string",
        );
    }
    let name = match given {
        "" => format!("ses_{}", state.made.fetch_add(1, Ordering::SeqCst)),
        given => given.to_owned(),
    };
    let mut rooms = state.rooms.lock().unwrap();
    if rooms.contains_key(&name) {
        return problem(409, "Session already exists");
    }
    let room = FakeRoom {
        created_at: now().0,
        connections: Vec::new(),
    };
    let body = session(&name, &room);
    rooms.insert(name, room);
    Json(body).into_response()
}

async fn list(State(state): State<Arc<FakeState>>) -> Json<Value> {
    let rooms = state.rooms.lock().unwrap();
    let content: Vec<_> = rooms
        .iter()
        .map(|(name, room)| session(name, room))
        .collect();
    Json(json!({"numberOfElements": content.len(), "content": content}))
}

async fn show(State(state): State<Arc<FakeState>>, Path(name): Path<String>) -> Response {
    match state.rooms.lock().unwrap().get(&name) {
        Some(room) => Json(session(&name, room)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn close(State(state): State<Arc<FakeState>>, Path(name): Path<String>) -> StatusCode {
    match state.rooms.lock().unwrap().remove(&name) {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::NOT_FOUND,
    }
}

async fn connections(State(state): State<Arc<FakeState>>, Path(name): Path<String>) -> Response {
    match state.rooms.lock().unwrap().get(&name) {
        Some(room) => Json(connections_of(&name, room)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn connect(
    State(state): State<Arc<FakeState>>,
    Path(name): Path<String>,
    Json(wanted): Json<Value>,
) -> Response {
    let number = state.made.fetch_add(1, Ordering::SeqCst);
    let mut rooms = state.rooms.lock().unwrap();
    let Some(room) = rooms.get_mut(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let made = FakeConnection {
        id: format!("con_{number:010}"),
        token: format!("wss://localhost?sessionId={name}&token=tok_{number:010}"),
        data: wanted["data"].as_str().unwrap_or_default().to_owned(),
        created_at: now().0,
        active_at: None,
    };
    let body = connection(&name, &made);
    room.connections.push(made);
    Json(body).into_response()
}

async fn disconnect(
    State(state): State<Arc<FakeState>>,
    Path((name, id)): Path<(String, String)>,
) -> StatusCode {
    let mut rooms = state.rooms.lock().unwrap();
    let Some(room) = rooms.get_mut(&name) else {
        return StatusCode::BAD_REQUEST;
    };
    let before = room.connections.len();
    room.connections.retain(|one| one.id != id);
    match room.connections.len() < before {
        true => StatusCode::NO_CONTENT,
        false => StatusCode::NOT_FOUND,
    }
}

fn problem(status: u16, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    let body = json!({
        "timestamp": now().0, "status": status.as_u16(), "error": status.canonical_reason(),
        "message": message, "path": "/openvidu/api/sessions",
    });
    (status, Json(body)).into_response()
}

fn session(name: &str, room: &FakeRoom) -> Value {
    json!({
        "id": name, "object": "session", "sessionId": name, "createdAt": room.created_at,
        "mediaMode": "ROUTED", "recordingMode": "MANUAL", "customSessionId": name, "recording": false,
        "broadcasting": false, "forcedVideoCodec": "MEDIA_SERVER_PREFERRED", "allowTranscoding": false,
        "defaultRecordingProperties": {
            "name": "", "hasAudio": true, "hasVideo": true, "outputMode": "COMPOSED", "recordingLayout": "BEST_FIT",
            "resolution": "1280x720", "frameRate": 25, "shmSize": 536_870_912,
        },
        "connections": connections_of(name, room),
    })
}

fn connections_of(name: &str, room: &FakeRoom) -> Value {
    let content: Vec<_> = room
        .connections
        .iter()
        .map(|one| connection(name, one))
        .collect();
    json!({"numberOfElements": content.len(), "content": content})
}

fn connection(room: &str, one: &FakeConnection) -> Value {
    let is_active = one.active_at.is_some();
    let streams = is_active.then(|| json!([]));
    json!({
        "id": one.id, "object": "connection", "type": "WEBRTC",
        "status": if is_active { "active" } else { "pending" },
        "sessionId": room, "connectionId": one.id, "createdAt": one.created_at, "activeAt": one.active_at,
        "location": is_active.then_some("unknown"), "ip": is_active.then_some("127.0.0.1"),
        "platform": is_active.then_some("Chrome 120"), "token": one.token, "serverData": one.data,
        "clientData": is_active.then_some(""), "record": false, "role": "PUBLISHER", "kurentoOptions": null,
        "rtspUri": null, "adaptativeBitrate": null, "onlyPlayWithSubscribers": null, "networkCache": null,
        "publishers": streams, "subscribers": streams, "customIceServers": [],
    })
}
