//! Hashing passwords: slow on purpose, so it is done on threads of its own, and only so much of it at once.

use std::sync::Arc;

use argon2::password_hash::{Output, PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use scheduler_core::normalized_password;
use service::http::HttpError;
use service::limits::Limit;
use tokio::sync::Semaphore;
use wire::SecretText;

/// Memory of one hash, in KiB: OWASP's figure for Argon2id with two passes.
const MEMORY_KIB: u32 = 19_456;
/// Passes over that memory.
const PASSES: u32 = 2;
/// Lanes of one hash: one, since several hashes run at once.
const LANES: u32 = 1;
/// Bytes of a salt.
const SALT_BYTES: usize = 16;
/// Bytes of a hash.
const HASH_BYTES: usize = 32;
/// Hashes at once, at most; also half of the processors at most, so that requests without a password go on.
const MAX_WORKERS: usize = 4;
/// Hashes that wait for their turn: with one worker the last waits for two seconds.
const MAX_WAITING: usize = 64;

/// Hashes and compares passwords. Clones share its bounds.
#[derive(Clone)]
pub(crate) struct PasswordPool {
    queue: Arc<Semaphore>,
    workers: Arc<Semaphore>,
    /// A hash of no password, compared where there is no account: that takes as long.
    nobody: Arc<str>,
}

impl PasswordPool {
    pub(crate) fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let workers = (processors / 2).clamp(1, MAX_WORKERS);
        Self {
            queue: Arc::new(Semaphore::new(workers + MAX_WAITING)),
            workers: Arc::new(Semaphore::new(workers)),
            nobody: nobody().into(),
        }
    }

    /// The PHC string of a password; 503 where too many wait.
    pub(crate) async fn hash(&self, password: &SecretText) -> Result<String, HttpError> {
        let password = normalized_password(password);
        let hashed = self.run(move || hashed(&password)).await?;
        hashed.map_err(|error| HttpError::internal(&error))
    }

    /// Whether `password` is the one of this PHC string. Without a string it is not, after as long a time.
    pub(crate) async fn is_right(
        &self,
        password: &SecretText,
        stored: Option<String>,
    ) -> Result<bool, HttpError> {
        let password = normalized_password(password);
        let is_known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.to_string());
        let is_equal = self.run(move || is_equal(&password, &stored)).await?;
        Ok(is_equal && is_known)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HttpError> {
        let Ok(_place) = Arc::clone(&self.queue).try_acquire_owned() else {
            Limit::PasswordHashes.hit();
            return Err(HttpError::unavailable("Too many log in at once."));
        };
        let workers = Arc::clone(&self.workers);
        let worker = workers.acquire_owned().await;
        let worker = worker.map_err(|error| HttpError::internal(&error))?;
        // What has begun runs to its end, also when nobody waits for it any more, and is a worker until then.
        let done = service::run_blocking(move || {
            let done = work();
            drop(worker);
            done
        });
        done.await.map_err(|error| HttpError::internal(&error))
    }
}

fn argon2id() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES));
    let params = params.expect("the constants are within Argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn salt() -> Result<SaltString, argon2::password_hash::Error> {
    SaltString::encode_b64(&rand::random::<[u8; SALT_BYTES]>())
}

fn hashed(password: &SecretText) -> Result<String, argon2::password_hash::Error> {
    let salt = salt()?;
    let hash = argon2id().hash_password(password.expose().as_bytes(), &salt)?;
    Ok(hash.to_string())
}

/// By the parameters that stand in the string: an older one stays right when ours change.
fn is_equal(password: &SecretText, stored: &str) -> bool {
    let Ok(stored) = PasswordHash::new(stored) else {
        return false;
    };
    argon2id()
        .verify_password(password.expose().as_bytes(), &stored)
        .is_ok()
}

/// A PHC string that no password has: its hash is random.
fn nobody() -> String {
    let salt = salt().expect("a salt of that length is taken");
    let hash = Output::new(&rand::random::<[u8; HASH_BYTES]>());
    let argon2id = argon2id();
    let nobody = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: argon2id.params().try_into().expect("they are Argon2's own"),
        salt: Some(salt.as_salt()),
        hash: Some(hash.expect("a hash of that length is taken")),
    };
    nobody.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sch_132_a_password_is_stored_as_a_phc_string_of_argon2id() {
        let pool = PasswordPool::new();
        let stored = pool.hash(&"correct horse".into()).await.unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert_ne!(stored, pool.hash(&"correct horse".into()).await.unwrap());
        let is_right = async |password: &str| {
            let password = SecretText::from(password);
            pool.is_right(&password, Some(stored.clone()))
                .await
                .unwrap()
        };
        assert!(is_right("correct horse").await);
        assert!(!is_right("correct horsf").await);
        assert!(!pool.is_right(&"".into(), None).await.unwrap());
    }

    #[test]
    fn sch_134_who_has_no_account_is_compared_with_a_hash_of_the_same_cost() {
        let nobody = nobody();
        assert!(
            nobody.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{nobody}"
        );
        assert!(PasswordHash::new(&nobody).is_ok());
    }

    #[tokio::test]
    async fn sch_132_more_hashes_than_may_wait_are_refused() {
        let pool = PasswordPool::new();
        let all = u32::try_from(pool.queue.available_permits()).unwrap();
        let taken = Arc::clone(&pool.queue).try_acquire_many_owned(all).unwrap();
        let refused = pool.hash(&"correct horse".into()).await.unwrap_err();
        assert_eq!(refused.status(), 503);
        assert!(refused.problem().retry_after_ms.is_some());
        drop(taken);
        assert!(pool.hash(&"correct horse".into()).await.is_ok());
    }
}
