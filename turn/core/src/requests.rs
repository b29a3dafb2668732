//! What a client asks for, and what it is answered. Each kind of request has a file; data has `traffic`.

mod allocate;
mod binding;
mod peers;

use wire::UnixMs;

use crate::authentication::AuthenticatedClient;
use crate::effects::Effects;
use crate::error::StunError;
use crate::stun::{Attribute, Class, Method, StunMessage, StunMessageWriter};
use crate::{ClientEndpoint, Dropped, Metric, RefusalCause, TurnServer};

/// Requests of one address that are answered within a second, signed or not: a person in a call makes a
/// handful a minute, and a forged address gets no more than this many answers.
const ANSWERS_PER_SECOND: u32 = 500;
/// Named in answers, as RFC 8489 recommends; without a version, which would help nobody but an attacker.
const SOFTWARE: &[u8] = b"rendezvous";

/// What comes of a request that is granted.
enum Granted {
    /// An answer, to be signed.
    Now(StunMessageWriter),
    /// The answer follows.
    Later,
}

impl TurnServer {
    /// ResponseLimiter a request.
    pub(crate) fn request(
        &mut self,
        now: UnixMs,
        client: ClientEndpoint,
        message: &StunMessage<'_>,
        effects: &mut Effects,
    ) {
        if !self
            .responses
            .allow(now, client.address().ip(), ANSWERS_PER_SECOND)
        {
            return effects.dropped(Dropped::Flood);
        }
        if message.method() == Method::BINDING {
            return effects.tell(client, binding::answer(client, message));
        }
        let requester = match self.authenticate(now, client, message) {
            Ok(requester) => requester,
            Err(error) => return self.refuse(now, client, message, None, &error, effects),
        };
        match self.granted(now, client, message, &requester, effects) {
            Ok(Granted::Later) => {}
            Ok(Granted::Now(writer)) => {
                let answer = writer.with(Attribute::SOFTWARE, SOFTWARE);
                effects.tell(client, answer.signed_with(&requester.key).finish());
            }
            Err(error) => self.refuse(now, client, message, Some(&requester), &error, effects),
        }
    }

    fn granted(
        &mut self,
        now: UnixMs,
        client: ClientEndpoint,
        message: &StunMessage<'_>,
        requester: &AuthenticatedClient,
        effects: &mut Effects,
    ) -> Result<Granted, StunError> {
        if let Some((_, allocation)) = self.of_client(client)
            && allocation.username != requester.username
        {
            let wrong = StunError::new(441, "Wrong Credentials");
            return Err(wrong.because(RefusalCause::Credential));
        }
        let unknown = message.unknown();
        if !unknown.is_empty() {
            return Err(StunError::unknown(unknown));
        }
        match message.method() {
            Method::ALLOCATE => self.allocate(now, client, message, requester, effects),
            Method::REFRESH => self.refresh(now, client, message, requester, effects),
            Method::CREATE_PERMISSION => self.create_permission(now, client, message),
            Method::CHANNEL_BIND => self.channel_bind(now, client, message),
            _ => Err(StunError::new(400, "Bad Request")),
        }
    }

    /// ResponseLimiter with an error, signed where the requester is known.
    fn refuse(
        &self,
        now: UnixMs,
        client: ClientEndpoint,
        message: &StunMessage<'_>,
        requester: Option<&AuthenticatedClient>,
        error: &StunError,
        effects: &mut Effects,
    ) {
        if let Some(cause) = error.cause {
            effects.count(Metric::Refused(cause));
        }
        let mut answer =
            StunMessageWriter::new(Class::Error, message.method(), message.transaction())
                .with_error(error.code, error.reason);
        if error.is_challenge {
            let nonce = self.nonces.make(now, &client.address().to_string());
            answer = answer
                .with(Attribute::REALM, self.settings.realm.as_bytes())
                .with(Attribute::NONCE, nonce.as_bytes());
        }
        if !error.unknown.is_empty() {
            let list: Vec<u8> = error
                .unknown
                .iter()
                .flat_map(|attribute| attribute.0.to_be_bytes())
                .collect();
            answer = answer.with(Attribute::UNKNOWN_ATTRIBUTES, &list);
        }
        answer = answer.with(Attribute::SOFTWARE, SOFTWARE);
        if let Some(requester) = requester {
            answer = answer.signed_with(&requester.key);
        }
        effects.tell(client, answer.finish());
    }
}
