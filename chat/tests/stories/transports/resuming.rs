//! Connections break: nothing is lost, and nothing comes twice.

use testkit::{ANN, BO, BookedRoom, Break, Cut, Http, Proxy, SOON, Way, until};
use wire::chat::Messages;
use wire::stomp::{StompCommand, StompFrame};

use super::client::Transport;
use crate::server::Server;
use crate::stomp::peer::StompPeer;

#[tokio::test]
async fn cht_143_who_comes_back_has_all_that_was_missed_once() {
    let server = Server::start().await;
    for (n, transport) in Transport::ALL.into_iter().enumerate() {
        let BookedRoom(room) = BookedRoom::new();
        let mut ann = Transport::ALL[(n + 1) % 4]
            .client(&server, ANN, &room)
            .await;
        let mut bo = transport.client(&server, BO, &room).await;
        let mut count = 0;
        for round in 0..3 {
            for n in 0..10 {
                ann.send(&format!("c-{round}-{n}"), "hi").await.unwrap();
            }
            for _ in 0..10 {
                count += 1;
                assert_eq!(bo.receive().await.seq, count, "{transport:?}");
            }
            bo.cut().await;
            for n in 10..70 {
                ann.send(&format!("c-{round}-{n}"), "missed").await.unwrap();
            }
            bo.resume().await;
            for _ in 10..70 {
                count += 1;
                assert_eq!(bo.receive().await.seq, count, "{transport:?}");
            }
        }
    }
}

/// The reply of one transport never arrives; the same message is sent again by another.
#[tokio::test]
async fn cht_145_cut_between_request_and_reply_and_sent_again_elsewhere_it_is_one_message() {
    let server = Server::start().await;
    for again in Transport::ALL {
        let BookedRoom(room) = BookedRoom::new();
        let http = server.http(BO, &room);
        let messages = server.url(&format!("/v1/rooms/{}/messages", room.id));
        let proxy = Proxy::to(&server.stomp_url()).await;
        let ticket = server.ticket(ANN, &room);
        let peer = StompPeer::connect(&proxy.through(&server.stomp_url()), &ticket).await;
        let (way, how) = (Way::ToClient, Break::Reset);
        proxy.newest().cut(Cut { way, after: 0, how });
        let to = format!("/app/rooms/{}", room.id);
        let headers = [
            ("destination", to.as_str()),
            ("client-id", "c-1"),
            ("receipt", "r"),
        ];
        let mut peer = peer;
        peer.send(StompCommand::Send, &headers, "once").await;
        stored(&http, &messages, 1).await;
        peer.close().await;
        let answered = |frame: &StompFrame| frame.header("receipt-id") == Some("r");
        assert_eq!(peer.count(answered), 0, "its reply was lost");
        let mut ann = again.client(&server, ANN, &room).await;
        let (seq, _) = ann.send("c-1", "once").await.unwrap();
        assert_eq!(seq, 1, "{again:?}");
        ann.send("c-2", "next").await.unwrap();
        let page = stored(&http, &messages, 2).await;
        let keys: Vec<&str> = page.messages.iter().map(|m| m.client_id.as_str()).collect();
        assert_eq!(keys, ["c-1", "c-2"], "{again:?}");
    }
}

/// The room's messages, once there are so many.
async fn stored(http: &Http, messages: &str, count: u64) -> Messages {
    until("the message", SOON, async || {
        let page: Messages = http.get(messages).await.json(200);
        (page.last_seq == count).then_some(page)
    })
    .await
}
