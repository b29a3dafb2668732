//! The databases of the two stores: one, where both are in the same place.

use std::sync::Arc;

use service::StartError;
use service::health::Readiness;
use storage::{Database, Schema};

use crate::config::Config;
use crate::lost_tail::{LostTail, accept_in_file, find_behind, find_lost_tail, give_up_lost};
use crate::store::mongo::MongoMessages;
use crate::store::sql::mark::{self, MarkFile};
use crate::store::sql::{SqlMessages, SqlRooms};
use crate::store::{MessageBackend, MessageStore, MessagesUrl, RoomStore, StoreError, StorePair};

/// The stores that the service runs on.
pub(crate) type ServiceStores = StorePair<SqlRooms, MessageBackend>;

/// Opens what the settings name, unless messages that were acknowledged are gone and nobody has accepted that.
///
/// # Errors
/// When a database can't be opened or brought up to date, and where messages are gone.
pub(crate) async fn open(config: &Config) -> Result<ServiceStores, StartError> {
    let accepted = &config.accepted_loss;
    let rooms = &config.rooms;
    let (file, is_shared) = match &config.messages {
        MessagesUrl::Sqlite(url) => (url.file(), url.identity() == rooms.identity()),
        MessagesUrl::Mongo(_) => (None, false),
    };
    // Before SQLite opens it for writing: that folds its log in.
    let lost = match file {
        Some(file) => find_lost_tail(file).await?,
        None => None,
    };
    refuse_unless_accepted(lost.as_ref(), accepted)?;
    let mut stores = open_both(config, is_shared).await?;
    if lost.is_some() {
        accept_in_file(&stores.rooms).await.map_err(query_failed)?;
    }
    if !is_shared {
        let name = config.messages.to_string();
        let behind = find_behind(&stores.rooms, &stores.messages, &name).await;
        let behind = behind.map_err(query_failed)?;
        // Of a file whose loss was accepted the rooms know more, too.
        if lost.is_none() {
            refuse_unless_accepted(behind.as_ref(), accepted)?;
        }
        if behind.is_some() {
            let set_back = give_up_lost(&stores.rooms, &stores.messages).await;
            set_back.map_err(query_failed)?;
        }
    }
    if let (Some(file), MessageBackend::Sql(messages)) = (file, &mut stores.messages) {
        let newest = messages.newest().await.map_err(query_failed)?;
        let last = newest
            .as_ref()
            .map(|(message, chain)| (message, chain.as_str()));
        let mark = MarkFile::open(file, last, lost.is_some());
        let mark = mark.map_err(|source| StartError::File {
            path: mark::path_beside(file),
            source,
        })?;
        *messages = messages.clone().with_mark(mark);
    }
    Ok(stores)
}

async fn open_both(config: &Config, is_shared: bool) -> Result<ServiceStores, StartError> {
    let open = |url| Database::open(url, &config.database_options, Schema::chat());
    let room_database = open(&config.rooms).await?;
    let messages = match &config.messages {
        // A file that was opened twice would have two writers, which take turns by trying again.
        MessagesUrl::Sqlite(_) if is_shared => {
            MessageBackend::Sql(SqlMessages::new(room_database.clone()))
        }
        MessagesUrl::Sqlite(file) => MessageBackend::Sql(SqlMessages::new(open(file).await?)),
        MessagesUrl::Mongo(url) => {
            let opened = MongoMessages::open(url).await;
            MessageBackend::Mongo(opened.map_err(|error| StartError::OtherStore(error.into()))?)
        }
    };
    Ok(StorePair {
        rooms: SqlRooms::new(room_database),
        messages,
    })
}

fn refuse_unless_accepted(lost: Option<&LostTail>, accepted: &[String]) -> Result<(), StartError> {
    match lost {
        Some(lost) if !lost.is_accepted(accepted) => Err(StartError::Refused(lost.to_string())),
        Some(_) | None => Ok(()),
    }
}

fn query_failed(error: StoreError) -> StartError {
    StartError::OtherStore(error.into())
}

/// Ready is who can write both.
pub(crate) fn watch(readiness: &Readiness, stores: &Arc<ServiceStores>) {
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

    #[test]
    fn cht_104_messages_are_in_sqlite_or_mongodb_and_no_password_is_told() {
        for text in [
            "sqlite:a.db",
            "mongodb://u:canary@h/d",
            "mongodb+srv://h.org/d",
        ] {
            assert!(MessagesUrl::parse(text).is_ok(), "{text}");
        }
        for text in [
            "postgres://u:canary@127.0.0.1:1/d",
            "mysql://u:canary@h/d",
            "canary",
            "",
            "sqlite:",
            "mongodb://u:canary@h",
        ] {
            let why = MessagesUrl::parse(text).unwrap_err().to_string();
            assert!(!why.contains("canary"), "{why}");
        }
    }
}
