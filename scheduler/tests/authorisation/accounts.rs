//! People with accounts, and what is between them: a gift, a match and a proposal.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testkit::now;

use crate::callers::Caller;
use crate::running::Running;
use crate::running::browser::Browser;
use crate::running::push_service::subscription;
use crate::world::Target;

const HOUR_MS: i64 = 3_600_000;

/// Everybody who has an account.
pub(crate) struct Accounts {
    people: BTreeMap<Caller, (Browser, String)>,
    /// That Ada gave to Rae.
    pub(crate) gift_id: String,
    /// Of Ada and Ben.
    pub(crate) match_id: String,
    /// Of Ada, to Ben.
    pub(crate) proposal_id: String,
    /// The time that stands in it.
    pub(crate) proposed_at: i64,
    /// That Ben agreed to.
    pub(crate) session_id: String,
    /// That Ben got of the proposal.
    pub(crate) notification_id: String,
    /// Of a browser of Ben's.
    pub(crate) push_subscription_id: String,
    /// Of the group of Ada and Ben.
    pub(crate) room_id: String,
}

impl Accounts {
    pub(crate) async fn new(scheduler: &Running) -> Self {
        let mut people = BTreeMap::new();
        for caller in Caller::ALL {
            if let Some(name) = caller.account_name() {
                let (browser, user) = Browser::signed_up(scheduler, name).await;
                people.insert(caller, (browser, text(&user["id"])));
            }
        }
        let accounts = Self {
            people,
            gift_id: String::new(),
            match_id: String::new(),
            proposal_id: String::new(),
            proposed_at: 0,
            session_id: String::new(),
            notification_id: String::new(),
            push_subscription_id: String::new(),
            room_id: String::new(),
        };
        for by in [Caller::Ada, Caller::Rae] {
            let path = format!("/v1/blocks/{}", accounts.id(Caller::Blocked));
            assert_eq!(accounts.one(by).put(&path).await.status, 204);
        }
        accounts
    }

    pub(crate) fn browser(&self, caller: Caller) -> Option<&Browser> {
        self.people.get(&caller).map(|(browser, _)| browser)
    }

    pub(crate) fn id(&self, caller: Caller) -> &str {
        &self.people[&caller].1
    }

    /// What was done to the objects of that target is past, and whoever was logged out is in again.
    pub(crate) async fn begin_anew(&mut self, scheduler: &Running, target: Target) {
        for (caller, (browser, _)) in &mut self.people {
            if browser.get("/v1/me").await.status == 401 {
                let name = caller.account_name().unwrap();
                *browser = Browser::logged_in(scheduler, name).await;
            }
        }
        match target {
            Target::Ours | Target::Theirs => {}
            Target::OfMatch => self.propose_anew().await,
            Target::OfGift => self.give_anew().await,
            Target::OfMeeting => self.meet_anew().await,
        }
    }

    async fn propose_anew(&mut self) {
        self.lift(Caller::Ben).await;
        let mut ada = self.one(Caller::Ada);
        let matches: Value = ada.get("/v1/matches").await.json(200);
        if matches["items"] == json!([]) {
            for (from, to) in [(Caller::Ada, Caller::Ben), (Caller::Ben, Caller::Ada)] {
                let special =
                    json!({"to": {"user_id": self.id(to)}, "kind": "special", "letter": "Hi."});
                let answer = self.one(from).post("/v1/gifts", special).await;
                assert_eq!(answer.status, 201, "{}", answer.body);
            }
        }
        let matches: Value = ada.get("/v1/matches").await.json(200);
        self.match_id = text(&matches["items"][0]["id"]);
        // Sessions that were accepted before stand at other times.
        self.proposed_at = self.proposed_at.max(now().0) + HOUR_MS;
        let path = format!("/v1/matches/{}/proposals", self.match_id);
        let times = json!({"times": [self.proposed_at]});
        let proposal: Value = ada.post(&path, times).await.json(201);
        self.proposal_id = text(&proposal["id"]);
        let told: Value = self
            .one(Caller::Ben)
            .get("/v1/notifications")
            .await
            .json(200);
        self.notification_id = text(&told["items"][0]["id"]);
        let browser = subscription("ben");
        let mut ben = self.one(Caller::Ben);
        let subscribed: Value = ben.post("/v1/push-subscriptions", browser).await.json(201);
        self.push_subscription_id = text(&subscribed["id"]);
        let both = [Caller::Ada, Caller::Ben].map(|one| json!({"user_id": self.id(one)}));
        let group = json!({ "participants": both });
        let group: Value = ada.post("/v1/rooms", group).await.json(201);
        self.room_id = text(&group["id"]);
    }

    async fn meet_anew(&mut self) {
        self.propose_anew().await;
        let path = format!("/v1/proposals/{}/accept", self.proposal_id);
        let at = json!({"starts_at": self.proposed_at});
        let accepted: Value = self.one(Caller::Ben).post(&path, at).await.json(200);
        self.session_id = text(&accepted["session_id"]);
    }

    async fn give_anew(&mut self) {
        self.lift(Caller::Rae).await;
        let plain = self.gift(Caller::Rae);
        let gift: Value = self
            .one(Caller::Ada)
            .post("/v1/gifts", plain)
            .await
            .json(201);
        self.gift_id = text(&gift["id"]);
    }

    /// A plain gift that stays sealed for now.
    pub(crate) fn gift(&self, to: Caller) -> Value {
        let opens_at = now().0 + HOUR_MS;
        json!({"to": {"user_id": self.id(to)}, "kind": "plain", "letter": "Hi.", "opens_at": opens_at})
    }

    /// Whatever Ada's requests before have blocked.
    async fn lift(&self, user: Caller) {
        let path = format!("/v1/blocks/{}", self.id(user));
        assert_eq!(self.one(Caller::Ada).delete(&path).await.status, 204);
    }

    /// What a refusal could have changed of what is Ada's.
    pub(crate) async fn state(&self) -> Vec<Value> {
        let mut state = Vec::new();
        for path in [
            "/v1/matches",
            "/v1/gifts?box=sent",
            "/v1/blocks",
            "/v1/sessions",
            "/v1/rooms",
        ] {
            state.push(self.one(Caller::Ada).get(path).await.json(200));
        }
        state
    }

    fn one(&self, caller: Caller) -> Browser {
        self.people[&caller].0.clone()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
