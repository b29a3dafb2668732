//! What the people of the demo log in with. It stands in the data directory, its owner's alone, so that each run prints
//! passwords that work.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use rand::Rng as _;
use rand::distr::Alphanumeric;
use serde::{Deserialize, Serialize};
use service::secret_file;

const FILE: &str = "demo-people.json";
/// Of a password: 71 bits and more.
const PASSWORD_CHARS: usize = 12;
/// Of what tells an address from one that is taken: made again if that is taken, too.
const SUFFIX_CHARS: usize = 6;
/// No mail ever arrives there (RFC 2606).
const DOMAIN: &str = "demo.invalid";

/// What somebody logs in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DemoCredentials {
    pub(super) email: String,
    pub(super) password: String,
}

/// Those of everybody in the demo, by name.
#[derive(Debug)]
pub(super) struct StoredCredentials {
    path: PathBuf,
    by_name: BTreeMap<String, DemoCredentials>,
}

impl StoredCredentials {
    /// What an earlier run has left; of a file that holds something else nothing is kept.
    pub(super) fn load(data_dir: &Path) -> io::Result<Self> {
        let path = data_dir.join(FILE);
        let by_name = match secret_file::read(&path) {
            Ok(stored) => serde_json::from_slice(&stored).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error),
        };
        Ok(Self { path, by_name })
    }

    /// Those of a name. New ones are stored before anybody uses them: whoever is interrupted knows them at the next run.
    pub(super) fn of(&mut self, name: &str) -> io::Result<DemoCredentials> {
        match self.by_name.get(name) {
            Some(stored) => Ok(stored.clone()),
            None => self.keep(name, format!("{}@{DOMAIN}", name.to_lowercase())),
        }
    }

    /// In place of those whose address is somebody else's.
    pub(super) fn renew(&mut self, name: &str) -> io::Result<DemoCredentials> {
        let suffix = random_text(SUFFIX_CHARS).to_lowercase();
        self.keep(name, format!("{}-{suffix}@{DOMAIN}", name.to_lowercase()))
    }

    fn keep(&mut self, name: &str, email: String) -> io::Result<DemoCredentials> {
        let password = random_text(PASSWORD_CHARS);
        let made = DemoCredentials { email, password };
        self.by_name.insert(name.to_owned(), made.clone());
        secret_file::replace(&self.path, &serde_json::to_vec(&self.by_name)?)?;
        Ok(made)
    }
}

fn random_text(chars: usize) -> String {
    let drawn = rand::rng().sample_iter(Alphanumeric).take(chars);
    drawn.map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn ops_63_the_passwords_of_the_demo_are_kept_for_the_next_run_and_are_their_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let load = || StoredCredentials::load(folder.path()).unwrap();
        let ann = load().of("Ann").unwrap();
        let bo = load().of("Bo").unwrap();
        assert_eq!(
            (load().of("Ann").unwrap(), load().of("Bo").unwrap()),
            (ann.clone(), bo.clone())
        );
        assert_ne!(ann.password, bo.password);
        let renewed = load().renew("Ann").unwrap();
        assert_ne!(renewed.email, ann.email);
        assert_eq!(load().of("Ann").unwrap(), renewed);
        let mode = std::fs::metadata(folder.path().join(FILE)).unwrap();
        assert_eq!(mode.permissions().mode() & 0o777, 0o600);
        std::fs::write(folder.path().join(FILE), "no JSON").unwrap();
        assert_ne!(load().of("Ann").unwrap(), renewed);
    }
}
