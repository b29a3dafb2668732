//! Groups: who makes them, who changes them, and who is told.

mod running;

use reqwest::Method;
use running::browser::{Browser, PASSWORD};
use running::{Running, claims};
use serde_json::{Value, json};
use testkit::{Http, HttpResponse};

/// Somebody with an account.
struct Person {
    browser: Browser,
    id: String,
}

impl Person {
    async fn signed_up(scheduler: &Running, name: &str) -> Self {
        let (browser, user) = Browser::signed_up(scheduler, name).await;
        Self {
            browser,
            id: text(&user["id"]),
        }
    }

    async fn special_gift(&mut self, to: &str) {
        let gift = json!({"to": {"user_id": to}, "kind": "special", "letter": "Hi."});
        let answer = self.browser.post("/v1/gifts", gift).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }

    async fn makes(&mut self, others: &[&str]) -> HttpResponse {
        let named: Vec<_> = others.iter().map(|id| json!({"user_id": id})).collect();
        let group = json!({"participants": named, "name": "Hiking"});
        self.browser.post("/v1/rooms", group).await
    }

    async fn groups(&mut self) -> Vec<Value> {
        let page: Value = self.browser.get("/v1/rooms").await.json(200);
        page["items"].as_array().unwrap().clone()
    }
}

async fn matched(one: &mut Person, other: &mut Person) {
    one.special_gift(&other.id).await;
    other.special_gift(&one.id).await;
}

