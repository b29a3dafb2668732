//! The same on servers of MongoDB's protocol.

use chat::store::mongo::MongoUrl;
use chat::store::{StorePair, verify_messages};
use mongodb::Client;
use mongodb::bson::{Document, doc};
use testkit::MongoServer;

use super::{damaged, is_taken_back_and_pruned};
use crate::contract::{StoreFactory, append, fill, new, shows_the_second_as_damaged, stored};
use crate::mongo::MongoFactory;

/// The messages as another program sees them.
async fn documents(url: &str) -> mongodb::Collection<Document> {
    let client = Client::with_uri_str(url).await.unwrap();
    let database = client.default_database().expect("the URL names it");
    assert!(MongoUrl::parse(url).is_ok());
    database.collection("messages")
}

#[tokio::test]
async fn cht_119_what_was_changed_on_secantus_is_shown_as_damaged() {
    is_shown_as_damaged(MongoServer::Secantus).await;
}

#[tokio::test]
async fn cht_119_what_was_changed_on_ferret_is_shown_as_damaged() {
    is_shown_as_damaged(MongoServer::Ferret).await;
}

async fn is_shown_as_damaged(server: MongoServer) {
    let factory = MongoFactory::on(server);
    let Some(store) = factory.make().await else {
        return;
    };
    fill(&store, "r", 3).await;
    let documents = documents(&factory.url_text()).await;
    let change = doc! { "$set": { "body": "he" } };
    documents
        .update_one(doc! { "room": "r", "seq": 2_i64 }, change)
        .await
        .unwrap();
    shows_the_second_as_damaged(&store).await;
    let report = verify_messages(&store.rooms, &store.messages)
        .await
        .unwrap();
    assert_eq!((report.messages, report.faults), (4, 1));
}

#[tokio::test]
async fn cht_124_messages_of_before_on_secantus_are_served() {
    are_served(MongoServer::Secantus).await;
}

#[tokio::test]
async fn cht_124_messages_of_before_on_ferret_are_served() {
    are_served(MongoServer::Ferret).await;
}

async fn are_served(server: MongoServer) {
    let factory = MongoFactory::on(server);
    let Some(store) = factory.make().await else {
        return;
    };
    fill(&store, "r", 3).await;
    fill(&store, "old", 2).await;
    let documents = documents(&factory.url_text()).await;
    for seq in 1..=3_i64 {
        for room in ["r", "old"] {
            let links = doc! { "$unset": { "salt": "", "previous": "", "chain": "" } };
            documents
                .update_one(doc! { "room": room, "seq": seq }, links)
                .await
                .unwrap();
        }
    }
    // Another process, which remembers nothing of that.
    let next = factory.messages().await.expect("it is there");
    let again = append(&next, &[new("r", "bo", "c-1", "hi")]).await;
    assert_eq!(stored(&again[0]).seq, 4);
    assert_eq!(damaged(&next).await, Vec::<u64>::new());
    let report = verify_messages(&store.rooms, &next).await.unwrap();
    assert_eq!(
        (report.messages, report.unchained, report.faults),
        (6, 5, 0)
    );
    let change = doc! { "$unset": { "salt": "", "previous": "", "chain": "" } };
    documents
        .update_one(doc! { "room": "r", "seq": 4_i64 }, change)
        .await
        .unwrap();
    assert_eq!(damaged(&next).await, [4], "it came after the anchor");
    let rooms = store.rooms.clone();
    let messages = next.clone();
    is_taken_back_and_pruned(&StorePair { rooms, messages }).await;
    next.close().await;
}
