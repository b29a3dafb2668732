//! Forged, confused and stale tickets: each has its one reason.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use wire::{ChatClaims, TicketAudience, TicketHeaderClaims, UnixMs};

use super::verify::{Expected, verify};
use super::{KeySet, MAX_TICKET_BYTES, TicketFault};

const ISSUER: &str = "https://rendezvous.example";
const NOW_S: i64 = 1_800_000_000;

struct TicketSigner {
    pair: Ed25519KeyPair,
}

impl TicketSigner {
    fn new() -> Self {
        let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self {
            pair: Ed25519KeyPair::from_pkcs8(der.as_ref()).unwrap(),
        }
    }

    fn x(&self) -> String {
        B64.encode(self.pair.public_key())
    }

    fn keys(&self) -> KeySet {
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": self.x()});
        KeySet::from_jwks(&json!({"keys": [{"kty": "RSA", "kid": "r"}, jwk]}).to_string()).unwrap()
    }

    fn sign(&self, header: &Value, claims: &str) -> String {
        let message = format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims));
        let signature = self.pair.sign(message.as_bytes());
        format!("{message}.{}", B64.encode(signature))
    }
}

fn header() -> Value {
    json!({"alg": "EdDSA", "typ": "JWT", "kid": "k1"})
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "signaling", "sub": "u1", "name": "Ada",
        "iat": NOW_S, "nbf": NOW_S, "exp": NOW_S + 600, "jti": "t1",
    })
}

fn with(name: &str, value: Value) -> String {
    let mut claims = claims();
    claims[name] = value;
    claims.to_string()
}

fn expected(audience: TicketAudience) -> Expected<'static> {
    Expected {
        issuer: ISSUER,
        audience,
    }
}

fn check(ticket: &str, signer: &TicketSigner) -> Result<TicketHeaderClaims, TicketFault> {
    let now = UnixMs(NOW_S * 1000);
    verify(
        ticket,
        expected(TicketAudience::Signaling),
        &signer.keys(),
        now,
    )
}

#[test]
fn edg_16_a_genuine_ticket_is_taken() {
    let signer = TicketSigner::new();
    let ticket = signer.sign(&header(), &claims().to_string());
    assert_eq!(check(&ticket, &signer).unwrap().sub.as_str(), "u1");
}

#[test]
fn edg_100_a_ticket_of_another_installation_is_refused() {
    let signer = TicketSigner::new();
    for iss in [
        "https://rendezvous.example/",
        "https://RENDEZVOUS.example",
        "http://rendezvous.example",
        "https://rendezvous.example.evil.example",
        "https://rendezvous.example/other",
        " https://rendezvous.example",
        "x",
    ] {
        let ticket = signer.sign(&header(), &with("iss", json!(iss)));
        assert_eq!(
            check(&ticket, &signer),
            Err(TicketFault::BadIssuer),
            "{iss:?}"
        );
    }
}

#[test]
fn edg_16_other_algorithms_are_refused() {
    let signer = TicketSigner::new();
    for alg in ["none", "None", "HS256", "RS256", "ES256", "eddsa", ""] {
        let mut header = header();
        header["alg"] = json!(alg);
        let ticket = signer.sign(&header, &claims().to_string());
        assert_eq!(check(&ticket, &signer), Err(TicketFault::BadAlg), "{alg}");
    }
    let genuine = signer.sign(&header(), &claims().to_string());
    let (message, _) = genuine.rsplit_once('.').unwrap();
    let unsigned = format!("{message}.");
    assert_eq!(check(&unsigned, &signer), Err(TicketFault::BadSignature));
}

#[test]
fn edg_16_a_signature_of_another_key_or_text_is_refused() {
    let (signer, other) = (TicketSigner::new(), TicketSigner::new());
    let forged = other.sign(&header(), &claims().to_string());
    assert_eq!(check(&forged, &signer), Err(TicketFault::BadSignature));
    let genuine = signer.sign(&header(), &claims().to_string());
    let signature = genuine.rsplit_once('.').unwrap().1;
    let changed = format!(
        "{}.{}.{signature}",
        B64.encode(header().to_string()),
        B64.encode(with("sub", json!("u2")))
    );
    assert_eq!(check(&changed, &signer), Err(TicketFault::BadSignature));
}

#[test]
fn edg_16_a_kid_is_only_looked_up() {
    let signer = TicketSigner::new();
    for kid in [
        json!("k2"),
        json!("../../dev/null"),
        json!("k1' OR 1=1 --"),
        json!("k".repeat(10_000)),
        Value::Null,
    ] {
        let mut header = header();
        header["kid"] = kid;
        let ticket = signer.sign(&header, &claims().to_string());
        assert_eq!(check(&ticket, &signer), Err(TicketFault::UnknownKey));
    }
}

