//! Reminders that fall due while the database is away: those that are still of use go out afterwards, once, and
//! those of a session that has begun are missed, by name.

use std::time::Duration;

use faults::{ServiceProcess, look};
use serde_json::{Value, json};
use testkit::{Http, now, until};

/// From the booking to the absence, at most, in milliseconds: what is due then falls into it.
const LEAD_MS: i64 = 2_500;
/// From the return until they are settled: one that was claimed in the crowd of the return and could not be settled is
/// taken up again after its lease of 5 s.
const LIMIT: Duration = Duration::from_secs(12);
/// What becomes of a session's reminders.
const REMINDERS: &str =
    "SELECT concat_ws(' ', state, reason) FROM due_jobs WHERE kind = 'reminder' AND subject_id = ";
/// Who was reminded of a session.
const TOLD: &str =
    "SELECT user_id FROM notifications WHERE kind = 'session_reminder' AND session_id = ";

/// Two sessions whose reminders are due meanwhile.
pub(super) struct DueMeanwhile {
    /// It begins long after the return.
    useful: String,
    /// It begins before the return.
    useless: String,
}

impl DueMeanwhile {
    pub(super) async fn book(
        scheduler: &ServiceProcess,
        application: &Http,
        span: Duration,
    ) -> Self {
        let span_ms = i64::try_from(span.as_millis()).unwrap();
        let book = async |starts_in_ms: i64| {
            let offer = json!({
                "participants": [
                    {"external_id": "ana", "name": "Ana"}, {"external_id": "bo", "name": "Bo"},
                ],
                "starts_at": now() + starts_in_ms, "lobby_ms": 0,
                "remind_before_ms": [starts_in_ms - LEAD_MS],
            });
            let url = format!("{}/v1/sessions", scheduler.http());
            let session: Value = application.post(&url, offer).await.json(201);
            session["id"].as_str().unwrap().to_owned()
        };
        Self {
            useful: book(600_000).await,
            // Begun when the database is back, and not when its reminder is due.
            useless: book(LEAD_MS + span_ms / 4).await,
        }
    }

    /// By what is stored, and each person once.
    pub(super) async fn followed_their_rule(&self, database: &str) {
        let of = async |statement: &str, session: &str| {
            look(database, &format!("{statement}'{session}'")).await
        };
        until("the reminders are settled", LIMIT, async || {
            let all = [
                of(REMINDERS, &self.useful).await,
                of(REMINDERS, &self.useless).await,
            ]
            .concat();
            let is_open = |state: &String| state == "due" || state == "claimed";
            (!all.iter().any(is_open)).then_some(())
        })
        .await;
        assert_eq!(of(REMINDERS, &self.useful).await, ["done", "done"]);
        let told = of(TOLD, &self.useful).await;
        assert!(told.len() == 2 && told[0] != told[1], "{told:?}");
        let missed = "missed session_started";
        assert_eq!(of(REMINDERS, &self.useless).await, [missed, missed]);
        assert_eq!(of(TOLD, &self.useless).await, [""; 0]);
    }
}
