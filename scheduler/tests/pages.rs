//! The web front end and what stands around it.

mod running;

use running::Running;
use scheduler::SignupPolicy;
use serde_json::{Value, json};
use testkit::{Http, HttpResponse};

#[tokio::test]
async fn sch_41_the_page_is_served_strictly_or_says_that_it_is_not_built() {
    let scheduler = Running::start().await;
    for path in ["/", "/join"] {
        let page = Http::new().get(&scheduler.at(path)).await;
        assert_eq!(page.headers["x-content-type-options"], "nosniff");
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
        if page.status == 503 {
            assert_eq!(page.problem(503), "unavailable");
            continue;
        }
        assert_eq!(page.status, 200);
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("connect-src 'self' ws://127.0.0.1:"),
            "{policy}"
        );
        assert!(policy.contains("default-src 'none'"), "{policy}");
        let tag = page.headers["etag"].to_str().unwrap();
        let headers = [("if-none-match", tag)];
        let again = Http::new()
            .send(reqwest::Method::GET, &scheduler.at(path), None, &headers)
            .await;
        assert_eq!(again.status, 304);
    }
}

#[tokio::test]
async fn web_109_the_service_worker_is_served_at_the_base_and_asked_for_again_each_time() {
    let scheduler = Running::start().await;
    let page = Http::new().get(&scheduler.at("/")).await;
    if page.status == 503 {
        return;
    }
    let worker = Http::new().get(&scheduler.at("/service-worker.js")).await;
    assert_eq!(worker.status, 200);
    for (name, due) in [
        ("content-type", "text/javascript; charset=utf-8"),
        ("cache-control", "no-cache"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(worker.headers[name], due);
    }
    let code = worker.body.as_str().unwrap();
    assert!(!code.contains("import"), "no other file belongs to it");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("worker-src 'self' blob:;"), "{policy}");
    let trusted = "trusted-types svelte-trusted-html rendezvous-worker";
    assert!(policy.ends_with(trusted), "{policy}");
}

#[tokio::test]
async fn sch_42_what_is_not_there_is_a_problem() {
    let scheduler = Running::start().await;
    let nowhere = scheduler.at("/v1/nowhere");
    assert_eq!(Http::new().get(&nowhere).await.problem(404), "not_found");
    assert_eq!(
        Http::new().post(&nowhere, json!({})).await.problem(404),
        "not_found"
    );
    let climb = Http::new()
        .get(&scheduler.at("/..%2f..%2fCargo.toml"))
        .await;
    assert_eq!(climb.problem(404), "not_found");
    let wrong = Http::new().delete(&scheduler.at("/v1/sessions")).await;
    assert_eq!(wrong.problem(405), "method_not_allowed");
    let in_url = Http::new().get(&scheduler.at("/v1/sessions?token=x")).await;
    assert_eq!(in_url.problem(400), "token_in_url");
}

