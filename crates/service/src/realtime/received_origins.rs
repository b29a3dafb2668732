//! Origins of applications as the scheduler's events tell them; kept on disk, so that their pages connect after a
//! restart too, without the scheduler being asked.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use wire::{ApplicationFact, Event, EventType};

use crate::origin::AllowedOrigins;
use crate::secret_file;

/// The file of them in the service's directory.
const FILE: &str = "application-origins.json";

/// Takes what applications say of their origins. Clones share it.
#[derive(Debug, Clone)]
pub struct ReceivedOrigins {
    origins: AllowedOrigins,
    file: PathBuf,
    known: Arc<Mutex<BTreeMap<String, KeptOrigins>>>,
}

/// What an application said last.
#[derive(Debug, Serialize, Deserialize)]
struct KeptOrigins {
    revision: u64,
    allowed_origins: Vec<String>,
}

impl ReceivedOrigins {
    /// With what was kept in `directory`, if anything was and can be read.
    pub(super) fn load(origins: AllowedOrigins, directory: &Path) -> Self {
        let file = directory.join(FILE);
        let kept = std::fs::read(&file).ok();
        let kept = kept.and_then(|json| serde_json::from_slice(&json).ok());
        let known: BTreeMap<String, KeptOrigins> = kept.unwrap_or_default();
        for (application, told) in &known {
            origins.admit(application, told.revision, &told.allowed_origins);
        }
        Self {
            origins,
            file,
            known: Arc::new(Mutex::new(known)),
        }
    }

    /// Takes what of these events is of an application. Taking one again changes nothing.
    ///
    /// # Errors
    /// When it can't be kept: the events are to come again.
    pub fn take(&self, events: &[Event]) -> io::Result<()> {
        let mut is_told = false;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            if event.kind != EventType::ApplicationChanged.name() {
                continue;
            }
            let Ok(fact) = ApplicationFact::deserialize(&event.data) else {
                tracing::warn!(event = ?event.id, "skipped what an application said: it can't be read");
                continue;
            };
            let told = KeptOrigins {
                revision: event.revision.unwrap_or_default(),
                allowed_origins: fact.allowed_origins,
            };
            self.origins
                .admit(&event.subject, told.revision, &told.allowed_origins);
            let before = known.get(&event.subject);
            if before.is_none_or(|before| before.revision < told.revision) {
                known.insert(event.subject.clone(), told);
            }
            is_told = true;
        }
        if !is_told {
            return Ok(());
        }
        // Small, and seldom: not worth a thread.
        secret_file::replace(&self.file, &serde_json::to_vec(&*known)?)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};
    use serde_json::json;
    use wire::UnixMs;

    use super::*;

    fn changed(revision: u64, origins: &[&str]) -> Event {
        Event {
            id: format!("e-{revision}"),
            kind: "application.changed".to_owned(),
            occurred_at: UnixMs(1),
            source: "scheduler".to_owned(),
            subject: "shop".to_owned(),
            revision: Some(revision),
            data: json!({ "allowed_origins": origins }),
        }
    }

    fn lets_in(origins: &AllowedOrigins, origin: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        origins.check(&headers).is_ok()
    }

    #[test]
    fn edg_151_what_an_application_says_counts_at_once_and_after_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let (shop, new) = ("https://shop.example", "https://new.example");
        let start = || {
            let origins = AllowedOrigins::default();
            (
                ReceivedOrigins::load(origins.clone(), directory.path()),
                origins,
            )
        };
        let (told, origins) = start();
        assert!(!lets_in(&origins, shop));
        told.take(&[changed(1, &[shop])]).unwrap();
        assert!(lets_in(&origins, shop));
        let (told, origins) = start();
        assert!(lets_in(&origins, shop), "kept");
        told.take(&[changed(3, &[new]), changed(2, &[shop])])
            .unwrap();
        assert!(lets_in(&origins, new) && !lets_in(&origins, shop));
        let (_, origins) = start();
        assert!(lets_in(&origins, new) && !lets_in(&origins, shop));
    }

    #[test]
    fn edg_151_what_can_not_be_kept_is_to_come_again() {
        let directory = tempfile::tempdir().unwrap();
        let no_directory = directory.path().join("a-file");
        std::fs::write(&no_directory, "").unwrap();
        let told = ReceivedOrigins::load(AllowedOrigins::default(), &no_directory);
        assert!(told.take(&[]).is_ok());
        assert!(told.take(&[changed(1, &[])]).is_err());
    }
}
