//! A running scheduler with every kind of caller, and a session for each of two applications.

use std::collections::BTreeMap;

use reqwest::Method;
use scheduler::api_keys::{self, Scope};
use serde_json::{Value, json};
use testkit::{Http, HttpResponse, now};
use wire::{SessionFact, UnixMs, UserId};

use crate::accounts::Accounts;
use crate::callers::Caller;
use crate::hooks::Hooks;
use crate::running::browser::Browser;
use crate::running::push_service::{self, subscription};
use crate::running::{Running, fact, offer, token};
use crate::table::{Answer, Row};

/// Whose objects a row asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// Those of Ana and Bo, booked by the first application.
    Ours,
    /// Those of two others, booked by the other application.
    Theirs,
    /// The match of Ada and Ben, and the proposal that Ada made.
    OfMatch,
    /// The sealed gift that Ada gave to Rae.
    OfGift,
    /// A session of Ada and Ben, booked by their match.
    OfMeeting,
}

/// What belongs to one session.
pub(crate) struct Objects {
    /// As its application sees it.
    pub(crate) session: Value,
    /// A notification of its first person.
    notification: String,
    /// Of a browser of theirs.
    push_subscription: String,
    /// Of a group of its two.
    room: String,
}

pub(crate) struct World {
    pub(crate) scheduler: Running,
    credentials: BTreeMap<Caller, String>,
    ours: Objects,
    theirs: Objects,
    our_hooks: Hooks,
    their_hooks: Hooks,
    client: reqwest::Client,
    pub(crate) accounts: Accounts,
}

impl Objects {
    /// A session of the application with that key, which was moved, so that its people have a notification each.
    async fn new(scheduler: &Running, key: &str) -> Self {
        let application = Http::bearer(key);
        let booked = book(scheduler, &application, ["ana", "bo"]).await;
        let url = scheduler.at(&format!("/v1/sessions/{}", text(&booked["id"])));
        let later = json!({"starts_at": now() + 900_000});
        let session: Value = application.patch(&url, later).await.json(200);
        let first = Http::bearer(&access(scheduler, &session, 0).await);
        let url = scheduler.at("/v1/notifications");
        let listed: Value = first.get(&url).await.json(200);
        let url = scheduler.at("/v1/push-subscriptions");
        let endpoint = text(&session["id"]);
        let subscribed: Value = first.post(&url, subscription(&endpoint)).await.json(201);
        let two = ["ana", "bo"].map(|id| json!({"external_id": id, "name": id}));
        let group = json!({ "participants": two });
        let group: Value = application
            .post(&scheduler.at("/v1/rooms"), group)
            .await
            .json(201);
        Self {
            session,
            room: text(&group["id"]),
            push_subscription: text(&subscribed["id"]),
            notification: text(&listed["items"][0]["id"]),
        }
    }

    pub(crate) fn user(&self, at: usize) -> String {
        text(&self.session["participants"][at]["user_id"])
    }

    pub(crate) fn token(&self, at: usize) -> String {
        token(&self.session, at)
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let scheduler = Running::start_with(folder, push_service::on).await;
        let shop = key(&scheduler, "shop", Scope::App).await;
        let rival = key(&scheduler, "rival", Scope::App).await;
        for key in [&shop, &rival] {
            push_service::allowed(&scheduler, &Http::bearer(key)).await;
        }
        let (ours, theirs) = (
            Objects::new(&scheduler, &shop).await,
            Objects::new(&scheduler, &rival).await,
        );
        let application = Http::bearer(&shop);
        let our_hooks = Hooks::new(&scheduler, &Http::bearer(&shop)).await;
        let their_hooks = Hooks::new(&scheduler, &Http::bearer(&rival)).await;
        let elsewhere = book(&scheduler, &application, ["ana", "bo"]).await;
        let another = book(&scheduler, &application, ["cy", "dee"]).await;
        let secret = std::fs::read_to_string(scheduler.data.path().join("keys/events.secret"));
        let operator = key(&scheduler, "night shift", Scope::Operator).await;
        let credentials = BTreeMap::from([
            (Caller::WrongKey, "rk_nobody".to_owned()),
            (Caller::WrongTicket, "a.b.c".to_owned()),
            (Caller::WrongAccess, "a.b".to_owned()),
            (
                Caller::AnaElsewhere,
                access(&scheduler, &elsewhere, 0).await,
            ),
            (Caller::Stranger, access(&scheduler, &another, 0).await),
            (Caller::Removed, removed(&scheduler, &application).await),
            (Caller::Renewed, renewed(&scheduler, &application).await),
            (Caller::Application, shop),
            (Caller::OtherApplication, rival),
            (Caller::OperatorTicket, ticket(&scheduler, &operator).await),
            (Caller::OperatorKey, operator),
            (Caller::Service, secret.unwrap().trim().to_owned()),
        ]);
        let accounts = Accounts::new(&scheduler).await;
        let mut world = Self {
            scheduler,
            credentials,
            ours,
            theirs,
            our_hooks,
            their_hooks,
            client: reqwest::Client::new(),
            accounts,
        };
        world.let_in().await;
        world
    }

