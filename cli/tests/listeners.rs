//! Which routes are at which listener: every route of every service, as the services describe themselves,
//! asked of each.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

use reqwest::Method;
use serde_json::Value;
use testkit::described::NOTHING_HERE;
use testkit::{Http, SOON, Service, Stack, StackOptions, free_ports};

/// The credentials that are an operator's, by their names in `/openapi.json`.
const OPERATORS: [&str; 2] = ["operator_ticket", "operator_key"];

/// A route as its service describes it.
struct Route {
    method: Method,
    path: String,
    /// The names of the credentials that it takes.
    credentials: Vec<String>,
}

impl Route {
    fn is_for_operators(&self) -> bool {
        self.credentials.iter().any(|name| is_operators(name))
    }

    fn is_operators_alone(&self) -> bool {
        self.is_for_operators() && self.credentials.iter().all(|name| is_operators(name))
    }

    async fn is_there(&self, base: &str) -> bool {
        let url = format!("{base}{}", self.path);
        let answer = Http::new().send(self.method.clone(), &url, None, &[]).await;
        if answer.status == 404 {
            assert_eq!(answer.problem(404), "not_found", "{url}");
        }
        answer.body["detail"] != NOTHING_HERE
    }
}

fn is_operators(name: &str) -> bool {
    OPERATORS.contains(&name)
}

#[tokio::test]
async fn ops_29_metrics_are_at_no_public_listener_and_operators_routes_are_on_all_without_their_own()
 {
    let stack = Stack::start().await;
    let mut series = Vec::new();
    for service in Service::ALL {
        let (public, metrics) = (stack.url(service), stack.metrics_url(service));
        let refused = Http::new().get(&format!("{public}/metrics")).await;
        assert_eq!(refused.problem(404), "not_found");
        let scraped = Http::new().get(&metrics).await;
        assert_eq!(scraped.status, 200, "{metrics}");
        series.push(scraped.body.as_str().unwrap().lines().count());
        let line = format!("{metrics}  private");
        stack.line(&line, SOON).await;
        let private = metrics.trim_end_matches("/metrics");
        for route in routes(&public).await {
            assert!(
                route.is_there(&public).await,
                "{} {}",
                route.method,
                route.path
            );
            let is_health = route.path.starts_with("/health/");
            assert_eq!(route.is_there(private).await, is_health, "{}", route.path);
        }
    }
    assert!(series.iter().all(|lines| *lines > 20), "{series:?}");
}

#[tokio::test]
async fn ops_30_operators_routes_are_at_their_own_listener_alone() {
    // Each service has the port after that of the one before it.
    let [first, ..] = free_ports();
    let stack = Stack::start_with(StackOptions {
        env: vec![(
            "RENDEZVOUS_OPERATOR_LISTEN".to_owned(),
            format!("127.0.0.1:{first}"),
        )],
        ..StackOptions::default()
    })
    .await;
    let mut operators_alone = 0;
    for (service, port) in Service::ALL.into_iter().zip(first..) {
        let (public, operators) = (stack.url(service), format!("http://127.0.0.1:{port}"));
        stack.line(&format!("{operators}  operators"), SOON).await;
        for route in routes(&public).await {
            let what = format!("{} {}", route.method, route.path);
            let (there, here) = (
                route.is_there(&operators).await,
                route.is_there(&public).await,
            );
            assert_eq!(there, route.is_for_operators(), "{what} for operators");
            assert_eq!(here, !route.is_operators_alone(), "{what} for all");
            operators_alone += u32::from(route.is_operators_alone());
        }
        let refused = Http::new().get(&format!("{operators}/metrics")).await;
        assert_eq!(refused.problem(404), "not_found");
    }
    // A method that the path doesn't take says no more than one that it takes.
    let url = format!("{}/v1/sessions/x/end", stack.url(Service::Signaling));
    let refused = Http::new().send(Method::TRACE, &url, None, &[]).await;
    assert_eq!(refused.problem(404), "not_found");
    assert!(operators_alone >= 5, "{operators_alone}");
    let printed = stack.run(&["keys", "ticket", "--operator"]);
    let ticket = String::from_utf8(printed.stdout).unwrap();
    let operator = Http::bearer(ticket.trim());
    let timeline = "/v1/sessions/x/timeline";
    let refused = operator
        .get(&format!("{}{timeline}", stack.url(Service::Scheduler)))
        .await;
    assert_eq!(refused.problem(401), "unauthenticated");
    assert_eq!(refused.body["reason"], "wrong_listener");
    let answer = operator
        .get(&format!("http://127.0.0.1:{first}{timeline}"))
        .await;
    assert_eq!(answer.problem(404), "not_found");
    let sessions = format!("http://127.0.0.1:{}/v1/sessions", first + 1);
    assert_eq!(operator.get(&sessions).await.status, 200);
}

/// Every route, with something in place of each parameter.
async fn routes(base: &str) -> Vec<Route> {
    let document = Http::new().get(&format!("{base}/openapi.json")).await;
    let paths = document.body["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, operations)| {
        let operations = operations.as_object().unwrap().iter();
        operations.map(|(method, operation)| Route {
            method: method.to_uppercase().parse().unwrap(),
            path: with_ids(path),
            credentials: credentials(operation),
        })
    });
    each.collect()
}

fn credentials(operation: &Value) -> Vec<String> {
    let any = operation["security"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let names = any.iter().flat_map(|one| one.as_object().unwrap().keys());
    names.cloned().collect()
}

fn with_ids(path: &str) -> String {
    let part = |part: &str| match part.starts_with('{') {
        true => "x".to_owned(),
        false => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}
