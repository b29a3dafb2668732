//! Who books what at a scheduler, and what was promised about it: each key makes one session, and what was
//! acknowledged is there.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rand::Rng;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Http, HttpResponse, now};
use tokio::sync::watch;
use tokio::task::JoinSet;
use wire::UnixMs;

/// Sessions of one page, the most that there are.
const PAGE: usize = 200;
/// A booking starts this much later, in milliseconds: none becomes due while a row runs.
const STARTS_IN_MS: i64 = 3_600_000;
/// What the keys of clients begin with, by which their sessions are known from others.
const KEY: &str = "key-";
/// Pause between two bookings of one client, in milliseconds.
const PAUSE_MS: std::ops::RangeInclusive<u64> = 100..=300;

/// One request and its answer.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Its `Idempotency-Key`, which is the name of its first participant too.
    pub key: String,
    /// When it was sent.
    pub sent_at: Instant,
    /// Until the whole answer was there.
    pub took: Duration,
    /// The id of the session, if it was acknowledged; if not it was refused as [`Bookings::book`] says.
    pub id: Option<String>,
}

/// An application that books.
#[derive(Debug, Clone)]
pub struct Bookings {
    http: Http,
    url: String,
    /// The same in each, so that what is sent again is the same again.
    starts_at: UnixMs,
}

impl Bookings {
    /// At a scheduler's address, with the client of an application.
    #[must_use]
    pub fn at(base: &str, application: &Http) -> Self {
        Self {
            http: application.clone(),
            url: format!("{base}/v1/sessions"),
            starts_at: now() + STARTS_IN_MS,
        }
    }

    /// Books under a key. Whoever is refused is refused for the store, and told when to come again.
    ///
    /// # Panics
    /// When it is refused otherwise, or there is no answer.
    pub async fn book(&self, key: &str) -> Answered {
        let sent_at = Instant::now();
        let answer = self.send(key).await;
        let took = sent_at.elapsed();
        let id = match answer.status {
            201 => Some(answer.body["id"].as_str().unwrap().to_owned()),
            _ => {
                assert_eq!(answer.problem(503), "storage_unavailable");
                let retry_after = answer.headers.get("retry-after").expect("Retry-After");
                assert!(retry_after.to_str().unwrap().parse::<u32>().unwrap() > 0);
                None
            }
        };
        Answered {
            key: key.to_owned(),
            sent_at,
            took,
            id,
        }
    }

    /// Books once more until it is acknowledged, and checks the answer against what it was before.
    ///
    /// # Panics
    /// When it is another one.
    pub async fn book_again(&self, before: &Answered) -> String {
        let mut first = before.id.clone();
        // The second answer is that of a repeat in any case.
        for _ in 0..2 {
            let again = self.book(&before.key).await.id;
            let again = again.expect("it is acknowledged when the store is there");
            let first = first.get_or_insert_with(|| again.clone());
            assert_eq!(*first, again, "{} made two sessions", before.key);
        }
        first.unwrap()
    }

    /// Reads every session and compares: each key stands once, as it was acknowledged.
    ///
    /// # Panics
    /// When it is not so.
    pub async fn check(&self, promised: &BTreeMap<String, String>) {
        let mut stored = BTreeMap::new();
        let mut cursor = String::new();
        loop {
            let url = format!("{}?limit={PAGE}{cursor}", self.url);
            let page: Value = self.http.get(&url).await.json(200);
            for session in page["items"].as_array().unwrap() {
                let key = session["participants"][0]["name"].as_str().unwrap();
                if !key.starts_with(KEY) {
                    continue;
                }
                let id = session["id"].as_str().unwrap();
                let twice = stored.insert(key.to_owned(), id.to_owned());
                assert_eq!(twice, None, "{key} made two sessions");
            }
            let Some(next) = page["next_cursor"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        for (key, id) in promised {
            assert_eq!(stored.get(key), Some(id), "{key} was acknowledged");
        }
    }

    async fn send(&self, key: &str) -> HttpResponse {
        let offer = json!({
            "participants": [
                {"external_id": format!("first-{key}"), "name": key},
                {"external_id": format!("second-{key}"), "name": "Bo"},
            ],
            "starts_at": self.starts_at,
        });
        let headers = [("idempotency-key", key)];
        let asked = self
            .http
            .send(Method::POST, &self.url, Some(offer), &headers);
        asked.await
    }
}

/// Several clients that book one session after another, each in a task of its own.
#[derive(Debug)]
pub struct BookingClients {
    stop: watch::Sender<bool>,
    clients: JoinSet<Vec<Answered>>,
}

impl BookingClients {
    /// So many begin.
    #[must_use]
    pub fn begin(bookings: &Bookings, count: usize) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut clients = JoinSet::new();
        for client in 0..count {
            clients.spawn(book_until(bookings.clone(), client, stopped.clone()));
        }
        Self { stop, clients }
    }

    /// Stops them; everything that was asked and answered, in the order of the questions.
    ///
    /// # Panics
    /// When one was answered as none may be.
    pub async fn end(mut self) -> Vec<Answered> {
        self.stop.send_replace(true);
        let mut all = Vec::new();
        while let Some(answered) = self.clients.join_next().await {
            all.extend(answered.expect("each was answered as it may be"));
        }
        all.sort_by_key(|one: &Answered| one.sent_at);
        all
    }
}

async fn book_until(
    bookings: Bookings,
    client: usize,
    mut stopped: watch::Receiver<bool>,
) -> Vec<Answered> {
    let mut all = Vec::new();
    loop {
        let key = format!("{KEY}{client}-{}", all.len());
        all.push(bookings.book(&key).await);
        let pause = Duration::from_millis(rand::rng().random_range(PAUSE_MS));
        tokio::select! {
            _ = stopped.changed() => return all,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
