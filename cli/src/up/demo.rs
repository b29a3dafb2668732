//! The demo of `up --demo`: a session that is booked as any application would, with an API key over HTTP, and two people
//! with accounts.

mod credentials;
mod people;
mod person;

use std::time::Duration;

use serde_json::json;
use service::clock;
use wire::{SessionView, UnixMs};

use crate::config::Settings;
use crate::failure::Failure;
use crate::keys;

pub(super) use self::people::seed as seed_people;

/// The API key that each run of the demo replaces.
const KEY_NAME: &str = "demo";
/// How long the demo session is live, in milliseconds: a minute is enough to see all of it.
const DURATION_MS: u64 = 60_000;
/// No reminder shorter before the start than this, in milliseconds: nobody could read it.
const SHORTEST_REMINDER_MS: i64 = 1_000;

/// Books Ann and Bo, and returns the lines that tell of it.
pub(super) async fn book(
    client: &reqwest::Client,
    settings: &Settings,
    scheduler: &str,
    lead: Duration,
) -> Result<Vec<String>, Failure> {
    let key = keys::replace(settings, KEY_NAME).await?;
    let failed = |why: String| Failure::crash(format!("the demo can't be booked: {why}"));
    let response = client
        .post(format!("{scheduler}/v1/sessions"))
        .bearer_auth(key)
        .json(&command(clock::now(), lead))
        .send()
        .await
        .map_err(|error| failed(error.to_string()))?;
    if !response.status().is_success() {
        let status = response.status();
        let body = response.text().await.unwrap_or_default();
        return Err(failed(format!("{status} {body}")));
    }
    let session: SessionView = response
        .json()
        .await
        .map_err(|error| failed(error.to_string()))?;
    lines(&session, lead).ok_or_else(|| failed("no join links came back".to_owned()))
}

/// The times of a real booking, scaled: reminder at half the lead, lobby at two thirds of it.
fn command(now: UnixMs, lead: Duration) -> serde_json::Value {
    let lead_ms = i64::try_from(lead.as_millis()).unwrap_or(i64::MAX);
    let reminder_ms = lead_ms / 2;
    let reminders: Vec<i64> = Some(reminder_ms)
        .filter(|ms| *ms >= SHORTEST_REMINDER_MS)
        .into_iter()
        .collect();
    json!({
        "participants": [
            {"external_id": "demo-ann", "name": "Ann"},
            {"external_id": "demo-bo", "name": "Bo"},
        ],
        "starts_at": now + lead_ms,
        "duration_ms": DURATION_MS,
        "lobby_ms": lead_ms / 3,
        "remind_before_ms": reminders,
    })
}

fn lines(session: &SessionView, lead: Duration) -> Option<Vec<String>> {
    let mut lines = vec![format!(
        "A session of Ann and Bo starts in {} s. Open each link in a window of its own:",
        lead.as_secs()
    )];
    for one in &session.participants {
        lines.push(format!("  {:<3}  {}", one.name, one.join_url.as_ref()?));
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ops_15_the_demo_scales_its_times_with_the_lead() {
        let body = command(UnixMs(1_000_000), Duration::from_secs(30));
        assert_eq!(body["starts_at"], 1_030_000);
        assert_eq!(body["remind_before_ms"], json!([15_000]));
        assert_eq!(body["lobby_ms"], 10_000);
        let body = command(UnixMs(1_000_000), Duration::ZERO);
        assert_eq!(body["starts_at"], 1_000_000);
        assert_eq!(body["remind_before_ms"], json!([]));
    }
}
