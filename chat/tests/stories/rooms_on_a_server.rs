//! Rooms in a database of their own, on each engine; messages stay in the data directory.

use serde_json::json;
use storage::testing::{TestDatabase, TestEngine};
use testkit::{ANN, BO, BookedRoom, SOON};
use wire::chat::{MarkRead, Message, Messages, Read};

use crate::server::Server;

#[tokio::test]
async fn cht_68_two_chat_with_their_rooms_in_another_file() {
    two_chat_and_all_is_there_again(TestEngine::Sqlite).await;
}

#[tokio::test]
async fn cht_68_two_chat_with_their_rooms_on_postgres() {
    two_chat_and_all_is_there_again(TestEngine::Postgres).await;
}

#[tokio::test]
async fn cht_68_two_chat_with_their_rooms_on_mysql() {
    two_chat_and_all_is_there_again(TestEngine::MySql).await;
}

async fn two_chat_and_all_is_there_again(engine: TestEngine) {
    let Some(database) = TestDatabase::create(engine).await else {
        return;
    };
    let mut server = Server::with_rooms(database.url().clone()).await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut bo = server.peer(BO, &room).await;
    for n in 1..=3 {
        ann.say(&room.id, &format!("c-{n}"), "hello, Bo").await;
        bo.expect::<Message>(SOON).await;
    }
    bo.send(MarkRead {
        room: room.id.clone(),
        seq: 2,
    })
    .await;
    while ann.expect::<Read>(SOON).await.user_id.as_str() != BO {}
    server.restart().await;

    // With tickets that open nothing: the room is known.
    let http = testkit::Http::bearer(&server.signer.chat(BO, &[]));
    let rooms = http.get(&server.url("/v1/rooms")).await;
    let view = &rooms.body["items"][0];
    assert_eq!(view["room"], json!(room.id));
    assert_eq!(
        (&view["last_seq"], &view["read_seq"]),
        (&3.into(), &2.into())
    );
    let url = server.url(&format!("/v1/rooms/{}/messages", room.id));
    let page: Messages = http.get(&url).await.json(200);
    let seqs: Vec<_> = page.messages.iter().map(|message| message.seq).collect();
    assert_eq!(seqs, [1, 2, 3]);
    let mut ann = server.peer(ANN, &room).await;
    let view = ann.welcome.clone().unwrap().rooms.remove(0);
    assert_eq!(view.read_seq, 3, "sending moved the sender's own position");
    assert_eq!(ann.say(&room.id, "c-3", "hello, Bo").await.seq, 3);
    assert_eq!(ann.say(&room.id, "c-4", "and again").await.seq, 4);
}
