//! Messages on servers of MongoDB's protocol, with rooms beside them in SQLite.

use std::sync::OnceLock;

use chat::store::mongo::{MongoMessages, MongoUrl};
use chat::store::sql::SqlRooms;
use chat::store::{Appended, MessageStore, StorePair};
use storage::testing::TestEngine;
use testkit::MongoServer;

use crate::contract::{StoreFactory, all, append, fill, keeps_messages, new, seqs, stored};
use crate::sql::SqlFactory;

/// A database for messages and one for rooms.
pub(crate) struct MongoFactory {
    server: MongoServer,
    rooms: SqlFactory,
    url: OnceLock<Option<String>>,
}

impl MongoFactory {
    pub(crate) fn on(server: MongoServer) -> Self {
        Self {
            server,
            rooms: SqlFactory::on(TestEngine::Sqlite),
            url: OnceLock::new(),
        }
    }

    /// Where its messages are.
    pub(crate) fn url_text(&self) -> String {
        let url = self.url.get().expect("a store was made");
        url.clone().expect("there is a server")
    }

    /// The messages, with connections of their own as another process has them.
    pub(crate) async fn messages(&self) -> Option<MongoMessages> {
        let url = self.url.get_or_init(|| self.server.new_database());
        let url = MongoUrl::parse(url.as_ref()?).unwrap();
        Some(MongoMessages::open(&url).await.unwrap())
    }
}

impl StoreFactory for MongoFactory {
    type Store = StorePair<SqlRooms, MongoMessages>;

    async fn make(&self) -> Option<Self::Store> {
        let messages = self.messages().await?;
        let rooms = SqlRooms::new(self.rooms.room_database().await?);
        Some(StorePair { rooms, messages })
    }
}

mod on_secantus {
    use super::*;

    keeps_messages!(MongoFactory::on(MongoServer::Secantus));

    #[tokio::test]
    async fn cht_103_another_process_goes_on_where_the_last_one_stopped() {
        another_goes_on(MongoServer::Secantus).await;
    }
}

mod on_ferret {
    use super::*;

    keeps_messages!(MongoFactory::on(MongoServer::Ferret));

    #[tokio::test]
    async fn cht_103_another_process_goes_on_where_the_last_one_stopped() {
        another_goes_on(MongoServer::Ferret).await;
    }
}

/// Where somebody has named one.
mod on_a_named_server {
    use super::*;

    keeps_messages!(MongoFactory::on(MongoServer::Named));

    #[tokio::test]
    async fn cht_103_another_process_goes_on_where_the_last_one_stopped() {
        another_goes_on(MongoServer::Named).await;
    }
}

async fn another_goes_on(server: MongoServer) {
    let factory = MongoFactory::on(server);
    let Some(store) = factory.make().await else {
        return;
    };
    store.messages.probe().await.unwrap();
    fill(&store, "r", 3).await;
    store.messages.close().await;
    let next = factory.messages().await.expect("it was there before");
    let again = append(&next, &[new("r", "ann", "c-2", "hi")]).await;
    assert!(matches!(&again[0], Appended::Repeat(message) if message.seq == 2));
    let more = append(&next, &[new("r", "ann", "c-4", "hi")]).await;
    assert_eq!(stored(&more[0]).seq, 4);
    assert_eq!(seqs(&all(&next, "r").await), [1, 2, 3, 4]);
    // What one process remembers of a room's last number may be outdated.
    let third = factory.messages().await.expect("it was there before");
    append(&third, &[new("r", "bo", "c-5", "hi")]).await;
    let more = append(&next, &[new("r", "ann", "c-6", "hi")]).await;
    assert_eq!(stored(&more[0]).seq, 6);
    next.close().await;
    third.close().await;
}
