//! The scheduler's keys: waited for, refreshed, and kept.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::json;
use service::tickets::{JwksSource, TicketFault, TicketVerifier};
use service::{Shutdown, Tasks, clock};

use crate::support::{HttpTestServer, all_ended};

struct TestKey {
    kid: &'static str,
    pair: Ed25519KeyPair,
}

impl TestKey {
    fn new(kid: &'static str) -> Self {
        let random = ring::rand::SystemRandom::new();
        let der = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(der.as_ref()).unwrap();
        Self { kid, pair }
    }

    fn jwks(&self) -> String {
        let x = B64.encode(self.pair.public_key());
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid, "x": x}]})
            .to_string()
    }

    fn ticket(&self) -> String {
        let now = clock::now().as_secs();
        let header = json!({"alg": "EdDSA", "typ": "JWT", "kid": self.kid});
        let claims = json!({
            "iss": "x", "aud": "chat", "sub": "u1", "name": "Ada", "iat": now, "nbf": now,
            "exp": now + 60, "jti": "t1", "only": ["r1"],
        });
        let message = format!(
            "{}.{}",
            B64.encode(header.to_string()),
            B64.encode(claims.to_string())
        );
        let signature = self.pair.sign(message.as_bytes());
        format!("{message}.{}", B64.encode(signature))
    }
}

struct JwksFixture {
    served: Arc<Mutex<String>>,
    server: HttpTestServer,
    tasks: Tasks,
    shutdown: Shutdown,
    directory: tempfile::TempDir,
}

impl JwksFixture {
    async fn start(jwks: &str) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let served = Arc::new(Mutex::new(jwks.to_owned()));
        let answer = Arc::clone(&served);
        let route = get(async move || answer.lock().unwrap().clone());
        Self {
            served,
            server: HttpTestServer::start(Router::new().route("/.well-known/jwks.json", route))
                .await,
            tasks: Tasks::new(),
            shutdown: Shutdown::new(),
            directory: tempfile::tempdir().unwrap(),
        }
    }

    fn cache(&self) -> PathBuf {
        self.directory.path().join("chat/jwks.json")
    }

    fn verifier(&self, scheduler_url: String) -> TicketVerifier {
        let source = JwksSource {
            refetch: std::time::Duration::from_secs(5),
            scheduler_url,
            issuer: "x".to_owned(),
            cache: self.cache(),
        };
        TicketVerifier::start(source, service::http::client(), &self.tasks, &self.shutdown)
    }

    fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    async fn stop(self) {
        self.shutdown.start();
        all_ended(&self.tasks).await;
        self.server.stop().await;
    }
}

#[tokio::test]
async fn edg_32_keys_are_fetched_and_a_new_one_is_found_by_its_kid() {
    let (old, new) = (TestKey::new("old"), TestKey::new("new"));
    let fixture = JwksFixture::start("not yet").await;
    let verifier = fixture.verifier(fixture.url());
    assert!(!verifier.has_key());
    *fixture.served.lock().unwrap() = old.jwks();
    // Nothing has run yet: the first ticket waits for the first fetch.
    let claims = verifier.chat(&old.ticket(), clock::now()).await.unwrap();
    assert_eq!(claims.only.unwrap()[0].as_str(), "r1");
    assert!(verifier.has_key());
    *fixture.served.lock().unwrap() = new.jwks();
    let begun = std::time::Instant::now();
    while verifier.chat(&new.ticket(), clock::now()).await == Err(TicketFault::UnknownKey) {
        assert!(begun.elapsed().as_secs() < 10);
    }
    assert_eq!(
        verifier
            .signaling(&new.ticket(), clock::now())
            .await
            .unwrap_err(),
        TicketFault::WrongAudience
    );
    fixture.stop().await;
}

#[tokio::test]
async fn edg_32_the_last_good_copy_serves_without_the_scheduler() {
    let key = TestKey::new("k");
    let fixture = JwksFixture::start(&key.jwks()).await;
    let verifier = fixture.verifier(fixture.url());
    verifier.chat(&key.ticket(), clock::now()).await.unwrap();
    while !fixture.cache().exists() {
        tokio::task::yield_now().await;
    }
    let alone = fixture.verifier("http://127.0.0.1:1".to_owned());
    assert!(alone.has_key());
    alone.chat(&key.ticket(), clock::now()).await.unwrap();
    let stranger = TestKey::new("stranger");
    assert_eq!(
        alone.chat(&stranger.ticket(), clock::now()).await,
        Err(TicketFault::UnknownKey)
    );
    fixture.stop().await;
}
