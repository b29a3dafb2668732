//! A session from its booking to its last message, with the log as loud as it goes: nothing that opens a
//! door, and nothing that people say to each other, stands in a log line or a metric.

use serde_json::{Value, json};
use testkit::{ChatPeer, Http, SOON, Service, Stack, StackOptions, TestPeer};
use wire::signaling::{Data, Negotiate, RelayedOffer, Welcome};
use wire::{RawJson, SessionView, TicketResponse};

/// What only the two are to see.
const SAID: &str = "canary-said-in-chat-5f1d";
const SENT: &str = "canary-sent-as-data-91c2";
/// What somebody logs in with.
const PASSWORD: &str = "canary-horse-battery-66ab";
const DESCRIBED: &str = "canary-in-the-description-7aa0";
/// All of ours as loud as it goes, the rest as loud as it is allowed to be.
const LOUD: &str =
    "debug,service=trace,scheduler=trace,signaling=trace,chat=trace,hyper=trace,tungstenite=trace";

#[tokio::test]
async fn ops_27_no_secret_stands_in_a_log_line_or_a_metric() {
    let mut stack = Stack::start_with(StackOptions {
        env: vec![("RENDEZVOUS_LOG_LEVEL".to_owned(), LOUD.to_owned())],
        ..StackOptions::default()
    })
    .await;
    let key = stack.key("application");
    let application = Http::bearer(&key);
    let session = stack.book(&application, json!({})).await;
    let mut secrets = vec![key, SAID.to_owned(), SENT.to_owned(), DESCRIBED.to_owned()];
    secrets.extend(links(&stack, &session).await);
    secrets.extend(account(&stack).await);
    let [ann, bo] = [0, 1].map(|one| stack.ticket(&application, &session, one));
    let (ann, bo) = (ann.await, bo.await);
    let chat = stack.chat_ticket(&application, &session, 0).await;
    for ticket in [&ann.ticket, &bo.ticket, &chat.ticket] {
        // The signature alone: claims hold names and ids, which are no secrets.
        secrets.push(ticket.rsplit('.').next().unwrap().to_owned());
    }
    secrets.extend(call(&ann, &bo).await);
    let mut room = ChatPeer::hello(&chat.url, &chat.ticket, "phone").await;
    room.say(&session.room_id, "c1", SAID).await;
    // A stranger's tries are logged too, without what they show.
    let forged = format!("{}x", ann.ticket);
    TestPeer::refused(&ann.url, &forged).await;
    for service in Service::ALL {
        let url = format!(
            "{}/v1/sessions?access_token=canary-in-an-address",
            stack.url(service)
        );
        Http::new().get(&url).await;
    }
    secrets.push("canary-in-an-address".to_owned());

    let mut said = stack.output();
    assert!(
        said.iter().any(|line| line.contains("DEBUG")),
        "the log is loud"
    );
    assert!(said.len() < 10_000, "all lines were kept");
    for service in Service::ALL {
        let url = stack.metrics_url(service);
        said.push(Http::new().get(&url).await.body.to_string());
    }
    for secret in secrets {
        assert!(secret.len() >= 20, "{secret}");
        let found = said.iter().find(|line| line.contains(&secret));
        assert!(found.is_none(), "{secret} stands in {found:?}");
    }
    stack.signal(rustix::process::Signal::TERM);
    stack.gone(std::time::Duration::from_secs(15)).await;
}

/// The password of an account, also where it is wrong, and the cookie of its login.
async fn account(stack: &Stack) -> Vec<String> {
    let at = |path: &str| format!("{}{path}", stack.url(Service::Scheduler));
    let email = "ann@example.org";
    let signup = json!({"email": email, "password": PASSWORD, "name": "Ann"});
    let answer = Http::new().post(&at("/v1/signup"), signup).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let wrong = format!("{PASSWORD}-wrong");
    for body in [
        json!({"email": email, "password": wrong}),
        json!({"password": wrong}),
    ] {
        Http::new().post(&at("/v1/login"), body).await;
    }
    let headers = [("cookie", cookie.as_str())];
    let me = Http::new()
        .send(reqwest::Method::GET, &at("/v1/me"), None, &headers)
        .await;
    assert_eq!(me.status, 200, "{me:?}");
    let (_, token) = cookie.split_once('=').unwrap();
    vec![PASSWORD.to_owned(), token.to_owned()]
}

/// The tokens of both join links, and the access that each is traded for.
async fn links(stack: &Stack, session: &SessionView) -> Vec<String> {
    let mut secrets = Vec::new();
    for person in &session.participants {
        let link = person.join_url.as_deref().unwrap();
        let token = link.split_once('#').unwrap().1;
        let url = format!("{}/v1/join", stack.url(Service::Scheduler));
        let answer = Http::new().post(&url, json!({ "token": token })).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let access = answer.body["access"].as_str().unwrap();
        secrets.extend([token.to_owned(), access.to_owned()]);
    }
    secrets
}

/// Both come in, one offers, and the other is sent something; gives back what lets them resume.
async fn call(ann: &TicketResponse, bo: &TicketResponse) -> Vec<String> {
    let mut ann = TestPeer::join(&ann.url, &ann.ticket).await;
    let mut bo = TestPeer::join(&bo.url, &bo.ticket).await;
    let token = |peer: &TestPeer| {
        peer.welcome
            .as_ref()
            .map(|welcome: &Welcome| welcome.resume_token.clone())
    };
    let tokens = [&ann, &bo].map(|peer| token(peer).unwrap());
    let epoch = ann.expect::<Negotiate>(SOON).await.epoch;
    let offer = json!({ "type": "offer", "epoch": epoch, "sdp": sdp() });
    // Whoever offers: the other one's is refused, and logged as little.
    for peer in [&mut ann, &mut bo] {
        peer.send_text(offer.to_string()).await;
        let payload = RawJson::parse(Value::from(SENT).to_string()).unwrap();
        peer.send(Data { payload }).await;
    }
    // Bo came last, and so he offers.
    assert!(
        ann.expect::<RelayedOffer>(SOON)
            .await
            .sdp
            .contains(DESCRIBED)
    );
    tokens.to_vec()
}

fn sdp() -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns={DESCRIBED}\r\nt=0 0\r\n\
         a=fingerprint:sha-256 {}\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n\
         c=IN IP4 0.0.0.0\r\na=ice-ufrag:aaaa\r\na=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa\r\n\
         a=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\n",
        ["AB"; 32].join(":")
    )
}