    /// New objects of that target: what was done to those before is past.
    pub(crate) async fn begin_anew(&mut self, target: Target) {
        let keys = &self.credentials;
        match target {
            Target::Ours | Target::Theirs => {
                self.ours = Objects::new(&self.scheduler, &keys[&Caller::Application]).await;
                self.theirs = Objects::new(&self.scheduler, &keys[&Caller::OtherApplication]).await;
                self.let_in().await;
            }
            Target::OfMatch | Target::OfGift | Target::OfMeeting => {}
        }
        self.accounts.begin_anew(&self.scheduler, target).await;
    }

    /// Gives both applications new endpoints and listeners.
    pub(crate) async fn renew_hooks(&mut self) {
        let application = Http::bearer(&self.credentials[&Caller::Application]);
        self.our_hooks.delete(&self.scheduler, &application).await;
        self.our_hooks = Hooks::new(&self.scheduler, &application).await;
        let rival = Http::bearer(&self.credentials[&Caller::OtherApplication]);
        self.their_hooks.delete(&self.scheduler, &rival).await;
        self.their_hooks = Hooks::new(&self.scheduler, &rival).await;
    }

    fn hooks(&self, target: Target) -> &Hooks {
        match target {
            Target::Theirs => &self.their_hooks,
            _ => &self.our_hooks,
        }
    }

    async fn let_in(&mut self) {
        for (caller, objects, at) in [
            (Caller::Ana, &self.ours, 0),
            (Caller::Bo, &self.ours, 1),
            (Caller::OtherPage, &self.theirs, 0),
        ] {
            let access = access(&self.scheduler, &objects.session, at).await;
            self.credentials.insert(caller, access);
        }
    }

    /// Sessions belong to applications: of people with accounts there is none.
    pub(crate) fn objects(&self, target: Target) -> &Objects {
        match target {
            Target::Theirs => &self.theirs,
            _ => &self.ours,
        }
    }

