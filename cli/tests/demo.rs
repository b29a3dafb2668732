//! `up --demo`: the people that it prints are there, their passwords work, and they have something to do with each other.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use testkit::{Http, HttpResponse, Service, Stack, StackOptions};
use wire::{MatchView, Page, ProposalState, User};

/// Until the demo has said all: passwords are hashed slowly, on a machine that has just started everything.
const TOLD: Duration = Duration::from_secs(60);
const TOGETHER: &str = "They are matched";

/// An address and its password, as printed.
type Credentials = (String, String);

/// The demo on a data directory, once it has said everything.
async fn demo_on(data_dir: &Path, signup: &str, last_line: &str) -> Stack {
    let stack = Stack::start_with(StackOptions {
        data_dir: Some(data_dir.to_owned()),
        args: vec!["--demo".to_owned()],
        env: vec![("RENDEZVOUS_ACCOUNTS_SIGNUP".to_owned(), signup.to_owned())],
        ..StackOptions::default()
    })
    .await;
    stack.line(last_line, TOLD).await;
    stack
}

/// Those of Ann and Bo.
fn printed(stack: &Stack) -> [Credentials; 2] {
    ["Ann", "Bo"].map(|name| {
        let output = stack.output();
        let mut words = output
            .iter()
            .map(|line| line.split_whitespace().collect::<Vec<_>>());
        let found = words
            .find(|words| words.len() == 3 && words[0] == name)
            .unwrap();
        (found[1].to_owned(), found[2].to_owned())
    })
}

/// Somebody's cookie, by what was printed.
struct LoggedIn {
    root: String,
    cookie: String,
    user: User,
}

impl LoggedIn {
    async fn with(stack: &Stack, (email, password): &Credentials) -> Self {
        let root = stack.url(Service::Scheduler);
        let body = json!({ "email": email, "password": password });
        let answer = Http::new().post(&format!("{root}/v1/login"), body).await;
        let user = answer.json(200);
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Self { root, cookie, user }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<serde_json::Value>,
    ) -> HttpResponse {
        let headers = [("cookie", self.cookie.as_str()), ("origin", &self.root)];
        let url = format!("{}{path}", self.root);
        Http::new().send(method, &url, body, &headers).await
    }

    async fn only_match(&self) -> MatchView {
        let answer = self.send(Method::GET, "/v1/matches", None).await;
        let matches: Page<MatchView> = answer.json(200);
        assert_eq!(matches.items.len(), 1, "{matches:?}");
        matches.items.into_iter().next().unwrap()
    }
}

#[tokio::test]
async fn ops_62_both_people_of_the_demo_can_log_in_at_every_run_and_are_matched_with_a_proposal() {
    let folder = tempfile::tempdir().unwrap();
    let stack = demo_on(folder.path(), "open", TOGETHER).await;
    let first = printed(&stack);
    let [ann, bo] = [0, 1].map(|one| LoggedIn::with(&stack, &first[one]));
    let (ann, bo) = (ann.await, bo.await);
    let (of_ann, of_bo) = (ann.only_match().await, bo.only_match().await);
    assert_eq!(
        (of_ann.with.user_id, of_bo.with.user_id),
        (bo.user.id.clone(), ann.user.id.clone())
    );
    let proposal = of_bo.proposal.unwrap();
    assert_eq!(
        (proposal.state, &proposal.by),
        (ProposalState::Open, &ann.user.id)
    );
    // What Bo takes is booked, and Ann's password is another one before the next run.
    let path = format!("/v1/proposals/{}/accept", proposal.id);
    let body = json!({ "starts_at": proposal.times.last() });
    let accepted = bo.send(Method::POST, &path, Some(body)).await;
    assert_eq!(accepted.status, 200, "{accepted:?}");
    let body = json!({ "current": first[0].1, "new": "five words that are mine" });
    let changed = ann.send(Method::POST, "/v1/me/password", Some(body)).await;
    assert_eq!(changed.status, 204, "{changed:?}");
    drop(stack);

    let stack = demo_on(folder.path(), "open", TOGETHER).await;
    let second = printed(&stack);
    assert_eq!(second[1], first[1], "Bo's are as they were");
    let [ann, bo] = [0, 1].map(|one| LoggedIn::with(&stack, &second[one]));
    let (ann, bo) = (ann.await, bo.await);
    assert_eq!(ann.only_match().await.with.user_id, bo.user.id);
    assert!(ann.only_match().await.proposal.is_some());
}

#[tokio::test]
async fn ops_63_the_demo_has_people_by_invitation_and_says_so_where_there_are_no_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let stack = demo_on(folder.path(), "invite", TOGETHER).await;
    let [ann, _] = printed(&stack);
    LoggedIn::with(&stack, &ann).await;
    drop(stack);
    let stack = demo_on(folder.path(), "off", "accounts.signup is off").await;
    let has_link = stack.output().iter().any(|line| line.contains("/join#"));
    assert!(has_link, "the session is there all the same");
}
