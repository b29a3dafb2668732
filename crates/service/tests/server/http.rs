//! The accept loop and the common layers, over real sockets.

use std::time::Duration;

use crate::support::HttpTestServer;
use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use service::health::{self, Readiness};
use service::http::{Json, JsonOrEmpty, Limits, standard};
use service::origin::AllowedOrigins;
use tokio::io::AsyncReadExt;
use tokio::time::Instant;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoteBody {
    text: String,
}

pub(crate) fn app() -> Router {
    let routes = Router::new()
        .route("/note", post(async |Json(note): Json<NoteBody>| Json(note)))
        .route(
            "/maybe",
            post(async |JsonOrEmpty(note): JsonOrEmpty<NoteBody>| Json(note)),
        )
        .route("/hang", get(std::future::pending::<()>))
        .route("/panic", get(panics))
        .route("/items/{id}", get(async |Path(id): Path<String>| id))
        .route(
            "/slow",
            get(async || tokio::time::sleep(Duration::from_secs(2)).await),
        )
        .merge(health::private_routes(Readiness::new()));
    standard(
        routes,
        &AllowedOrigins::from_web_origin("http://127.0.0.1:8080").unwrap(),
    )
}

async fn panics() {
    panic!("as it should");
}

fn post_of(path: &str, kind: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\nhost: x\nconnection: close\ncontent-type: {kind}\ncontent-length: {}\n\n{body}",
        body.len()
    )
}

fn get_of(path: &str) -> String {
    format!("GET {path} HTTP/1.1\nhost: x\nconnection: close\n\n")
}

