//! B1 to B6: tickets that are forged, confused or out of time.

use serde_json::{Value, json};
use testkit::{ANN, TestPeer, TicketSigner, now, sleep_until};
use tokio::net::{TcpListener, TcpStream};
use wire::ErrorCode;

use crate::stage::{BadInputStage, waiting};

/// Any signaling ticket of Ann: header and claims, to be made wrong in one way.
pub(crate) fn parts(signer: &TicketSigner) -> (Value, Value) {
    let claims = signer.signaling_claims(ANN, &waiting());
    (signer.header(), serde_json::to_value(claims).unwrap())
}

/// The same, but for one field.
pub(crate) fn with(mut value: Value, name: &str, to: Value) -> Value {
    value[name] = to;
    value
}

/// Joins, and is `unauthenticated {reason}`, then 4501.
pub(crate) async fn refused(stage: &BadInputStage, ticket: &str, reason: &str) {
    let (error, code) = TestPeer::refused(&stage.server.url, ticket).await;
    assert_eq!(error.code, ErrorCode::Unauthenticated, "{reason}");
    assert_eq!((error.reason.as_deref(), code), (Some(reason), Some(4501)));
}

/// Plays a row for each of these tickets.
pub(crate) async fn rows(
    stage: &BadInputStage,
    number: u8,
    reason: &str,
    rows: Vec<(&str, String)>,
) {
    let metric = format!("tickets_refused_total{{reason=\"{reason}\"}}");
    for (name, ticket) in rows {
        let played = refused(stage, &ticket, reason);
        stage.row(number, name, &metric, played).await;
    }
}

#[tokio::test]
async fn sig_240_forged_and_confused_tickets() {
    let stage = BadInputStage::start().await;
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
    let stored = signer.sign_with_public_key(&header, &claims);
    rows(&stage, 2, "bad_signature", vec![("as EdDSA", stored)]).await;

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
    let stage = BadInputStage::start().await;
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
    // Connections are accepted in the order in which they came: ours is the first.
    let own = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    let (_, first) = listener.accept().await.unwrap();
    assert_eq!(
        first,
        own.local_addr().unwrap(),
        "no request goes where a header points"
    );
    stage.finish([4]).await;
}

#[tokio::test]
async fn sig_241_times_are_whole_numbers_and_a_minute_is_forgiven() {
    let stage = BadInputStage::start().await;
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
