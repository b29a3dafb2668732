//! What a client asks for, and what it is answered. Each kind of request has a file; data has `traffic`.

mod allocate;
mod binding;
mod peers;

use wire::UnixMs;

use crate::auth::Caller;
use crate::effects::Effects;
use crate::stun::{Attribute, Class, Message, Method, Writer};
use crate::{Client, Dropped, Metric, Refused, Server};

/// Requests of one address that are answered within a second, signed or not: a person in a call makes a
/// handful a minute, and a forged address gets no more than this many answers.
const ANSWERS_PER_SECOND: u32 = 500;
/// Named in answers, as RFC 8489 recommends; without a version, which would help nobody but an attacker.
const SOFTWARE: &[u8] = b"rendezvous";

/// Why a request is refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    code: u16,
    reason: &'static str,
    /// Whether realm and a nonce go with it, so that the client may try again.
    is_challenge: bool,
    unknown: Vec<Attribute>,
    why: Option<Refused>,
}

impl Refusal {
    pub(crate) fn new(code: u16, reason: &'static str) -> Self {
        Self {
            code,
            reason,
            is_challenge: false,
            unknown: Vec::new(),
            why: Some(Refused::Request),
        }
    }

    /// One that every client meets on its way in, and that so counts as no refusal.
    pub(crate) fn challenge(code: u16, reason: &'static str) -> Self {
        Self {
            is_challenge: true,
            why: None,
            ..Self::new(code, reason)
        }
    }

    pub(crate) fn because(mut self, why: Refused) -> Self {
        self.why = Some(why);
        self
    }

    fn unknown(attributes: Vec<Attribute>) -> Self {
        Self {
            unknown: attributes,
            ..Self::new(420, "Unknown Attribute")
        }
    }
}

/// What comes of a request that is granted.
enum Granted {
    /// An answer, to be signed.
    Now(Writer),
    /// The answer follows.
    Later,
}

impl Server {
    /// Answers a request.
    pub(crate) fn request(
        &mut self,
        now: UnixMs,
        client: Client,
        message: &Message<'_>,
        effects: &mut Effects,
    ) {
        if !self
            .answers
            .allow(now, client.address().ip(), ANSWERS_PER_SECOND)
        {
            return effects.dropped(Dropped::Flood);
        }
        if message.method() == Method::BINDING {
            return effects.tell(client, binding::answer(client, message));
        }
        let caller = match self.caller(now, client, message) {
            Ok(caller) => caller,
            Err(refusal) => return self.refuse(now, client, message, None, &refusal, effects),
        };
        match self.granted(now, client, message, &caller, effects) {
            Ok(Granted::Later) => {}
            Ok(Granted::Now(writer)) => {
                let answer = writer.with(Attribute::SOFTWARE, SOFTWARE);
                effects.tell(client, answer.signed_with(&caller.key).finish());
            }
            Err(refusal) => self.refuse(now, client, message, Some(&caller), &refusal, effects),
        }
    }

    fn granted(
        &mut self,
        now: UnixMs,
        client: Client,
        message: &Message<'_>,
        caller: &Caller,
        effects: &mut Effects,
    ) -> Result<Granted, Refusal> {
        if let Some((_, allocation)) = self.of_client(client)
            && allocation.username != caller.username
        {
            let wrong = Refusal::new(441, "Wrong Credentials");
            return Err(wrong.because(Refused::Credential));
        }
        let unknown = message.unknown();
        if !unknown.is_empty() {
            return Err(Refusal::unknown(unknown));
        }
        match message.method() {
            Method::ALLOCATE => self.allocate(now, client, message, caller, effects),
            Method::REFRESH => self.refresh(now, client, message, caller, effects),
            Method::CREATE_PERMISSION => self.create_permission(now, client, message),
            Method::CHANNEL_BIND => self.channel_bind(now, client, message),
            _ => Err(Refusal::new(400, "Bad Request")),
        }
    }

    /// Answers with an error, signed where the caller is known.
    fn refuse(
        &self,
        now: UnixMs,
        client: Client,
        message: &Message<'_>,
        caller: Option<&Caller>,
        refusal: &Refusal,
        effects: &mut Effects,
    ) {
        if let Some(why) = refusal.why {
            effects.count(Metric::Refused(why));
        }
        let mut answer = Writer::new(Class::Error, message.method(), message.transaction())
            .with_error(refusal.code, refusal.reason);
        if refusal.is_challenge {
            let nonce = self.nonces.make(now, &client.address().to_string());
            answer = answer
                .with(Attribute::REALM, self.settings.realm.as_bytes())
                .with(Attribute::NONCE, nonce.as_bytes());
        }
        if !refusal.unknown.is_empty() {
            let list: Vec<u8> = refusal
                .unknown
                .iter()
                .flat_map(|attribute| attribute.0.to_be_bytes())
                .collect();
            answer = answer.with(Attribute::UNKNOWN_ATTRIBUTES, &list);
        }
        answer = answer.with(Attribute::SOFTWARE, SOFTWARE);
        if let Some(caller) = caller {
            answer = answer.signed_with(&caller.key);
        }
        effects.tell(client, answer.finish());
    }
}
