//! Secrets of endpoints, and signatures by them as Standard Webhooks 1.0 says. Each secret is derived from one of the data
//! directory, the endpoint and a number: no database holds any.

use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use scheduler_core::WebhookEndpoint;
use service::secret_file;
use sha2::Sha256;
use wire::{SecretText, UnixMs};

/// What every secret begins with.
const PREFIX: &str = "whsec_";

/// Derives secrets, and signs by them. Clones share one key.
#[derive(Clone)]
pub(crate) struct WebhookSecrets {
    mac: Hmac<Sha256>,
}

/// What stands in the headers of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WebhookSignature {
    /// Of the attempt, in seconds.
    pub(crate) timestamp: String,
    /// One for each secret that counts, with a space between.
    pub(crate) signature: String,
}

impl WebhookSecrets {
    /// Reads the key of a data directory, and makes it where there is none.
    pub(crate) fn load_or_create(data_dir: &Path) -> io::Result<Self> {
        let key = secret_file::load_or_create(data_dir, "webhook.secret")?;
        Ok(Self::new(key.as_bytes()))
    }

    fn new(key: &[u8]) -> Self {
        let mac = Hmac::new_from_slice(key).expect("HMAC takes keys of any length");
        Self { mac }
    }

    /// The secret that an endpoint has now, as its application keeps it.
    pub(crate) fn text(&self, endpoint: &WebhookEndpoint) -> SecretText {
        let secret = self.derived(&endpoint.id, endpoint.secret_number);
        format!("{PREFIX}{}", STANDARD.encode(secret)).into()
    }

    /// Signs what an endpoint is sent at `now` under that `webhook-id`, by each of its secrets that counts.
    pub(crate) fn sign(
        &self,
        endpoint: &WebhookEndpoint,
        webhook_id: &str,
        body: &str,
        now: UnixMs,
    ) -> WebhookSignature {
        let timestamp = now.0.div_euclid(1_000).to_string();
        let numbers = endpoint.signing_secrets(now);
        let signatures = numbers.into_iter().map(|number| {
            let secret = self.derived(&endpoint.id, number);
            signature(&secret, webhook_id, &timestamp, body)
        });
        WebhookSignature {
            signature: signatures.collect::<Vec<_>>().join(" "),
            timestamp,
        }
    }

    fn derived(&self, endpoint: &str, number: u32) -> [u8; 32] {
        let mac = self.mac.clone().chain_update(b"webhook\0");
        let mac = mac.chain_update(number.to_be_bytes());
        mac.chain_update(endpoint).finalize().into_bytes().into()
    }
}

fn signature(secret: &[u8], webhook_id: &str, timestamp: &str, body: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    let mac = mac.chain_update(webhook_id).chain_update(b".");
    let mac = mac.chain_update(timestamp).chain_update(b".");
    let tag = mac.chain_update(body).finalize().into_bytes();
    format!("v1,{}", STANDARD.encode(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_306_the_vector_of_the_standard_is_signed_as_it_says() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let signed = signature(&secret, id, "1614265330", r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn sch_302_each_endpoint_and_number_has_a_secret_of_its_own() {
        let secrets = WebhookSecrets::new(b"a key of a data directory");
        let all = [("a", 1), ("a", 2), ("b", 1)].map(|(id, number)| secrets.derived(id, number));
        assert!(all[0] != all[1] && all[0] != all[2] && all[1] != all[2]);
        let another = WebhookSecrets::new(b"another");
        assert_ne!(another.derived("a", 1), all[0]);
    }
}
