//! The OpenAPI description and its page match the routes.

mod running;

use reqwest::Method;
use running::browser::Browser;
use running::{Running, offer};
use serde_json::{Value, json};
use testkit::{Http, HttpResponse, described};
use wire::{EventType, WEBHOOK_TEST};

/// Parameters that are no words of ours.
const FREE: [&str; 10] = [
    "action",
    "cursor",
    "from",
    "limit",
    "locale",
    "n",
    "query",
    "session_id",
    "to",
    "user_id",
];

#[tokio::test]
async fn edg_40_every_route_is_described_and_every_description_is_answered() {
    let scheduler = Running::start().await;
    let router = include_str!("../src/router.rs");
    described::every_route_is_described(&scheduler.url, router).await;
    let asyncapi = Http::new().get(&scheduler.at("/asyncapi.json")).await;
    assert_eq!(asyncapi.problem(404), "not_found");
}

#[tokio::test]
async fn edg_42_the_page_for_people_runs_and_loads_nothing() {
    let scheduler = Running::start().await;
    described::the_page_is_plain(&scheduler.url).await;
}

/// The OpenAPI description, and somebody of each kind who asks.
struct Described {
    scheduler: Running,
    document: Value,
    keys: Vec<Http>,
    person: Browser,
}

impl Described {
    async fn start() -> Self {
        let scheduler = Running::start().await;
        let keys = vec![scheduler.key("shop").await, scheduler.operator().await];
        let (person, _) = Browser::signed_up(&scheduler, "ana").await;
        let url = scheduler.at("/openapi.json");
        let document = Http::new().get(&url).await.json(200);
        Self {
            scheduler,
            document,
            keys,
            person,
        }
    }

    /// Each operation of a method, with its path.
    fn operations(&self, method: &str) -> Vec<(String, Value)> {
        let paths = self.document["paths"].as_object().unwrap();
        let of = |(path, item): (&String, &Value)| Some((path.clone(), item.get(method)?.clone()));
        paths.iter().filter_map(of).collect()
    }

    /// What a reference leads to, or the schema itself.
    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.document.pointer(&reference[1..]).unwrap(),
            None => schema,
        }
    }

    /// Words of a schema that has only some.
    fn words(&self, schema: &Value) -> Vec<String> {
        let schema = self.resolved(schema);
        let listed = schema["enum"].as_array().cloned().unwrap_or_default();
        let one_of = schema["oneOf"].as_array().cloned().unwrap_or_default();
        let each = one_of.iter().flat_map(|one| match one["enum"].as_array() {
            Some(listed) => listed.clone(),
            None => vec![one["const"].clone()],
        });
        let words = listed.into_iter().chain(each);
        words
            .filter_map(|word| word.as_str().map(str::to_owned))
            .collect()
    }

    /// The answer to the first who may ask that.
    async fn ask(&mut self, method: &Method, path: &str, body: Option<&Value>) -> HttpResponse {
        let url = self.scheduler.at(path);
        for key in &self.keys {
            let answer = key.send(method.clone(), &url, body.cloned(), &[]).await;
            if ![401, 403].contains(&answer.status) {
                return answer;
            }
        }
        match body {
            Some(body) => self.person.patch(path, body.clone()).await,
            None => self.person.get(path).await,
        }
    }
}

#[tokio::test]
async fn sch_483_each_event_that_an_endpoint_may_ask_for_is_described_and_no_other() {
    let described = Described::start().await;
    let told = described.document["webhooks"].as_object().unwrap();
    let url = described.scheduler.at("/v1/webhooks");
    let body = json!({"url": "https://shop.example/webhooks"});
    let endpoint: Value = described.scheduler.app.post(&url, body).await.json(201);
    let endpoint = format!("{url}/{}", endpoint["id"].as_str().unwrap());
    for word in EventType::WORDS {
        let change = json!({"events": [word]});
        let answer = described.scheduler.app.patch(&endpoint, change).await;
        assert_eq!(
            answer.status == 200,
            told.contains_key(*word),
            "{word}: {}",
            answer.body
        );
    }
    assert!(told.contains_key(WEBHOOK_TEST));
    for (name, webhook) in told {
        let body = &webhook["post"]["requestBody"]["content"]["application/json"]["schema"];
        let data = &body["properties"]["data"];
        for field in data["required"].as_array().unwrap() {
            let field = field.as_str().unwrap();
            assert!(data["properties"][field].is_object(), "{name}: {field}");
        }
    }
}

