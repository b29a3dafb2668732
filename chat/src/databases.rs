//! The databases of the two stores: one, where both are in the same place.

use std::sync::Arc;

use service::StartError;
use service::health::Readiness;
use storage::{Database, Schema};

use crate::config::Config;
use crate::store::sql::{SqlMessages, SqlRooms};
use crate::store::{MessageStore, RoomStore, StorePair};

/// The stores that the service runs on.
pub(crate) type SqlStores = StorePair<SqlRooms, SqlMessages>;

/// Opens what the settings name.
///
/// # Errors
/// When a database can't be opened or brought up to date, or may not hold messages.
pub(crate) async fn open(config: &Config) -> Result<SqlStores, StartError> {
    let (rooms, messages) = (&config.rooms, &config.messages);
    if messages.file().is_none() {
        let problem = format!("chat.messages_url: {messages} can't hold messages; sqlite: can");
        return Err(StartError::Config(problem));
    }
    let open = |url| Database::open(url, &config.database_options, Schema::chat());
    let room_database = open(rooms).await?;
    // A file that was opened twice would have two writers, which take turns by trying again.
    let message_database = match rooms.identity() == messages.identity() {
        true => room_database.clone(),
        false => open(messages).await?,
    };
    Ok(StorePair {
        rooms: SqlRooms::new(room_database),
        messages: SqlMessages::new(message_database),
    })
}

/// Ready is who can write both.
pub(crate) fn watch(readiness: &Readiness, stores: &Arc<SqlStores>) {
    let rooms = stores.rooms.clone();
    readiness.check("rooms", move || {
        let rooms = rooms.clone();
        async move { rooms.probe().await.map_err(|error| error.to_string()) }
    });
    let messages = stores.messages.clone();
    readiness.check("messages", move || {
        let messages = messages.clone();
        async move { messages.probe().await.map_err(|error| error.to_string()) }
    });
}

#[cfg(test)]
mod tests {
    use storage::DatabaseUrl;

    use super::*;

    #[tokio::test]
    async fn cht_68_one_file_is_opened_once_however_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("chat.db");
        let missing = DatabaseUrl::sqlite(folder.path().join("none.db"));
        std::fs::write(&file, "").unwrap();
        let plain = DatabaseUrl::sqlite(&file);
        let winding = DatabaseUrl::sqlite(folder.path().join("../.").join(&file));
        std::os::unix::fs::symlink(&file, folder.path().join("link.db")).unwrap();
        let linked = DatabaseUrl::sqlite(folder.path().join("link.db"));
        let is_same = |one: &DatabaseUrl, other: &DatabaseUrl| one.identity() == other.identity();
        assert!(is_same(&plain, &winding) && is_same(&linked, &plain));
        assert!(!is_same(&plain, &missing) && is_same(&missing, &missing));
    }

    #[tokio::test]
    async fn cht_68_messages_are_in_sqlite_alone_and_no_password_is_told() {
        let messages = DatabaseUrl::parse("postgres://u:secret@127.0.0.1:1/d").unwrap();
        let config = Config {
            messages,
            ..Config::default()
        };
        let refused = open(&config).await.unwrap_err().to_string();
        assert!(refused.contains("chat.messages_url") && !refused.contains("secret"));
    }
}