#[test]
fn edg_16_a_header_brings_no_key() {
    let (signer, other) = (TicketSigner::new(), TicketSigner::new());
    let header = json!({
        "alg": "EdDSA", "kid": "mine", "jku": "http://127.0.0.1:1/jwks", "x5u": "http://127.0.0.1:1/x",
        "jwk": {"kty": "OKP", "crv": "Ed25519", "kid": "mine", "x": other.x()},
    });
    let ticket = other.sign(&header, &claims().to_string());
    assert_eq!(check(&ticket, &signer), Err(TicketFault::UnknownKey));
    let ticket = signer.sign(
        &json!({"alg": "EdDSA", "kid": "k1", "crit": ["b64"], "b64": false}),
        &claims().to_string(),
    );
    assert_eq!(check(&ticket, &signer), Err(TicketFault::Malformed));
}

#[test]
fn edg_16_every_claim_is_required_and_of_its_type() {
    let signer = TicketSigner::new();
    for name in ["iss", "aud", "sub", "jti", "nbf", "exp"] {
        let mut without = claims();
        without.as_object_mut().unwrap().remove(name);
        let ticket = signer.sign(&header(), &without.to_string());
        assert_eq!(
            check(&ticket, &signer),
            Err(TicketFault::Malformed),
            "{name}"
        );
    }
    for name in ["nbf", "exp", "iat"] {
        for value in [json!("1900000000"), json!(1.9e9), json!(null), json!([1])] {
            let ticket = signer.sign(&header(), &with(name, value.clone()));
            assert_eq!(
                check(&ticket, &signer),
                Err(TicketFault::Malformed),
                "{name} {value}"
            );
        }
    }
    for name in ["nbf", "exp"] {
        let ticket = signer.sign(&header(), &with(name, json!(-1)));
        assert_eq!(
            check(&ticket, &signer),
            Err(TicketFault::Malformed),
            "{name}"
        );
    }
    let huge = claims()
        .to_string()
        .replace(&(NOW_S + 600).to_string(), "1e400");
    assert_eq!(
        check(&signer.sign(&header(), &huge), &signer),
        Err(TicketFault::Malformed)
    );
    let twice = claims()
        .to_string()
        .replacen('{', "{\"exp\":9999999999,", 1);
    assert_eq!(
        check(&signer.sign(&header(), &twice), &signer),
        Err(TicketFault::Malformed)
    );
}

#[test]
fn edg_16_times_have_a_minute_of_leeway() {
    let signer = TicketSigner::new();
    let outcome = |name, value| check(&signer.sign(&header(), &with(name, json!(value))), &signer);
    assert!(outcome("exp", NOW_S - 59).is_ok());
    assert_eq!(outcome("exp", NOW_S - 61), Err(TicketFault::Expired));
    assert!(outcome("nbf", NOW_S + 59).is_ok());
    assert_eq!(outcome("nbf", NOW_S + 61), Err(TicketFault::NotYetValid));
}

#[test]
fn edg_16_a_ticket_for_another_service_is_refused() {
    let signer = TicketSigner::new();
    for audience in [
        json!("chat"),
        json!("operator"),
        json!("Signaling"),
        json!(""),
    ] {
        let ticket = signer.sign(&header(), &with("aud", audience));
        assert_eq!(check(&ticket, &signer), Err(TicketFault::WrongAudience));
    }
    let ticket = signer.sign(&header(), &with("aud", json!(["signaling"])));
    assert_eq!(check(&ticket, &signer), Err(TicketFault::Malformed));
    let ticket = signer.sign(
        &json!({"alg": "EdDSA", "kid": "k1", "typ": "refresh"}),
        &claims().to_string(),
    );
    assert_eq!(check(&ticket, &signer), Err(TicketFault::Malformed));
}

#[test]
fn edg_16_size_and_depth_are_bounded() {
    let signer = TicketSigner::new();
    let long = signer.sign(&header(), &with("name", json!("x".repeat(100_000))));
    assert!(long.len() > MAX_TICKET_BYTES);
    assert_eq!(check(&long, &signer), Err(TicketFault::TooLarge));
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let nested = with("aud", json!("chat")).replacen('{', &format!("{{\"x\":{deep},"), 1);
    let ticket = signer.sign(&header(), &nested);
    let now = UnixMs(NOW_S * 1000);
    let outcome =
        verify::<ChatClaims>(&ticket, expected(TicketAudience::Chat), &signer.keys(), now);
    assert_eq!(outcome, Err(TicketFault::Malformed));
    for text in ["", ".", "..", "a.b", "a.b.c", "é.é.é", "eyJ.eyJ.eyJ"] {
        assert_eq!(check(text, &signer), Err(TicketFault::Malformed), "{text}");
    }
}

#[test]
fn a_set_without_our_kind_of_key_is_refused() {
    assert!(KeySet::from_jwks("{}").is_err());
    assert!(KeySet::from_jwks(r#"{"keys":[]}"#).is_err());
    let short = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": "AAAA"}]});
    assert!(KeySet::from_jwks(&short.to_string()).is_err());
}
