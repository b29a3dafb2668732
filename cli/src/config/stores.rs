//! Which databases there are, and whose tables each holds.

use std::path::Path;

use chat::MessagesUrl;
use scheduler::StoreLocation;
use storage::{DatabaseUrl, Schema};

use super::{Settings, database_url};
use crate::failure::Failure;

/// A database of the configuration.
#[derive(Debug)]
pub(crate) struct Store {
    /// What is in it, in a word or two.
    pub(crate) name: &'static str,
    pub(crate) url: DatabaseUrl,
    pub(crate) schema: Schema,
}

impl Store {
    fn new(name: &'static str, url: DatabaseUrl, schema: Schema) -> Self {
        Self { name, url, schema }
    }
}

impl Settings {
    /// The scheduler's.
    ///
    /// # Errors
    /// When its key names none.
    pub(crate) fn scheduler_database(&self) -> Result<DatabaseUrl, Failure> {
        let text = &self.scheduler.database_url;
        self.database("scheduler.database_url", text, scheduler::default_database)
    }

    /// The same, and how it is connected to.
    ///
    /// # Errors
    /// When a key of either can't be used.
    pub(crate) fn scheduler_store(&self) -> Result<StoreLocation, Failure> {
        Ok(StoreLocation {
            database: self.scheduler_database()?,
            options: self.database.options()?,
        })
    }

    /// Of chat's rooms.
    ///
    /// # Errors
    /// When its key names none.
    pub(crate) fn rooms_database(&self) -> Result<DatabaseUrl, Failure> {
        let text = &self.chat.rooms_url;
        self.database("chat.rooms_url", text, chat::Config::default_database)
    }

    /// Of chat's messages.
    ///
    /// # Errors
    /// When its key names none, or a kind that messages are not kept in.
    pub(crate) fn messages_database(&self) -> Result<MessagesUrl, Failure> {
        let text = &self.chat.messages_url;
        if text.is_empty() {
            let file = chat::Config::default_database(&self.data_dir);
            return Ok(MessagesUrl::Sqlite(file));
        }
        MessagesUrl::parse(text).map_err(|why| Failure::config(format!("chat.messages_url: {why}")))
    }

    fn database(
        &self,
        key: &str,
        text: &str,
        default: fn(&Path) -> DatabaseUrl,
    ) -> Result<DatabaseUrl, Failure> {
        if text.is_empty() {
            return Ok(default(&self.data_dir));
        }
        database_url::parsed(text).map_err(|why| Failure::config(format!("{key}: {why}")))
    }

    /// Every SQL database that a service of this configuration has tables in, once. Those that are files in the data directory
    /// and can be nothing else are left out until their service has made them.
    ///
    /// # Errors
    /// When a key names none.
    pub(crate) fn stores(&self) -> Result<Vec<Store>, Failure> {
        let (rooms, messages) = (self.rooms_database()?, self.messages_database()?);
        let scheduler = self.scheduler_database()?;
        let mut stores = vec![Store::new("scheduler", scheduler, Schema::scheduler())];
        match messages.file() {
            Some(file) if file.identity() == rooms.identity() => {
                stores.push(Store::new("chat", rooms, Schema::chat()));
            }
            messages => {
                stores.push(Store::new("chat rooms", rooms, Schema::chat()));
                let messages = messages.cloned();
                stores
                    .extend(messages.map(|file| Store::new("chat messages", file, Schema::chat())));
            }
        }
        for (name, file, schema) in [
            ("signaling", "signaling/signaling.db", Schema::signaling()),
            ("turn", "turn.db", Schema::turn()),
        ] {
            let path = self.data_dir.join(file);
            if path.exists() {
                stores.push(Store::new(name, DatabaseUrl::sqlite(path), schema));
            }
        }
        Ok(stores)
    }

