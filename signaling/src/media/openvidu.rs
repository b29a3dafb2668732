//! OpenVidu 2: its settings, and its sessions and connections through its REST API. OpenVidu 3 speaks as
//! LiveKit does.
//!
//! A token lets one person in once, is asked for beforehand, and dies with its session; so there is a
//! cache of tokens that are ready to be handed out.

pub(crate) mod webhook;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use signaling_core::MediaPerson;
use wire::{MediaBackend, UnixMs, UserId};

use super::server::{self, MediaError, MediaServer};

/// Its only user (Basic authentication).
const USER: &str = "OPENVIDUAPP";
/// A token dies with its session. A moment is left for one that is being used right then, in milliseconds.
const TOKEN_REACH_MS: i64 = 30_000;
/// Rooms that the cache has tokens for; each is emptied with its room.
const MAX_ROOMS: usize = 100_000;

/// How an OpenVidu 2 server is reached.
#[derive(Clone)]
pub struct OpenViduConfig {
    /// Where it is, as `https://openvidu.example.org`.
    pub url: String,
    /// The server's `OPENVIDU_SECRET` setting.
    pub secret: String,
    /// The `Authorization` of its webhooks, as its `OPENVIDU_WEBHOOK_HEADERS` sets it.
    pub webhook_authorization: String,
}

impl std::fmt::Debug for OpenViduConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OpenViduConfig").field(&self.url).finish()
    }
}

/// One OpenVidu 2 server.
#[derive(Debug, Clone)]
pub struct OpenViduClient {
    config: Arc<OpenViduConfig>,
    client: reqwest::Client,
    token_cache: TokenCache,
}

/// Of each room the newest token of each person.
type TokensByRoom = HashMap<String, Vec<(UserId, String)>>;

/// Tokens that are ready, by room and person; clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct TokenCache(Arc<Mutex<TokensByRoom>>);

impl TokenCache {
    /// The newest token of a person for a room.
    pub(crate) fn token(&self, room: &str, user: &UserId) -> Option<String> {
        let tokens = self.lock();
        let (_, token) = tokens.get(room)?.iter().find(|(whose, _)| whose == user)?;
        Some(token.clone())
    }

    fn put(&self, room: &str, tokens: Vec<(UserId, String)>) {
        let mut token_cache = self.lock();
        if token_cache.len() < MAX_ROOMS || token_cache.contains_key(room) {
            token_cache.insert(room.to_owned(), tokens);
        } else {
            metrics::counter!("signaling_media_sessions_refused_total").increment(1);
        }
    }

    fn empty(&self, room: &str) {
        self.lock().remove(room);
    }

    fn lock(&self) -> MutexGuard<'_, TokensByRoom> {
        // Single inserts and removes: nothing can be half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Deserialize)]
struct ItemList<T> {
    content: Vec<T>,
}

#[derive(Debug, Deserialize)]
struct OpenViduSession {
    id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OpenViduConnection {
    id: String,
    #[serde(default)]
    status: String,
    token: Option<String>,
    active_at: Option<i64>,
    server_data: Option<String>,
}

impl OpenViduClient {
    /// The server of these settings; nothing is asked yet.
    #[must_use]
    pub fn new(config: &OpenViduConfig) -> Self {
        Self {
            config: Arc::new(config.clone()),
            client: server::client(),
            token_cache: TokenCache::default(),
        }
    }

    pub(crate) fn token_cache(&self) -> TokenCache {
        self.token_cache.clone()
    }

    /// Asks, and gives status and body; a refusal of our credentials is an error.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<(u16, Vec<u8>), MediaError> {
        let url = format!("{}/openvidu/api/sessions{path}", self.config.url);
        let request = self
            .client
            .request(method, url)
            .basic_auth(USER, Some(&self.config.secret));
        let response = match body {
            Some(body) => request.json(&body),
            None => request,
        }
        .send()
        .await?;
        let status = response.status().as_u16();
        let body = server::read(response).await?;
        match status {
            401 | 403 => Err(MediaError::Refused(status)),
            _ => Ok((status, body.to_vec())),
        }
    }

