//! Files as a process leaves them that dies, and what becomes of them before the next start.

mod behind;

use std::path::Path;

use chat_core::{ChainSalt, HistoryPage, MessageDraft};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use service::StartError;
use service::realtime::RealtimeConfig;
use tempfile::TempDir;
use wire::chat::Message;
use wire::{Participant, UnixMs};

use super::find_lost_tail;
use crate::config::Config;
use crate::databases::{self, ServiceStores};
use crate::store::{MessageStore, NewMessage, Opening, RoomChanges, RoomStore};

/// Logs of which one bit is flipped.
const FLIPS: usize = 200;

fn config(data: &Path) -> Config {
    let realtime = RealtimeConfig {
        data_dir: data.to_owned(),
        ..RealtimeConfig::on_port(8082)
    };
    Config::new(realtime)
}

fn new(room: &str, n: usize) -> NewMessage {
    NewMessage {
        draft: MessageDraft {
            room: room.into(),
            from: "ann".into(),
            client_id: format!("c-{n}"),
            body: format!("number {n}"),
            ttl_ms: None,
        },
        message_id: uuid::Uuid::now_v7().to_string(),
        sent_at: UnixMs(1),
        salt: ChainSalt(rand::random()),
        room_bytes: u64::MAX,
    }
}

async fn append(stores: &ServiceStores, room: &str, n: usize) -> Message {
    match stores.append(&[new(room, n)]).await.remove(0).unwrap() {
        crate::store::Appended::Stored(message) => message,
        other => panic!("{other:?}"),
    }
}

fn room(id: &str) -> RoomChanges {
    let opening = Opening {
        room: id.into(),
        epoch: "first".to_owned(),
        members: vec![Participant {
            user_id: "ann".into(),
            name: "Ann".to_owned(),
        }],
        revision: None,
        at: UnixMs(1),
    };
    RoomChanges {
        openings: vec![opening],
        ..RoomChanges::default()
    }
}

/// The files of a process that died: what is written is in the log of the database, and was acknowledged.
async fn died(messages: usize) -> (TempDir, Vec<Message>) {
    let live = tempfile::tempdir().unwrap();
    let stores = databases::open(&config(live.path())).await.unwrap();
    for id in ["r", "q"] {
        stores.apply(&room(id)).await.unwrap();
    }
    let mut acknowledged = Vec::new();
    for n in 0..messages {
        acknowledged.push(append(&stores, ["r", "q"][n % 2], n).await);
    }
    let left = tempfile::tempdir().unwrap();
    copy(live.path(), left.path());
    stores.rooms.close().await;
    (left, acknowledged)
}

fn copy(from: &Path, to: &Path) {
    let (from, to) = (from.join("chat"), to.join("chat"));
    std::fs::create_dir_all(&to).unwrap();
    for name in ["chat.db", "chat.db-wal", "chat.db-mark"] {
        std::fs::copy(from.join(name), to.join(name)).unwrap();
    }
}

fn file(data: &Path, suffix: &str) -> std::path::PathBuf {
    data.join("chat").join(format!("chat.db{suffix}"))
}

fn contents(data: &Path) -> Vec<Option<Vec<u8>>> {
    // Whoever looks at a file makes its log, and leaves it empty.
    let content = |suffix| {
        let content = std::fs::read(file(data, suffix)).ok();
        content.filter(|bytes| !bytes.is_empty())
    };
    ["", "-wal", "-mark"].into_iter().map(content).collect()
}

async fn all(stores: &ServiceStores) -> Vec<Message> {
    let mut all = stores.last(1_000).await.unwrap();
    all.sort_by(|a, b| (&a.room, a.seq).cmp(&(&b.room, b.seq)));
    all
}

