//! Facts on their way from signaling to the scheduler are held back, then delivered each twice and
//! the last one first: the record is that of an orderly delivery.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::{get, post};
use serde_json::json;
use testkit::{Http, SOON, Stack, StackOptions, TestPeer, free_ports, now, until};
use tokio::net::TcpListener;
use wire::signaling::{Connected, Ended, Live, Negotiate};
use wire::{Event, EventBatch, SessionState, SessionView, UnixMs};

/// Until the record shows the delivered events.
const CATCH_UP: Duration = Duration::from_secs(5);

/// Stands where signaling believes the scheduler to be.
#[derive(Clone)]
struct Detour {
    scheduler: String,
    held: Arc<Mutex<HeldBatch>>,
}

#[derive(Default)]
struct HeldBatch {
    /// The credential of the services among themselves.
    authorization: String,
    events: Vec<Event>,
}

impl Detour {
    async fn start(listener: TcpListener, scheduler: String) -> Self {
        let detour = Self {
            scheduler,
            held: Arc::default(),
        };
        let router = Router::new()
            .route("/v1/events", post(hold))
            .route("/.well-known/jwks.json", get(pass_on_keys))
            .with_state(detour.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        detour
    }

    fn events(&self) -> Vec<Event> {
        self.held.lock().unwrap().events.clone()
    }

    async fn deliver(&self, events: Vec<Event>, watermark: UnixMs) {
        let batch = json!({
            "source": "signaling",
            "node": "n1",
            "events": events,
            "complete_to": watermark,
        });
        let authorization = self.held.lock().unwrap().authorization.clone();
        let answer = Http::new()
            .send(
                reqwest::Method::POST,
                &format!("{}/v1/events", self.scheduler),
                Some(batch),
                &[("Authorization", &authorization)],
            )
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

/// Takes a batch as the scheduler would, and passes nothing on.
async fn hold(State(detour): State<Detour>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let batch: EventBatch = serde_json::from_slice(&body).unwrap();
    let mut held = detour.held.lock().unwrap();
    let authorization = headers[header::AUTHORIZATION].to_str().unwrap();
    authorization.clone_into(&mut held.authorization);
    held.events.extend(batch.events);
    StatusCode::OK
}

async fn pass_on_keys(State(detour): State<Detour>) -> Result<String, StatusCode> {
    let url = format!("{}/.well-known/jwks.json", detour.scheduler);
    let http = Http::new();
    let asked = http.try_send(reqwest::Method::GET, &url, None, &[]);
    let answer = asked.await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(answer.body.to_string())
}

#[tokio::test]
async fn ops_24_events_twice_and_in_reverse_make_the_same_record() {
    let ports = free_ports();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let detour_url = format!("http://{}", listener.local_addr().unwrap());
    let detour = Detour::start(listener, format!("http://127.0.0.1:{}", ports[0])).await;
    let stack = Stack::start_with(StackOptions {
        ports: Some(ports),
        env: vec![("RENDEZVOUS_SCHEDULER_INTERNAL_URL".to_owned(), detour_url)],
        ..StackOptions::default()
    })
    .await;

    let application = stack.application();
    let session = stack
        .book(&application, json!({ "duration_ms": 1_000 }))
        .await;
    let live = live_to_its_end(&stack, &application, &session).await;
    let events = until("every fact of the session", SOON, async || {
        let events = detour.events();
        let is_over = events.iter().any(|event| event.kind == "session.ended");
        is_over.then_some(events)
    })
    .await;
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert!(kinds.contains(&"session.live"), "{kinds:?}");
    let untouched = stack.session(&application, &session).await;
    assert_eq!(untouched.started_at, None, "nothing was passed on so far");

    for event in events.iter().rev() {
        for _ in 0..2 {
            // Not complete to any moment: more is to come.
            detour.deliver(vec![event.clone()], UnixMs(0)).await;
        }
    }
    detour.deliver(Vec::new(), now()).await;

    let record = until("the end on record", CATCH_UP, async || {
        let view = stack.session(&application, &session).await;
        (view.state == SessionState::Ended).then_some(view)
    })
    .await;
    assert_eq!(record.outcome.unwrap().reason, wire::EndReason::Completed);
    assert_eq!(record.started_at, Some(live.started_at));
    assert_eq!(record.deadline_at, Some(live.deadline_at));
    for person in &record.participants {
        let at = |kind: &str| -> Vec<UnixMs> {
            let of = |event: &&Event| {
                event.kind == kind && event.data["user_id"] == json!(person.user_id)
            };
            events.iter().filter(of).map(|e| e.occurred_at).collect()
        };
        assert_eq!(person.joined_at, at("session.joined"));
        assert_eq!(person.left_at, at("session.left"));
        assert_eq!((person.joined_at.len(), person.left_at.len()), (1, 1));
    }
}

async fn live_to_its_end(stack: &Stack, application: &Http, session: &SessionView) -> Live {
    let (ann, bo) = (
        stack.ticket(application, session, 0).await,
        stack.ticket(application, session, 1).await,
    );
    let mut ann = TestPeer::join(&ann.url, &ann.ticket).await;
    let mut bo = TestPeer::join(&bo.url, &bo.ticket).await;
    for peer in [&mut ann, &mut bo] {
        let epoch = peer.expect::<Negotiate>(SOON).await.epoch;
        peer.send(Connected { epoch }).await;
    }
    let live = ann.expect::<Live>(SOON).await;
    for peer in [&mut ann, &mut bo] {
        peer.expect::<Ended>(SOON).await;
    }
    live
}
