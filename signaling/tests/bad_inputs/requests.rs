//! B10 to B12: requests that don't become a socket.

use serde_json::json;
use testkit::RawSocket;
use testkit::raw::upgrade;

use crate::stage::BadInputStage;

const REFUSED_ORIGIN: &str = "origin_refused_total";
const TOKEN_IN_URL: &str = "http_token_in_url_total";

const HEADER_SIZE: &str = "limit_hits_total{limit=\"header_size\"}";
const BAD_REQUEST: &str = "http_requests_total{route=\"/v1/signal\",method=\"GET\",status=\"400\"}";

async fn ask(stage: &BadInputStage, request: &str) -> (u16, String) {
    let mut raw = RawSocket::connect(&stage.server.url).await;
    // Each is the last request of its connection.
    let (head, _) = request.split_once("\r\n\r\n").unwrap();
    raw.send(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes())
        .await;
    raw.answer().await
}

async fn refused(stage: &BadInputStage, request: &str, status: u16, code: &str) {
    let (got, text) = ask(stage, request).await;
    assert_eq!(got, status, "{text}");
    assert!(
        text.contains(&json!({ "code": code }).to_string()[1..]) || code.is_empty(),
        "{text}"
    );
}

#[tokio::test]
async fn sig_244_no_credential_in_an_address_and_no_foreign_page() {
    let stage = BadInputStage::start().await;
    let url = &stage.server.url;
    for name in ["ticket", "token", "access_token"] {
        let request = upgrade(&format!("{url}?{name}=eyJhbGciOiJub25lIn0.e30."), "");
        let played = refused(&stage, &request, 400, "token_in_url");
        stage.row(10, name, TOKEN_IN_URL, played).await;
    }
    for origin in [
        "null",
        "http://localhost",
        "https://localhost:8080",
        "http://localhost:8081",
        "http://localhost:8080/",
        "http://localhost:8080.evil.example",
        "http://evil.example/localhost:8080",
        "http://notlocalhost:8080",
        "http://LOCALHOST:8080",
        "",
        "http://localhost:8080\r\nOrigin: http://evil.example",
        "http://localhost:8080\r\nOrigin: http://localhost:8080",
    ] {
        let request = upgrade(url, &format!("Origin: {origin}\r\n"));
        let played = refused(&stage, &request, 403, "origin_not_allowed");
        stage.row(11, origin, REFUSED_ORIGIN, played).await;
    }
    stage.finish(10..=11).await;
}

#[tokio::test]
async fn sig_244_an_upgrade_that_is_none() {
    let stage = BadInputStage::start().await;
    let good = upgrade(&stage.server.url, "");
    let without = |name: &str| good.replacen(name, "X-Other", 1);
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    let many: String = (0..200).map(|n| format!("X-{n}: 1\r\n")).collect();
    let long = format!("X-Long: {}\r\n", "x".repeat(100 * 1024));
    let rows = [
        (
            "version 8",
            good.replacen("Version: 13", "Version: 8", 1),
            400,
        ),
        ("no version", without("Sec-WebSocket-Version"), 400),
        ("no key", without("Sec-WebSocket-Key"), 400),
        (
            "other subprotocol",
            good.replacen(key, &format!("{key}\r\nSec-WebSocket-Protocol: other"), 1),
            400,
        ),
        ("100 KB of header", upgrade(&stage.server.url, &long), 431),
        ("200 headers", upgrade(&stage.server.url, &many), 431),
    ];
    for (name, request, status) in rows {
        let metric = match status {
            431 => HEADER_SIZE,
            _ => BAD_REQUEST,
        };
        let played = refused(&stage, &request, status, "");
        stage.row(12, name, metric, played).await;
    }
    stage.finish([12]).await;
}