    /// Asks what a row asks. Of what is granted the body is not read: it may be a stream.
    pub(crate) async fn ask(&self, row: &Row, target: Target, caller: Caller) -> Answer {
        let path = self.path(row, target, caller).await;
        let method: Method = row.method.to_uppercase().parse().unwrap();
        let mut request = self.client.request(method, self.scheduler.at(&path));
        if let Some(credential) = self.credentials.get(&caller) {
            request = request.bearer_auth(credential);
        }
        if let Some(browser) = self.accounts.browser(caller) {
            let cookie = browser.cookie.as_deref().unwrap();
            let origin = browser.origin.as_deref().unwrap();
            request = request.header("cookie", cookie).header("origin", origin);
        }
        if let Some(body) = row.body {
            request = request.json(&body(self, target, caller));
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        if status.is_success() {
            return Answer {
                status: status.as_u16(),
                code: None,
            };
        }
        let media = response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        assert_eq!(media, "application/problem+json", "{path} by {caller:?}");
        let problem: Value = response.json().await.unwrap();
        Answer {
            status: status.as_u16(),
            code: Some(text(&problem["code"])),
        }
    }

    /// The row's path and query, with the ids of what it asks for.
    async fn path(&self, row: &Row, target: Target, caller: Caller) -> String {
        let objects = self.objects(target);
        let id = match (row.path.split('/').nth(2), self.accounts.browser(caller)) {
            (Some("notifications"), _) if target == Target::OfMatch => {
                self.accounts.notification_id.clone()
            }
            (Some("notifications"), _) => objects.notification.clone(),
            (Some("push-subscriptions"), _) if target == Target::OfMatch => {
                self.accounts.push_subscription_id.clone()
            }
            (Some("push-subscriptions"), _) => objects.push_subscription.clone(),
            (Some("rooms"), _) if target == Target::OfMatch => self.accounts.room_id.clone(),
            (Some("rooms"), _) => objects.room.clone(),
            (Some("me"), Some(browser)) => login(browser).await,
            (Some("matches"), _) => self.accounts.match_id.clone(),
            (Some("proposals"), _) => self.accounts.proposal_id.clone(),
            (Some("gifts"), _) => self.accounts.gift_id.clone(),
            (Some("webhooks" | "webhook-listeners" | "deliveries"), _) => {
                self.hooks(target).id(row.path).to_owned()
            }
            (Some("sessions"), _) if target == Target::OfMeeting => {
                self.accounts.session_id.clone()
            }
            _ => text(&objects.session["id"]),
        };
        let is_own = row.path.starts_with("/v1/rooms/") && self.accounts.browser(caller).is_some();
        let user = match target {
            Target::OfMatch if is_own => self.accounts.id(caller).to_owned(),
            Target::OfMatch | Target::OfMeeting => self.accounts.id(Caller::Ben).to_owned(),
            Target::OfGift => self.accounts.id(Caller::Rae).to_owned(),
            Target::Ours | Target::Theirs => objects.user(0),
        };
        let path = format!("{}{}", row.path, row.query);
        path.replace("{id}", &id)
            .replace("{user_id}", &user)
            .replace("{delivery_id}", &self.hooks(target).waiting)
    }

    /// Asks for what stands at an address of ours, with whatever query.
    pub(crate) async fn get(&self, path: &str, query: &str, caller: Caller) -> HttpResponse {
        let id = match path.starts_with("/v1/webhooks/") {
            true => self.our_hooks.id(path).to_owned(),
            false => text(&self.ours.session["id"]),
        };
        let path = format!("{}{query}", path.replace("{id}", &id));
        if let Some(browser) = self.accounts.browser(caller) {
            return browser.clone().get(&path).await;
        }
        let client = Http::bearer(&self.credentials[&caller]);
        client.get(&self.scheduler.at(&path)).await
    }

    /// All that a refusal could have changed: the session, what happened to it, and what its people were told.
    pub(crate) async fn state_of(&self, target: Target) -> Vec<Value> {
        let (application, person) = match target {
            Target::Ours => (Caller::Application, Caller::Ana),
            Target::Theirs => (Caller::OtherApplication, Caller::OtherPage),
            _ => return self.accounts.state().await,
        };
        let session = text(&self.objects(target).session["id"]);
        let mut state = Vec::new();
        for (caller, path) in [
            (application, "/v1/sessions".to_owned()),
            (application, "/v1/rooms".to_owned()),
            (application, format!("/v1/sessions/{session}/timeline")),
            (person, "/v1/notifications".to_owned()),
        ] {
            let client = Http::bearer(&self.credentials[&caller]);
            state.push(client.get(&self.scheduler.at(&path)).await.json(200));
        }
        state
    }
}

/// Id of the login of that browser.
async fn login(browser: &Browser) -> String {
    let listed = browser.clone().get("/v1/me/logins").await;
    let logins = listed.body["items"].as_array().unwrap().iter();
    let mut own = logins.filter(|login| login["current"] == true);
    text(&own.next().expect("a login of its own")["id"])
}

async fn key(scheduler: &Running, name: &str, scope: Scope) -> String {
    let key = api_keys::create(&scheduler.store, name, scope, "test").await;
    key.unwrap()
}

async fn book(scheduler: &Running, application: &Http, people: [&str; 2]) -> Value {
    let mut offer = offer(600_000);
    let person = |id: &str| json!({"external_id": id, "name": id});
    offer["participants"] = people.map(person).into();
    let url = scheduler.at("/v1/sessions");
    application.post(&url, offer).await.json(201)
}

async fn access(scheduler: &Running, session: &Value, at: usize) -> String {
    let joined: Value = scheduler.join(session, at).await.json(200);
    text(&joined["access"])
}

async fn ticket(scheduler: &Running, operator: &str) -> String {
    let url = scheduler.at("/v1/operator/ticket");
    let answer: Value = Http::bearer(operator).post(&url, json!({})).await.json(200);
    text(&answer["ticket"])
}

/// The access of somebody whom an operator removed from their session.
async fn removed(scheduler: &Running, application: &Http) -> String {
    let session = book(scheduler, application, ["eve", "fay"]).await;
    let access = access(scheduler, &session, 0).await;
    let who = SessionFact {
        user_id: Some(UserId(text(&session["participants"][0]["user_id"]))),
        ..SessionFact::default()
    };
    let kicked = fact(&session, "user.kicked", now(), &who);
    scheduler.report(vec![kicked], UnixMs(0)).await;
    access
}

/// The access of somebody whose link was renewed since.
async fn renewed(scheduler: &Running, application: &Http) -> String {
    let session = book(scheduler, application, ["eve", "fay"]).await;
    let access = access(scheduler, &session, 0).await;
    let (id, user) = (&session["id"], &session["participants"][0]["user_id"]);
    let path = format!(
        "/v1/sessions/{}/participants/{}/renew-link",
        text(id),
        text(user)
    );
    let answer = application.post(&scheduler.at(&path), json!({})).await;
    answer.json::<Value>(200);
    access
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