#[tokio::test(start_paused = true)]
async fn edg_2_a_slow_head_is_cut_off() {
    let server = HttpTestServer::start(app()).await;
    for begun in ["", "GET / HT", "GET / HTTP/1.1\r\nhost: x\r\na: b\r\n"] {
        let mut raw = server.connect().await;
        let at = Instant::now();
        raw.send(begun.as_bytes()).await;
        raw.read_to_end().await;
        let after = at.elapsed();
        assert!(
            after >= Duration::from_secs(9) && after <= Duration::from_secs(11),
            "{after:?}"
        );
    }
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn edg_2_a_dripping_head_is_cut_off() {
    let server = HttpTestServer::start(app()).await;
    let raw = server.connect().await;
    let at = Instant::now();
    let (mut reader, mut writer) = raw.0.into_split();
    let drip = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        let mut line = writer.write_all(b"GET / HTTP/1.1\r\n").await;
        while line.is_ok() {
            tokio::time::sleep(Duration::from_secs(2)).await;
            line = writer.write_all(b"a: b\r\n").await;
        }
    });
    let mut rest = Vec::new();
    drop(reader.read_to_end(&mut rest).await);
    assert!(
        at.elapsed() <= Duration::from_secs(11),
        "{:?}",
        at.elapsed()
    );
    drip.await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn edg_76_above_the_cap_the_oldest_stranger_makes_room() {
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let server = HttpTestServer::with_limits(app(), limits).await;
    let mut silent = server.connect().await;
    let mut idle = server.connect().await;
    assert_eq!(silent.read_to_end().await, b"");
    idle.send(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n")
        .await;
    assert!(idle.read_head().await.contains("200 OK"));
    assert_eq!(server.ask(&get_of("/health/live")).await.status, 200);
    idle.read_to_end().await;
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn edg_4_a_stop_lets_requests_finish() {
    let server = HttpTestServer::start(app()).await;
    let mut idle = server.connect().await;
    idle.send(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n")
        .await;
    idle.read_head().await;
    let mut busy = server.connect().await;
    busy.send(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let at = Instant::now();
    server.stop().await;
    assert!(
        at.elapsed() <= Duration::from_millis(1_500),
        "{:?}",
        at.elapsed()
    );
    assert!(busy.read_head().await.contains("200 OK"));
    idle.read_to_end().await;
}

#[tokio::test(start_paused = true)]
async fn edg_4_a_stop_is_bounded() {
    let server = HttpTestServer::start(app()).await;
    let mut stuck = server.connect().await;
    stuck.send(b"GET /hang HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let at = Instant::now();
    server.stop().await;
    assert!(at.elapsed() <= Duration::from_secs(9), "{:?}", at.elapsed());
    assert_eq!(stuck.read_to_end().await, b"");
}

#[tokio::test]
async fn edg_5_what_is_not_there_is_a_problem() {
    let server = HttpTestServer::start(app()).await;
    let missing = server.ask(&get_of("/nothing")).await;
    assert_eq!((missing.status, missing.code()), (404, "not_found".into()));
    let wrong = server.ask(&get_of("/note")).await;
    assert_eq!(
        (wrong.status, wrong.code()),
        (405, "method_not_allowed".into())
    );
    assert!(wrong.head.contains("allow: post"));
    for answer in [missing, wrong] {
        for header in [
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
            "content-security-policy: default-src 'none'",
            "x-request-id: ",
        ] {
            assert!(answer.head.contains(header), "{header} {}", answer.head);
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn edg_7_bodies_are_taken_strictly() {
    let server = HttpTestServer::start(app()).await;
    let json = "application/json";
    let ask = async |path: &str, kind: &str, body: &str| {
        let answer = server.ask(&post_of(path, kind, body)).await;
        let code = if answer.status < 400 {
            String::new()
        } else {
            answer.code()
        };
        (answer.status, code)
    };
    assert_eq!(
        ask("/note", json, r#"{"text":"a"}"#).await,
        (200, String::new())
    );
    assert_eq!(
        ask(
            "/note",
            "application/json; charset=utf-8",
            r#"{"text":"a"}"#
        )
        .await,
        (200, String::new())
    );
    assert_eq!(ask("/note", json, "{").await, (400, "malformed".into()));
    assert_eq!(ask("/note", json, "").await, (400, "malformed".into()));
    assert_eq!(
        ask("/note", json, "{}").await,
        (422, "invalid_field".into())
    );
    assert_eq!(
        ask("/note", json, r#"{"text":"a","role":1}"#).await,
        (422, "unknown_field".into())
    );
    assert_eq!(
        ask("/note", "text/plain", r#"{"text":"a"}"#).await,
        (415, "unsupported_media_type".into())
    );
    let large = format!(r#"{{"text":"{}"}}"#, "x".repeat(64 * 1024));
    assert_eq!(ask("/note", json, &large).await, (413, "too_large".into()));
    assert_eq!(ask("/maybe", "text/plain", "").await, (200, String::new()));
    assert_eq!(ask("/maybe", json, "{").await, (400, "malformed".into()));
    server.stop().await;
}

#[tokio::test]
async fn edg_53_a_panic_ends_its_request_alone() {
    let server = HttpTestServer::start(app()).await;
    let mut other = server.connect().await;
    other.send(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let answer = server.ask(&get_of("/panic")).await;
    assert_eq!((answer.status, answer.code()), (500, "internal".into()));
    assert!(!answer.body.contains("as it should"), "{answer:?}");
    assert!(other.read_head().await.contains("200 OK"));
    let metrics = server.ask(&get_of("/metrics")).await;
    assert!(metrics.body.contains("http_panics_total 1"));
    server.stop().await;
}

#[tokio::test]
async fn edg_9_a_credential_in_the_address_is_refused() {
    let server = HttpTestServer::start(app()).await;
    let answer = server.ask(&get_of("/health/live?ticket=eyJ")).await;
    assert_eq!((answer.status, answer.code()), (400, "token_in_url".into()));
    server.stop().await;
}

#[tokio::test]
async fn edg_10_cors_answers_listed_pages_only() {
    let server = HttpTestServer::start(app()).await;
    let preflight = |origin: &str| {
        format!(
            "OPTIONS /note HTTP/1.1\nhost: x\nconnection: close\norigin: {origin}\n\
             access-control-request-method: PATCH\n\
             access-control-request-headers: authorization,if-match,idempotency-key\n\n"
        )
    };
    let ours = server.ask(&preflight("http://localhost:8080")).await;
    assert!(
        ours.head
            .contains("access-control-allow-origin: http://localhost:8080")
    );
    assert!(
        ours.head
            .contains("access-control-allow-methods: get,post,put,patch,delete")
    );
    assert!(ours.head.contains("authorization,content-type,if-match,"));
    for origin in ["null", "http://evil.example", "http://localhost:8081"] {
        let answer = server.ask(&preflight(origin)).await;
        assert!(
            !answer.head.contains("access-control-allow-origin"),
            "{origin}"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn edg_11_ready_speaks_of_itself_alone() {
    let readiness = Readiness::new();
    readiness.report_other("scheduler", false);
    let server = HttpTestServer::start(health::private_routes(readiness.clone())).await;
    let ready = server.ask(&get_of("/health/ready")).await;
    assert_eq!(ready.status, 200);
    assert_eq!(ready.json()["others"]["scheduler"], false);
    let since = readiness.others()["scheduler"].since;
    assert_eq!(ready.json()["others_since"]["scheduler"], since.0);
    readiness.report_other("scheduler", false);
    assert_eq!(readiness.others()["scheduler"].since, since, "still so");
    let live = server.ask(&get_of("/health/live")).await;
    assert_eq!(live.status, 200);
    assert_eq!(server.ask(&get_of("/metrics")).await.status, 200);
    server.stop().await;

    let readiness = Readiness::new();
    readiness.check("store", async || {
        Err("the store can't be written".to_owned())
    });
    let server = HttpTestServer::start(health::private_routes(readiness)).await;
    let refused = server.ask(&get_of("/health/ready")).await;
    assert_eq!(
        (refused.status, refused.code()),
        (503, "unavailable".into())
    );
    assert!(refused.head.contains("retry-after: 1"));
    assert_eq!(refused.json()["errors"][0]["field"], "store");
    server.stop().await;
}

#[tokio::test]
async fn edg_2_a_large_head_is_refused() {
    let server = HttpTestServer::start(app()).await;
    let long = format!(
        "GET /health/live HTTP/1.1\nhost: x\na: {}\n\n",
        "x".repeat(100_000)
    );
    assert_eq!(server.ask(&long).await.status, 431);
    let many = format!(
        "GET /health/live HTTP/1.1\nhost: x\n{}\n",
        "a: b\n".repeat(200)
    );
    assert_eq!(server.ask(&many).await.status, 431);
    server.stop().await;
}
