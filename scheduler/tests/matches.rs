//! What two people come to whose gifts have crossed.

mod running;

use running::browser::Browser;
use running::{Running, claims};
use serde_json::{Value, json};
use testkit::now;

const HOUR_MS: i64 = 3_600_000;

struct Two {
    ana: Browser,
    ana_id: String,
    bo: Browser,
    bo_id: String,
}

impl Two {
    async fn of(scheduler: &Running) -> Self {
        let (ana, ana_user) = Browser::signed_up(scheduler, "Ana").await;
        let (bo, bo_user) = Browser::signed_up(scheduler, "Bo").await;
        let id = |user: &Value| user["id"].as_str().unwrap().to_owned();
        Self {
            ana,
            ana_id: id(&ana_user),
            bo,
            bo_id: id(&bo_user),
        }
    }

    /// Their special gifts cross, with these times; the match as Ana sees it.
    async fn match_with(&mut self, hers: &[i64], his: &[i64]) -> Value {
        let body = |user: &str, times: &[i64]| {
            let mut body = json!({"to": {"user_id": user}, "kind": "special", "letter": "Hi."});
            if !times.is_empty() {
                body["times"] = json!(times);
            }
            body
        };
        let first = self.ana.post("/v1/gifts", body(&self.bo_id, hers)).await;
        assert_eq!(first.status, 201, "{}", first.body);
        let second = self.bo.post("/v1/gifts", body(&self.ana_id, his)).await;
        assert_eq!(second.status, 201, "{}", second.body);
        let found = items(&mut self.ana, "/v1/matches").await;
        assert_eq!(found.len(), 1);
        found[0].clone()
    }
}

async fn items(browser: &mut Browser, path: &str) -> Vec<Value> {
    let page: Value = browser.get(path).await.json(200);
    page["items"].as_array().unwrap().clone()
}

async fn kinds(browser: &mut Browser) -> Vec<String> {
    let items = items(browser, "/v1/notifications").await;
    let kind = |item: &Value| item["kind"].as_str().unwrap().to_owned();
    items.iter().rev().map(kind).collect()
}

fn path(of: &Value, rest: &str) -> String {
    format!("/v1/{rest}").replace("ID", of["id"].as_str().unwrap())
}

#[tokio::test]
async fn sch_189_a_time_of_both_books_a_session_in_the_room_of_the_match() {
    let scheduler = Running::start().await;
    let mut two = Two::of(&scheduler).await;
    let at = now().0 + HOUR_MS;
    let made = two.match_with(&[at, at + 1], &[at + 2, at]).await;
    assert_eq!(made["with"], json!({"user_id": two.bo_id, "name": "Bo"}));
    assert_eq!(made["next_session"]["starts_at"], at);
    assert!(made.get("proposal").is_none());
    let sessions = items(&mut two.bo, "/v1/sessions").await;
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0]["room_id"], made["room_id"]);
    let ticket: Value = two.bo.post("/v1/rooms/ticket", json!({})).await.json(200);
    let claims = claims(ticket["ticket"].as_str().unwrap());
    let rooms = claims["rooms"].as_array().unwrap();
    assert_eq!(rooms.len(), 1, "one room, whatever is booked in it");
    assert_eq!(rooms[0]["id"], made["room_id"]);
    assert_eq!(claims["tenant"], "people");
    let call = path(&sessions[0], "sessions/ID/ticket");
    assert_eq!(two.ana.post(&call, json!({})).await.status, 200);

    let both = ["gift_received", "match_created", "session_scheduled"];
    assert_eq!(kinds(&mut two.bo).await, both);
    assert_eq!(kinds(&mut two.ana).await, both[1..]);
    let again = json!({"to": {"user_id": two.bo_id}, "kind": "plain", "letter": "Hi."});
    assert_eq!(
        two.ana.post("/v1/gifts", again).await.problem(409),
        "already_matched"
    );
}

#[tokio::test]
async fn sch_189_a_time_at_which_one_has_another_session_is_put_and_can_not_be_accepted() {
    let scheduler = Running::start().await;
    let mut two = Two::of(&scheduler).await;
    let at = now().0 + HOUR_MS;
    two.match_with(&[at], &[at]).await;
    let (mut cy, user) = Browser::signed_up(&scheduler, "Cy").await;
    let special = |to: &Value| json!({"to": {"user_id": to}, "kind": "special", "letter": "Hi.", "times": [at]});
    let first = two.ana.post("/v1/gifts", special(&user["id"])).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let second = cy.post("/v1/gifts", special(&json!(two.ana_id))).await;
    assert_eq!(second.status, 201, "{}", second.body);
    let made = items(&mut cy, "/v1/matches").await.remove(0);
    assert!(made.get("next_session").is_none());
    assert_eq!(made["proposal"]["by"], user["id"]);
    let accept = path(&made["proposal"], "proposals/ID/accept");
    let busy = two.ana.post(&accept, json!({"starts_at": at})).await;
    assert_eq!(busy.problem(409), "busy");
    assert_eq!(busy.body["user_id"], two.ana_id.as_str());
    assert!(busy.body.get("session_id").is_none());
}