#[tokio::test]
async fn sch_379_an_unknown_word_of_any_filter_is_refused_with_those_that_there_are() {
    let mut described = Described::start().await;
    let mut filters = 0;
    for (path, operation) in described.operations("get") {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            if parameter["in"] != "query" {
                continue;
            }
            let words = described.words(&parameter["schema"]);
            assert!(!words.is_empty() || FREE.contains(&name), "{path}?{name}=");
            if words.is_empty() {
                continue;
            }
            filters += 1;
            let asked = format!("{}?{name}=nope", path.replace("{id}", "x"));
            let answer = described.ask(&Method::GET, &asked, None).await;
            assert_eq!(answer.problem(422), "invalid_field", "{asked}");
            let error = &answer.body["errors"][0];
            assert_eq!(error["field"], name, "{asked}");
            let message = error["message"].as_str().unwrap();
            for word in words {
                assert!(message.contains(&word), "{asked}: {message}");
            }
        }
    }
    assert_eq!(filters, 9, "all of them were looked at");
}

#[tokio::test]
async fn sch_380_null_takes_away_what_may_be_absent_and_is_refused_by_name_elsewhere() {
    // What each change takes away.
    let clears: [(&str, &[&str]); 5] = [
        (
            "/v1/application",
            &[
                "return_url",
                "theme",
                "sender_name",
                "reply_to",
                "templates",
            ],
        ),
        ("/v1/me", &[]),
        ("/v1/rooms/{id}", &["name"]),
        ("/v1/sessions/{id}", &[]),
        ("/v1/webhooks/{id}", &["description"]),
    ];
    let mut described = Described::start().await;
    let session = described.scheduler.book(offer(3_600_000)).await;
    let url = described.scheduler.at("/v1/webhooks");
    let body = json!({"url": "https://shop.example", "description": "Till"});
    let webhook: Value = described.keys[0].post(&url, body).await.json(201);
    let url = described.scheduler.at("/v1/rooms");
    let two = ["ann", "bo"].map(|one| json!({"external_id": one, "name": one}));
    let two = json!({ "participants": two });
    let group: Value = described.keys[0].post(&url, two).await.json(201);
    let changes = described.operations("patch");
    assert_eq!(changes.len(), clears.len(), "each was looked at");
    for (path, operation) in changes {
        let (_, clears) = clears.iter().find(|(of, _)| *of == path).unwrap();
        let id = match path.split('/').nth(2) {
            Some("webhooks") => &webhook,
            Some("rooms") => &group,
            _ => &session,
        };
        let at = path.replace("{id}", id["id"].as_str().unwrap());
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let fields = described.resolved(schema)["properties"]
            .as_object()
            .unwrap();
        for (field, schema) in fields.clone() {
            let body = json!({ &field: null });
            let answer = described.ask(&Method::PATCH, &at, Some(&body)).await;
            let may_be_null = schema.to_string().contains("\"null\"");
            assert_eq!(
                may_be_null,
                clears.contains(&field.as_str()),
                "{path} {field}"
            );
            if may_be_null {
                assert_eq!(answer.status, 200, "{path} {field}: {}", answer.body);
                assert!(answer.body[&field].is_null(), "{path} {field}");
                continue;
            }
            assert_eq!(answer.problem(422), "invalid_field", "{path} {field}");
            assert_eq!(answer.body["errors"][0]["field"], field.as_str(), "{path}");
        }
    }
    let body = json!({"notify": {"email": null}});
    let nested = described.ask(&Method::PATCH, "/v1/me", Some(&body)).await;
    assert_eq!(nested.problem(422), "invalid_field");
    assert_eq!(nested.body["errors"][0]["field"], "notify.email");
}

#[tokio::test]
async fn edg_162_a_session_that_overlaps_another_is_refused_as_described() {
    let described = Described::start().await;
    let app = &described.keys[0];
    let sessions = described.scheduler.at("/v1/sessions");
    let first: Value = app.post(&sessions, offer(600_000)).await.json(201);
    let mut overlapping = offer(600_000);
    app.post(&sessions, overlapping.clone())
        .await
        .json::<Value>(201);
    overlapping["allow_overlap"] = json!(false);
    let booked = app.post(&sessions, overlapping).await;
    let at = format!("{sessions}/{}", first["id"].as_str().unwrap());
    let changed = app.patch(&at, json!({"allow_overlap": false})).await;
    for (path, method, refused) in [
        ("/v1/sessions", "post", booked),
        ("/v1/sessions/{id}", "patch", changed),
    ] {
        assert_eq!(refused.problem(409), "busy", "{path}");
        let told = &described.document["paths"][path][method]["responses"]["409"];
        assert!(told.to_string().contains("\"busy\""), "{path}: {told}");
    }
}
