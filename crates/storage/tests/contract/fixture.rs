//! A database with the tables of outbox and inbox, in a directory of its own.

use std::path::PathBuf;

use storage::{Database, Schema};
use tempfile::TempDir;

pub(crate) struct Store {
    pub(crate) database: Database,
    pub(crate) directory: TempDir,
}

impl Store {
    pub(crate) async fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = path(&directory);
        let database = Database::open_file(&path, Schema::scheduler())
            .await
            .unwrap();
        Self {
            database,
            directory,
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        path(&self.directory)
    }
}

fn path(directory: &TempDir) -> PathBuf {
    directory.path().join("data/test/test.db")
}