#[tokio::test]
async fn sch_189_times_are_put_and_accepted_once_or_again() {
    let scheduler = Running::start().await;
    let mut two = Two::of(&scheduler).await;
    let at = now().0 + HOUR_MS;
    let made = two.match_with(&[at], &[]).await;
    let first = &made["proposal"];
    assert_eq!(
        (&first["by"], &first["times"]),
        (&json!(two.ana_id), &json!([at]))
    );
    let accept = path(first, "proposals/ID/accept");
    let own = two.ana.post(&accept, json!({"starts_at": at})).await;
    assert_eq!(own.problem(403), "forbidden");
    let other = two.bo.post(&accept, json!({"starts_at": at + 1})).await;
    assert_eq!(other.problem(422), "invalid_field");
    assert_eq!(other.body["errors"][0]["field"], "starts_at");

    let put = path(&made, "matches/ID/proposals");
    let wrong = two.bo.post(&put, json!({"times": [1]})).await;
    assert_eq!(wrong.problem(422), "invalid_field");
    let (mut eve, _) = Browser::signed_up(&scheduler, "Eve").await;
    let body = json!({"times": [at + 5, at + 3], "duration_ms": 120_000});
    assert_eq!(eve.post(&put, body.clone()).await.problem(404), "not_found");
    let second: Value = two.bo.post(&put, body).await.json(201);
    assert_eq!(second["state"], "open");
    assert_eq!(second["times"], json!([at + 3, at + 5]));
    let late = two.bo.post(&accept, json!({"starts_at": at})).await;
    assert_eq!(late.problem(409), "conflict", "it was replaced");

    let accept = path(&second, "proposals/ID/accept");
    let accepted: Value = two
        .ana
        .post(&accept, json!({"starts_at": at + 3}))
        .await
        .json(200);
    assert_eq!(accepted["state"], "accepted");
    let again: Value = two
        .ana
        .post(&accept, json!({"starts_at": at + 3}))
        .await
        .json(200);
    assert_eq!(again, accepted);
    let sessions = items(&mut two.ana, "/v1/sessions").await;
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0]["id"], accepted["session_id"]);
    assert_eq!(sessions[0]["duration_ms"], 120_000);
    assert_eq!(sessions[0]["room_id"], made["room_id"]);
    let last: Vec<_> = kinds(&mut two.bo).await.into_iter().rev().take(2).collect();
    assert_eq!(last, ["proposal_answered", "session_scheduled"]);
}

#[tokio::test]
async fn sch_189_times_are_declined_by_the_other_one_and_taken_back_by_their_author() {
    let scheduler = Running::start().await;
    let mut two = Two::of(&scheduler).await;
    let at = now().0 + HOUR_MS;
    let made = two.match_with(&[], &[]).await;
    let put = path(&made, "matches/ID/proposals");
    let first: Value = two.ana.post(&put, json!({"times": [at]})).await.json(201);
    let decline = path(&first, "proposals/ID/decline");
    let declined: Value = two.bo.post(&decline, json!({})).await.json(200);
    assert_eq!(declined["state"], "declined");
    let second: Value = two.ana.post(&put, json!({"times": [at]})).await.json(201);
    let withdraw = path(&second, "proposals/ID/withdraw");
    assert_eq!(
        two.bo.post(&withdraw, json!({})).await.problem(403),
        "forbidden"
    );
    let withdrawn: Value = two.ana.post(&withdraw, json!({})).await.json(200);
    assert_eq!(withdrawn["state"], "withdrawn");
    let found = items(&mut two.bo, "/v1/matches").await;
    assert!(found[0].get("proposal").is_none());
}

