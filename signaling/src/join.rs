//! From a verified ticket to the core's input: random values and hashes are added here, for it has neither.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use signaling_core::{ResumeClaim, TokenHash};
use wire::signaling::Resume;
use wire::{SessionSpec, SignalingClaims, UserId};

/// Bytes of a resume token: 256 bits can't be guessed.
const TOKEN_BYTES: usize = 32;

/// A verified request to join a session.
#[derive(Debug)]
pub(crate) struct JoinAttempt {
    pub(crate) user: UserId,
    pub(crate) spec: SessionSpec,
    pub(crate) resume: Option<ResumeClaim>,
    pub(crate) new_token: String,
    pub(crate) new_token_hash: TokenHash,
}

impl JoinAttempt {
    /// With a fresh resume token, should the core let them in.
    pub(crate) fn new(claims: SignalingClaims, resume: Option<&Resume>) -> Self {
        let new_token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; TOKEN_BYTES]>());
        Self {
            user: claims.common.sub,
            spec: claims.session,
            resume: resume.map(|resume| ResumeClaim {
                token_hash: hash(&resume.token),
                last_seq: resume.last_seq,
            }),
            new_token_hash: hash(&new_token),
            new_token,
        }
    }
}

fn hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}
