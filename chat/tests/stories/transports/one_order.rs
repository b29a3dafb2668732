//! All of them in one room: each message once, in one order, byte for byte.

use testkit::{ANN, BO, BookedRoom};
use wire::chat::Message;

use super::client::{ChatClient, Transport};
use crate::server::Server;

/// Messages of each client.
const EACH: usize = 5;

#[tokio::test]
async fn cht_143_four_transports_in_one_room_are_one_order() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut clients: Vec<Box<dyn ChatClient>> = Vec::new();
    for (n, transport) in Transport::ALL.into_iter().enumerate() {
        let user = [ANN, BO][n % 2];
        clients.push(transport.client(&server, user, &room).await);
    }
    let [first, second, third, fourth] = clients.as_mut_slice() else {
        panic!("there are four");
    };
    tokio::join!(
        write(first.as_mut(), 0),
        write(second.as_mut(), 1),
        write(third.as_mut(), 2),
        write(fourth.as_mut(), 3),
    );
    let mut seen: Vec<Vec<Message>> = Vec::new();
    for client in &mut clients {
        let mut messages = Vec::new();
        for _ in 0..EACH * Transport::ALL.len() {
            messages.push(client.receive().await);
        }
        seen.push(messages);
    }
    let order = |messages: &[Message]| -> Vec<(u64, String, String)> {
        let facts = |m: &Message| (m.seq, m.message_id.clone(), m.body.clone());
        messages.iter().map(facts).collect()
    };
    for messages in &seen {
        assert_eq!(order(messages), order(&seen[0]));
        let ids: Vec<&str> = messages.iter().map(|m| m.message_id.as_str()).collect();
        assert!(ids.is_sorted(), "ordered by time");
    }
}

async fn write(client: &mut dyn ChatClient, number: usize) {
    for n in 0..EACH {
        let key = format!("c-{number}-{n}");
        client.send(&key, &format!("{number}: {n}")).await.unwrap();
    }
}

#[tokio::test]
async fn cht_143_what_one_has_read_is_told_to_the_other() {
    let server = Server::start().await;
    for (n, reader) in Transport::ALL.into_iter().enumerate() {
        let teller = Transport::ALL[(n + 1) % 4];
        let BookedRoom(room) = BookedRoom::new();
        let mut ann = teller.client(&server, ANN, &room).await;
        let mut bo = reader.client(&server, BO, &room).await;
        for key in ["c-1", "c-2", "c-3"] {
            ann.send(key, "hi").await.unwrap();
        }
        for _ in 0..3 {
            bo.receive().await;
        }
        bo.read(2).await;
        ann.sees_read(BO, 2).await;
        bo.read(3).await;
        ann.sees_read(BO, 3).await;
    }
}

#[tokio::test]
async fn cht_144_texts_come_through_byte_for_byte() {
    let texts = [
        "https://example.org/a?b=c&d=%20#e",
        "👩‍👩‍👧‍👦 family, 🏳️‍🌈 flag",
        "🇰🇷🇩🇪 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
        "👍🏻👍🏽👍🏿 🧑🏾‍💻",
        "한국어 조합",
        "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}",
        "e\u{301} é: a\\nb \\c \\\\ colon: end:",
        "line\nline\ttab",
    ];
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut clients: Vec<Box<dyn ChatClient>> = Vec::new();
    for transport in Transport::ALL {
        clients.push(transport.client(&server, ANN, &room).await);
    }
    let mut sent = Vec::new();
    for (n, client) in clients.iter_mut().enumerate() {
        for (k, text) in texts.into_iter().enumerate() {
            client.send(&format!("c-{n}-{k}"), text).await.unwrap();
            sent.push(text);
        }
    }
    for (n, client) in clients.iter_mut().enumerate() {
        for text in &sent {
            assert_eq!(
                client.receive().await.body.as_bytes(),
                text.as_bytes(),
                "{n}"
            );
        }
    }
}
