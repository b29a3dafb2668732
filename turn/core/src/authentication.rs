//! Who asks: the long-term mechanism (RFC 8489, section 9.2) with user names that say until when they are good.

use wire::UnixMs;

use crate::credentials::read_username;
use crate::error::StunError;
use crate::stun::{Attribute, StunKey, StunMessage, long_term_key};
use crate::{ClientEndpoint, RefusalCause, TurnServer};

/// Somebody whose request is signed with a credential of ours that is still good.
#[derive(Debug)]
pub(crate) struct AuthenticatedClient {
    pub(crate) username: String,
    pub(crate) person: String,
    pub(crate) key: StunKey,
    /// When the credential ends.
    pub(crate) ends_at: UnixMs,
}

impl TurnServer {
    /// Finds out who signed the request, or what it is answered instead.
    pub(crate) fn authenticate(
        &self,
        now: UnixMs,
        client: ClientEndpoint,
        message: &StunMessage<'_>,
    ) -> Result<AuthenticatedClient, StunError> {
        if !message.is_signed() {
            return Err(StunError::challenge(401, "Unauthorized"));
        }
        let (Some(username), Some(_), Some(nonce)) = (
            message.text(Attribute::USERNAME),
            message.value(Attribute::REALM),
            message.text(Attribute::NONCE),
        ) else {
            return Err(StunError::new(400, "Bad Request"));
        };
        if !self
            .nonces
            .is_good(now, &client.address().to_string(), nonce)
        {
            return Err(StunError::challenge(438, "Stale Nonce"));
        }
        let denied = || StunError::challenge(401, "Unauthorized").because(RefusalCause::Credential);
        let (ends_at, person) = read_username(username).ok_or_else(denied)?;
        if ends_at <= now {
            return Err(denied());
        }
        let key = self
            .settings
            .secrets
            .iter()
            .map(|secret| long_term_key(username, &self.settings.realm, &secret.password(username)))
            .find(|key| message.is_signed_with(key))
            .ok_or_else(denied)?;
        Ok(AuthenticatedClient {
            username: username.to_owned(),
            person: person.to_owned(),
            key,
            ends_at,
        })
    }
}
