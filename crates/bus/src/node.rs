//! Which process of a service sends.

use std::path::Path;
use std::sync::Arc;

use service::{StartError, secret_file};

/// A random id that a data directory has for good, however often its services restart: what was told under
/// it before a restart is continued after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeId(Arc<str>);

impl NodeId {
    /// Reads `<data_dir>/keys/node.id`, or makes it as secrets are made: private, and once.
    ///
    /// # Errors
    /// When the file can't be read or made, or is shorter than 32 random bytes would be.
    pub fn load_or_create(data_dir: &Path) -> Result<Self, StartError> {
        match secret_file::load_or_create(data_dir, "node.id") {
            Ok(text) => Ok(Self(text.into())),
            Err(source) => Err(StartError::File {
                path: data_dir.join("keys/node.id"),
                source,
            }),
        }
    }

    /// The id as batches have it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_65_a_data_directory_keeps_its_node_and_another_has_another() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = NodeId::load_or_create(one.path()).unwrap();
        assert_eq!(NodeId::load_or_create(one.path()).unwrap(), first);
        assert_ne!(NodeId::load_or_create(other.path()).unwrap(), first);
    }
}
