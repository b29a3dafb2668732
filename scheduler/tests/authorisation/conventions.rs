//! What every route of a kind has in common, held for all that are described: a new one is held to it by itself.

use crate::callers::Caller;
use crate::described::{Route, credentials, operations, takes};
use crate::running::Running;
use crate::world::World;

/// Writes without an idempotency key, with the reason.
const WITHOUT_KEY: &[(&str, &str, &str)] = &[
    ("post", "/v1/sessions/{id}/ticket", "gives a secret"),
    ("post", "/v1/rooms/ticket", "gives a secret"),
    ("post", "/v1/operator/ticket", "gives a secret"),
    ("post", "/v1/jobs/{id}/retry", "a repeat is refused"),
    ("post", "/v1/join", "takes a secret and gives one"),
    (
        "post",
        "/v1/sessions/{id}/participants/{user_id}/renew-link",
        "gives a secret",
    ),
    ("post", "/v1/push-subscriptions", "a repeat has the same id"),
    (
        "delete",
        "/v1/push-subscriptions/{id}",
        "a repeat has no effect",
    ),
    (
        "post",
        "/v1/notifications/{id}/read",
        "a repeat has no effect",
    ),
    (
        "post",
        "/v1/notifications/read-all",
        "a repeat has no effect",
    ),
    (
        "post",
        "/v1/sessions/{id}/feedback",
        "a repeat has no effect",
    ),
    ("patch", "/v1/application", "a repeat has no effect"),
    ("post", "/v1/webhooks", "gives a secret"),
    ("patch", "/v1/webhooks/{id}", "a repeat has no effect"),
    ("delete", "/v1/webhooks/{id}", "a repeat has no effect"),
    ("post", "/v1/webhooks/{id}/rotate", "gives a secret"),
    ("post", "/v1/webhooks/{id}/test", "a repeat is another test"),
    (
        "post",
        "/v1/deliveries/{id}/redeliver",
        "a repeat is refused until it is over",
    ),
    ("post", "/v1/webhook-listeners", "gives a secret"),
    (
        "delete",
        "/v1/webhook-listeners/{id}",
        "a repeat has no effect",
    ),
    (
        "post",
        "/v1/webhook-listeners/{id}/deliveries/{delivery_id}",
        "the first answer counts",
    ),
    ("post", "/v1/me/calendar", "gives a secret"),
    ("delete", "/v1/me/calendar", "takes a secret back"),
    ("post", "/v1/signup", "takes a secret and gives one"),
    ("post", "/v1/login", "takes a secret and gives one"),
    ("post", "/v1/logout", "takes a secret back"),
    ("patch", "/v1/me", "a repeat has no effect"),
    ("delete", "/v1/me", "takes a secret"),
    ("post", "/v1/me/password", "takes a secret"),
    ("delete", "/v1/me/logins/{id}", "a repeat has no effect"),
    ("post", "/v1/email-verification", "sends a secret"),
    ("post", "/v1/email-verification/confirm", "takes a secret"),
    ("post", "/v1/password-reset", "sends a secret"),
    ("post", "/v1/password-reset/confirm", "takes a secret"),
    ("post", "/v1/events", "each event has an id and counts once"),
    ("post", "/v1/gifts/claim", "takes a secret"),
    (
        "post",
        "/v1/gifts/{id}/peek",
        "a repeat answers the same gift",
    ),
    ("delete", "/v1/gifts/{id}", "a repeat has no effect"),
    ("delete", "/v1/matches/{id}", "a repeat has no effect"),
    (
        "post",
        "/v1/proposals/{id}/accept",
        "a repeat answers the same",
    ),
    (
        "post",
        "/v1/proposals/{id}/decline",
        "a repeat answers the same",
    ),
    (
        "post",
        "/v1/proposals/{id}/withdraw",
        "a repeat answers the same",
    ),
    (
        "post",
        "/v1/mail-refusals/{token}",
        "a repeat has no effect",
    ),
    (
        "post",
        "/v1/mail-unsubscriptions/{token}",
        "a repeat has no effect",
    ),
    (
        "post",
        "/v1/mail-unsubscriptions/{token}/undo",
        "a repeat has no effect",
    ),
    ("patch", "/v1/rooms/{id}", "a repeat has no effect"),
    ("delete", "/v1/rooms/{id}", "a repeat has no effect"),
    ("post", "/v1/rooms/{id}/members", "a repeat has no effect"),
    (
        "delete",
        "/v1/rooms/{id}/members/{user_id}",
        "a repeat has no effect",
    ),
    ("put", "/v1/blocks/{user_id}", "a repeat has no effect"),
    ("delete", "/v1/blocks/{user_id}", "a repeat has no effect"),
];

