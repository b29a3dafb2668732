//! The golden fixtures are what both languages must read alike: each decodes, and encodes to itself.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use wire::chat::{ChatClientFrame, ChatServerFrame};
use wire::signaling::{ClientFrame, ServerFrame};
use wire::{
    BookSession, ChangeMe, ChangeWebhook, ChatClaims, CloseCode, CreateWebhook, DeliveryView,
    Event, FrameError, JoinResponse, ListenedDelivery, ListenerAnswer, ListenerView, Notification,
    Problem, QuestionView, RotatedSecret, SentDelivery, SessionView, SignalingClaims, Signup,
    StartListener, TicketHeaderClaims, TicketResponse, TimelineItem, User, WebhookBody,
    WebhookDeliveryView, WebhookView,
};

#[derive(Deserialize)]
struct Fixture {
    name: String,
    #[serde(default)]
    kind: String,
    frame: Box<RawValue>,
}

macro_rules! every_frame_round_trips {
    ($file:literal, $set:ty) => {
        let mut seen = BTreeSet::new();
        for fixture in fixtures(include_str!(concat!("../fixtures/", $file))) {
            let text = fixture.frame.get();
            let (envelope, frame) =
                <$set>::parse(text).unwrap_or_else(|e| panic!("{}: {e:?}", fixture.name));
            let mut encoded = value(&frame.to_text(None));
            if let Some(id) = envelope.id {
                encoded["id"] = serde_json::to_value(id).unwrap();
            }
            if let Some(seq) = envelope.seq {
                encoded["seq"] = seq.into();
            }
            assert_eq!(encoded, value(text), "{}", fixture.name);
            seen.insert(frame.kind());
        }
        let all: BTreeSet<_> = <$set>::TYPES.iter().copied().collect();
        assert_eq!(seen, all, "each type has a fixture");
    };
}

#[test]
fn wir_1_signaling_client_frames_round_trip() {
    every_frame_round_trips!("signaling_client.json", ClientFrame);
}

#[test]
fn wir_1_signaling_server_frames_round_trip() {
    every_frame_round_trips!("signaling_server.json", ServerFrame);
}

#[test]
fn wir_1_chat_client_frames_round_trip() {
    every_frame_round_trips!("chat_client.json", ChatClientFrame);
}

#[test]
fn wir_1_chat_server_frames_round_trip() {
    every_frame_round_trips!("chat_server.json", ChatServerFrame);
}

#[test]
fn wir_2_events_tickets_and_http_bodies_round_trip() {
    for fixture in fixtures(include_str!("../fixtures/events.json")) {
        round_trips::<Event>(&fixture);
    }
    for fixture in fixtures(include_str!("../fixtures/tickets.json")) {
        match fixture.name.split(' ').next() {
            Some("chat") => round_trips::<ChatClaims>(&fixture),
            Some("operator") => round_trips::<TicketHeaderClaims>(&fixture),
            _ => round_trips::<SignalingClaims>(&fixture),
        }
    }
    for fixture in fixtures(include_str!("../fixtures/http.json")) {
        match fixture.kind.as_str() {
            "book_session" => round_trips::<BookSession>(&fixture),
            "session_view" => round_trips::<SessionView>(&fixture),
            "join_response" => round_trips::<JoinResponse>(&fixture),
            "signup" => round_trips::<Signup>(&fixture),
            "user" => round_trips::<User>(&fixture),
            "change_me" => round_trips::<ChangeMe>(&fixture),
            "ticket_response" => round_trips::<TicketResponse>(&fixture),
            "notification" => round_trips::<Notification>(&fixture),
            "timeline_item" => round_trips::<TimelineItem>(&fixture),
            "question" => round_trips::<QuestionView>(&fixture),
            "problem" => round_trips::<Problem>(&fixture),
            "create_webhook" => round_trips::<CreateWebhook>(&fixture),
            "change_webhook" => round_trips::<ChangeWebhook>(&fixture),
            "webhook" => round_trips::<WebhookView>(&fixture),
            "rotated_secret" => round_trips::<RotatedSecret>(&fixture),
            "sent_delivery" => round_trips::<SentDelivery>(&fixture),
            "webhook_body" => round_trips::<WebhookBody>(&fixture),
            "start_listener" => round_trips::<StartListener>(&fixture),
            "listener" => round_trips::<ListenerView>(&fixture),
            "listened_delivery" => round_trips::<ListenedDelivery>(&fixture),
            "listener_answer" => round_trips::<ListenerAnswer>(&fixture),
            "webhook_delivery" => round_trips::<WebhookDeliveryView>(&fixture),
            "delivery" => round_trips::<DeliveryView>(&fixture),
            other => panic!("{}: no such kind: {other}", fixture.name),
        }
    }
}

