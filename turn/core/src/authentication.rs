//! Who asks: the long-term mechanism (RFC 8489, section 9.2) with user names that say until when they are good.

use wire::UnixMs;

use crate::credentials::read_username;
use crate::error::StunError;
use crate::stun::{Attribute, StunKey, StunMessage, long_term_key};
use crate::{ClientEndpoint, RefusalCause, TurnServer};

/// The longest signed request, in bytes: a browser's have some 200. What its check costs is bounded by this.
const MAX_SIGNED_BYTES: usize = 2_048;

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
    /// Finds out who signed the request, or what it is answered instead. What costs least is asked first: a
    /// nonce that is not of this client is found with one HMAC of a short text, so that whoever forges
    /// addresses, and sees no answer, gets no further.
    pub(crate) fn authenticate(
        &self,
        now: UnixMs,
        client: ClientEndpoint,
        message: &StunMessage<'_>,
    ) -> Result<AuthenticatedClient, StunError> {
        if !message.is_signed() {
            return Err(StunError::challenge(401, "Unauthorized"));
        }
        if message.length() > MAX_SIGNED_BYTES {
            return Err(StunError::new(400, "Bad Request"));
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
        let key = self.key_of(client, username, message).ok_or_else(denied)?;
        if self.revocations.names(person) {
            let revoked = StunError::challenge(401, "Unauthorized");
            return Err(revoked.because(RefusalCause::Revoked));
        }
        Ok(AuthenticatedClient {
            username: username.to_owned(),
            person: person.to_owned(),
            key,
            ends_at,
        })
    }

    /// The key that signed the message: the one of the client's allocation, or one of a secret.
    fn key_of(
        &self,
        client: ClientEndpoint,
        username: &str,
        message: &StunMessage<'_>,
    ) -> Option<StunKey> {
        let allocation = self.by_client.get(&client);
        let known = allocation.and_then(|id| self.allocations.get(id));
        let known = known.filter(|allocation| allocation.username == username);
        if let Some(allocation) = known {
            return message
                .is_signed_with(&allocation.key)
                .then_some(allocation.key);
        }
        self.settings
            .secrets
            .iter()
            .map(|secret| long_term_key(username, &self.settings.realm, &secret.password(username)))
            .find(|key| message.is_signed_with(key))
    }
}
