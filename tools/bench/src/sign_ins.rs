//! How many people sign in within a second: each sign-in hashes a password, and makes a cookie.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

/// Longest wait for one answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// Opens `accounts`, then signs in with them by so many callers at once for so long; JSON with what was done in a second, and
/// how long one took.
///
/// # Errors
/// When the scheduler refuses.
pub async fn measure(
    url: &str,
    accounts: usize,
    callers: usize,
    lasts: Duration,
) -> Result<String, String> {
    let client = Client::builder().timeout(ANSWER_LIMIT).no_proxy().build();
    let client = client.map_err(|error| error.to_string())?;
    for number in 0..accounts {
        let mut body = credentials(number);
        body["name"] = format!("Person {number}").into();
        post(
            &client,
            &format!("{url}/v1/signup"),
            &body,
            StatusCode::CREATED,
        )
        .await?;
    }
    let began = Instant::now();
    let caller = |caller: usize| {
        let client = &client;
        async move {
            let mut spans = Vec::new();
            let mut number = caller;
            while began.elapsed() < lasts {
                let asked = Instant::now();
                let body = credentials(number % accounts);
                post(client, &format!("{url}/v1/login"), &body, StatusCode::OK).await?;
                spans.push(asked.elapsed());
                number += callers;
            }
            Ok::<_, String>(spans)
        }
    };
    let spans = try_join_all((0..callers).map(caller)).await?;
    let mut spans: Vec<_> = spans.into_iter().flatten().collect();
    let seconds = began.elapsed().as_secs_f64();
    spans.sort_unstable();
    let at = |share: usize| {
        let place = (spans.len() * share / 100).min(spans.len().saturating_sub(1));
        spans
            .get(place)
            .map_or(0.0, |span| span.as_secs_f64() * 1e3)
    };
    #[expect(clippy::cast_precision_loss, reason = "they are thousands")]
    let per_second = spans.len() as f64 / seconds;
    Ok(json!({ "per_second": per_second, "p50_ms": at(50), "p99_ms": at(99) }).to_string())
}

fn credentials(number: usize) -> Value {
    json!({
        "email": format!("bench-{number}@example.org"),
        "password": format!("a long word for number {number}"),
    })
}

async fn post(client: &Client, url: &str, body: &Value, due: StatusCode) -> Result<(), String> {
    let answer = client.post(url).json(body).send().await;
    let answer = answer.map_err(|error| error.to_string())?;
    let status = answer.status();
    if status == due {
        return Ok(());
    }
    let said = answer.text().await.unwrap_or_default();
    Err(format!("{url}: {status} {said}"))
}
