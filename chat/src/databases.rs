//! The databases of the two stores: one, where both are in the same place.

use std::path::PathBuf;
use std::sync::Arc;

use service::StartError;
use service::health::Readiness;
use storage::{Database, DatabaseUrl, Schema};

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
    let message_database = match is_same(rooms, messages) {
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

/// True for one file however it is written, once it is there.
fn is_same(one: &DatabaseUrl, other: &DatabaseUrl) -> bool {
    let place = |url: &DatabaseUrl| -> Option<PathBuf> { url.file()?.canonicalize().ok() };
    one == other || place(one).is_some_and(|file| place(other) == Some(file))
}
