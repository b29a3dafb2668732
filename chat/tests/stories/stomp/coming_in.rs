//! `CONNECT`: who is let in, and what is agreed.

use testkit::{ANN, BookedRoom, TestSocket, now};
use wire::stomp::{STOMP_SUBPROTOCOL, StompCommand};

use super::peer::StompPeer;
use crate::server::Server;

#[tokio::test]
async fn cht_134_a_ticket_lets_in_by_passcode_or_by_the_upgrade() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let ticket = server.ticket(ANN, &room);
    let authorization = format!("Bearer {ticket}");
    let upgrade = [
        ("Sec-WebSocket-Protocol", STOMP_SUBPROTOCOL),
        ("Authorization", authorization.as_str()),
    ];
    let socket = TestSocket::try_connect(&server.stomp_url(), &upgrade).await;
    let mut by_upgrade = StompPeer::on(socket.unwrap());
    by_upgrade.say_hello(&[("heart-beat", "10000,10000")]).await;
    let mut by_passcode = StompPeer::open(&server.stomp_url()).await;
    let frame = [("accept-version", "1.1,1.2"), ("passcode", ticket.as_str())];
    by_passcode.send(StompCommand::Stomp, &frame, "").await;
    let mut sessions = Vec::new();
    for peer in [&mut by_upgrade, &mut by_passcode] {
        let connected = peer
            .expect("CONNECTED", |frame| {
                frame.command == StompCommand::Connected
            })
            .await;
        assert_eq!(connected.header("version"), Some("1.2"));
        assert_eq!(connected.header("heart-beat"), Some("5000,10000"));
        assert_eq!(connected.header("user-name"), Some(ANN));
        assert!(
            connected
                .header("server")
                .unwrap()
                .starts_with("rendezvous/")
        );
        sessions.push(connected.header("session").unwrap().to_owned());
    }
    assert_ne!(sessions[0], sessions[1]);
}

#[tokio::test]
async fn cht_134_who_is_not_let_in_is_told_why_and_closed() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut old = server.signer.chat_claims(ANN, std::slice::from_ref(&room));
    old.common.exp = now().as_secs() - 120;
    let mut elsewhere = server.signer.chat_claims(ANN, &[]);
    elsewhere.common.origins = Some(vec!["https://shop.example".to_owned()]);
    let (old, elsewhere) = (
        server.signer.sign_claims(&old),
        server.signer.sign_claims(&elsewhere),
    );
    let no_ticket = ("unauthenticated", 4501);
    for (ticket, origin, (code, close)) in [
        (None, None, no_ticket),
        (Some("nonsense"), None, no_ticket),
        (Some(old.as_str()), None, no_ticket),
        (
            Some(elsewhere.as_str()),
            Some("http://localhost:8080"),
            ("origin_not_allowed", 4502),
        ),
    ] {
        let mut upgrade = vec![("Sec-WebSocket-Protocol", STOMP_SUBPROTOCOL)];
        upgrade.extend(origin.map(|origin| ("Origin", origin)));
        let socket = TestSocket::try_connect(&server.stomp_url(), &upgrade).await;
        let mut peer = StompPeer::on(socket.unwrap());
        let passcode: Vec<(&str, &str)> = ticket.iter().map(|it| ("passcode", *it)).collect();
        peer.say_hello(&passcode).await;
        assert_eq!(
            peer.end().await,
            (code.to_owned(), Some(close)),
            "{ticket:?}"
        );
    }
    let mut older = StompPeer::open(&server.stomp_url()).await;
    let headers = [("accept-version", "1.0,1.1"), ("passcode", "t")];
    older.send(StompCommand::Connect, &headers, "").await;
    assert_eq!(older.end().await, ("unsupported".to_owned(), Some(4500)));
    let mut hasty = StompPeer::open(&server.stomp_url()).await;
    hasty.send(StompCommand::Send, &[], "hi").await;
    assert_eq!(
        hasty.end().await,
        ("unauthenticated".to_owned(), Some(4501))
    );
    let from = [
        ("Sec-WebSocket-Protocol", STOMP_SUBPROTOCOL),
        ("Origin", "http://evil.example"),
    ];
    let refused = TestSocket::try_connect(&server.stomp_url(), &from).await;
    assert_eq!(refused.unwrap_err().status, 403);
}

#[tokio::test]
async fn cht_134_a_ticket_that_ends_closes_with_an_error() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut claims = server.signer.chat_claims(ANN, std::slice::from_ref(&room));
    claims.common.exp = now().as_secs() + 2;
    let ticket = server.signer.sign_claims(&claims);
    let mut ann = StompPeer::connect(&server.stomp_url(), &ticket).await;
    assert_eq!(ann.end().await, ("unauthenticated".to_owned(), Some(4501)));
}

#[tokio::test]
async fn cht_133_heart_beats_come_as_agreed() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = StompPeer::open(&server.stomp_url()).await;
    let ticket = server.ticket(ANN, &room);
    ann.say_hello(&[("passcode", &ticket), ("heart-beat", "0,1")])
        .await;
    ann.expect("CONNECTED", |frame| {
        frame.command == StompCommand::Connected
    })
    .await;
    let mut quiet = StompPeer::connect(&server.stomp_url(), &ticket).await;
    ann.beat().await;
    quiet.subscribe("rooms", "/user/queue/rooms", &[]).await;
    assert_eq!(quiet.beats, 0);
}
