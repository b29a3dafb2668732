//! LiveKit's tokens: JWTs that let one person into one room for a short while, or us do as we must.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;
use wire::{Participant, UnixMs};

use super::{DEPARTURE_TIMEOUT_S, EMPTY_TIMEOUT_S, MAX_PARTICIPANTS};

/// How long a person's token is good for, in milliseconds. LiveKit allows another minute for clocks that
/// differ, so that nobody comes in more than two minutes after it was made.
pub(crate) const LIFE_MS: i64 = 60_000;
/// How long a token of ours is good for, in milliseconds: it is used at once.
const ADMIN_LIFE_MS: i64 = 30_000;

/// An API key and its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct LiveKitKey {
    /// The key, which is no secret: tokens name it as `iss`.
    pub api_key: String,
    /// The secret that tokens are signed with.
    pub api_secret: String,
}

impl std::fmt::Debug for LiveKitKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Key").field(&self.api_key).finish()
    }
}

/// The keys that are good: the first signs, all verify.
#[derive(Debug, Clone)]
pub struct LiveKitKeys {
    /// What tokens are signed with.
    pub first: LiveKitKey,
    /// What webhooks may also be signed with, while keys are changed.
    pub others: Vec<LiveKitKey>,
}

#[derive(Debug, Serialize)]
struct AccessTokenClaims<'a> {
    iss: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    nbf: i64,
    exp: i64,
    video: VideoGrant<'a>,
    #[serde(rename = "roomConfig", skip_serializing_if = "Option::is_none")]
    room_config: Option<RoomConfig>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct VideoGrant<'a> {
    room: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    room_join: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    can_publish: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    can_subscribe: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    can_publish_data: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    room_admin: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    room_create: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    room_list: Option<bool>,
}

/// Of a room that whoever comes first makes: as we would have made it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RoomConfig {
    empty_timeout: u32,
    departure_timeout: u32,
    max_participants: u32,
}

impl LiveKitKeys {
    /// Lets a person into a room until [`LIFE_MS`] from now, and never past `latest_end`.
    pub(crate) fn join_token(
        &self,
        now: UnixMs,
        room: &str,
        person: &Participant,
        latest_end: UnixMs,
    ) -> String {
        let expires = (now + LIFE_MS).min(latest_end).max(now);
        self.sign(&AccessTokenClaims {
            iss: &self.first.api_key,
            sub: Some(person.user_id.as_str()),
            name: Some(&person.name),
            nbf: now.as_secs(),
            // Rounded up: a session's last second is one of it.
            exp: (expires + 999).as_secs(),
            video: VideoGrant {
                room,
                room_join: Some(true),
                can_publish: Some(true),
                can_subscribe: Some(true),
                can_publish_data: Some(true),
                ..VideoGrant::default()
            },
            room_config: Some(RoomConfig {
                empty_timeout: EMPTY_TIMEOUT_S,
                departure_timeout: DEPARTURE_TIMEOUT_S,
                max_participants: MAX_PARTICIPANTS,
            }),
        })
    }

    /// Lets us make, list and remove rooms, and see to the people of `room`.
    pub(crate) fn admin_token(&self, now: UnixMs, room: &str) -> String {
        self.sign(&AccessTokenClaims {
            iss: &self.first.api_key,
            sub: None,
            name: None,
            nbf: now.as_secs(),
            exp: (now + ADMIN_LIFE_MS).as_secs(),
            video: VideoGrant {
                room,
                room_admin: Some(true),
                room_create: Some(true),
                room_list: Some(true),
                ..VideoGrant::default()
            },
            room_config: None,
        })
    }

    /// Every key that is good.
    pub(crate) fn all(&self) -> impl Iterator<Item = &LiveKitKey> {
        std::iter::once(&self.first).chain(&self.others)
    }

    fn sign(&self, claims: &AccessTokenClaims<'_>) -> String {
        let key = EncodingKey::from_secret(self.first.api_secret.as_bytes());
        encode(&Header::new(Algorithm::HS256), claims, &key)
            .expect("claims of texts and numbers are signed with any secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    fn keys() -> LiveKitKeys {
        LiveKitKeys {
            first: LiveKitKey {
                api_key: "APIkey".to_owned(),
                api_secret: "a secret of thirty-two bytes or so".to_owned(),
            },
            others: Vec::new(),
        }
    }

    fn claims(token: &str) -> Value {
        let payload = token.split('.').nth(1).expect("a JWT has three parts");
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
    }

    fn token(latest_end: i64) -> Value {
        let person = Participant {
            user_id: "ann".into(),
            name: "Ann".to_owned(),
        };
        let now = UnixMs(1_900_000_000_500);
        claims(&keys().join_token(now, "s.1", &person, UnixMs(latest_end)))
    }

    #[test]
    fn med_21_a_token_lets_one_person_into_one_room_for_a_minute() {
        let claims = token(i64::MAX);
        assert_eq!(claims["iss"], "APIkey");
        assert_eq!(claims["sub"], "ann");
        assert_eq!(claims["name"], "Ann");
        let life = claims["exp"].as_i64().unwrap() - claims["nbf"].as_i64().unwrap();
        assert!((60..=61).contains(&life), "{life} s");
        let video = json!({
            "room": "s.1", "roomJoin": true, "canPublish": true, "canSubscribe": true, "canPublishData": true,
        });
        assert_eq!(claims["video"], video, "and nothing more");
        assert_eq!(claims["roomConfig"]["maxParticipants"], 2);
    }

    #[test]
    fn med_21_a_token_does_not_outlive_the_session() {
        assert_eq!(token(1_900_000_010_000)["exp"], 1_900_000_010);
        assert_eq!(token(1_900_000_010_001)["exp"], 1_900_000_011);
    }

    #[test]
    fn med_21_a_secret_is_not_printed() {
        assert!(!format!("{:?}", keys()).contains("thirty-two"));
    }
}