/// Ana, who is matched with Bo and Cy; and Di, who is with nobody.
async fn four(scheduler: &Running) -> [Person; 4] {
    let mut ana = Person::signed_up(scheduler, "Ana").await;
    let mut bo = Person::signed_up(scheduler, "Bo").await;
    let mut cy = Person::signed_up(scheduler, "Cy").await;
    matched(&mut ana, &mut bo).await;
    matched(&mut ana, &mut cy).await;
    [ana, bo, cy, Person::signed_up(scheduler, "Di").await]
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn path(group: &Value, rest: &str) -> String {
    format!("/v1/rooms/{}{rest}", text(&group["id"]))
}

fn members(group: &Value) -> Vec<(&str, &str)> {
    let members = group["members"].as_array().unwrap().iter();
    members
        .map(|one| (one["name"].as_str().unwrap(), one["role"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn sch_445_a_person_makes_a_group_of_matches_and_its_owner_changes_it() {
    let scheduler = Running::start().await;
    let [mut ana, mut bo, cy, mut di] = four(&scheduler).await;
    let made = ana.makes(&[&bo.id, &cy.id]).await;
    let group: Value = made.json(201);
    let location = made.headers["location"].to_str().unwrap();
    assert!(location.ends_with(&path(&group, "")), "{location}");
    assert_eq!(
        (&group["name"], &group["revision"]),
        (&json!("Hiking"), &json!(1))
    );
    assert_eq!(
        members(&group),
        [("Ana", "owner"), ("Bo", "member"), ("Cy", "member")]
    );
    assert!(group["members"][0].get("external_id").is_none());

    let seen: Value = bo.browser.get(&path(&group, "")).await.json(200);
    assert_eq!(seen, group);
    assert_eq!(
        di.browser.get(&path(&group, "")).await.problem(404),
        "not_found"
    );
    let renamed = json!({"name": "Climbing"});
    let by_bo = bo.browser.patch(&path(&group, ""), renamed.clone()).await;
    assert_eq!(by_bo.problem(403), "forbidden");
    let by_ana = ana.browser.patch(&path(&group, ""), renamed).await;
    assert_eq!(by_ana.headers["etag"], "\"2\"");
    let unnamed = ana
        .browser
        .patch(&path(&group, ""), json!({"name": null}))
        .await;
    let unnamed: Value = unnamed.json(200);
    assert_eq!(
        (unnamed.get("name"), &unnamed["revision"]),
        (None, &json!(3))
    );

    let stranger = json!({"participants": [{"user_id": di.id}]});
    let refused = ana.browser.post(&path(&group, "/members"), stranger).await;
    assert_eq!(refused.problem(422), "invalid_field");
    let nobody = json!({"participants": [{"user_id": "nobody"}]});
    let unknown = ana.browser.post(&path(&group, "/members"), nobody).await;
    assert_eq!(
        unknown.body["errors"], refused.body["errors"],
        "nobody learns who is there"
    );
    matched(&mut ana, &mut di).await;
    let more = json!({"participants": [{"user_id": di.id}, {"user_id": bo.id}]});
    let added: Value = ana
        .browser
        .post(&path(&group, "/members"), more)
        .await
        .json(200);
    assert_eq!(members(&added)[3], ("Di", "member"));
    let out = path(&group, &format!("/members/{}", cy.id));
    assert_eq!(bo.browser.delete(&out).await.problem(403), "forbidden");
    assert_eq!(ana.browser.delete(&out).await.status, 204);
    assert_eq!(ana.browser.delete(&out).await.problem(404), "not_found");
    let listed = bo.groups().await;
    assert_eq!(
        (&listed[0]["member_count"], &listed[0]["role"]),
        (&json!(3), &json!("member"))
    );

    let own = path(&group, &format!("/members/{}", ana.id));
    assert_eq!(ana.browser.delete(&own).await.status, 204);
    assert!(ana.groups().await.is_empty());
    let left: Value = bo.browser.get(&path(&group, "")).await.json(200);
    assert_eq!(members(&left), [("Bo", "owner"), ("Di", "member")]);
    assert_eq!(bo.browser.delete(&path(&group, "")).await.status, 204);
    assert_eq!(
        di.browser.get(&path(&group, "")).await.problem(404),
        "not_found"
    );
}

#[tokio::test]
async fn sch_446_an_application_makes_groups_of_its_people_and_of_nobody_elses() {
    let scheduler = Running::start().await;
    let url = scheduler.at("/v1/rooms");
    let group = json!({"name": "Team", "participants": [
        {"external_id": "ann", "name": "Ann"}, {"external_id": "bo", "name": "Bo", "locale": "ko"},
    ]});
    let once = [("idempotency-key", "k")];
    let send = async |body: Value| {
        let made = scheduler
            .app
            .send(Method::POST, &url, Some(body), &once)
            .await;
        (made.status, made.body)
    };
    let (status, made) = send(group.clone()).await;
    assert_eq!(status, 201);
    assert_eq!(made["members"][0]["external_id"], "ann");
    assert_eq!(members(&made), [("Ann", "owner"), ("Bo", "member")]);
    assert_eq!(send(group.clone()).await, (201, made.clone()), "a repeat");
    let (status, other) = send(json!({"participants": group["participants"]})).await;
    assert_eq!((status, &other["code"]), (409, &json!("conflict")));

    let rival = scheduler.key("rival").await;
    let one = scheduler.at(&path(&made, ""));
    assert_eq!(rival.get(&one).await.problem(404), "not_found");
    let ann = &made["members"][0]["user_id"];
    let theirs = json!({"participants": [{"user_id": ann}, {"external_id": "z", "name": "Zed"}]});
    let foreign = rival.post(&url, theirs).await;
    assert_eq!(foreign.problem(422), "invalid_field");
    assert_eq!(foreign.body["errors"][0]["code"], "unknown_user");

    let if_match = |revision: &'static str| [("if-match", revision)];
    let rename = async |revision| {
        let name = Some(json!({"name": "Crew"}));
        let answer = scheduler
            .app
            .send(Method::PATCH, &one, name, &if_match(revision))
            .await;
        answer.status
    };
    assert_eq!(rename("\"7\"").await, 412);
    assert_eq!(rename("\"1\"").await, 200);
    let last: Vec<_> = ["bo", "ann"]
        .iter()
        .map(|name| {
            let members = made["members"].as_array().unwrap().iter();
            let mut named = members.filter(|one| one["external_id"] == *name);
            scheduler.at(&path(
                &made,
                &format!("/members/{}", text(&named.next().unwrap()["user_id"])),
            ))
        })
        .collect();
    for url in last {
        assert_eq!(scheduler.app.delete(&url).await.status, 204);
    }
    assert_eq!(
        scheduler.app.get(&one).await.problem(404),
        "not_found",
        "the last one has left"
    );
    let (status, gone) = send(group).await;
    assert_eq!(
        (status, &gone["code"]),
        (404, &json!("not_found")),
        "it is not made again"
    );
}

#[tokio::test]
async fn sch_447_tickets_carry_pairs_alone_with_their_revisions_and_the_rooms_of_pairs_are_no_groups()
 {
    let scheduler = Running::start().await;
    let [mut ana, bo, cy, _] = four(&scheduler).await;
    let group: Value = ana.makes(&[&bo.id, &cy.id]).await.json(201);
    let ticket: Value = ana
        .browser
        .post("/v1/rooms/ticket", json!({}))
        .await
        .json(200);
    let claims = claims(ticket["ticket"].as_str().unwrap());
    let rooms = claims["rooms"].as_array().unwrap();
    assert_eq!(rooms.len(), 2, "those of her matches");
    for room in rooms {
        assert_ne!(room["id"], group["id"]);
        assert_eq!(room["revision"], 1);
        assert_eq!(room["members"].as_array().unwrap().len(), 2);
        for refused in [
            ana.browser.get(&path(room, "")).await,
            ana.browser
                .patch(&path(room, ""), json!({"name": "Us"}))
                .await,
            ana.browser.delete(&path(room, "")).await,
        ] {
            assert_eq!(refused.problem(404), "not_found");
        }
    }
    assert!(
        claims.get("only").is_none(),
        "and it reaches every room of hers"
    );
}

#[tokio::test]
async fn sch_448_a_person_takes_a_copy_of_their_groups_and_leaves_them_with_their_account() {
    let scheduler = Running::start().await;
    let [mut ana, mut bo, cy, _] = four(&scheduler).await;
    let group: Value = ana.makes(&[&bo.id, &cy.id]).await.json(201);
    let copy: Value = ana.browser.get("/v1/me/export").await.json(200);
    let exported = &copy["groups"][0];
    assert_eq!(
        (&exported["id"], &exported["role"]),
        (&group["id"], &json!("owner"))
    );
    let password = json!({"password": PASSWORD});
    assert_eq!(
        ana.browser.delete_with("/v1/me", password).await.status,
        204
    );
    let left: Value = bo.browser.get(&path(&group, "")).await.json(200);
    assert_eq!(members(&left), [("Bo", "owner"), ("Cy", "member")]);
    assert_eq!(left["revision"], 2);
}

#[tokio::test]
async fn sch_449_an_application_hears_of_its_groups_and_of_no_others() {
    let scheduler = Running::start().await;
    let [mut ana, bo, cy, _] = four(&scheduler).await;
    let hears = json!({});
    let url = scheduler.at("/v1/webhook-listeners");
    let listener: Value = scheduler.app.post(&url, hears).await.json(201);
    let group: Value = ana.makes(&[&bo.id, &cy.id]).await.json(201);
    let team = json!({"participants": [
        {"external_id": "ann", "name": "Ann"}, {"external_id": "bo", "name": "Bo"},
    ]});
    let team: Value = scheduler
        .app
        .post(&scheduler.at("/v1/rooms"), team)
        .await
        .json(201);
    let one = scheduler.at(&path(&team, ""));
    let named = scheduler.app.patch(&one, json!({"name": "Team"})).await;
    assert_eq!(named.status, 200);
    assert_eq!(scheduler.app.delete(&one).await.status, 204);
    let told = deliveries(&scheduler, &scheduler.app).await;
    let kinds: Vec<_> = told.iter().map(|one| text(&one["kind"])).collect();
    assert_eq!(
        kinds,
        ["room.closed", "room.changed", "room.opened"],
        "{listener} {group}"
    );
}

async fn deliveries(scheduler: &Running, application: &Http) -> Vec<Value> {
    let url = scheduler.at("/v1/deliveries?channel=webhook");
    let page: Value = application.get(&url).await.json(200);
    page["items"].as_array().unwrap().clone()
}
