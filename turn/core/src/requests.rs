//! What a client asks for, and what it is answered. Each kind of request has a file; data has `traffic`.

mod allocate;
mod binding;
mod peers;

use wire::UnixMs;
use wire::address::limit_key;

use crate::allocation::REQUESTS_PER_SECOND;
use crate::authentication::AuthenticatedClient;
use crate::effects::Effects;
use crate::error::StunError;
use crate::rate_limit::RateKey;
use crate::stun::{Attribute, Class, Method, StunMessage, StunMessageWriter};
use crate::{ClientEndpoint, Dropped, Metric, RefusalCause, TurnServer};

/// Requests of nobody in particular that are answered within a second, to one address (of IPv6, one /64): a
/// forged one gets no more than this many answers.
const ANSWERS_PER_ADDRESS: u32 = 500;
/// The same of one port or connection, so that it takes more than one socket to use up what all behind an
/// address have.
const ANSWERS_PER_ENDPOINT: u32 = 20;
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
    /// Answers a request. Who is authenticated pays from their own allowance, and never for what others send
    /// from, or in the name of, the same address.
    pub(crate) fn request(
        &mut self,
        now: UnixMs,
        client: ClientEndpoint,
        message: &StunMessage<'_>,
        effects: &mut Effects,
    ) {
        if message.method() == Method::BINDING {
            if !self.may_answer_stranger(now, client) {
                return effects.dropped(Dropped::Flood);
            }
            return effects.tell(client, binding::answer(client, message));
        }
        let requester = match self.authenticate(now, client, message) {
            Ok(requester) => requester,
            Err(_) if !self.may_answer_stranger(now, client) => {
                return effects.dropped(Dropped::Flood);
            }
            Err(error) => return self.refuse(now, client, message, None, &error, effects),
        };
        if !self.may_answer(now, client, &requester) {
            return effects.dropped(Dropped::Flood);
        }
        match self.granted(now, client, message, &requester, effects) {
            Ok(Granted::Later) => {}
            Ok(Granted::Now(writer)) => {
                let answer = writer.with(Attribute::SOFTWARE, SOFTWARE);
                effects.tell(client, answer.signed_with(&requester.key).finish());
            }
            Err(error) => self.refuse(now, client, message, Some(&requester), &error, effects),
        }
    }

    fn may_answer_stranger(&mut self, now: UnixMs, client: ClientEndpoint) -> bool {
        let network = RateKey::Network(limit_key(client.address().ip()));
        self.rates
            .allow(now, RateKey::Endpoint(client), ANSWERS_PER_ENDPOINT)
            && self.rates.allow(now, network, ANSWERS_PER_ADDRESS)
    }

    fn may_answer(
        &mut self,
        now: UnixMs,
        client: ClientEndpoint,
        requester: &AuthenticatedClient,
    ) -> bool {
        if let Some((_, allocation)) = self.of_client(client)
            && allocation.username == requester.username
        {
            return allocation.requests.take(now, 1);
        }
        let person = RateKey::Person(&requester.person);
        self.rates.allow(now, person, REQUESTS_PER_SECOND)
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

    /// Answers with an error, signed where the requester is known.
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