#[test]
fn wir_3_close_codes_are_those_of_the_table() {
    let table: std::collections::BTreeMap<String, u16> =
        serde_json::from_str(include_str!("../fixtures/close_codes.json")).unwrap();
    let ours = CloseCode::ALL
        .iter()
        .map(|c| (c.name().to_owned(), c.code()))
        .collect();
    assert_eq!(table, ours);
    for code in CloseCode::ALL {
        let reconnect = (4000..4500).contains(&code.code());
        assert_eq!(code.may_reconnect(), reconnect, "{code:?}");
    }
}

#[test]
fn wir_4_what_is_no_frame_is_malformed_and_a_bad_field_is_named() {
    #[derive(Deserialize)]
    struct Bad {
        malformed: Vec<Text>,
        blamed: Vec<Blamed>,
    }
    #[derive(Deserialize)]
    struct Text {
        name: String,
        text: String,
    }
    #[derive(Deserialize)]
    struct Blamed {
        text: String,
        field: String,
    }
    let bad: Bad = serde_json::from_str(include_str!("../fixtures/bad_frames.json")).unwrap();
    for case in bad.malformed {
        let error = ClientFrame::parse(&case.text).expect_err(&case.name);
        assert!(
            matches!(error, FrameError::Malformed),
            "{}: {error:?}",
            case.name
        );
    }
    for case in bad.blamed {
        match ClientFrame::parse(&case.text) {
            Err(FrameError::InvalidField { field, .. }) => {
                assert_eq!(field, case.field, "{}", case.text);
            }
            other => panic!("{}: {other:?}", case.text),
        }
    }
}

#[test]
fn edg_150_an_array_is_no_object_within_a_frame_either() {
    let blamed = |field: &str| FrameError::InvalidField {
        field: field.to_owned(),
        id: None,
    };
    let join = r#"{"type":"join","ticket":"a.b.c","resume":["t",1]}"#;
    assert_eq!(ClientFrame::read(join), Err(blamed("resume")));
    let hello = r#"{"type":"hello","ticket":"a.b.c","device_id":"d","cursors":{"r":["e",1]}}"#;
    assert_eq!(ChatClientFrame::parse(hello), Err(blamed("cursors.r")));
    let payload = r#"{"type":"data","payload":[1,[2]]}"#;
    assert!(ClientFrame::read(payload).is_ok(), "any JSON");
}

#[test]
fn wir_4_a_bad_position_names_its_field_and_its_frame() {
    let error = ChatClientFrame::parse(r#"{"type":"read","room":"r","seq":-1,"id":901}"#);
    let (field, id) = ("seq".to_owned(), Some(901.into()));
    assert_eq!(error, Err(FrameError::InvalidField { field, id }));
}

#[test]
fn wir_5_an_unknown_type_is_told_from_a_malformed_frame() {
    let error = ClientFrame::parse(r#"{"type":"teleport","id":9}"#).unwrap_err();
    assert_eq!(error, FrameError::UnknownType { id: Some(9.into()) });
}

#[test]
fn wir_6_unknown_fields_of_a_frame_are_ignored_and_those_of_a_command_are_not() {
    assert!(ClientFrame::parse(r#"{"type":"leave","colour":"red"}"#).is_ok());
    assert!(serde_json::from_str::<wire::JoinRequest>(r#"{"token":"t","role":"admin"}"#).is_err());
}

#[test]
fn wir_7_a_relayed_payload_is_untouched() {
    let text = r#"{"type":"data","payload":{ "n": 1.10, "big":12345678901234567890123 }}"#;
    let (_, frame) = ClientFrame::parse(text).unwrap();
    assert!(
        frame
            .to_text(None)
            .contains(r#"{ "n": 1.10, "big":12345678901234567890123 }"#)
    );
}

fn fixtures(text: &str) -> Vec<Fixture> {
    serde_json::from_str(text).unwrap()
}

fn round_trips<T: DeserializeOwned + Serialize>(fixture: &Fixture) {
    let decoded: T = serde_json::from_str(fixture.frame.get())
        .unwrap_or_else(|e| panic!("{}: {e}", fixture.name));
    assert_eq!(
        serde_json::to_value(decoded).unwrap(),
        value(fixture.frame.get()),
        "{}",
        fixture.name
    );
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
