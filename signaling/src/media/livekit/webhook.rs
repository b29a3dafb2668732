//! LiveKit's webhooks: whether one is genuine, by its raw bytes, and what it says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use signaling_core::MediaUpdate;
use subtle::ConstantTimeEq;

use super::token::LiveKitKeys;
use super::{LiveKitParticipant, ProtoNumber};
use crate::media::parsed_event::{ParsedEvent, UnreadableEvent};

/// For clocks that differ, in seconds.
const LEEWAY_S: u64 = 60;

#[derive(Debug, Deserialize)]
struct WebhookClaims {
    #[serde(default)]
    sha256: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LiveKitEvent {
    #[serde(default)]
    event: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    created_at: ProtoNumber,
    room: Option<EventRoom>,
    participant: Option<LiveKitParticipant>,
}

#[derive(Debug, Deserialize)]
struct EventRoom {
    #[serde(default)]
    sid: String,
    #[serde(default)]
    name: String,
}

/// Whether `authorization` signs exactly these bytes, with a key of ours, now. The bytes are hashed before
/// anything reads them.
pub(crate) fn is_genuine(
    keys: &LiveKitKeys,
    authorization: &str,
    body: &[u8],
) -> Result<(), &'static str> {
    let claims = keys
        .all()
        .find_map(|key| {
            let mut rules = Validation::new(Algorithm::HS256);
            rules.leeway = LEEWAY_S;
            rules.validate_nbf = true;
            rules.validate_aud = false;
            rules.set_required_spec_claims(&["exp", "iss"]);
            rules.set_issuer(&[&key.api_key]);
            let secret = DecodingKey::from_secret(key.api_secret.as_bytes());
            decode::<WebhookClaims>(authorization, &secret, &rules).ok()
        })
        .ok_or("bad_signature")?
        .claims;
    let hash = STANDARD.encode(Sha256::digest(body));
    match bool::from(hash.as_bytes().ct_eq(claims.sha256.as_bytes())) {
        true => Ok(()),
        false => Err("bad_hash"),
    }
}

/// What an event is known by when it comes again, and when it was made, in Unix milliseconds; none where it
/// does not say.
pub(crate) fn key_and_time(body: &[u8]) -> (Option<String>, Option<i64>) {
    let Ok(event) = serde_json::from_slice::<LiveKitEvent>(body) else {
        return (None, None);
    };
    let id = Some(event.id).filter(|id| !id.is_empty());
    let at = Some(event.created_at.0).filter(|at| *at > 0);
    (id, at.map(|seconds| seconds.saturating_mul(1_000)))
}

/// Reads an event. Kinds and fields that are not known are passed over, as are those that say nothing about
/// who is in.
pub(crate) fn read(body: &str) -> Result<ParsedEvent, UnreadableEvent> {
    let event: LiveKitEvent = serde_json::from_str(body)
        .map_err(|error| UnreadableEvent(format!("no event: {error}")))?;
    let needs = matches!(
        event.event.as_str(),
        "participant_joined"
            | "participant_left"
            | "participant_connection_aborted"
            | "room_started"
            | "room_finished"
    );
    if !needs {
        return Ok(ParsedEvent::Nothing);
    }
    let room = event
        .room
        .filter(|room| !room.name.is_empty())
        .ok_or_else(|| UnreadableEvent(format!("{} of no room", event.event)))?;
    let update = match event.event.as_str() {
        "room_started" => None,
        "room_finished" => Some(MediaUpdate::Finished { room_sid: room.sid }),
        joined_or_left => {
            let participant = event
                .participant
                .filter(|participant| !participant.sid.is_empty())
                .ok_or_else(|| UnreadableEvent(format!("{joined_or_left} of nobody")))?;
            Some(match joined_or_left {
                "participant_joined" => MediaUpdate::Joined {
                    person: participant.into_person(),
                    room_sid: room.sid,
                },
                _ => MediaUpdate::Left {
                    sid: participant.sid,
                },
            })
        }
    };
    Ok(update.map_or(
        ParsedEvent::Hint {
            room: room.name.clone(),
        },
        |update| ParsedEvent::Update {
            room: room.name,
            update,
        },
    ))
}

#[cfg(test)]
mod tests;
