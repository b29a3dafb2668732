//! An application books two people; each opens their link and gets tickets that anyone can verify.

mod running;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use running::{Running, offer, token};
use serde_json::{Value, json};
use testkit::{Http, now};
use wire::{ChatClaims, SignalingClaims};

#[tokio::test]
async fn sch_50_a_booking_is_answered_with_its_defaults_and_two_links() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let starts_at = session["starts_at"].as_i64().unwrap();
    assert_eq!(session["revision"], 1);
    assert_eq!(session["state"], "scheduled");
    assert_eq!(session["lobby_opens_at"], starts_at - 300_000);
    assert_eq!(session["closes_at"], starts_at + 120_000);
    assert_eq!(session["duration_ms"], 60_000);
    assert_eq!(session["on_loss"], "run");
    assert_eq!(session["remind_before_ms"], json!([300_000]));
    for (at, id) in ["ana", "bo"].into_iter().enumerate() {
        let person = &session["participants"][at];
        assert_eq!(person["external_id"], id);
        let link = person["join_url"].as_str().unwrap();
        assert!(
            link.starts_with(&format!("{}/join#", scheduler.url)),
            "{link}"
        );
    }
    assert_eq!(scheduler.session(&session["id"]).await, session);
}

#[tokio::test]
async fn sch_50_the_same_external_id_is_the_same_person_of_one_application_only() {
    let scheduler = Running::start().await;
    let first = scheduler.book(offer(600_000)).await;
    let again = scheduler.book(offer(900_000)).await;
    let user = |session: &Value| session["participants"][0]["user_id"].clone();
    assert_eq!(user(&first), user(&again));
    assert_ne!(first["room_id"], again["room_id"]);
    let other = scheduler.key("another shop").await;
    let theirs = other
        .post(&scheduler.at("/v1/sessions"), offer(600_000))
        .await;
    assert_ne!(user(&theirs.json(201)), user(&first));
    let path = format!("/v1/sessions/{}", first["id"].as_str().unwrap());
    let hidden = other.get(&scheduler.at(&path)).await;
    assert_eq!(hidden.problem(404), "not_found");
}

#[tokio::test]
async fn sch_51_a_link_is_traded_for_access_to_one_session_and_nothing_else() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let other = scheduler.book(offer(600_000)).await;
    let joined: Value = scheduler.join(&session, 1).await.json(200);
    assert_eq!(joined["user_id"], session["participants"][1]["user_id"]);
    assert_eq!(joined["session"]["id"], session["id"]);
    assert_eq!(joined["session"]["participants"][0].get("join_url"), None);
    assert_eq!(
        joined["session"]["participants"][0].get("external_id"),
        None
    );

    let bo = Http::bearer(joined["access"].as_str().unwrap());
    let path = |s: &Value, tail: &str| {
        scheduler.at(&format!("/v1/sessions/{}{tail}", s["id"].as_str().unwrap()))
    };
    let own: Value = bo.get(&path(&session, "")).await.json(200);
    assert_eq!(own["participants"][1].get("join_url"), None);
    assert_eq!(bo.get(&path(&other, "")).await.problem(404), "not_found");
    let stolen = bo.post(&path(&other, "/ticket"), json!({})).await;
    assert_eq!(stolen.problem(404), "not_found");
    let listed = bo.get(&scheduler.at("/v1/sessions")).await;
    assert_eq!(listed.problem(403), "forbidden");
    let cancelled = bo.post(&path(&session, "/cancel"), json!({})).await;
    assert_eq!(cancelled.problem(403), "forbidden");
    let of_ana = json!({"user_id": session["participants"][0]["user_id"]});
    let ticket = bo.post(&path(&session, "/ticket"), of_ana).await;
    assert_eq!(ticket.problem(403), "forbidden");
}

#[tokio::test]
async fn sch_51_without_a_credential_or_with_a_wrong_one_nothing_is_answered() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let link = token(&session, 0);
    for client in [
        Http::new(),
        Http::bearer("rk_nobody"),
        Http::bearer("nothing"),
        Http::bearer(&link),
    ] {
        for path in [
            "/v1/sessions",
            "/v1/notifications",
            "/v1/notifications/stream",
        ] {
            let answer = client.get(&scheduler.at(path)).await;
            assert_eq!(answer.problem(401), "unauthenticated");
        }
    }
}

