//! A scheduler that dies between the mail server's word that it has taken a mail and its own note of it.

mod long {
    use std::time::Duration;

    use faults::{FaultyLink, LinkCondition, ServiceProcess, look, row};
    use serde_json::{Value, json};
    use storage::testing::{TestDatabase, TestEngine};
    use testkit::{SmtpServer, now, until};

    /// Until the mail server says that it has the mail it takes 1.5 s; by then its word has come.
    const WORD_HAS_COME: Duration = Duration::from_millis(2_500);
    /// An attempt at a mail may take 70 s, and its claim holds 5 s longer.
    const COMES_AGAIN_WITHIN: Duration = Duration::from_secs(100);
    /// Nothing more comes by then: two polls.
    const SILENCE: Duration = Duration::from_secs(3);
    const BY_MAIL: &str =
        "SELECT concat_ws(' ', state, attempts) FROM deliveries WHERE channel = 'email'";

    async fn dies_before_it_is_noted(engine: TestEngine) {
        let (Some(database), Some(mut sink)) = (
            TestDatabase::create(engine).await,
            SmtpServer::start("slow", 0).await,
        ) else {
            return;
        };
        let url = database.url_text();
        let (front, rest) = url.rsplit_once(':').unwrap();
        let (port, name) = rest.split_once('/').unwrap();
        let link = FaultyLink::to(port.parse().unwrap()).await;
        let by_link = format!("{front}:{}/{name}", link.port());
        let mail_server = format!("smtp://127.0.0.1:{}", sink.port());
        let mut scheduler = ServiceProcess::scheduler(&by_link)
            .with("RENDEZVOUS_EMAIL_URL", &mail_server)
            .with("RENDEZVOUS_EMAIL_FROM", "Meet <meet@example.net>")
            .started()
            .await;
        let application = scheduler.application();
        let own = format!("{}/v1/application", scheduler.http());
        let channels = json!({"channels": ["in_app", "email"]});
        application.patch(&own, channels).await.json::<Value>(200);
        let offer = json!({
            "participants": [
                {"external_id": "ana", "name": "Ana", "email": "ana@example.org"},
                {"external_id": "bo", "name": "Bo"},
            ],
            "starts_at": now() + 3_600_000,
        });
        let sessions = format!("{}/v1/sessions", scheduler.http());
        application.post(&sessions, offer).await.json::<Value>(201);

        let first = sink.next(COMES_AGAIN_WITHIN).await.expect("a mail comes");
        link.set(LinkCondition::Silent);
        tokio::time::sleep(WORD_HAS_COME).await;
        scheduler.kill();
        link.set(LinkCondition::Clear);
        assert_eq!(look(&url, BY_MAIL).await, ["pending 1"], "not noted");
        scheduler.start().await;
        let second = sink.next(COMES_AGAIN_WITHIN).await;
        let second = second.expect("it comes again: nobody knows that it had come");
        for header in ["message-id", "date", "subject", "to"] {
            assert_eq!(first["headers"][header], second["headers"][header]);
        }
        let sent = async || (look(&url, BY_MAIL).await == ["sent 2"]).then_some(());
        until("it is noted", SILENCE * 3, sent).await;
        assert_eq!(sink.next(SILENCE).await, None, "a third time");
        let id = &first["headers"]["message-id"];
        println!("{engine:?}: two mails, one {id}; the delivery says: sent, 2 attempts");
    }

    #[test]
    fn flt_61_killed_before_an_accepted_mail_is_noted_it_comes_twice_under_one_message_id() {
        row(dies_before_it_is_noted(TestEngine::Postgres));
    }
}