    async fn connect(&self, room: &str, user: &UserId) -> Result<String, MediaError> {
        let wanted = json!({
            "type": "WEBRTC", "role": "PUBLISHER", "record": false, "data": user.as_str(),
        });
        let path = format!("/{room}/connection");
        let (status, body) = self.ask(Method::POST, &path, Some(wanted)).await?;
        expect(status, &[200], "a connection")?;
        let connection: OpenViduConnection = parse(&body)?;
        let token = connection.token.filter(|token| !token.is_empty());
        token.ok_or_else(|| MediaError::Strange("a connection without a token".to_owned()))
    }
}

fn expect(status: u16, good: &[u16], what: &str) -> Result<(), MediaError> {
    match good.contains(&status) {
        true => Ok(()),
        false => Err(MediaError::Strange(format!("{status} to {what}"))),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, MediaError> {
    serde_json::from_slice(body).map_err(|error| MediaError::Strange(error.to_string()))
}

impl MediaServer for OpenViduClient {
    fn kind(&self) -> MediaBackend {
        MediaBackend::Openvidu
    }

    fn token_reach_ms(&self) -> i64 {
        TOKEN_REACH_MS
    }

    async fn open(&self, room: &str) -> Result<(), MediaError> {
        let wanted = json!({
            "customSessionId": room, "mediaMode": "ROUTED", "recordingMode": "MANUAL",
        });
        let (status, _) = self.ask(Method::POST, "", Some(wanted)).await?;
        // 409: it is there already.
        expect(status, &[200, 409], "a session")
    }

    async fn prepare(&self, room: &str, users: &[UserId; 2]) -> Result<(), MediaError> {
        let mut tokens = Vec::with_capacity(users.len());
        for user in users {
            tokens.push((user.clone(), self.connect(room, user).await?));
        }
        self.token_cache.put(room, tokens);
        Ok(())
    }

    async fn rooms(&self, names: Option<&[String]>) -> Result<Vec<String>, MediaError> {
        let (status, body) = self.ask(Method::GET, "", None).await?;
        expect(status, &[200], "sessions")?;
        let list: ItemList<OpenViduSession> = parse(&body)?;
        let rooms = list.content.into_iter().map(|room| room.id);
        Ok(rooms
            .filter(|room| names.is_none_or(|names| names.contains(room)))
            .collect())
    }

    async fn people(&self, room: &str) -> Result<Vec<MediaPerson>, MediaError> {
        let path = format!("/{room}/connection");
        let (status, body) = self.ask(Method::GET, &path, None).await?;
        if status == 404 {
            return Ok(Vec::new());
        }
        expect(status, &[200], "connections")?;
        let list: ItemList<OpenViduConnection> = parse(&body)?;
        let active = list
            .content
            .into_iter()
            .filter(|connection| connection.status == "active");
        Ok(active
            .map(|connection| MediaPerson {
                sid: connection.id,
                user: UserId::from(connection.server_data.unwrap_or_default().as_str()),
                joined_at: UnixMs(connection.active_at.unwrap_or_default()),
            })
            .collect())
    }

    async fn remove(&self, room: &str, person: &MediaPerson) -> Result<(), MediaError> {
        let path = format!("/{room}/connection/{}", person.sid);
        let (status, _) = self.ask(Method::DELETE, &path, None).await?;
        // 400: there is no such session, 404: no such connection.
        expect(status, &[204, 400, 404], "a connection's end")
    }

    async fn delete(&self, room: &str) -> Result<(), MediaError> {
        self.token_cache.empty(room);
        let (status, _) = self.ask(Method::DELETE, &format!("/{room}"), None).await?;
        expect(status, &[204, 404], "a session's end")
    }
}
