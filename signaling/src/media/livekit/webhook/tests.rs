//! Signatures and bodies of LiveKit's webhooks.

use super::*;
use crate::media::livekit::token::LiveKitKey;
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use service::clock::now;

const BODY: &str = r#"{"event":"room_started", "room":{"sid":"RM_TkVjUvAqgzKz", "name":"mytestroom", "emptyTimeout":300, "creationTime":"1628545903", "turnPassword":"ICkSr2rEeslkN6e9bXL4Ji5zzMD5Z7zzr6ulOaxMj6N", "enabledCodecs":[{"mime":"audio/opus"}, {"mime":"video/VP8"}]}}"#;
const HASH: &str = "CoEQz1chqJ9bnZRcORddjplkvpjmPujmLTR42DbefYI=";

fn keys() -> LiveKitKeys {
    let key = |api_key: &str, api_secret: &str| LiveKitKey {
        api_key: api_key.to_owned(),
        api_secret: api_secret.to_owned(),
    };
    LiveKitKeys {
        first: key("abcdefg", "abababa"),
        others: vec![key("older", "of last month")],
    }
}

fn signed(algorithm: Algorithm, secret: &str, claims: Value) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    encode(&Header::new(algorithm), &claims, &key).unwrap()
}

fn claims() -> Value {
    let at = now().as_secs();
    json!({"iss": "abcdefg", "nbf": at, "exp": at + 300, "sha256": HASH})
}

fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut claims = claims();
    change(&mut claims);
    claims
}

fn verdict(claims: Value, body: &str) -> Result<(), &'static str> {
    let token = signed(Algorithm::HS256, "abababa", claims);
    is_genuine(&keys(), &token, body.as_bytes())
}

#[test]
fn med_30_the_published_vector_is_genuine() {
    assert_eq!(STANDARD.encode(Sha256::digest(BODY.as_bytes())), HASH);
    assert_eq!(verdict(claims(), BODY), Ok(()));
}

#[test]
fn med_30_any_key_that_is_good_may_have_signed() {
    let claims = with(|claims| claims["iss"] = json!("older"));
    let token = signed(Algorithm::HS256, "of last month", claims.clone());
    assert_eq!(is_genuine(&keys(), &token, BODY.as_bytes()), Ok(()));
    let confused = signed(Algorithm::HS256, "abababa", claims);
    assert!(is_genuine(&keys(), &confused, BODY.as_bytes()).is_err());
}

#[test]
fn med_30_what_was_changed_or_is_from_another_time_is_not() {
    let serialized_again = serde_json::from_str::<Value>(BODY).unwrap().to_string();
    for body in [&format!("{BODY} "), &serialized_again, "", "{}"] {
        assert_eq!(verdict(claims(), body), Err("bad_hash"), "{body}");
    }
    let at = now().as_secs();
    type WebhookEdit = (&'static str, Box<dyn Fn(&mut Value)>);
    let wrong: [WebhookEdit; 7] = [
        (
            "10 minutes old",
            Box::new(move |c| {
                c["nbf"] = json!(at - 600);
                c["exp"] = json!(at - 300);
            }),
        ),
        (
            "of the future",
            Box::new(move |c| {
                c["nbf"] = json!(at + 600);
                c["exp"] = json!(at + 900);
            }),
        ),
        (
            "without an end",
            Box::new(|c| drop(c.as_object_mut().unwrap().remove("exp"))),
        ),
        (
            "of nobody",
            Box::new(|c| drop(c.as_object_mut().unwrap().remove("iss"))),
        ),
        ("of a stranger", Box::new(|c| c["iss"] = json!("stranger"))),
        (
            "without a hash",
            Box::new(|c| drop(c.as_object_mut().unwrap().remove("sha256"))),
        ),
        (
            "with a text for an end",
            Box::new(move |c| c["exp"] = json!(format!("{}", at + 300))),
        ),
    ];
    for (what, change) in wrong {
        assert!(verdict(with(change), BODY).is_err(), "{what}");
    }
    for other in [Algorithm::HS384, Algorithm::HS512] {
        let token = signed(other, "abababa", claims());
        assert!(is_genuine(&keys(), &token, BODY.as_bytes()).is_err());
    }
    let unsigned = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJhYmNkZWZnIn0.";
    for no_token in ["", "Bearer", "a.b.c", unsigned] {
        assert!(is_genuine(&keys(), no_token, BODY.as_bytes()).is_err());
    }
}

fn joined(extra: &str) -> String {
    format!(
        r#"{{"event":"participant_joined","id":"EV_1","createdAt":"1700000000",
        "room":{{"sid":"RM_1","name":"s.1"}},
        "participant":{{"sid":"PA_1","identity":"ann","state":"ACTIVE","joinedAt":"1700000000"{extra}}}}}"#
    )
}

#[test]
fn med_31_events_are_read_and_what_is_not_known_is_passed_over() {
    let Ok(ParsedEvent::Update {
        room,
        update: MediaUpdate::Joined { person, room_sid },
    }) = read(&joined(r#","kind":"HOLOGRAM","later":{"deep":[1]}"#))
    else {
        panic!("somebody joined");
    };
    assert_eq!((room.as_str(), room_sid.as_str()), ("s.1", "RM_1"));
    assert_eq!((person.sid.as_str(), person.user.as_str()), ("PA_1", "ann"));
    assert_eq!(person.joined_at.0, 1_700_000_000_000);
    for (kind, sid) in [
        ("participant_left", "PA_2"),
        ("participant_connection_aborted", "PA_3"),
    ] {
        let body = format!(
            r#"{{"event":"{kind}","room":{{"name":"s.1"}},"participant":{{"sid":"{sid}"}}}}"#
        );
        let Ok(ParsedEvent::Update {
            update: MediaUpdate::Left { sid: read },
            ..
        }) = read(&body)
        else {
            panic!("somebody left");
        };
        assert_eq!(read, sid);
    }
    for nothing in [
        r#"{"event":"egress_started","egressInfo":{}}"#,
        r#"{"event":"room_exploded"}"#,
        "{}",
    ] {
        assert!(
            matches!(read(nothing), Ok(ParsedEvent::Nothing)),
            "{nothing}"
        );
    }
    assert_eq!(
        key_and_time(joined("").as_bytes()),
        (Some("EV_1".to_owned()), Some(1_700_000_000_000))
    );
}

#[test]
fn med_31_what_can_not_be_read_is_said_to_be_so() {
    for broken in [
        "",
        "[]",
        r#"{"event":7}"#,
        r#"{"event":"participant_joined"}"#,
        r#"{"event":"participant_joined","room":{"name":"s.1"}}"#,
        r#"{"event":"room_finished","room":{}}"#,
    ] {
        assert!(read(broken).is_err(), "{broken}");
    }
}
