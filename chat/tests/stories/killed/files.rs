//! What is left of the files after a kill decides about the next start.

use std::path::Path;

use service::StartError;
use testkit::{ANN, BookedRoom, ChatPeer, Http, TicketSigner};
use wire::chat::Messages;

use super::Victim;
use crate::server::{config, generous};

/// Starts chat on those files, in this process; why it did not.
async fn refusal(data: &Path, scheduler: &str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = config(data, scheduler, generous());
    match chat::run(listener, config, service::Shutdown::new()).await {
        Err(StartError::Refused(line)) => line,
        Err(other) => panic!("{other}"),
        Ok(()) => panic!("it started"),
    }
}

#[tokio::test]
async fn flt_67_a_log_that_was_removed_is_refused_and_its_index_is_not_missed() {
    let signer = TicketSigner::start().await;
    let data = tempfile::tempdir().unwrap();
    let BookedRoom(room) = BookedRoom::new();
    let ticket = signer.chat(ANN, std::slice::from_ref(&room));
    let mut victim = Victim::start(data.path(), signer.url(), "").await;
    let mut ann = ChatPeer::hello(&victim.url(), &ticket, "phone").await;
    for n in 1..=20 {
        ann.say(&room.id, &format!("c-{n}"), "hi").await;
    }
    victim.kill();
    let file = |suffix: &str| data.path().join(format!("chat/chat.db{suffix}"));
    std::fs::remove_file(file("-shm")).unwrap();
    let mut victim = Victim::start(data.path(), signer.url(), "").await;
    let url = format!("{}/v1/rooms/{}/messages", victim.http_url(), room.id);
    let page: Messages = Http::bearer(&ticket).get(&url).await.json(200);
    assert_eq!(page.messages.len(), 20);
    assert!(page.messages.iter().all(|message| !message.corrupt));
    let mut ann = ChatPeer::hello(&victim.url(), &ticket, "phone").await;
    ann.say(&room.id, "c-21", "hi").await;
    victim.kill();
    let log = file("-wal");
    let aside = file("-wal.aside");
    std::fs::rename(&log, &aside).unwrap();
    let line = refusal(data.path(), signer.url()).await;
    assert!(line.starts_with("storage_lost_tail: "), "{line}");
    assert!(
        line.contains(&format!("room {} had message 21", room.id)),
        "{line}"
    );
    // Put back it is whole.
    std::fs::rename(&aside, &log).unwrap();
    let victim = Victim::start(data.path(), signer.url(), "").await;
    let url = format!("{}/v1/rooms/{}/messages", victim.http_url(), room.id);
    let page: Messages = Http::bearer(&ticket).get(&url).await.json(200);
    assert_eq!(page.messages.len(), 21);
}
