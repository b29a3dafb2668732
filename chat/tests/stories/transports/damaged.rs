//! A message that was damaged in the file: whoever reads it, by whatever way, sees that it is, and nothing in its place.

use storage::DatabaseUrl;
use testkit::{ANN, BO, BookedRoom, Http, SOON};
use wire::Page;
use wire::chat::{ExportedRoom, History, Message, Messages};

use super::client::Transport;
use crate::server::Server;

/// What the second message says, and nothing else in the file.
const SAID: &str = "what will be damaged";

/// Changes one bit of the text, wherever the file has it.
fn damage(server: &Server) {
    let file = server.data.path().join("chat/chat.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let places: Vec<usize> = bytes
        .windows(SAID.len())
        .enumerate()
        .filter_map(|(at, found)| (found == SAID.as_bytes()).then_some(at))
        .collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at] ^= 1;
    }
    std::fs::write(&file, bytes).unwrap();
}

fn is_damaged(message: &Message) -> bool {
    assert_eq!(message.corrupt, message.body.is_empty());
    message.corrupt
}

#[tokio::test]
async fn cht_126_a_damaged_message_is_shown_as_such_by_every_way() {
    let mut server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut clients = Vec::new();
    for transport in Transport::ALL {
        let mut client = transport.client(&server, BO, &room).await;
        client.cut().await;
        clients.push(client);
    }
    for (key, text) in [("c-1", "before"), ("c-2", SAID), ("c-3", "after")] {
        ann.say(&room.id, key, text).await;
    }
    drop(ann);
    server.stop().await;
    damage(&server);
    server.restart().await;
    for (transport, client) in Transport::ALL.iter().zip(&mut clients) {
        client.resume().await;
        for (seq, damaged) in [(1, false), (2, true), (3, false)] {
            let message = client.receive().await;
            assert_eq!(
                (message.seq, is_damaged(&message)),
                (seq, damaged),
                "{transport:?}"
            );
        }
    }
    // History over the socket, and what a retry hears.
    let mut ann = server.peer(ANN, &room).await;
    let history = History {
        room: room.id.clone(),
        before: None,
        after: Some(1),
        limit: None,
    };
    ann.send_numbered(history).await;
    let page: Messages = ann.expect(SOON).await;
    let shown: Vec<bool> = page.messages.iter().map(is_damaged).collect();
    assert_eq!(shown, [true, false]);
    assert_eq!(ann.say(&room.id, "c-2", SAID).await.seq, 2);
    // An export.
    let http = Http::bearer(&server.ticket(ANN, &room));
    let export: Page<ExportedRoom> = http.get(&server.url("/v1/export")).await.json(200);
    let shown: Vec<bool> = export.items[0].messages.iter().map(is_damaged).collect();
    assert_eq!(shown, [false, true, false]);
    let metrics = Http::new().get(&server.metrics).await;
    let metrics = metrics.body.as_str().unwrap_or_default().to_owned();
    assert!(
        metrics.contains("chat_messages_corrupt_total 1"),
        "told of once"
    );
    let rooms = DatabaseUrl::sqlite(server.data.path().join("chat/chat.db"));
    let messages = chat::MessagesUrl::Sqlite(rooms.clone());
    let options = storage::DatabaseOptions::default();
    let report = chat::verify(&rooms, &messages, &options).await.unwrap();
    assert_eq!((report.messages, report.faults), (3, 1));
}
