//! B1 to B9: tickets that are forged, confused, out of time, for something else, or too much.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{ANN, BO, BookedRoom, Http, RawSocket, TestPeer, TicketSigner, now, sleep_until};
use tokio::net::TcpListener;
use wire::{ErrorCode, SIGNALING_SUBPROTOCOL, SessionSpec};

use crate::stage::{Stage, waiting};

/// Any signaling ticket of Ann: header and claims, to be made wrong in one way.
fn parts(signer: &TicketSigner) -> (Value, Value) {
    let claims = signer.signaling_claims(ANN, &waiting());
    (signer.header(), serde_json::to_value(claims).unwrap())
}

fn with(mut value: Value, name: &str, to: Value) -> Value {
    value[name] = to;
    value
}

/// Joins, and is `unauthenticated {reason}`, then 4501.
async fn refused(stage: &Stage, ticket: &str, reason: &str) {
    let (error, code) = TestPeer::refused(&stage.server.url, ticket).await;
    assert_eq!(error.code, ErrorCode::Unauthenticated, "{reason}");
    assert_eq!((error.reason.as_deref(), code), (Some(reason), Some(4501)));
}

async fn rows(stage: &Stage, number: u8, reason: &str, rows: Vec<(&str, String)>) {
    let metric = format!("tickets_refused_total{{reason=\"{reason}\"}}");
    for (name, ticket) in rows {
        let played = refused(stage, &ticket, reason);
        stage.row(number, name, &metric, played).await;
    }
}

#[tokio::test]
async fn sig_240_forged_and_confused_tickets() {
    let stage = Stage::start().await;
    let signer = &stage.server.signer;
    let (header, claims) = parts(signer);
    let alg = |name: &str| with(header.clone(), "alg", json!(name));
    let strip = |ticket: &str| format!("{}.", ticket.rsplit_once('.').unwrap().0);

    let none = ["none", "None", "nOnE"];
    let unsigned = none.map(|name| (name, strip(&signer.sign(&alg(name), &claims))));
    rows(&stage, 1, "bad_alg", unsigned.into()).await;
    let empty = strip(&signer.sign(&header, &claims));
    rows(&stage, 1, "bad_signature", vec![("no signature", empty)]).await;

    let symmetric =
        ["HS256", "HS512"].map(|name| (name, signer.sign_with_public_key(&alg(name), &claims)));
    rows(&stage, 2, "bad_alg", symmetric.into()).await;
    let kept = signer.sign_with_public_key(&header, &claims);
    rows(&stage, 2, "bad_signature", vec![("as EdDSA", kept)]).await;

    // Each of them waits a second for keys that may just have changed: at once, then.
    let kids = [
        json!("../../dev/null"),
        json!("' OR 1=1 --"),
        json!("k".repeat(10_000)),
        json!("unknown"),
        json!(""),
        Value::Null,
    ];
    let metric = "tickets_refused_total{reason=\"unknown_key\"}";
    let all = kids.map(|kid| signer.sign(&with(header.clone(), "kid", kid), &claims));
    let played = async {
        let all = all
            .iter()
            .map(|ticket| refused(&stage, ticket, "unknown_key"));
        futures_util::future::join_all(all).await;
    };
    stage.row(3, "kid", metric, played).await;
    stage.finish(1..=3).await;
}

#[tokio::test]
async fn sig_240_a_header_brings_no_key() {
    let stage = Stage::start().await;
    let signer = &stage.server.signer;
    let (mut header, claims) = parts(signer);
    let forger = TicketSigner::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let elsewhere = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    header["jku"] = json!(elsewhere);
    header["x5u"] = json!(elsewhere);
    header["jwk"] = forger.jwks()["keys"][0].clone();

    let known = forger.sign(&header, &claims);
    rows(&stage, 4, "bad_signature", vec![("our kid", known)]).await;
    let own = forger.sign(&with(header.clone(), "kid", json!(forger.kid())), &claims);
    rows(&stage, 4, "unknown_key", vec![("its own kid", own)]).await;
    let ours = signer.sign(&header, &claims);
    let joined = async { drop(TestPeer::join(&stage.server.url, &ours).await) };
    stage
        .row(4, "ignored where the signature is ours", "", joined)
        .await;
    let asked = tokio::time::timeout(Duration::from_millis(100), listener.accept()).await;
    assert!(asked.is_err(), "no request goes where a header points");
    stage.finish([4]).await;
}

