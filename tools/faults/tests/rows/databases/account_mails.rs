//! A mail about an account, where two schedulers on one database have clocks that differ by more than a claim holds.

use std::time::Duration;

use faults::{FakeClock, ServiceProcess, row};
use serde_json::{Value, json};
use storage::testing::{TestDatabase, TestEngine};
use testkit::{Http, SmtpServer};

use super::two_schedulers::share_keys;

/// How far each clock is off: by the first one, what the second claims for two minutes has lapsed when it is claimed.
const OFFSETS: [&str; 2] = ["+90", "-90"];
/// From the sign-up to the mail, on two busy cores.
const COMES_WITHIN: Duration = Duration::from_secs(30);
/// The server takes 1.5 s to say that it has the first mail, and each node looks every second: another one would have come.
const SILENCE: Duration = Duration::from_secs(5);

async fn one_mail(engine: TestEngine) {
    let (Some(database), Some(mut server)) = (
        TestDatabase::create(engine).await,
        SmtpServer::start("slow", 0).await,
    ) else {
        return;
    };
    let url = database.url_text();
    let (Some(ahead), Some(behind)) = (FakeClock::new(), FakeClock::new()) else {
        return;
    };
    let clocks = [ahead, behind];
    let mail_server = format!("smtp://127.0.0.1:{}", server.port());
    let [ahead, mut behind] = [0, 1].map(|at| {
        clocks[at].set(OFFSETS[at]);
        let process = ServiceProcess::scheduler(&url)
            .with("RENDEZVOUS_EMAIL_URL", &mail_server)
            .with("RENDEZVOUS_EMAIL_FROM", "Meet <meet@example.net>");
        clocks[at].under(process)
    });
    let ahead = ahead.started().await;
    share_keys(&ahead, &behind);
    behind.start().await;

    let account = json!({
        "email": "ana@example.org", "password": "a long and quiet river", "name": "Ana",
    });
    let sign_up = format!("{}/v1/signup", behind.http());
    Http::new().post(&sign_up, account).await.json::<Value>(201);
    let mail = server.next(COMES_WITHIN).await;
    assert!(mail.is_some(), "the address is to be confirmed");
    let again = server.next(SILENCE).await;
    assert!(again.is_none(), "it came twice: {again:?}");
    drop((ahead, behind));
}

#[test]
fn flt_70_a_mail_about_an_account_goes_out_once_from_two_schedulers_whose_clocks_differ() {
    row(one_mail(TestEngine::Postgres));
}
