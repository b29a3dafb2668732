//! A SQLite store with the tables of outbox and inbox, in a directory of its own.

use service::sqlite::Database;
use sqlx::migrate::Migrator;
use tempfile::TempDir;

pub(crate) struct Store {
    pub(crate) database: Database,
    pub(crate) directory: TempDir,
}

impl Store {
    pub(crate) async fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let migrations = migrations(&directory).await;
        let path = directory.path().join("data/test/test.db");
        let database = Database::open(&path, &migrations).await.unwrap();
        Self {
            database,
            directory,
        }
    }

    /// The same files, opened anew, as after a crash.
    pub(crate) async fn reopen(self) -> Self {
        self.database.close().await;
        let migrations = migrations(&self.directory).await;
        let path = self.directory.path().join("data/test/test.db");
        let database = Database::open(&path, &migrations).await.unwrap();
        Self {
            database,
            directory: self.directory,
        }
    }
}

async fn migrations(directory: &TempDir) -> Migrator {
    let path = directory.path().join("migrations");
    std::fs::create_dir_all(&path).unwrap();
    std::fs::write(path.join("0001_events.sql"), service::events::TABLES).unwrap();
    Migrator::new(path.as_path()).await.unwrap()
}