#[tokio::test]
async fn sch_43_a_stop_does_not_wait_for_open_streams() {
    let scheduler = Running::start().await;
    let session = scheduler.book(running::offer(600_000)).await;
    let joined: serde_json::Value = scheduler.join(&session, 0).await.json(200);
    let listening = reqwest::Client::new()
        .get(scheduler.at("/v1/notifications/stream"))
        .bearer_auth(joined["access"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    scheduler.stop().await;
    assert!(listening.text().await.unwrap().starts_with(": listening"));
}

/// What browsers send when a person opens an address.
const PERSON: (&str, &str) = (
    "accept",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
);

async fn ask(client: &Http, scheduler: &Running, path: &str, accept: (&str, &str)) -> HttpResponse {
    client
        .send(reqwest::Method::GET, &scheduler.at(path), None, &[accept])
        .await
}

/// The page, or in a build without the web front end the problem that says so.
fn assert_page(answer: &HttpResponse, status: u16, path: &str) {
    if answer.status == 503 {
        assert_eq!(answer.problem(503), "unavailable");
        return;
    }
    assert_eq!(answer.status, status, "{path}");
    assert_eq!(
        answer.headers["content-type"], "text/html; charset=utf-8",
        "{path}"
    );
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("require-trusted-types-for 'script'"),
        "{path}: {policy}"
    );
}

#[tokio::test]
async fn web_72_a_person_gets_a_page_at_every_path_and_a_program_a_problem() {
    let scheduler = Running::start().await;
    // The page for embedding is there for an application that names embedders.
    let embedders = json!({"allowed_embedders": ["https://shop.example"]});
    let application = scheduler.at("/v1/application");
    let named = scheduler.app.patch(&application, embedders).await;
    named.json::<Value>(200);
    let client = Http::new();
    let table: Value =
        serde_json::from_str(include_str!("../../web/app/test/page-paths.json")).unwrap();
    for row in table["paths"].as_array().unwrap() {
        let path = row["path"].as_str().unwrap();
        let is_there = row["page"] != "none";
        let to_person = ask(&client, &scheduler, path, PERSON).await;
        assert_page(&to_person, if is_there { 200 } else { 404 }, path);
        for accept in ["*/*", "application/json", "text/html;q=0, */*"] {
            let to_program = ask(&client, &scheduler, path, ("accept", accept)).await;
            if is_there {
                assert_page(&to_program, 200, path);
            } else {
                assert_eq!(to_program.problem(404), "not_found", "{path}");
            }
        }
        let posted = client.post(&scheduler.at(path), json!({})).await;
        if is_there {
            assert_eq!(posted.problem(405), "method_not_allowed", "{path}");
        } else {
            assert_eq!(posted.problem(404), "not_found", "{path}");
        }
    }
}

#[tokio::test]
async fn web_73_under_a_path_the_page_and_the_join_links_say_so() {
    let data = tempfile::tempdir().unwrap();
    let scheduler = Running::start_with(data, |config| {
        "https://x.example/meet".clone_into(&mut config.public_url);
        config.web_origin.clone_from(&config.public_url);
    })
    .await;
    let sessions = scheduler.at("/v1/sessions");
    let offer = running::offer(600_000);
    let booked = scheduler.app.post(&sessions, offer).await;
    let location = booked.headers["location"].to_str().unwrap().to_owned();
    let session: Value = booked.json(201);
    let id = session["id"].as_str().unwrap();
    assert_eq!(location, format!("/meet/v1/sessions/{id}"));
    let link = session["participants"][0]["join_url"].as_str().unwrap();
    assert!(link.starts_with("https://x.example/meet/join#"), "{link}");
    // The proxy in front has taken `/meet` away.
    let page = reqwest::get(scheduler.at("/join")).await.unwrap();
    if page.status() == 503 {
        return;
    }
    let html = page.text().await.unwrap();
    assert!(html.contains("<base href=\"/meet/\""), "{html}");
    assert!(!html.contains("=\"/assets"), "{html}");
}

#[tokio::test]
async fn web_85_the_page_says_who_may_sign_up_and_without_accounts_theirs_are_not_there() {
    for (signup, word) in [
        (SignupPolicy::Open, "open"),
        (SignupPolicy::Invite, "invite"),
        (SignupPolicy::Off, "off"),
    ] {
        let data = tempfile::tempdir().unwrap();
        let scheduler = Running::start_with(data, |config| config.signup = signup).await;
        let client = Http::new();
        let status = if signup == SignupPolicy::Off {
            404
        } else {
            200
        };
        for path in [
            "/signup", "/login", "/reset", "/verify", "/account", "/gifts",
        ] {
            let page = ask(&client, &scheduler, path, PERSON).await;
            assert_page(&page, status, path);
        }
        let page = reqwest::get(scheduler.at("/")).await.unwrap();
        if page.status() == 503 {
            continue;
        }
        let html = page.text().await.unwrap();
        let said = format!("<meta name=\"signup\" content=\"{word}\"");
        assert!(html.contains(&said), "{html}");
    }
}
