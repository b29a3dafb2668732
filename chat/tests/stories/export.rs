//! What is a person's own, page by page.

use std::collections::BTreeMap;

use serde_json::json;
use testkit::{ANN, BO, BookedRoom, Http};
use wire::chat::ExportedRoom;
use wire::{ChatRoomGrant, Page};

use crate::server::Server;

async fn post(server: &Server, user: &str, room: &ChatRoomGrant, key: &str) {
    let url = server.url(&format!("/v1/rooms/{}/messages", room.id));
    let body = json!({"client_id": key, "body": format!("{key} of {user}")});
    assert_eq!(server.http(user, room).post(&url, body).await.status, 201);
}

/// Every page, of `limit` messages and rooms each.
async fn pages(server: &Server, http: &Http, limit: u32) -> Vec<Page<ExportedRoom>> {
    let mut pages: Vec<Page<ExportedRoom>> = Vec::new();
    loop {
        let cursor = pages.last().and_then(|page| page.next_cursor.as_ref());
        let cursor = cursor.map_or(String::new(), |cursor| format!("&cursor={cursor}"));
        let url = server.url(&format!("/v1/export?limit={limit}{cursor}"));
        let page: Page<ExportedRoom> = http.get(&url).await.json(200);
        let last = page.next_cursor.is_none();
        pages.push(page);
        assert!(pages.len() < 50, "it has an end");
        if last {
            return pages;
        }
    }
}

#[tokio::test]
async fn cht_92_an_export_has_ones_rooms_positions_and_messages_and_nothing_else() {
    let server = Server::start().await;
    let rooms = [(); 3].map(|()| BookedRoom::new().0);
    for n in 1..=5 {
        post(&server, ANN, &rooms[0], &format!("c-{n}")).await;
        post(&server, BO, &rooms[0], &format!("c-{n}")).await;
    }
    post(&server, BO, &rooms[1], "c-1").await;
    let read = server.url(&format!("/v1/rooms/{}/read", rooms[0].id));
    let ann = Http::bearer(&server.signer.chat(ANN, &rooms));
    assert_eq!(ann.put(&read, json!({"seq": 10})).await.status, 200);
    for limit in [1, 2, 200] {
        let mut exported = BTreeMap::new();
        for page in pages(&server, &ann, limit).await {
            let messages: usize = page.items.iter().map(|room| room.messages.len()).sum();
            assert!(page.items.len().max(messages) <= limit as usize);
            for room in page.items {
                let known = exported.entry(room.room.clone());
                let known = known.or_insert_with(|| ExportedRoom {
                    messages: Vec::new(),
                    ..room.clone()
                });
                known.messages.extend(room.messages);
            }
        }
        let ids: Vec<_> = exported.keys().cloned().collect();
        let mut expected: Vec<_> = rooms.iter().map(|room| room.id.clone()).collect();
        expected.sort();
        assert_eq!(ids, expected);
        let first = &exported[&rooms[0].id];
        let seqs: Vec<_> = first.messages.iter().map(|message| message.seq).collect();
        assert_eq!(seqs, [1, 3, 5, 7, 9]);
        assert!(
            first
                .messages
                .iter()
                .all(|message| message.from.as_str() == ANN)
        );
        assert_eq!(
            (first.read_seq, first.last_seq, first.members.len()),
            (10, 10, 2)
        );
        let second = &exported[&rooms[1].id];
        assert!(second.messages.is_empty() && second.read_seq == 0 && second.last_seq == 1);
    }
}

#[tokio::test]
async fn cht_93_an_export_is_of_the_tickets_rooms_and_may_not_be_asked_for_without_end() {
    let server = Server::with(|limits| limits.export_pages_per_hour = 3).await;
    let rooms = [(); 2].map(|()| BookedRoom::new().0);
    let all = Http::bearer(&server.signer.chat(BO, &rooms));
    let mut claims = server.signer.chat_claims(ANN, &rooms);
    claims.only = Some(vec![rooms[1].id.clone()]);
    let ann = Http::bearer(&server.signer.sign_claims(&claims));
    for (query, status, code) in [
        ("cursor=%21", 400, "bad_cursor"),
        ("limit=0", 422, "invalid_field"),
    ] {
        let answer = ann.get(&server.url(&format!("/v1/export?{query}"))).await;
        assert_eq!(answer.problem(status), code);
    }
    let url = server.url("/v1/export");
    for _ in 0..3 {
        let page: Page<ExportedRoom> = ann.get(&url).await.json(200);
        assert_eq!(page.items.len(), 1);
        assert_eq!(page.items[0].room, rooms[1].id);
    }
    let answer = ann.get(&url).await;
    assert_eq!(answer.problem(429), "rate_limited");
    assert!(answer.headers.contains_key("retry-after"));
    let page: Page<ExportedRoom> = all.get(&url).await.json(200);
    assert_eq!(page.items.len(), 2);
}
