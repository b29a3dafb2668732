//! What is refused, by whichever layer, and how; and what strangers can't choose.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::Instant;

use crate::http::app;
use crate::support::HttpTestServer;

#[tokio::test]
async fn edg_84_every_layer_refuses_with_a_problem_document() {
    let server = HttpTestServer::start(app()).await;
    let long = "x".repeat(100_000);
    let close = "host: x\nconnection: close";
    for (request, status, code) in [
        (
            format!("GET /items/%FF HTTP/1.1\n{close}\n\n"),
            400,
            "malformed",
        ),
        (
            format!("GET /nothing/%FF HTTP/1.1\n{close}\n\n"),
            404,
            "not_found",
        ),
        (
            format!("BREW /note HTTP/1.1\n{close}\n\n"),
            405,
            "method_not_allowed",
        ),
        (
            format!("GET /items/1?%74oken=x HTTP/1.1\n{close}\n\n"),
            400,
            "token_in_url",
        ),
        (
            "GET /items/1 HTTP/1.1\nconnection: close\n\n".to_owned(),
            400,
            "malformed",
        ),
        (
            format!("GET /items/1 HTTP/1.1\nhost: x\n{close}\n\n"),
            400,
            "malformed",
        ),
        (
            format!("GET /items/1 HTTP/1.1\n{close}\na: {long}\n\n"),
            431,
            "too_large",
        ),
        ("hello\n\n".to_owned(), 400, "malformed"),
        (
            format!("POST /note HTTP/1.1\n{close}\ncontent-length: x\n\n"),
            400,
            "malformed",
        ),
    ] {
        let answer = server.ask(&request).await;
        let begin = request.chars().take(60).collect::<String>();
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{begin}"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn edg_80_no_label_takes_a_strangers_text() {
    let server = HttpTestServer::start(app()).await;
    for number in 0..50 {
        let request =
            format!("INVENTED{number} /of/{number} HTTP/1.1\nhost: x\nconnection: close\n\n");
        server.ask(&request).await;
    }
    let metrics = "GET /metrics HTTP/1.1\nhost: x\nconnection: close\n\n";
    let text = server.ask(metrics).await.body;
    assert!(text.contains("method=\"other\""), "{text}");
    assert!(
        !text.contains("INVENTED") && !text.contains("/of/"),
        "{text}"
    );
    server.stop().await;
}

#[tokio::test]
async fn edg_90_pages_may_send_every_header_that_is_read() {
    let server = HttpTestServer::start(app()).await;
    for name in [
        "authorization",
        "content-type",
        "if-match",
        "if-none-match",
        "cache-control",
        "idempotency-key",
        "last-event-id",
        "traceparent",
        "tracestate",
        "baggage",
        "x-request-id",
    ] {
        let preflight = format!(
            "OPTIONS /note HTTP/1.1\nhost: x\nconnection: close\norigin: http://localhost:8080\n\
             access-control-request-method: POST\naccess-control-request-headers: {name}\n\n"
        );
        let answer = server.ask(&preflight).await;
        let allowed = answer.head.lines();
        let allowed =
            allowed.filter_map(|line| line.strip_prefix("access-control-allow-headers: "));
        let mut allowed = allowed.flat_map(|names| names.split(','));
        assert!(
            allowed.any(|one| one.trim() == name),
            "{name}: {}",
            answer.head
        );
    }
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn edg_81_a_dripping_body_is_408_and_ends_its_connection() {
    let server = HttpTestServer::start(app()).await;
    let at = Instant::now();
    let mut raw = server.connect().await;
    raw.send(
        b"POST /note HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
          content-length: 1000\r\n\r\n",
    )
    .await;
    let (mut reader, mut writer) = raw.0.into_split();
    let drip = tokio::spawn(async move {
        while writer.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    });
    let mut answer = Vec::new();
    drop(tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut answer).await);
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("\"code\":\"timeout\""), "{answer}");
    assert!(
        at.elapsed() <= Duration::from_secs(10),
        "{:?}",
        at.elapsed()
    );
    drip.await.unwrap();
    server.stop().await;
}
