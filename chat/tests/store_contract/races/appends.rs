//! Two processes that write to one room: no number twice, none left out, and each key once.

use std::sync::Arc;

use chat::store::sql::SqlMessages;
use chat::store::{Appended, MessageStore, NewMessage};
use storage::testing::TestEngine;
use testkit::MongoServer;
use tokio::sync::Barrier;

use crate::contract::{all, append, new, seqs};
use crate::mongo::MongoFactory;
use crate::sql::SqlFactory;

const ROUNDS: usize = 25;
/// Messages of one process in one round.
const BATCH: usize = 8;

#[tokio::test]
async fn cht_105_two_processes_share_a_room_in_one_file() {
    let factory = SqlFactory::on(TestEngine::Sqlite);
    let (one, other) = (factory.room_database().await, factory.room_database().await);
    let stores = [one, other].map(|database| SqlMessages::new(database.expect("a file")));
    share_a_room(stores).await;
}

#[tokio::test]
async fn cht_105_two_processes_share_a_room_on_secantus() {
    on(MongoServer::Secantus).await;
}

#[tokio::test]
async fn cht_105_two_processes_share_a_room_on_ferret() {
    on(MongoServer::Ferret).await;
}

#[tokio::test]
async fn cht_105_two_processes_share_a_room_on_a_named_server() {
    on(MongoServer::Named).await;
}

async fn on(server: MongoServer) {
    let factory = MongoFactory::on(server);
    let Some(one) = factory.messages().await else {
        return;
    };
    let other = factory.messages().await.expect("it is there");
    share_a_room([one, other]).await;
}

async fn share_a_room<S: MessageStore>(stores: [S; 2]) {
    let stores = stores.map(Arc::new);
    for round in 0..ROUNDS {
        let barrier = Arc::new(Barrier::new(2));
        let write = |store: &Arc<S>, who: &str| {
            let (store, barrier) = (Arc::clone(store), Arc::clone(&barrier));
            let batch = batch(who, round);
            tokio::spawn(async move {
                barrier.wait().await;
                append(&*store, &batch).await
            })
        };
        let writing = [write(&stores[0], "ann"), write(&stores[1], "bo")];
        let mut shared = Vec::new();
        for written in writing {
            shared.extend(written.await.unwrap().pop());
        }
        let is_repeat = |outcome: &&Appended| matches!(outcome, Appended::Repeat(_));
        assert_eq!(shared.iter().filter(is_repeat).count(), 1, "{shared:?}");
    }
    let messages = all(&*stores[0], "r").await;
    let expected: Vec<u64> = (1..=messages.len() as u64).collect();
    assert_eq!(seqs(&messages), expected);
    for who in ["ann", "bo"] {
        let written = messages
            .iter()
            .filter(|message| message.from.as_str() == who);
        let keys: Vec<_> = written.map(|message| message.client_id.clone()).collect();
        let given: Vec<_> = (0..ROUNDS).flat_map(|round| batch(who, round)).collect();
        let mut given: Vec<_> = given.into_iter().map(|new| new.draft.client_id).collect();
        given.retain(|key| !key.starts_with("both"));
        assert_eq!(keys, given, "each once, in the order in which {who} wrote");
    }
    let both = messages
        .iter()
        .filter(|message| message.from.as_str() == "kim");
    assert_eq!(both.count(), ROUNDS);
}

/// What one process writes in a round; the last is the same for both, as when somebody sends again elsewhere.
fn batch(who: &str, round: usize) -> Vec<NewMessage> {
    let own = (0..BATCH).map(|n| new("r", who, &format!("c-{round}-{n}"), "hi"));
    let shared = new("r", "kim", &format!("both-{round}"), "hi");
    own.chain([shared]).collect()
}