fn caller_of(credential: &str) -> Caller {
    match credential {
        "api_key" => Caller::Application,
        "access" => Caller::Ana,
        "login" => Caller::LoggedIn,
        "operator_ticket" => Caller::OperatorTicket,
        other => panic!("no caller has {other}"),
    }
}

#[tokio::test]
async fn edg_132_each_collection_is_a_page_and_names_a_bad_cursor_and_a_bad_limit() {
    let world = World::new().await;
    let operations = operations(&world.scheduler.url).await;
    let is_paged = |(_, operation): &(&Route, &_)| takes(operation, "cursor");
    let paged: Vec<_> = operations.iter().filter(is_paged).collect();
    assert!(paged.len() >= 4, "{}", paged.len());
    for ((_, path), operation) in paged {
        for credential in credentials(operation) {
            let caller = caller_of(&credential);
            let page = world.get(path, "?limit=1", caller).await;
            assert_eq!(page.status, 200, "{path} by {caller:?}: {}", page.body);
            assert!(page.body["items"].as_array().unwrap().len() <= 1);
            let cursor = &page.body["next_cursor"];
            if let Some(cursor) = cursor.as_str() {
                let next = world.get(path, &format!("?cursor={cursor}"), caller).await;
                assert_eq!(next.status, 200, "{path} by {caller:?}: {}", next.body);
                assert_ne!(next.body["items"][0], page.body["items"][0]);
            }
            for (query, field) in [
                ("?cursor=!", "cursor"),
                ("?cursor=", "cursor"),
                ("?cursor=_w", "cursor"),
                ("?limit=0", "limit"),
                ("?limit=-1", "limit"),
                ("?limit=many", "limit"),
            ] {
                let refused = world.get(path, query, caller).await;
                assert_eq!(refused.status, 422, "{path}{query} by {caller:?}");
                assert_eq!(refused.problem(422), "invalid_field");
                let error = &refused.body["errors"][0];
                assert_eq!(error["field"], field, "{path}{query} by {caller:?}");
                assert!(!error["message"].as_str().unwrap().is_empty());
            }
        }
    }
}

#[tokio::test]
async fn edg_133_each_write_takes_an_idempotency_key_or_says_why_not() {
    let scheduler = Running::start().await;
    let mut wrong = Vec::new();
    for ((method, path), operation) in operations(&scheduler.url).await {
        let is = |(other, at, _): &&(&str, &str, &str)| (*other, *at) == (&*method, &*path);
        let excepted = WITHOUT_KEY.iter().any(|one| is(&one));
        let takes_key = takes(&operation, "Idempotency-Key");
        if takes_key != (method != "get" && !excepted) {
            wrong.push(format!("{method} {path}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "these take a key, or stand in WITHOUT_KEY, and not both: {wrong:?}"
    );
}

#[tokio::test]
async fn edg_134_each_refusal_is_described_as_a_problem_and_says_when_to_try_again() {
    let scheduler = Running::start().await;
    for (route, operation) in operations(&scheduler.url).await {
        for (status, answer) in operation["responses"].as_object().unwrap() {
            // What is known already is no refusal either.
            if status.starts_with('2') || status == "304" {
                continue;
            }
            let media: Vec<_> = answer["content"].as_object().unwrap().keys().collect();
            assert_eq!(media, ["application/problem+json"], "{route:?} {status}");
            let header = match status.as_str() {
                "401" => "WWW-Authenticate",
                "429" | "503" => "Retry-After",
                _ => continue,
            };
            let is_required = &answer["headers"][header]["required"];
            assert_eq!(*is_required, true, "{route:?} {status}: {header}");
        }
    }
}
