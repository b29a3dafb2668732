//! Single bits of a file that were flipped while nothing had it open.

use std::path::Path;

use chat::store::sql::{SqlMessages, SqlRooms};
use chat::store::{MessageStore, verify_messages};
use chat_core::HistoryPage;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use storage::{Database, Schema};
use wire::chat::Message;

use crate::contract::{append, new};

/// Files that are damaged, each in one bit.
const FLIPS: usize = 200;
/// Messages of the file, in two rooms.
const MESSAGES: usize = 60;

fn body(n: usize) -> String {
    format!("what is said as number {n}, {}", "and more ".repeat(n % 5))
}

/// A file that was closed, and what it holds.
async fn written(path: &Path) -> Vec<Message> {
    let database = Database::open_file(path, Schema::chat()).await.unwrap();
    let messages = SqlMessages::new(database);
    for n in 0..MESSAGES {
        let new = new(["r", "q"][n % 2], "ann", &format!("c-{n}"), &body(n));
        append(&messages, &[new]).await;
    }
    let all = messages.last(1_000).await.unwrap();
    messages.close().await;
    assert_eq!(all.len(), MESSAGES);
    all
}

/// What can be read of a damaged file, room by room.
async fn read(path: &Path) -> Vec<Message> {
    let Ok(database) = Database::open_file(path, Schema::chat()).await else {
        return Vec::new();
    };
    let messages = SqlMessages::new(database.clone());
    let mut found = Vec::new();
    for room in ["r", "q"] {
        for page in [
            HistoryPage::asked(None, Some(0), Some(200)).unwrap(),
            HistoryPage::asked(None, None, Some(200)).unwrap(),
        ] {
            found.extend(messages.page(&room.into(), page).await.unwrap_or_default());
        }
    }
    found.extend(messages.last(1_000).await.unwrap_or_default());
    let heads = messages.heads(&["r".into(), "q".into()]).await;
    found.extend(
        heads
            .unwrap_or_default()
            .into_iter()
            .filter_map(|head| head.last),
    );
    messages.close().await;
    found
}

#[tokio::test]
async fn flt_65_a_flipped_bit_is_never_told_as_something_that_was_said() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.db");
    let said = written(&whole).await;
    let bytes = std::fs::read(&whole).unwrap();
    let seed = 15;
    let mut random = StdRng::seed_from_u64(seed);
    let mut shown_damaged = 0;
    for flip in 0..FLIPS {
        let (at, bit) = (
            random.random_range(0..bytes.len()),
            random.random_range(0..8),
        );
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << bit;
        let path = folder.path().join(format!("{flip}.db"));
        std::fs::write(&path, flipped).unwrap();
        let found = read(&path).await;
        for message in &found {
            match message.corrupt {
                true => assert_eq!(message.body, "", "byte {at}, bit {bit}"),
                false => assert!(said.contains(message), "byte {at}, bit {bit}: {message:?}"),
            }
        }
        shown_damaged += usize::from(found.iter().any(|message| message.corrupt));
        std::fs::remove_file(&path).unwrap();
    }
    assert!(shown_damaged > 0, "some hit a message");
}

#[tokio::test]
async fn flt_65_a_flipped_bit_of_a_text_damages_that_message_alone() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.db");
    let said = written(&whole).await;
    let bytes = std::fs::read(&whole).unwrap();
    let mut random = StdRng::seed_from_u64(15);
    for n in (0..MESSAGES).step_by(12) {
        let text = body(n).into_bytes();
        let mut flipped = bytes.clone();
        // It may stand in room that is free, too.
        let places = bytes.windows(text.len()).enumerate();
        let places: Vec<usize> = places
            .filter(|(_, at)| *at == text)
            .map(|(at, _)| at)
            .collect();
        let (offset, bit) = (
            random.random_range(0..text.len()),
            random.random_range(0..8),
        );
        for at in &places {
            flipped[at + offset] ^= 1 << bit;
        }
        let path = folder.path().join(format!("{n}.db"));
        std::fs::write(&path, flipped).unwrap();
        let database = Database::open_file(&path, Schema::chat()).await.unwrap();
        let (rooms, messages) = (SqlRooms::new(database.clone()), SqlMessages::new(database));
        let found = messages.last(1_000).await.unwrap();
        for (message, original) in found.iter().zip(&said) {
            let is_hit = original.body == body(n);
            assert_eq!(message.corrupt, is_hit);
            assert_eq!(
                message.body,
                if is_hit { "" } else { original.body.as_str() }
            );
        }
        let report = verify_messages(&rooms, &messages).await.unwrap();
        assert_eq!((report.messages, report.faults), (MESSAGES as u64, 1));
        messages.close().await;
    }
}