    /// Each key names a database, and the scheduler's is nobody else's.
    ///
    /// # Errors
    /// Names the keys and what is wrong with them, and repeats none of their values.
    pub(super) fn check_databases(&self) -> Result<(), Failure> {
        self.database.options()?;
        let scheduler = self.scheduler_database()?;
        let (rooms, messages) = (self.rooms_database()?, self.messages_database()?);
        for (key, url) in [
            ("chat.rooms_url", Some(&rooms)),
            ("chat.messages_url", messages.file()),
        ] {
            if url.is_some_and(|url| url.identity() == scheduler.identity()) {
                return Err(Failure::config(format!(
                    "scheduler.database_url and {key} are one database: each service needs its own"
                )));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(scheduler: &str, rooms: &str, messages: &str) -> Settings {
        let mut settings = Settings::default();
        scheduler.clone_into(&mut settings.scheduler.database_url);
        rooms.clone_into(&mut settings.chat.rooms_url);
        messages.clone_into(&mut settings.chat.messages_url);
        settings
    }

    fn stores(settings: &Settings) -> Vec<String> {
        let line = |store: &Store| format!("{} {} {}", store.name, store.schema.name(), store.url);
        settings.stores().unwrap().iter().map(line).collect()
    }

    #[test]
    fn ops_52_what_names_no_database_is_the_file_in_the_data_directory() {
        let found = stores(&settings("", "", ""));
        assert_eq!(
            found,
            [
                "scheduler scheduler sqlite:./data/scheduler/scheduler.db",
                "chat chat sqlite:./data/chat/chat.db"
            ]
        );
        let found = stores(&settings("mysql://h/s", "postgres://u:x@h/c", ""));
        assert_eq!(
            found,
            [
                "scheduler scheduler mysql://h/s",
                "chat rooms chat postgres://u:***@h/c",
                "chat messages chat sqlite:./data/chat/chat.db"
            ]
        );
    }

    #[test]
    fn ops_74_messages_on_mongodb_leave_rooms_and_their_tables_where_they_are() {
        let on_mongo = settings("", "", "mongodb://u:canary@h:5/chat?retryWrites=false");
        assert_eq!(on_mongo.check_databases(), Ok(()));
        assert_eq!(
            stores(&on_mongo),
            [
                "scheduler scheduler sqlite:./data/scheduler/scheduler.db",
                "chat rooms chat sqlite:./data/chat/chat.db"
            ]
        );
        for wrong in [
            "mongodb://u:canary@h",
            "mongodb://u:canary@h/d?w=1",
            "mongodb+srv://u:canary@h:9/d",
        ] {
            let Err(Failure::Config(line)) = settings("", "", wrong).check_databases() else {
                panic!("{wrong} was taken");
            };
            assert!(line.starts_with("chat.messages_url: "), "{line}");
            assert!(!line.contains("canary"), "{line}");
        }
    }

    #[test]
    fn ops_52_a_url_that_can_not_be_used_names_its_key_and_no_password() {
        for (key, wrong) in [
            (
                "scheduler.database_url",
                settings("oracle://u:canary@h/d", "", ""),
            ),
            (
                "scheduler.database_url",
                settings("postgres://u:canary@h", "", ""),
            ),
            ("chat.rooms_url", settings("", "canary", "")),
            (
                "chat.messages_url",
                settings("", "", "postgres://u:canary@h/d"),
            ),
            (
                "chat.messages_url",
                settings("", "", "mongodb://u:canary@h"),
            ),
        ] {
            let Err(Failure::Config(line)) = wrong.check_databases() else {
                panic!("{wrong:?} was taken");
            };
            assert!(line.starts_with(&format!("{key}: ")), "{line}");
            assert!(!line.contains("canary"), "{line}");
        }
    }

    #[test]
    fn ops_54_the_schedulers_database_is_nobody_elses() {
        for (other, wrong) in [
            (
                "chat.rooms_url",
                settings("postgres://a:canary@h/d", "postgresql://b@h:5432/d", ""),
            ),
            (
                "chat.rooms_url",
                settings("sqlite:data/chat/chat.db", "", ""),
            ),
            (
                "chat.messages_url",
                settings("sqlite:a.db", "mysql://h/d", "sqlite:./a.db"),
            ),
        ] {
            let Err(Failure::Config(line)) = wrong.check_databases() else {
                panic!("{wrong:?} was taken");
            };
            for part in ["scheduler.database_url", other] {
                assert!(line.contains(part), "{line}");
            }
            assert!(!line.contains("canary"), "{line}");
        }
        let apart = settings("postgres://h/d", "postgres://h/e", "sqlite:m.db");
        assert_eq!(apart.check_databases(), Ok(()));
        // Chat's two may share a file: they do so by default.
        assert_eq!(
            settings("", "sqlite:c.db", "sqlite:c.db").check_databases(),
            Ok(())
        );
    }
}
