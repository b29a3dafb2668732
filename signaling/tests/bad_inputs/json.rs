//! B18 and B19: text that is no frame.

use testkit::{SOON, TestPeer};
use wire::signaling::{Pong, RelayedData};
use wire::{ErrorBody, ErrorCode, FrameId};

use crate::stage::BadInputStage;
use crate::talk::{never_got, settled};

const MALFORMED: &str = "signaling_frames_total{type=\"malformed\"}";
const INVALID: &str = "signaling_frames_total{type=\"invalid\"}";
const UNKNOWN: &str = "signaling_frames_total{type=\"unknown\"}";

/// Ann sends `text` and is told `code` and `field`; her socket lives, and Bo sees nothing of it.
async fn costs_an_error(stage: &BadInputStage, text: &str, code: ErrorCode, field: Option<&str>) {
    let (mut ann, mut bo) = stage.pair().await;
    ann.send_text(text).await;
    let error = ann.expect::<ErrorBody>(SOON).await;
    assert_eq!(error.code, code);
    if field.is_some() {
        assert_eq!(error.field.as_deref(), field);
    }
    settled(&mut ann).await;
    settled(&mut bo).await;
    never_got(&mut bo, &["data", "peer_lost", "error"]);
}

#[tokio::test]
async fn sig_246_what_is_no_json_costs_an_error_and_the_third_the_socket() {
    let stage = BadInputStage::start().await;
    let deep = |opening: &str, closing: &str| {
        let nested = format!("{}{}", opening.repeat(10_000), closing.repeat(10_000));
        format!(r#"{{"type":"data","payload":{nested}}}"#)
    };
    let rows = [
        ("not JSON", "hello".to_owned()),
        ("nothing", String::new()),
        ("two", r#"{"type":"extend"}{"type":"extend"}"#.to_owned()),
        ("truncated", r#"{"type":"data","payload":"#.to_owned()),
        ("a list", r#"["type","leave"]"#.to_owned()),
        (
            "duplicate type",
            r#"{"type":"extend","type":"data"}"#.to_owned(),
        ),
        ("NaN", r#"{"type":"data","payload":NaN}"#.to_owned()),
        (
            "infinity",
            r#"{"type":"connected","epoch":Infinity}"#.to_owned(),
        ),
        (
            "control character",
            "{\"type\":\"data\",\"payload\":\"\u{1}\"}".to_owned(),
        ),
        ("single quotes", "{'type':'data','payload':1}".to_owned()),
        (
            "comment",
            r#"{"type":"data","payload":1} // one"#.to_owned(),
        ),
    ];
    for (name, text) in rows {
        let played = costs_an_error(&stage, &text, ErrorCode::Malformed, None);
        stage.row(18, name, MALFORMED, played).await;
    }
    let wrong_fields = [
        (
            "duplicate field",
            r#"{"type":"data","payload":1,"payload":2}"#.to_owned(),
        ),
        (
            "duplicate id",
            r#"{"type":"data","id":1,"id":2,"payload":2}"#.to_owned(),
        ),
        ("10,000 lists", deep("[", "]")),
        ("10,000 objects", deep("{\"a\":", "}").replace(":}", ":1}")),
        ("1e999", r#"{"type":"data","payload":1e999}"#.to_owned()),
        (
            "1e999 as a field",
            r#"{"type":"connected","epoch":1e999}"#.to_owned(),
        ),
    ];
    for (name, text) in wrong_fields {
        let played = costs_an_error(&stage, &text, ErrorCode::InvalidField, None);
        stage.row(18, name, INVALID, played).await;
    }
    let third = async {
        let (mut ann, mut bo) = stage.pair().await;
        for _ in 0..3 {
            ann.send_text("{").await;
            assert_eq!(
                ann.expect::<ErrorBody>(SOON).await.code,
                ErrorCode::Malformed
            );
        }
        assert_eq!(ann.expect_close(SOON).await, Some(4500));
        let ann = ann.cut().await.resume().await;
        assert!(ann.welcome.as_ref().unwrap().resumed, "and may come back");
        settled(&mut bo).await;
        never_got(&mut bo, &["data", "error", "peer_left"]);
    };
    let limit = "limit_hits_total{limit=\"malformed\"}";
    stage.row(18, "the third in 10 s", limit, third).await;
    stage.finish([18]).await;
}

#[tokio::test]
async fn sig_246_wrong_content_is_no_step_towards_closing_and_half_pairs_are_taken() {
    let stage = BadInputStage::start().await;
    let wrong = async {
        let (mut ann, _bo) = stage.pair().await;
        for id in 1..=5 {
            ann.send_text(format!(r#"{{"type":"connected","id":{id},"epoch":1.5}}"#))
                .await;
            let error = ann.expect::<ErrorBody>(SOON).await;
            assert_eq!(error.code, ErrorCode::InvalidField);
            assert_eq!(error.id, Some(FrameId::Number(id)));
        }
        settled(&mut ann).await;
    };
    stage.row(18, "five wrong fields", INVALID, wrong).await;
    let taken = async {
        let (mut ann, mut bo) = stage.pair().await;
        for text in [
            r#"{"type":"data","payload":{"\udc00":"\ud83d","n":1.0}}"#,
            r#"{"type":"data","id":50.0,"payload":{"\udc00":"\ud83d","n":1.0}}"#,
            "\u{feff}{\"type\":\"data\",\"id\":6e1,\"payload\":{\"\\udc00\":\"\\ud83d\",\"n\":1.0}}",
        ] {
            ann.send_text(text).await;
            let heard = bo.expect::<RelayedData>(SOON).await;
            assert_eq!(heard.payload.text(), r#"{"\ufffd":"\ufffd","n":1.0}"#);
        }
        settled(&mut ann).await;
    };
    stage
        .row(18, "half pairs, whole numbers, a BOM", "", taken)
        .await;
    stage.finish([18]).await;
}

#[tokio::test]
async fn sig_246_unknown_types_unknown_fields_and_wrong_fields() {
    let stage = BadInputStage::start().await;
    for kind in ["dance", "welcome", "Offer", "", "__proto__"] {
        let text = format!(r#"{{"type":"{kind}","id":3}}"#);
        let played = costs_an_error(&stage, &text, ErrorCode::UnknownType, None);
        stage.row(19, kind, UNKNOWN, played).await;
    }
    let ignored = async {
        let (mut ann, mut bo) = stage.pair().await;
        ann.send_text(r#"{"type":"data","payload":1,"mood":"good","seq":"x","from":"mallory"}"#)
            .await;
        let heard = bo.expect::<RelayedData>(SOON).await;
        assert_eq!(
            heard.from.as_str(),
            testkit::ANN,
            "who it is from nobody chooses"
        );
        settled(&mut ann).await;
    };
    stage.row(19, "unknown field", "", ignored).await;
    let wrong = [
        (r#"{"type":"data"}"#, "payload"),
        (r#"{"type":"offer","epoch":1}"#, "sdp"),
        (r#"{"type":"offer","epoch":1,"sdp":7}"#, "sdp"),
        (r#"{"type":"offer","sdp":""}"#, "epoch"),
        (r#"{"type":"answer","epoch":"1","sdp":""}"#, "epoch"),
        (r#"{"type":"connected","epoch":-1}"#, "epoch"),
        (r#"{"type":"connected","epoch":1.5}"#, "epoch"),
        (
            r#"{"type":"connected","epoch":18446744073709551616}"#,
            "epoch",
        ),
        (r#"{"type":"candidate","epoch":1}"#, "candidate"),
        (r#"{"type":"ping","sent_at":[]}"#, "sent_at"),
        (r#"{"type":"extend","id":"one"}"#, "id"),
        (r#"{"type":"extend","id":-1}"#, "id"),
    ];
    for (text, field) in wrong {
        let played = costs_an_error(&stage, text, ErrorCode::InvalidField, Some(field));
        stage.row(19, text, INVALID, played).await;
    }
    let echoed = async {
        let mut ann: TestPeer = crate::stage::let_in(&stage.server).await;
        ann.send_text(r#"{"type":"offer","id":9,"epoch":1}"#).await;
        let error = ann.expect::<ErrorBody>(SOON).await;
        assert_eq!(error.id, Some(FrameId::Number(9)));
        ann.send_text(r#"{"type":"ping","sent_at":1}"#).await;
        ann.expect::<Pong>(SOON).await;
    };
    stage.row(19, "the id is echoed", INVALID, echoed).await;
    stage.finish([19]).await;
}
