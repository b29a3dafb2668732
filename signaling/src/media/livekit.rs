//! LiveKit: its settings, and its rooms through the Twirp API. Its tokens and its webhooks stand beside.

pub(crate) mod token;
pub(crate) mod webhook;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use service::clock::now;
use signaling_core::MediaPerson;
use wire::{MediaBackend, UnixMs, UserId};

use self::token::LiveKitKeys;
use super::server::{self, MediaError, MediaServer};

/// How long a room without anybody lasts, in seconds: people may wait in the lobby before.
pub(crate) const EMPTY_TIMEOUT_S: u32 = 300;
/// How long a room that everybody left lasts, in seconds: longer than a lost seat is kept.
pub(crate) const DEPARTURE_TIMEOUT_S: u32 = 60;
/// A session is of two.
pub(crate) const MAX_PARTICIPANTS: u32 = 2;
/// LiveKit hands whoever is in a new token of this life when they come in and every 5 minutes (`tokenDefaultTTL`
/// of its `roommanager.go`), in milliseconds.
const HANDED_OUT_MS: i64 = 10 * 60_000;
/// What it allows for clocks that differ (`tokenLeeway` of its `verifier.go`), in milliseconds.
const LEEWAY_MS: i64 = 60_000;

/// How a LiveKit server is reached. OpenVidu 3 speaks the same.
#[derive(Debug, Clone)]
pub struct LiveKitConfig {
    /// Where its API is, as `http://127.0.0.1:7880`.
    pub url: String,
    /// Where browsers reach it, as `wss://livekit.example.org`.
    pub public_url: String,
    /// With what tokens are signed.
    pub keys: LiveKitKeys,
}

/// One LiveKit server.
#[derive(Debug, Clone)]
pub struct LiveKitClient {
    base: String,
    keys: LiveKitKeys,
    client: reqwest::Client,
}

#[derive(Debug, Deserialize)]
struct RoomList {
    #[serde(default)]
    rooms: Vec<LiveKitRoom>,
}

#[derive(Debug, Deserialize)]
struct LiveKitRoom {
    #[serde(default)]
    name: String,
}

#[derive(Debug, Deserialize)]
struct ParticipantList {
    #[serde(default)]
    participants: Vec<LiveKitParticipant>,
}

/// A participant, as API and webhooks describe one. Numbers of 64 bits are texts in protojson.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LiveKitParticipant {
    #[serde(default)]
    pub(crate) sid: String,
    #[serde(default)]
    pub(crate) identity: String,
    #[serde(default, alias = "joinedAt")]
    joined_at: ProtoNumber,
    #[serde(default, alias = "joinedAtMs")]
    joined_at_ms: ProtoNumber,
    #[serde(default)]
    state: Value,
}

/// A number, or a text of one; 0 where it is left out or neither.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(from = "Value")]
pub(crate) struct ProtoNumber(pub(crate) i64);

impl From<Value> for ProtoNumber {
    fn from(value: Value) -> Self {
        let read = match &value {
            Value::String(text) => text.parse().ok(),
            other => other.as_i64(),
        };
        Self(read.unwrap_or_default())
    }
}

impl LiveKitParticipant {
    /// As the core knows people.
    pub(crate) fn into_person(self) -> MediaPerson {
        let joined_at = match self.joined_at_ms.0 {
            0 => UnixMs(self.joined_at.0.saturating_mul(1_000)),
            ms => UnixMs(ms),
        };
        MediaPerson {
            sid: self.sid,
            user: UserId::from(self.identity.as_str()),
            joined_at,
        }
    }

    fn is_gone(&self) -> bool {
        self.state == "DISCONNECTED" || self.state == 3
    }
}

impl LiveKitClient {
    /// The server of these settings; nothing is asked yet.
    #[must_use]
    pub fn new(config: &LiveKitConfig) -> Self {
        Self {
            base: format!("{}/twirp/livekit.RoomService", config.url),
            keys: config.keys.clone(),
            client: server::client(),
        }
    }

    /// Calls a method that may find nothing there.
    async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        room: &str,
        body: Value,
    ) -> Result<Option<T>, MediaError> {
        let response = self
            .client
            .post(format!("{}/{method}", self.base))
            .bearer_auth(self.keys.admin_token(now(), room))
            .json(&body)
            .send()
            .await?;
        let status = response.status().as_u16();
        let body = server::read(response).await?;
        match status {
            200 => serde_json::from_slice(&body)
                .map(Some)
                .map_err(|error| MediaError::Strange(format!("no {method}: {error}"))),
            401 | 403 => Err(MediaError::Refused(status)),
            404 if is_not_found(&body) => Ok(None),
            _ => Err(MediaError::Strange(format!("{status} to {method}"))),
        }
    }
}

/// Twirp's own code: a 404 of a proxy, or of some other server, is no answer about a room.
fn is_not_found(body: &[u8]) -> bool {
    let problem: Value = serde_json::from_slice(body).unwrap_or_default();
    problem["code"] == "not_found"
}

impl MediaServer for LiveKitClient {
    fn kind(&self) -> MediaBackend {
        MediaBackend::Livekit
    }

    fn token_reach_ms(&self) -> i64 {
        HANDED_OUT_MS.max(token::LIFE_MS) + LEEWAY_MS
    }

    async fn open(&self, room: &str) -> Result<(), MediaError> {
        let wanted = json!({
            "name": room,
            "empty_timeout": EMPTY_TIMEOUT_S,
            "departure_timeout": DEPARTURE_TIMEOUT_S,
            "max_participants": MAX_PARTICIPANTS,
        });
        match self.call::<LiveKitRoom>("CreateRoom", room, wanted).await? {
            Some(made) if made.name == room => Ok(()),
            _ => Err(MediaError::Strange("no room to CreateRoom".to_owned())),
        }
    }

    /// A token needs nothing but the key.
    async fn prepare(&self, _room: &str, _users: &[UserId; 2]) -> Result<(), MediaError> {
        Ok(())
    }

    async fn rooms(&self, names: Option<&[String]>) -> Result<Vec<String>, MediaError> {
        let asked = match names {
            Some(names) => json!({ "names": names }),
            None => json!({}),
        };
        let answer = self.call::<RoomList>("ListRooms", "", asked).await?;
        let rooms = answer.map(|answer| answer.rooms).unwrap_or_default();
        Ok(rooms.into_iter().map(|room| room.name).collect())
    }

    async fn people(&self, room: &str) -> Result<Vec<MediaPerson>, MediaError> {
        let asked = json!({ "room": room });
        let answer = self
            .call::<ParticipantList>("ListParticipants", room, asked)
            .await?;
        let people = answer.map(|answer| answer.participants).unwrap_or_default();
        let present = people.into_iter().filter(|person| !person.is_gone());
        Ok(present.map(LiveKitParticipant::into_person).collect())
    }

    async fn remove(&self, room: &str, person: &MediaPerson) -> Result<(), MediaError> {
        let asked = json!({ "room": room, "identity": person.user.as_str() });
        self.call::<Value>("RemoveParticipant", room, asked).await?;
        Ok(())
    }

    async fn delete(&self, room: &str) -> Result<(), MediaError> {
        let asked = json!({ "room": room });
        self.call::<Value>("DeleteRoom", room, asked).await?;
        Ok(())
    }
}