#[tokio::test]
async fn sig_241_times_are_whole_numbers_and_a_minute_is_forgiven() {
    let stage = Stage::start().await;
    let signer = &stage.server.signer;
    let (header, claims) = parts(signer);
    let second = now().as_secs();

    for name in ["exp", "nbf"] {
        let later = second + 600;
        let text = claims.to_string();
        let number = format!("\"{name}\":{}", claims[name]);
        let raw = |value: &str| {
            assert!(text.contains(&number), "{text}");
            let changed = text.replacen(&number, &format!("\"{name}\":{value}"), 1);
            signer.sign_text(&header.to_string(), &changed)
        };
        let mut missing = claims.clone();
        missing.as_object_mut().unwrap().remove(name);
        let wrong = vec![
            ("string", raw(&format!("\"{later}\""))),
            ("float", raw(&format!("{later}.5"))),
            ("exponent", raw("1.9e9")),
            ("negative", raw("-1")),
            ("1e400", raw("1e400")),
            ("null", raw("null")),
            ("missing", signer.sign(&header, &missing)),
        ];
        rows(&stage, 5, "malformed", wrong).await;
    }

    // Just after a second has begun, so that none passes between here and there.
    sleep_until(wire::UnixMs((now().as_secs() + 1) * 1_000)).await;
    let second = now().as_secs();
    let at = |name: &str, time: i64| signer.sign(&header, &with(claims.clone(), name, json!(time)));
    let late = vec![("61 s late", at("exp", second - 61))];
    rows(&stage, 6, "expired", late).await;
    let early = vec![("61 s early", at("nbf", second + 61))];
    rows(&stage, 6, "not_yet_valid", early).await;
    sleep_until(wire::UnixMs((now().as_secs() + 1) * 1_000)).await;
    let second = now().as_secs();
    for ticket in [at("exp", second - 59), at("nbf", second + 59)] {
        let joined = async { drop(TestPeer::join(&stage.server.url, &ticket).await) };
        stage.row(6, "59 s", "", joined).await;
    }
    stage.finish(5..=6).await;
}

#[tokio::test]
async fn sig_242_a_ticket_is_for_one_use() {
    let stage = Stage::start().await;
    let signer = &stage.server.signer;
    let (header, claims) = parts(signer);
    let to = |aud: Value| signer.sign(&header, &with(claims.clone(), "aud", aud));
    let typ = |name: &str| signer.sign(&with(header.clone(), "typ", json!(name)), &claims);
    let others = vec![
        ("chat", signer.chat(ANN, &[BookedRoom::new().0])),
        ("operator", signer.operator()),
        ("chat, of a signaling ticket", to(json!("chat"))),
        ("upper case", to(json!("SIGNALING"))),
        ("none", to(json!(""))),
    ];
    rows(&stage, 7, "wrong_audience", others).await;
    let types = vec![
        ("a list", to(json!(["signaling", "chat"]))),
        ("refresh", typ("refresh+jwt")),
        ("webhook", typ("webhook")),
    ];
    rows(&stage, 7, "malformed", types).await;
    stage.finish([7]).await;
}

