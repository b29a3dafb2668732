//! What a browser gives when it subscribes: checked when it comes, used when something is sent.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use service::egress::EgressPolicy;
use sha2::{Digest as _, Sha256};
use web_push_native::p256::PublicKey;
use web_push_native::{Auth, encrypt};
use wire::{FieldError, PushMessage, SubscribeToPush, UnixMs};

use crate::store::PushEndpoint;

/// An uncompressed point of P-256.
const POINT_BYTES: usize = 65;
/// How one begins.
const UNCOMPRESSED: u8 = 4;
const AUTH_BYTES: usize = 16;

/// Checks what a browser gave at `now`, and tells by what its endpoint is known. `vapid_key` is what it subscribed with.
///
/// # Errors
/// Each field that is wrong.
pub(crate) fn checked_endpoint(
    policy: &EgressPolicy,
    asked: SubscribeToPush,
    (vapid_key, now): (&str, UnixMs),
) -> Result<(PushEndpoint, String), Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, code: &str, message: &str| {
        errors.push(FieldError {
            field: field.to_owned(),
            code: code.to_owned(),
            message: message.to_owned(),
        });
    };
    let SubscribeToPush {
        endpoint,
        expiration_time,
        keys,
    } = asked;
    if let Err(refusal) = policy.check_url(endpoint.expose()) {
        wrong("endpoint", &refusal.code(), &refusal.to_string());
    }
    if public_key(&keys.p256dh).is_none() {
        let message = "`p256dh` is an uncompressed point of P-256: 65 bytes in base64url.";
        wrong("keys.p256dh", "bad_key", message);
    }
    if auth(keys.auth.expose()).is_none() {
        let message = "`auth` is 16 bytes in base64url.";
        wrong("keys.auth", "bad_key", message);
    }
    if expiration_time.is_some_and(|end| end <= now) {
        let message = "`expirationTime` is past: have the browser subscribe again.";
        wrong("expirationTime", "past", message);
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(endpoint.expose()));
    let endpoint = PushEndpoint {
        url: endpoint,
        p256dh: keys.p256dh,
        auth: keys.auth,
        expires_at: expiration_time,
        vapid_key: Some(vapid_key.to_owned()),
    };
    Ok((endpoint, hash))
}

/// A message as its push service passes it on: nobody but the browser can read it. `None` where its keys are none.
pub(super) fn encrypted(message: &PushMessage, endpoint: &PushEndpoint) -> Option<Vec<u8>> {
    let text = serde_json::to_vec(message).ok()?;
    let public = public_key(&endpoint.p256dh)?;
    encrypt(text, &public, &auth(endpoint.auth.expose())?).ok()
}

fn public_key(text: &str) -> Option<PublicKey> {
    let point = decoded(text)?;
    let is_uncompressed = point.len() == POINT_BYTES && point[0] == UNCOMPRESSED;
    // A point that is not on the curve would give away what it is combined with.
    is_uncompressed.then(|| PublicKey::from_sec1_bytes(&point).ok())?
}

fn auth(text: &str) -> Option<Auth> {
    let bytes: [u8; AUTH_BYTES] = decoded(text)?.try_into().ok()?;
    Some(bytes.into())
}

/// Browsers write base64url without padding; some libraries pad it.
fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Of RFC 8291, section 5.
    const P256DH: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
    const NOW: UnixMs = UnixMs(1_900_000_000_000);

    fn checked(body: Value) -> Result<(PushEndpoint, String), Vec<FieldError>> {
        let asked = serde_json::from_value(body).unwrap();
        checked_endpoint(&EgressPolicy::default(), asked, ("key", NOW))
    }

    fn refused(body: Value) -> Vec<(String, String)> {
        let errors = checked(body).unwrap_err();
        let errors = errors.into_iter().map(|one| (one.field, one.code));
        errors.collect()
    }

    #[test]
    fn sch_283_an_endpoint_is_https_its_key_a_point_and_its_secret_16_bytes() {
        let good = |endpoint: &str| json!({"endpoint": endpoint, "keys": {"p256dh": P256DH, "auth": AUTH}});
        let (endpoint, hash) = checked(good("https://push.example/a")).unwrap();
        assert_eq!(hash.len(), 43);
        assert!(
            !format!("{endpoint:?}").contains("push.example"),
            "a secret"
        );
        for (url, why) in [
            ("http://push.example/a", "scheme"),
            ("https://127.0.0.1/a", "address"),
            ("https://[::ffff:127.0.0.1]/a", "address"),
            ("https://localhost/a", "local_name"),
            ("https://push.example:22/a", "port"),
        ] {
            let code = format!("url_not_allowed:{why}");
            assert_eq!(refused(good(url)), [("endpoint".to_owned(), code)]);
        }
        let mut off_curve = URL_SAFE_NO_PAD.decode(P256DH).unwrap();
        off_curve[64] ^= 1;
        let off_curve = URL_SAFE_NO_PAD.encode(off_curve);
        let compressed = URL_SAFE_NO_PAD.encode([[3].as_slice(), &[7; 32]].concat());
        for p256dh in ["", "a+b/", "AAAA", &off_curve, &compressed, &P256DH[1..]] {
            let keys = json!({"p256dh": p256dh, "auth": &AUTH[2..]});
            let wrong = refused(json!({"endpoint": "https://push.example/a", "keys": keys}));
            let code = || "bad_key".to_owned();
            let due = [
                ("keys.p256dh".to_owned(), code()),
                ("keys.auth".to_owned(), code()),
            ];
            assert_eq!(wrong, due, "{p256dh}");
        }
    }

    /// As Chromium 143 and Firefox 145 write them; the secrets are those of RFC 8291.
    #[test]
    fn sch_390_what_json_stringify_makes_of_a_subscription_is_taken_as_it_is() {
        let chromium = format!(
            r#"{{"endpoint":"https://fcm.googleapis.com/fcm/send/dz1:APA91bH","expirationTime":null,"keys":{{"p256dh":"{P256DH}","auth":"{AUTH}"}}}}"#
        );
        let firefox = format!(
            r#"{{"endpoint":"https://updates.push.services.mozilla.com/wpush/v2/gAAAAAB","expirationTime":null,"keys":{{"auth":"{AUTH}","p256dh":"{P256DH}"}}}}"#
        );
        for written in [chromium, firefox] {
            let (endpoint, _) = checked(serde_json::from_str(&written).unwrap()).unwrap();
            assert_eq!(endpoint.expires_at, None, "{written}");
            assert_eq!(endpoint.vapid_key.as_deref(), Some("key"));
        }
        let until = |end: Value| {
            let keys = json!({"p256dh": P256DH, "auth": AUTH});
            json!({"endpoint": "https://push.example/a", "expirationTime": end, "keys": keys})
        };
        for (written, ms) in [(json!(NOW.0 + 1), 1), (json!(1_900_000_000_002.75), 2)] {
            let (endpoint, _) = checked(until(written)).unwrap();
            assert_eq!(endpoint.expires_at, Some(NOW + ms));
        }
        let past = [("expirationTime".to_owned(), "past".to_owned())];
        assert_eq!(refused(until(json!(NOW.0))), past);
        for wrong in [json!("tomorrow"), json!([]), json!(true)] {
            let read = serde_json::from_value::<SubscribeToPush>(until(wrong));
            assert!(read.is_err());
        }
    }
}
