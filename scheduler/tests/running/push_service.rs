//! A push service that is not ours, and a browser's half of RFC 8291 and RFC 8292, by ring: nothing of it is the code that
//! it checks.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::rand::SystemRandom;
use ring::{hkdf, signature};
use scheduler::Config;
use serde_json::{Value, json};
use service::egress::EgressPolicy;
use testkit::{Http, SOON};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::{Running, claims};

/// Whom push services may ask, in tests.
pub(crate) const SUBJECT: &str = "mailto:ops@example.org";

/// Settings with which pushes are sent, to public addresses.
pub(crate) fn on(config: &mut Config) {
    config.push_subject = Some(SUBJECT.to_owned());
}

/// As [`on`], and to push services on this machine.
pub(crate) fn on_here(config: &mut Config) {
    on(config);
    config.egress = EgressPolicy::new(["127.0.0.1"]).unwrap();
}

/// Has an application use pushes beside what it uses by itself.
pub(crate) async fn allowed(scheduler: &Running, application: &Http) {
    let channels = json!({"channels": ["in_app", "webhook", "push"]});
    let url = scheduler.at("/v1/application");
    let changed = application.patch(&url, channels).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
}

/// What a browser sends that nobody pushes to, as it writes it; its keys are those of RFC 8291, section 5.
pub(crate) fn subscription(name: &str) -> Value {
    json!({
        "endpoint": format!("https://push.example/{name}"),
        "expirationTime": null,
        "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        },
    })
}

/// A message as a push service sees it.
pub(crate) struct Pushed {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    body: Bytes,
}

/// A push service on this machine, until its runtime ends.
pub(crate) struct PushService {
    pub(crate) url: String,
    answer: Arc<Mutex<StatusCode>>,
    messages: mpsc::Receiver<Pushed>,
}

#[derive(Clone)]
struct Taking {
    answer: Arc<Mutex<StatusCode>>,
    messages: mpsc::Sender<Pushed>,
}

async fn take(
    State(taking): State<Taking>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let path = uri.path().to_owned();
    let pushed = Pushed {
        path,
        headers,
        body,
    };
    taking.messages.send(pushed).await.ok();
    *taking.answer.lock().unwrap()
}

impl PushService {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answer = Arc::new(Mutex::new(StatusCode::CREATED));
        let (sender, messages) = mpsc::channel(100);
        let taking = Taking {
            answer: Arc::clone(&answer),
            messages: sender,
        };
        let routes = Router::new().route("/{id}", post(take)).with_state(taking);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self {
            url,
            answer,
            messages,
        }
    }

    /// What it answers from now on.
    pub(crate) fn answers(&self, status: u16) {
        *self.answer.lock().unwrap() = StatusCode::from_u16(status).unwrap();
    }

    pub(crate) async fn next(&mut self) -> Pushed {
        let next = tokio::time::timeout(SOON, self.messages.recv()).await;
        next.expect("a push comes").unwrap()
    }

    /// What has come and was not looked at.
    pub(crate) fn rest(&mut self) -> usize {
        std::iter::from_fn(|| self.messages.try_recv().ok()).count()
    }
}

/// The keys of a browser for one message: ring uses a private key once.
pub(crate) struct BrowserKeys {
    private: EphemeralPrivateKey,
    public: Vec<u8>,
    auth: [u8; 16],
}

impl BrowserKeys {
    pub(crate) fn new() -> Self {
        let private = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).unwrap();
        let public = private.compute_public_key().unwrap().as_ref().to_vec();
        Self {
            private,
            public,
            auth: *b"sixteen-bytes-xx",
        }
    }

    pub(crate) fn subscription(&self, endpoint: &str) -> Value {
        let keys = json!({
            "p256dh": URL_SAFE_NO_PAD.encode(&self.public),
            "auth": URL_SAFE_NO_PAD.encode(self.auth),
        });
        json!({"endpoint": endpoint, "expirationTime": null, "keys": keys})
    }

    /// What the message says (RFC 8291, section 3.4; RFC 8188).
    pub(crate) fn read(self, pushed: &Pushed) -> Value {
        let (salt, rest) = pushed.body.split_at(16);
        let (_record_size, rest) = rest.split_at(4);
        let (sender, sealed) = rest[1..].split_at(usize::from(rest[0]));
        let info = [b"WebPush: info\0".as_slice(), &self.public, sender].concat();
        let peer = UnparsedPublicKey::new(&ECDH_P256, sender);
        let secret = agree_ephemeral(self.private, &peer, |shared| {
            expanded::<32>(&self.auth, shared, &info)
        });
        let secret = secret.unwrap();
        let key: [u8; 16] = expanded(salt, &secret, b"Content-Encoding: aes128gcm\0");
        let nonce: [u8; 12] = expanded(salt, &secret, b"Content-Encoding: nonce\0");
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce);
        let plain = key.open_in_place(nonce, Aad::empty(), &mut sealed).unwrap();
        let end = plain.iter().rposition(|byte| *byte != 0).unwrap();
        assert_eq!(plain[end], 2, "the last record");
        serde_json::from_slice(&plain[..end]).unwrap()
    }
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expanded<const N: usize>(salt: &[u8], secret: &[u8], info: &[u8]) -> [u8; N] {
    let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    let info = [info];
    let mut out = [0; N];
    let expanded = extracted.expand(&info, Length(N)).unwrap();
    expanded.fill(&mut out).unwrap();
    out
}

/// Checks who signed a message, and returns what the token claims.
pub(crate) fn verified(pushed: &Pushed, public_key: &str) -> Value {
    let line = pushed.headers["authorization"].to_str().unwrap();
    let (token, key) = line
        .strip_prefix("vapid t=")
        .and_then(|rest| rest.split_once(", k="))
        .unwrap();
    assert_eq!(key, public_key);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let point = URL_SAFE_NO_PAD.decode(key).unwrap();
    let key = signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point);
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    key.verify(signed.as_bytes(), &signature).unwrap();
    claims(token)
}
