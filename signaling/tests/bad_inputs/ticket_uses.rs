//! B7 to B9: tickets for something else, for somebody else, or of too much.

use serde_json::Value;
use serde_json::json;
use testkit::{ANN, BO, BookedRoom, Http, RawSocket, TestPeer, TicketSigner};
use wire::{ErrorCode, SIGNALING_SUBPROTOCOL, SessionSpec};

use crate::stage::{BadInputStage, waiting};
use crate::tickets::{parts, rows, with};

#[tokio::test]
async fn sig_242_a_ticket_is_for_one_use() {
    let stage = BadInputStage::start().await;
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
    let stage = BadInputStage::start().await;
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
    let stage = BadInputStage::start().await;
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
