//! A server that is away for a minute while a thousand reminders are due, each with its webhook.

mod long {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;
    use std::time::{Duration, Instant};

    use faults::{DatabaseKind, DatabaseServer, ServiceProcess, look, row};
    use serde_json::{Value, json};
    use testkit::{TestReceiver, now, sleep_until, until};

    use super::super::super::due::nobody_was_told_twice;

    const SESSIONS: usize = 10;
    /// Reminders of one session.
    const OF_ONE: usize = 100;
    /// From writing them to when they are due, in milliseconds.
    const LEAD_MS: i64 = 2_000;
    /// So long the scheduler is at them when the server goes.
    const AMID: Duration = Duration::from_millis(150);
    const AWAY: Duration = Duration::from_secs(60);
    /// From the return until all is marked: those that were claimed wait for their lease of 5 s.
    const MARKED_WITHIN: Duration = Duration::from_secs(30);
    /// Until the last webhook has come: those of a session go one after the other.
    const SENT_WITHIN: Duration = Duration::from_secs(90);

    const OPEN: &str =
        "SELECT id FROM due_jobs WHERE kind = 'reminder' AND state IN ('due', 'claimed')";
    const REMINDED: &str = "SELECT id FROM notifications WHERE kind = 'session_reminder'";
    const NOT_SENT: &str =
        "SELECT id FROM deliveries WHERE channel = 'webhook' AND state <> 'sent'";
    const SENT: &str = "SELECT id FROM deliveries WHERE channel = 'webhook'";

    async fn away_amid_a_thousand(kind: DatabaseKind) {
        let Some(mut server) = DatabaseServer::start(kind, &[]) else {
            return;
        };
        server.create("scheduler").await;
        let url = server.url("scheduler");
        let receiver = TestReceiver::start().await;
        let scheduler = ServiceProcess::scheduler(&url)
            .with("RENDEZVOUS_EGRESS_ALLOW", "127.0.0.1")
            .started()
            .await;
        let application = scheduler.application();
        let endpoint = json!({"url": receiver.url(), "events": ["session.reminded"]});
        let webhooks = format!("{}/v1/webhooks", scheduler.http());
        application
            .post(&webhooks, endpoint)
            .await
            .json::<Value>(201);

        let mut rows = Vec::new();
        for number in 0..SESSIONS {
            let people = ["ana", "bo"]
                .map(|who| json!({"external_id": format!("{who}-{number}"), "name": who}));
            let offer = json!({
                "participants": people, "starts_at": now() + 3_600_000, "remind_before_ms": [],
            });
            let sessions = format!("{}/v1/sessions", scheduler.http());
            let session: Value = application.post(&sessions, offer).await.json(201);
            let (id, user) = (&session["id"], &session["participants"][0]["user_id"]);
            let (id, user) = (id.as_str().unwrap(), user.as_str().unwrap());
            rows.extend((0..OF_ONE).map(|one| {
                let before_ms = 3_000_000 + one;
                format!("'r-{id}-{one}', 'session', '{id}', 1, 'reminder', {before_ms}, '{user}'")
            }));
        }
        let due_at = now() + LEAD_MS;
        let mut insert = "INSERT INTO due_jobs (id, subject_kind, subject_id, revision, kind, before_ms, user_id, \
                          due_at, state) VALUES "
            .to_owned();
        for (at, row) in rows.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(insert, "{comma}({row}, {}, 'due')", due_at.0).unwrap();
        }
        server.run_in("scheduler", &insert).await;
        sleep_until(due_at).await;
        tokio::time::sleep(AMID).await;
        server.stop();
        tokio::time::sleep(AWAY).await;
        server.start_again();
        let back = Instant::now();
        until("all is marked", MARKED_WITHIN, async || {
            look(&url, OPEN).await.is_empty().then_some(())
        })
        .await;
        let marked = back.elapsed();
        assert_eq!(look(&url, REMINDED).await.len(), SESSIONS * OF_ONE);
        nobody_was_told_twice(&url).await;
        until("every webhook is sent", SENT_WITHIN, async || {
            look(&url, NOT_SENT).await.is_empty().then_some(())
        })
        .await;
        let mut counts = BTreeMap::<String, usize>::new();
        for received in receiver.received() {
            *counts
                .entry(received.header("webhook-id").to_owned())
                .or_default() += 1;
        }
        let twice = counts.values().filter(|count| **count > 1).count();
        println!(
            "{kind:?}: {} reminders marked {marked:?} after the return, {} webhooks sent after {:?}, {twice} of them more than once \
             under their id",
            SESSIONS * OF_ONE,
            counts.len(),
            back.elapsed()
        );
        assert_eq!(counts.len(), look(&url, SENT).await.len(), "one was lost");
        assert_eq!(counts.len(), SESSIONS * OF_ONE);
    }

    #[test]
    fn flt_62_postgres_is_away_for_a_minute_amid_a_thousand_reminders() {
        row(away_amid_a_thousand(DatabaseKind::Postgres));
    }

    #[test]
    fn flt_62_mariadb_is_away_for_a_minute_amid_a_thousand_reminders() {
        row(away_amid_a_thousand(DatabaseKind::MariaDb));
    }
}
