//! How a connection ends: by the client, and by the service.

use testkit::{ANN, BO, BookedRoom, SOON};
use wire::chat::{AskPresence, Presence, PresenceState};
use wire::stomp::StompCommand;

use super::peer::{StompPeer, text};
use crate::server::Server;

#[tokio::test]
async fn cht_141_a_goodbye_is_answered_after_everything_before_it_and_needs_no_grace() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut bo = server.peer(BO, &room).await;
    let mut ann = StompPeer::connect(&server.stomp_url(), &server.ticket(ANN, &room)).await;
    let watch = AskPresence {
        users: vec![ANN.into()],
        subscribe: true,
    };
    bo.send(watch).await;
    while bo.expect::<Presence>(SOON).await.state != PresenceState::Online {}
    let to = format!("/app/rooms/{}", room.id);
    let mut all = String::new();
    for n in 0..20 {
        let key = format!("c-{n}");
        let headers = [
            ("destination", to.as_str()),
            ("client-id", &key),
            ("receipt", &key),
        ];
        all += &text(StompCommand::Send, &headers, "hi");
    }
    all += &text(StompCommand::Disconnect, &[("receipt", "bye")], "");
    // What follows a goodbye is not taken.
    all += &text(
        StompCommand::Send,
        &[("destination", &to), ("client-id", "late")],
        "late",
    );
    ann.socket.send_text(all).await;
    ann.receipt("bye").await;
    let receipts = ann.count(|frame| frame.command == StompCommand::Receipt);
    assert_eq!(receipts, 20, "each before the last one");
    assert_eq!(ann.close().await, Some(1000));
    // Sooner than the grace of 30 s of a connection that was lost.
    while bo.expect::<Presence>(SOON).await.state != PresenceState::Offline {}
    assert_eq!(bo.say(&room.id, "c", "hi").await.seq, 21);
}

#[tokio::test]
async fn cht_142_a_service_that_stops_says_when_to_come_back() {
    let mut server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = StompPeer::connect(&server.stomp_url(), &server.ticket(ANN, &room)).await;
    server.stop().await;
    let error = ann
        .expect("ERROR", |frame| frame.command == StompCommand::Error)
        .await;
    assert_eq!(error.header("code"), Some("going_away"));
    assert!(
        error
            .header("retry-after-ms")
            .unwrap()
            .parse::<u64>()
            .is_ok()
    );
    assert_eq!(ann.close().await, Some(4000));
}
