//! Whether what a service says of itself is so: each check asks the running service alone, beside the
//! text of its router, since a router doesn't tell its routes.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;

use crate::Http;

/// Where `service` has routes that each service merges into its own; one need not have them all.
const SHARED: [&str; 3] = [
    include_str!("../../../crates/service/src/describe.rs"),
    include_str!("../../../crates/bus/src/receive.rs"),
    include_str!("../../../crates/service/src/health.rs"),
];

/// What is said of an address that no route takes. A route may refuse with 404 itself, where an address is all that it
/// is asked with.
pub const NOTHING_HERE: &str = "There is nothing at this address.";

/// Every route is in `/openapi.json` with each of its methods, and everything in it is answered.
///
/// `router` is the text of the service's `router.rs`. Routes for `any` method are pages, and not looked at.
///
/// # Panics
/// When one is missing on either side.
pub async fn every_route_is_described(base: &str, router: &str) {
    let http = Http::new();
    let document = document(&http, base, "/openapi.json").await;
    let described = operations(&document);
    let mut routed = BTreeSet::new();
    for path in routes_in(router) {
        let methods = methods_at(&http, base, &path).await;
        let methods = methods.unwrap_or_else(|| panic!("{path} is in the router and not there"));
        routed.extend(methods.into_iter().map(|method| (path.clone(), method)));
    }
    for path in SHARED.into_iter().flat_map(routes_in) {
        let methods = methods_at(&http, base, &path).await.unwrap_or_default();
        routed.extend(methods.into_iter().map(|method| (path.clone(), method)));
    }
    assert_eq!(described, routed, "left: described, right: routed");
    for (path, method) in &described {
        let method: Method = method.parse().unwrap();
        let url = format!("{base}{}", with_ids(path));
        let answer = http.send(method.clone(), &url, None, &[]).await;
        let there = answer.status != 405 && answer.body["detail"] != NOTHING_HERE;
        assert!(there, "{method} {path}: {}", answer.status);
    }
}

/// Every frame of both directions is in `/asyncapi.json`, with a schema and nothing beside them.
///
/// # Panics
/// When one is missing, or too many.
pub async fn every_frame_is_described(base: &str, subprotocol: &str, sides: [&[&str]; 2]) {
    let document = document(&Http::new(), base, "/asyncapi.json").await;
    assert!(document["asyncapi"].as_str().unwrap().starts_with("3.0"));
    let mut messages = document["components"]["messages"]
        .as_object()
        .unwrap()
        .clone();
    // A channel of others' frames is described by its own name.
    messages.retain(|key, _| key.starts_with("client.") || key.starts_with("server."));
    let of = |side: &'static str, kinds: &[&str]| {
        let key = move |kind: &&str| format!("{side}.{kind}");
        kinds.iter().map(key).collect::<Vec<_>>()
    };
    let [client, server] = sides;
    let expected: BTreeSet<String> = [of("client", client), of("server", server)]
        .concat()
        .into_iter()
        .collect();
    assert_eq!(messages.keys().cloned().collect::<BTreeSet<_>>(), expected);
    for (key, message) in &messages {
        let kind = &message["payload"]["properties"]["type"]["const"];
        assert_eq!(kind, &message["name"], "{key}");
        assert!(message["summary"].is_string(), "{key} has no summary");
    }
    let channels = document["channels"].as_object().unwrap();
    let description = channels.values().next().unwrap()["description"]
        .as_str()
        .unwrap();
    assert!(description.contains(subprotocol), "{description}");
    for code in wire::CloseCode::ALL {
        let line = format!("- {} `{}`", code.code(), code.name());
        assert!(description.contains(&line), "{line}");
    }
}

/// `/docs` is a page that names each operation, and runs and loads nothing.
///
/// # Panics
/// When it doesn't.
pub async fn the_page_is_plain(base: &str) {
    let http = Http::new();
    let page = http.get(&format!("{base}/docs")).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe") && !policy.contains("script-src"),
        "{policy}"
    );
    let html = page.body.as_str().unwrap();
    for forbidden in ["<script", "<link", "<img", "@import", " style=", " onclick"] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    for (path, _) in operations(&document(&http, base, "/openapi.json").await) {
        assert!(html.contains(&format!("<code>{path}</code>")), "{path}");
    }
}

/// A document of the service, in which every reference leads somewhere.
async fn document(http: &Http, base: &str, path: &str) -> Value {
    let answer = http.get(&format!("{base}{path}")).await;
    assert_eq!(answer.status, 200, "{path}");
    assert_eq!(answer.headers["content-type"], "application/json");
    look_up_references(&answer.body, &answer.body);
    answer.body
}

fn look_up_references(part: &Value, document: &Value) {
    if let Some(reference) = part["$ref"].as_str() {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let within: Vec<&Value> = match part {
        Value::Array(items) => items.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        _ => Vec::new(),
    };
    for part in within {
        look_up_references(part, document);
    }
}

/// Each path with each of its methods, in capitals.
fn operations(openapi: &Value) -> BTreeSet<(String, String)> {
    let paths = openapi["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().keys();
        methods.map(|method| (path.clone(), method.to_uppercase()))
    });
    each.collect()
}

/// What a route takes, by the `Allow` of a refusal; `None` where there is none.
async fn methods_at(http: &Http, base: &str, path: &str) -> Option<Vec<String>> {
    let url = format!("{base}{}", with_ids(path));
    let answer = http.send(Method::TRACE, &url, None, &[]).await;
    if answer.status != 405 {
        return None;
    }
    let allowed = answer.headers.get("allow")?.to_str().unwrap();
    let methods = allowed.split(',').map(|method| method.trim().to_owned());
    // axum answers HEAD wherever it answers GET.
    Some(methods.filter(|method| method != "HEAD").collect())
}

fn with_ids(path: &str) -> String {
    let part = |part: &str| match part.starts_with('{') {
        true => "x".to_owned(),
        false => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The path of each `.route("…", …)` above the tests, but for those for `any` method.
fn routes_in(source: &str) -> Vec<String> {
    let production = source.split("#[cfg(test)]").next().unwrap();
    let calls = production.split(".route(").skip(1);
    let path = |call: &str| {
        let mut quoted = call.trim_start().strip_prefix('"')?.split('"');
        let (path, rest) = (quoted.next()?, quoted.next()?);
        let is_page = rest
            .trim_start_matches([',', ' ', '\n'])
            .starts_with("any(");
        (!is_page).then(|| path.to_owned())
    };
    calls.filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_found_in_the_text_of_a_router() {
        let source = r#"
            .route("/a/{id}", post(x).get(y))
            .route(
                "/b",
                get(z),
            )
            .route("/page", any(page))
            #[cfg(test)]
            .route("/test", get(t))
        "#;
        assert_eq!(routes_in(source), ["/a/{id}", "/b"]);
        assert_eq!(with_ids("/a/{id}/b"), "/a/x/b");
    }
}
