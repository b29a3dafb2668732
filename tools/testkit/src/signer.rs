//! A scheduler's signing half: a fresh Ed25519 key, tickets good and bad, and a real JWKS address.
//! It books nothing.

use axum::{Json, Router, routing::get};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;
use wire::{
    ChatClaims, ChatRoomGrant, RoomId, SessionSpec, SignalingClaims, TicketAudience,
    TicketHeaderClaims, UnixMs, UserId,
};

use crate::now;

/// How long a chat or operator ticket counts, in milliseconds: 12 h.
const TICKET_LIFE_MS: i64 = 12 * 3_600_000;

/// Signs tickets, and serves its public key at `<url>/.well-known/jwks.json` until dropped.
pub struct TicketSigner {
    key: Ed25519KeyPair,
    kid: String,
    url: String,
    server: JoinHandle<()>,
}

impl TicketSigner {
    /// Makes a key and starts serving it on a free loopback port.
    pub async fn start() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let key = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        let kid = Uuid::now_v7().simple().to_string();
        let jwks = jwks_of(&key, &kid);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route(
            "/.well-known/jwks.json",
            get(move || std::future::ready(Json(jwks.clone()))),
        );
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.ok();
        });
        Self {
            key,
            kid,
            url,
            server,
        }
    }

    /// The scheduler's `public_url`, as the other services are configured with.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The key's id, as it stands in every header.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half, as JSON Web Key Set (RFC 7517, RFC 8037).
    #[must_use]
    pub fn jwks(&self) -> Value {
        jwks_of(&self.key, &self.kid)
    }

    /// A good ticket to join `session` as `user`, one of the two or not.
    #[must_use]
    pub fn signaling(&self, user: &str, session: &SessionSpec) -> String {
        self.sign_claims(&self.signaling_claims(user, session))
    }

    /// The claims of [`Self::signaling`], to be changed before signing.
    #[must_use]
    pub fn signaling_claims(&self, user: &str, session: &SessionSpec) -> SignalingClaims {
        let name = session
            .participants
            .iter()
            .find(|one| one.user_id.as_str() == user)
            .map_or("Somebody", |one| one.name.as_str());
        SignalingClaims {
            common: self.common(TicketAudience::Signaling, user, name, session.latest_end()),
            session: session.clone(),
        }
    }

    /// A good chat ticket that opens `rooms` and reaches every room of `user`.
    #[must_use]
    pub fn chat(&self, user: &str, rooms: &[ChatRoomGrant]) -> String {
        self.sign_claims(&self.chat_claims(user, rooms))
    }

    /// A good chat ticket that reaches `only` the rooms named.
    #[must_use]
    pub fn chat_only(&self, user: &str, rooms: &[ChatRoomGrant], only: Vec<RoomId>) -> String {
        let mut claims = self.chat_claims(user, rooms);
        claims.only = Some(only);
        self.sign_claims(&claims)
    }

    /// The claims of [`Self::chat`], to be changed before signing.
    #[must_use]
    pub fn chat_claims(&self, user: &str, rooms: &[ChatRoomGrant]) -> ChatClaims {
        ChatClaims {
            common: self.common(TicketAudience::Chat, user, user, now() + TICKET_LIFE_MS),
            rooms: rooms.to_vec(),
            only: None,
            session: None,
            tenant: None,
        }
    }

    /// A good operator's ticket.
    #[must_use]
    pub fn operator(&self) -> String {
        self.sign_claims(&self.common(
            TicketAudience::Operator,
            "operator",
            "Operator",
            now() + TICKET_LIFE_MS,
        ))
    }

    /// Signs any claims under the usual header.
    #[must_use]
    pub fn sign_claims(&self, claims: &impl Serialize) -> String {
        self.sign(&self.header(), claims)
    }

    /// Signs any claims under any header, for tickets that are wrong in one way.
    #[must_use]
    pub fn sign(&self, header: &Value, claims: &impl Serialize) -> String {
        self.sign_text(&header.to_string(), &serde_json::to_string(claims).unwrap())
    }

    /// Signs what need not be JSON.
    #[must_use]
    pub fn sign_text(&self, header: &str, claims: &str) -> String {
        let signed = unsigned(header, claims);
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// What a forger makes of the public key: the secret of a symmetric signature (HS256).
    #[must_use]
    pub fn sign_with_public_key(&self, header: &Value, claims: &impl Serialize) -> String {
        let signed = unsigned(&header.to_string(), &serde_json::to_string(claims).unwrap());
        let secret = hmac::Key::new(hmac::HMAC_SHA256, self.key.public_key().as_ref());
        let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&secret, signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// The usual header.
    #[must_use]
    pub fn header(&self) -> Value {
        json!({"alg": "EdDSA", "typ": "JWT", "kid": self.kid})
    }

    fn common(
        &self,
        aud: TicketAudience,
        user: &str,
        name: &str,
        until: UnixMs,
    ) -> TicketHeaderClaims {
        let iat = now().as_secs();
        TicketHeaderClaims {
            iss: self.url.clone(),
            aud,
            sub: UserId::from(user),
            name: name.to_owned(),
            iat,
            nbf: iat,
            // A session that is over still lets its ticket tell so, as a real one does.
            exp: until.as_secs() + 1,
            jti: Uuid::now_v7().to_string(),
            origins: None,
        }
    }
}

impl Drop for TicketSigner {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn unsigned(header: &str, claims: &str) -> String {
    let [head, body] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part));
    format!("{head}.{body}")
}

fn jwks_of(key: &Ed25519KeyPair, kid: &str) -> Value {
    json!({"keys": [{
        "kty": "OKP",
        "crv": "Ed25519",
        "use": "sig",
        "alg": "EdDSA",
        "kid": kid,
        "x": URL_SAFE_NO_PAD.encode(key.public_key().as_ref()),
    }]})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ANN, Http, TestBooking};
    use ring::signature::{ED25519, UnparsedPublicKey};

    #[tokio::test]
    async fn a_ticket_verifies_against_the_served_key() {
        let signer = TicketSigner::start().await;
        let answer = Http::new()
            .get(&format!("{}/.well-known/jwks.json", signer.url()))
            .await;
        assert_eq!(answer.status, 200);
        let x = answer.body["keys"][0]["x"].as_str().unwrap();
        let public = URL_SAFE_NO_PAD.decode(x).unwrap();
        let ticket = signer.signaling(ANN, &TestBooking::new().spec());
        let (signed, signature) = ticket.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        UnparsedPublicKey::new(&ED25519, public)
            .verify(signed.as_bytes(), &signature)
            .unwrap();
    }
}
