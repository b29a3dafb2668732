//! The secret that services show each other; a file of the data directory.

use std::path::Path;
use std::sync::Arc;

use axum::http::HeaderMap;
use service::http::bearer;
use service::{StartError, secret_file};
use subtle::ConstantTimeEq;

/// What a service shows another as Bearer, as at `POST /v1/events`. Its text is in no log.
#[derive(Clone)]
pub struct EventsSecret(Arc<str>);

impl std::fmt::Debug for EventsSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EventsSecret(…)")
    }
}

impl EventsSecret {
    /// Reads `<data_dir>/keys/events.secret`, or makes it (0600, directory 0700). Processes that race to
    /// make it end up with the same one.
    ///
    /// # Errors
    /// When the file can't be read or made, or is shorter than 32 random bytes would be.
    pub fn load_or_create(data_dir: &Path) -> Result<Self, StartError> {
        let text = secret_file::load_or_create(data_dir, "events.secret").map_err(|source| {
            StartError::File {
                path: data_dir.join("keys/events.secret"),
                source,
            }
        })?;
        Ok(Self(text.into()))
    }

    /// One that is given, as in tests.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self(text.into())
    }

    /// The value of `Authorization` that shows it.
    #[must_use]
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// True when `headers` show it; takes the same time wherever they differ.
    #[must_use]
    pub fn is_shown(&self, headers: &HeaderMap) -> bool {
        bearer(headers).is_some_and(|shown| bool::from(shown.as_bytes().ct_eq(self.0.as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn edg_15_racing_processes_agree_on_the_secret() {
        let data = tempfile::tempdir().unwrap();
        let found: Vec<EventsSecret> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| EventsSecret::load_or_create(data.path()).unwrap()))
                .collect();
            racers
                .into_iter()
                .map(|racer| racer.join().unwrap())
                .collect()
        });
        assert!(found.iter().all(|secret| secret.0 == found[0].0));
        let keys = data.path().join("keys");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&keys), 0o700);
        assert_eq!(mode(&keys.join("events.secret")), 0o600);
        assert_eq!(fs::read_dir(&keys).unwrap().count(), 1);
    }

    #[test]
    fn a_short_secret_is_refused_and_none_is_shown_in_debug() {
        let data = tempfile::tempdir().unwrap();
        fs::create_dir(data.path().join("keys")).unwrap();
        fs::write(data.path().join("keys/events.secret"), "short").unwrap();
        assert!(EventsSecret::load_or_create(data.path()).is_err());
        assert_eq!(
            format!("{:?}", EventsSecret::from_text("hush")),
            "EventsSecret(…)"
        );
    }
}