#[tokio::test]
async fn sig_242_a_ticket_is_for_one_session_and_its_people() {
    let stage = Stage::start().await;
    let server = &stage.server;
    let refused = async |ticket: String| TestPeer::refused(&server.url, &ticket).await;

    // A ticket names its session: used on another one it is nothing, signed for a stranger it is nobody's.
    let (x, y) = (waiting(), waiting());
    let (of_x, of_y) = (server.ticket(ANN, &x), server.ticket(ANN, &y));
    let (_, signature) = of_x.rsplit_once('.').unwrap();
    let forged = format!("{}.{signature}", of_y.rsplit_once('.').unwrap().0);
    let mixed = vec![("the signature of another", forged)];
    rows(&stage, 8, "bad_signature", mixed).await;
    let link = vec![("a join token", "eyJzIjoieCJ9.c2lnbmF0dXJl".to_owned())];
    rows(&stage, 8, "malformed", link).await;
    let stranger = async {
        let (error, code) = refused(server.ticket("mallory", &y)).await;
        assert_eq!((error.code, code), (ErrorCode::NotAParticipant, Some(4502)));
    };
    stage.row(8, "a stranger", "", stranger).await;

    let kicked = async {
        let _bo = server.join(BO, &x).await;
        let url = format!("{}/v1/sessions/{}/participants/{BO}", server.http, x.id);
        let operator = Http::bearer(&server.signer.operator());
        assert_eq!(operator.delete(&url).await.status, 200);
        let (error, code) = refused(server.ticket(BO, &x)).await;
        assert_eq!((error.code, code), (ErrorCode::SessionOver, Some(4506)));
        assert_eq!(error.reason.as_deref(), Some("kicked"));
        let (_, code) = refused(server.ticket(ANN, &x)).await;
        assert_eq!(code, Some(4504));
    };
    stage.row(8, "the kicked", "", kicked).await;

    let newer = SessionSpec {
        revision: 2,
        duration_ms: 7_000,
        ..y.clone()
    };
    let older = async {
        let _bo = server.join(BO, &newer).await;
        let ann = server.join(ANN, &y).await;
        let spec = &ann.welcome.as_ref().unwrap().session.spec;
        assert_eq!((spec.revision, spec.duration_ms), (2, 7_000));
    };
    stage
        .row(8, "an older revision proves who it is", "", older)
        .await;
    let cancelled = async {
        let z = waiting();
        crate::booked::cancel(server, &z).await;
        let (error, code) = refused(server.ticket(ANN, &z)).await;
        assert_eq!((error.code, code), (ErrorCode::SessionOver, Some(4504)));
        assert_eq!(error.reason.as_deref(), Some("cancelled"));
    };
    stage.row(8, "the cancelled", "", cancelled).await;
    stage.finish([8]).await;
}

#[tokio::test]
async fn sig_243_size_and_depth_of_a_ticket_are_bounded() {
    let stage = Stage::start().await;
    let signer = &stage.server.signer;
    let (header, claims) = parts(signer);
    let more = |name: &str, value: &str| {
        let text = claims
            .to_string()
            .replacen('{', &format!("{{\"{name}\":{value},"), 1);
        signer.sign_text(&header.to_string(), &text)
    };
    let long = |length: usize| more("x", &format!("\"{}\"", "x".repeat(length)));
    let many: Vec<_> = (0..10_000).map(|n| format!("\"c{n}\":{n}")).collect();
    let many = more("x", &format!("0,{}", many.join(",")));
    for (name, ticket) in [("100 KB", long(75_000)), ("10,000 claims", many)] {
        assert!(ticket.len() > 64 * 1024);
        let played = async {
            let mut raw = RawSocket::upgraded(&stage.server.url, SIGNALING_SUBPROTOCOL).await;
            raw.send_text(&json!({"type": "join", "ticket": ticket}).to_string())
                .await;
            assert_eq!(raw.close_code().await, Some(1009));
        };
        let metric = "limit_hits_total{limit=\"frame_bytes\"}";
        stage.row(9, name, metric, played).await;
    }
    let large = vec![("50 KB", long(38_000))];
    rows(&stage, 9, "too_large", large).await;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let header_deep = header
        .to_string()
        .replacen('{', &format!("{{\"x\":{deep},"), 1);
    let forger = TicketSigner::start().await;
    let forged = vec![(
        "deep header",
        forger.sign_text(&header_deep, &claims.to_string()),
    )];
    rows(&stage, 9, "bad_signature", forged).await;
    let nested = vec![
        ("deep claims", more("x", &deep)),
        ("no JSON", signer.sign_text("{", "}")),
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
    ];
    rows(&stage, 9, "malformed", nested).await;
    stage.finish([9]).await;
}