/// The refusal of a start, which left the files as they were.
async fn refused(data: &Path) -> String {
    let before = contents(data);
    let refusal = databases::open(&config(data)).await.unwrap_err();
    assert!(before == contents(data), "nothing was changed");
    match refusal {
        StartError::Refused(line) => line,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn cht_121_whoever_died_left_all_that_was_acknowledged() {
    let (left, mut acknowledged) = died(9).await;
    assert_eq!(find_lost_tail(&file(left.path(), "")).await.unwrap(), None);
    let stores = databases::open(&config(left.path())).await.unwrap();
    acknowledged.sort_by(|a, b| (&a.room, a.seq).cmp(&(&b.room, b.seq)));
    assert_eq!(all(&stores).await, acknowledged);
    stores.rooms.close().await;
    stores.messages.close().await;
    // Folded in, the log is gone, and nothing is missed.
    assert_eq!(find_lost_tail(&file(left.path(), "")).await.unwrap(), None);
}

#[tokio::test]
async fn cht_121_without_its_log_a_file_is_refused_by_name_and_left_alone() {
    let (left, acknowledged) = died(9).await;
    std::fs::remove_file(file(left.path(), "-wal")).unwrap();
    let line = refused(left.path()).await;
    let last = acknowledged.last().unwrap();
    for part in [
        "storage_lost_tail: ",
        &format!(
            "room {} had message {}, and 0 is the last",
            last.room, last.seq
        ),
        "chat.accepted_loss = [\"",
        "Messages that are gone",
    ] {
        assert!(line.contains(part), "{line}");
    }
    assert_eq!(refused(left.path()).await, line, "and again");
    // Put back, all is there.
    let (whole, _) = died(1).await;
    drop(whole);
    std::fs::remove_file(file(left.path(), "")).unwrap();
    assert!(
        refused(left.path()).await.contains("storage_lost_tail"),
        "no file is no history"
    );
}

#[tokio::test]
async fn cht_121_what_no_mark_speaks_of_is_not_missed() {
    let (left, _) = died(3).await;
    std::fs::remove_file(file(left.path(), "-mark")).unwrap();
    let stores = databases::open(&config(left.path())).await.unwrap();
    assert_eq!(all(&stores).await.len(), 3);
    stores.rooms.close().await;
    stores.messages.close().await;
    // The start has made one.
    std::fs::remove_file(file(left.path(), "")).unwrap();
    refused(left.path()).await;
}

#[tokio::test]
async fn cht_121_a_mark_that_is_behind_is_a_lower_bound() {
    let (left, _) = died(6).await;
    let old = std::fs::read(file(left.path(), "-mark")).unwrap();
    let stores = databases::open(&config(left.path())).await.unwrap();
    append(&stores, "r", 100).await;
    stores.rooms.close().await;
    stores.messages.close().await;
    std::fs::write(file(left.path(), "-mark"), old).unwrap();
    let stores = databases::open(&config(left.path())).await.unwrap();
    assert_eq!(all(&stores).await.len(), 7);
}

/// The name that a refusal told.
fn name(line: &str) -> String {
    let rest = line.split_once("accepted_loss = [\"").unwrap().1;
    rest.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn cht_122_a_loss_is_accepted_by_its_name_once_and_voids_every_cursor() {
    let (left, _) = died(2).await;
    let backup = tempfile::tempdir().unwrap();
    copy(left.path(), backup.path());
    let stores = databases::open(&config(left.path())).await.unwrap();
    append(&stores, "r", 3).await;
    stores.rooms.close().await;
    stores.messages.close().await;
    // The backup comes back, and its log; the mark is that of what was lost.
    for suffix in ["", "-wal"] {
        std::fs::copy(file(backup.path(), suffix), file(left.path(), suffix)).unwrap();
    }
    let line = refused(left.path()).await;
    assert!(
        line.contains("room r had message 2, and 1 is the last"),
        "{line}"
    );
    let mut accepting = config(left.path());
    accepting.accepted_loss = vec!["another".to_owned()];
    assert!(databases::open(&accepting).await.is_err());
    accepting.accepted_loss.push(name(&line));
    let stores = databases::open(&accepting).await.unwrap();
    assert_eq!(all(&stores).await.len(), 2);
    let rooms = stores.rooms(&["q".into(), "r".into()]).await.unwrap();
    assert!(rooms.iter().all(|room| room.epoch != "first"), "{rooms:?}");
    let again = append(&stores, "r", 4).await;
    assert_eq!(again.seq, 2, "its number is given anew");
    stores.rooms.close().await;
    stores.messages.close().await;
    // The same name says nothing of the next loss, and nothing is to be accepted any more.
    let epoch = rooms[0].epoch.clone();
    let stores = databases::open(&config(left.path())).await.unwrap();
    let rooms = stores.rooms(&["q".into()]).await.unwrap();
    assert_eq!(rooms[0].epoch, epoch);
    stores.rooms.close().await;
    stores.messages.close().await;
    for suffix in ["", "-wal"] {
        std::fs::copy(file(backup.path(), suffix), file(left.path(), suffix)).unwrap();
    }
    assert!(databases::open(&accepting).await.is_err());
}

#[tokio::test]
async fn flt_66_of_a_log_with_a_flipped_bit_all_is_there_or_the_start_is_refused() {
    let (left, mut acknowledged) = died(40).await;
    acknowledged.sort_by(|a, b| (&a.room, a.seq).cmp(&(&b.room, b.seq)));
    let log = std::fs::read(file(left.path(), "-wal")).unwrap();
    let mut random = StdRng::seed_from_u64(15);
    let (mut refusals, mut whole) = (0, 0);
    for _ in 0..FLIPS {
        let (at, bit) = (random.random_range(0..log.len()), random.random_range(0..8));
        let mut flipped = log.clone();
        flipped[at] ^= 1 << bit;
        let damaged = tempfile::tempdir().unwrap();
        copy(left.path(), damaged.path());
        std::fs::write(file(damaged.path(), "-wal"), flipped).unwrap();
        let before = contents(damaged.path());
        match databases::open(&config(damaged.path())).await {
            Err(StartError::Refused(line)) => {
                assert!(line.contains("storage_lost_tail"), "{line}");
                assert!(before == contents(damaged.path()), "byte {at}, bit {bit}");
                refusals += 1;
            }
            Err(other) => panic!("byte {at}, bit {bit}: {other}"),
            Ok(stores) => {
                assert_eq!(all(&stores).await, acknowledged, "byte {at}, bit {bit}");
                for room in ["r", "q"] {
                    let page = HistoryPage::asked(None, None, Some(200)).unwrap();
                    let page = stores.page(&room.into(), page).await.unwrap();
                    assert!(page.iter().all(|message| !message.corrupt));
                }
                stores.rooms.close().await;
                whole += 1;
            }
        }
    }
    assert!(refusals > FLIPS / 2, "{refusals} refused, {whole} whole");
}

#[tokio::test]
async fn flt_67_without_the_index_of_its_log_a_file_is_whole() {
    let (left, acknowledged) = died(9).await;
    std::fs::write(file(left.path(), "-shm"), b"what an earlier process left").unwrap();
    let stores = databases::open(&config(left.path())).await.unwrap();
    assert_eq!(all(&stores).await.len(), acknowledged.len());
    stores.rooms.close().await;
    stores.messages.close().await;
    std::fs::remove_file(file(left.path(), "-shm")).ok();
    let stores = databases::open(&config(left.path())).await.unwrap();
    assert_eq!(all(&stores).await.len(), acknowledged.len());
}