#[tokio::test]
async fn sch_52_a_signaling_ticket_says_everything_and_verifies_against_the_key_set() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(0)).await;
    let (user, id) = (&session["participants"][0]["user_id"], &session["id"]);
    let path = format!("/v1/sessions/{}/ticket", id.as_str().unwrap());
    let of_ana = json!({ "user_id": user });
    let by_key: Value = scheduler
        .app
        .post(&scheduler.at(&path), of_ana)
        .await
        .json(200);
    let ana = scheduler.person(&session, 0).await;
    let empty = ana
        .send(reqwest::Method::POST, &scheduler.at(&path), None, &[])
        .await;
    for answer in [by_key, empty.json(200)] {
        assert_eq!(answer["url"], "ws://127.0.0.1:9/v1/signal");
        let claims: SignalingClaims = verified(&scheduler, &answer, "signaling").await;
        assert_eq!(claims.common.iss, scheduler.url);
        assert_eq!(claims.common.sub.as_str(), user.as_str().unwrap());
        assert_eq!(claims.common.name, "Ana");
        assert_eq!(claims.common.nbf, claims.common.iat);
        assert_eq!(claims.session.id.as_str(), id.as_str().unwrap());
        assert_eq!(claims.session.participants[1].name, "Bo");
        assert!(claims.common.exp >= claims.session.latest_end().as_secs());
        assert_eq!(answer["expires_at"], claims.common.exp * 1000);
    }
}

#[tokio::test]
async fn sch_53_a_chat_ticket_opens_the_rooms_and_a_links_is_good_for_one_only() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    scheduler.book(offer(600_000)).await;
    let path = scheduler.at("/v1/rooms/ticket");
    let of_bo = json!({"user_id": session["participants"][1]["user_id"]});
    let by_key: Value = scheduler.app.post(&path, of_bo).await.json(200);
    assert_eq!(by_key["url"], "ws://127.0.0.1:9/v1/chat");
    let claims: ChatClaims = verified(&scheduler, &by_key, "chat").await;
    assert_eq!((claims.rooms.len(), claims.only), (2, None));
    assert_eq!(claims.common.exp - claims.common.iat, 12 * 3600);

    let bo = scheduler.person(&session, 1).await;
    let by_link: Value = bo.post(&path, json!({})).await.json(200);
    let claims: ChatClaims = verified(&scheduler, &by_link, "chat").await;
    let room = session["room_id"].as_str().unwrap();
    assert_eq!(claims.only, Some(vec![room.into()]));
    assert_eq!(claims.rooms[0].id.as_str(), room);
    assert_eq!(claims.rooms[0].members.len(), 2);
    assert!(claims.common.exp > now().as_secs());
}

#[tokio::test]
async fn sch_54_a_ticket_is_for_one_of_the_two() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let path = format!("/v1/sessions/{}/ticket", session["id"].as_str().unwrap());
    let app = &scheduler.app;
    let nobody = app.post(&scheduler.at(&path), json!({})).await;
    assert_eq!(nobody.problem(422), "invalid_field");
    let stranger = app
        .post(&scheduler.at(&path), json!({"user_id": "x"}))
        .await;
    assert_eq!(stranger.problem(403), "not_a_participant");
    let rooms = app
        .post(&scheduler.at("/v1/rooms/ticket"), json!({"user_id": "x"}))
        .await;
    assert_eq!(rooms.problem(404), "not_found");
    let unknown = scheduler.at("/v1/sessions/none/ticket");
    assert_eq!(
        app.post(&unknown, json!({"user_id": "x"}))
            .await
            .problem(404),
        "not_found"
    );
}

async fn verified<T: serde::de::DeserializeOwned + Clone>(
    scheduler: &Running,
    answer: &Value,
    audience: &str,
) -> T {
    let keys = Http::new()
        .get(&scheduler.at("/.well-known/jwks.json"))
        .await;
    let keys: JwkSet = keys.json(200);
    let ticket = answer["ticket"].as_str().unwrap();
    let header = decode_header(ticket).unwrap();
    assert_eq!(header.alg, Algorithm::EdDSA);
    let key = keys.find(header.kid.as_deref().unwrap()).unwrap();
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_audience(&[audience]);
    rules.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
    let key = DecodingKey::from_jwk(key).unwrap();
    decode::<T>(ticket, &key, &rules).unwrap().claims
}