#[tokio::test]
async fn sch_190_with_a_match_end_its_sessions_and_it_may_be_found_again() {
    let scheduler = Running::start().await;
    let mut two = Two::of(&scheduler).await;
    let at = now().0 + HOUR_MS;
    let made = two.match_with(&[at], &[at]).await;
    let (mut eve, _) = Browser::signed_up(&scheduler, "Eve").await;
    let of = path(&made, "matches/ID");
    assert_eq!(eve.delete(&of).await.problem(404), "not_found");
    assert_eq!(two.bo.delete(&of).await.status, 204);
    assert_eq!(two.ana.delete(&of).await.status, 204, "again");
    assert!(items(&mut two.ana, "/v1/matches").await.is_empty());
    let sessions = items(&mut two.ana, "/v1/sessions").await;
    assert_eq!(sessions[0]["state"], "cancelled");
    let call = path(&sessions[0], "sessions/ID/ticket");
    assert_eq!(
        two.ana.post(&call, json!({})).await.problem(409),
        "session_over"
    );
    let ticket: Value = two.bo.post("/v1/rooms/ticket", json!({})).await.json(200);
    assert_eq!(
        claims(ticket["ticket"].as_str().unwrap())["rooms"],
        json!([])
    );

    let body = json!({"to": {"user_id": two.bo_id}, "kind": "special", "letter": "Hi."});
    assert_eq!(two.ana.post("/v1/gifts", body).await.status, 201);
    assert!(
        items(&mut two.ana, "/v1/matches").await.is_empty(),
        "the old one crosses no more"
    );
    let body = json!({"to": {"user_id": two.ana_id}, "kind": "special", "letter": "Hi."});
    assert_eq!(two.bo.post("/v1/gifts", body).await.status, 201);
    let found = items(&mut two.ana, "/v1/matches").await;
    assert_eq!(found.len(), 1);
    assert_ne!(found[0]["room_id"], made["room_id"]);
}

#[tokio::test]
async fn sch_190_a_block_looks_as_an_end_and_lets_no_gift_through() {
    let scheduler = Running::start().await;
    let mut two = Two::of(&scheduler).await;
    two.match_with(&[], &[]).await;
    let block = format!("/v1/blocks/{}", two.bo_id);
    assert_eq!(
        two.ana.put("/v1/blocks/nobody").await.problem(404),
        "not_found"
    );
    let own = format!("/v1/blocks/{}", two.ana_id);
    assert_eq!(two.ana.put(&own).await.problem(422), "invalid_field");
    for _ in 0..2 {
        assert_eq!(two.ana.put(&block).await.status, 204);
    }
    let blocked = items(&mut two.ana, "/v1/blocks").await;
    assert_eq!(blocked.len(), 1);
    assert_eq!(blocked[0]["name"], "Bo");
    assert!(items(&mut two.bo, "/v1/matches").await.is_empty());
    assert_eq!(
        kinds(&mut two.bo).await,
        ["gift_received", "match_created"],
        "no more than that"
    );

    let to_ana = json!({"to": {"user_id": two.ana_id}, "kind": "special", "letter": "Hi."});
    let sent: Value = two.bo.post("/v1/gifts", to_ana).await.json(201);
    assert_eq!(sent["state"], "opened");
    let there = path(&sent, "gifts/ID");
    assert_eq!(two.ana.get(&there).await.problem(404), "not_found");
    assert_eq!(two.bo.get(&there).await.json::<Value>(200), sent);
    let to_bo = json!({"to": {"user_id": two.bo_id}, "kind": "special", "letter": "Hi."});
    let refused = two.ana.post("/v1/gifts", to_bo.clone()).await;
    assert_eq!(refused.problem(409), "conflict");
    assert_eq!(two.ana.delete(&block).await.status, 204);
    assert!(items(&mut two.ana, "/v1/blocks").await.is_empty());
    assert_eq!(two.ana.post("/v1/gifts", to_bo).await.status, 201);
    assert!(items(&mut two.ana, "/v1/matches").await.is_empty());
}

#[tokio::test]
async fn sch_191_an_application_matches_two_of_its_people_once_and_their_room_is_in_their_tickets()
{
    let scheduler = Running::start().await;
    let url = scheduler.at("/v1/matches");
    let two = json!({"participants": [
        {"external_id": "ana", "name": "Ana"}, {"external_id": "bo", "name": "Bo"},
    ]});
    let made: Value = scheduler.app.post(&url, two.clone()).await.json(201);
    let again = scheduler.app.post(&url, two.clone()).await;
    assert_eq!(again.problem(409), "already_matched");
    let other = scheduler.key("other").await.post(&url, two).await;
    let other: Value = other.json(201);
    assert_ne!(other["room_id"], made["room_id"], "people of their own");
    let one = json!({"participants": [{"external_id": "ana"}, {"external_id": "ana"}]});
    assert_eq!(
        scheduler.app.post(&url, one).await.problem(422),
        "invalid_field"
    );
    let user = &made["participants"][0]["user_id"];
    let tickets = scheduler.at("/v1/rooms/ticket");
    let ticket = scheduler.app.post(&tickets, json!({"user_id": user})).await;
    let ticket: Value = ticket.json(200);
    let claims = claims(ticket["ticket"].as_str().unwrap());
    assert_eq!(claims["rooms"][0]["id"], made["room_id"]);
    let (mut eve, _) = Browser::signed_up(&scheduler, "Eve").await;
    let refused = eve.post("/v1/matches", json!({"participants": []})).await;
    assert_eq!(refused.problem(403), "forbidden");
}
