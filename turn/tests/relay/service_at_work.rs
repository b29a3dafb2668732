//! The embedded server at work: both transports, both ways, what it counts, and what strangers do to it.

use std::net::SocketAddr;

use testkit::until;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use turn::client::{ClientError, Transport, TurnClient};

use crate::embedded::{Embedded, SOON, credential};

const BOTH: [Transport; 2] = [Transport::Udp, Transport::Tcp];

#[tokio::test]
async fn trn_42_a_peer_out_there_is_reached_over_udp_and_tcp() {
    let server = Embedded::allowing(&["127.0.0.0/8"]).await;
    for transport in BOTH {
        let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let there = peer.local_addr().unwrap();
        let mut ann = server.client(transport, "ann").await;
        let allocation = ann.allocate().await.unwrap();
        ann.permit(there).await.unwrap();
        ann.send(there, b"hello").await.unwrap();
        assert_eq!(
            received(&peer).await,
            (b"hello".to_vec(), allocation.relayed)
        );
        peer.send_to(b"hi", allocation.relayed).await.unwrap();
        assert_eq!(ann.receive(SOON).await.unwrap(), (there, b"hi".to_vec()));

        ann.bind(0x4001, there).await.unwrap();
        ann.send_through(0x4001, b"on a channel").await.unwrap();
        assert_eq!(received(&peer).await.0, b"on a channel");
        peer.send_to(b"too", allocation.relayed).await.unwrap();
        assert_eq!(ann.receive_through(0x4001, SOON).await.unwrap(), b"too");
    }
}

async fn received(peer: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = [0; 1500];
    let received = tokio::time::timeout(SOON, peer.recv_from(&mut buffer)).await;
    let (length, from) = received.expect("a datagram in time").unwrap();
    (buffer[..length].to_vec(), from)
}

#[tokio::test]
async fn trn_43_two_relays_of_one_machine_reach_each_other_without_an_exception() {
    let server = Embedded::start().await;
    for (one, other) in [BOTH, [Transport::Tcp, Transport::Udp]].map(|[one, other]| (one, other)) {
        let mut ann = server.client(one, "ann").await;
        let mut bo = server.client(other, "bo").await;
        let relay_of_ann = ann.allocate().await.unwrap().relayed;
        let relay_of_bo = bo.allocate().await.unwrap().relayed;
        ann.permit(relay_of_bo).await.unwrap();
        bo.permit(relay_of_ann).await.unwrap();
        ann.send(relay_of_bo, b"hello").await.unwrap();
        assert_eq!(
            bo.receive(SOON).await.unwrap(),
            (relay_of_ann, b"hello".to_vec())
        );
        bo.send(relay_of_ann, b"hi").await.unwrap();
        assert_eq!(
            ann.receive(SOON).await.unwrap(),
            (relay_of_bo, b"hi".to_vec())
        );
    }
}

#[tokio::test]
async fn trn_44_a_credential_that_has_ended_or_is_forged_is_401() {
    let server = Embedded::start().await;
    let (username, password) = credential("ann");
    let past = format!("1:{}", username.split_once(':').unwrap().1);
    let of_past = crate::embedded::secrets()[0].password(&past);
    for (username, password) in [
        (past.as_str(), of_past.as_str()),
        (&username, "guess"),
        ("ann", &password),
    ] {
        for transport in BOTH {
            let mut client = TurnClient::connect(transport, server.address, username, password)
                .await
                .unwrap();
            assert!(
                matches!(client.allocate().await, Err(ClientError::Refused(401))),
                "{username}"
            );
        }
    }
}

#[tokio::test]
async fn trn_45_a_connection_that_is_gone_frees_its_allocation_and_is_counted() {
    let server = Embedded::start().await;
    let mut ann = server.client(Transport::Tcp, "ann").await;
    let relayed = ann.allocate().await.unwrap().relayed;
    assert!(UdpSocket::bind(relayed).await.is_err(), "the port is held");
    drop(ann);
    until("the port is free", SOON, async || {
        UdpSocket::bind(relayed).await.ok()
    })
    .await;
    assert!(server.metric("turn_allocations_total").await >= 1.0);
}

#[tokio::test]
async fn trn_46_what_is_relayed_and_refused_is_in_the_metrics_and_no_name_is() {
    let server = Embedded::start().await;
    let before = server.metric("turn_relayed_bytes_total").await;
    let refused = server.metric("turn_refused_total{why=\"peer\"}").await;
    let mut ann = server
        .client(Transport::Udp, "a-name-that-is-nobodys-business")
        .await;
    let own = ann.allocate().await.unwrap().relayed;
    ann.permit(own).await.unwrap();
    ann.send(own, &[7; 1_000]).await.unwrap();
    ann.receive(SOON).await.unwrap();
    ann.permit("10.0.0.1:80".parse().unwrap())
        .await
        .unwrap_err();
    assert!(server.metric("turn_relayed_bytes_total").await >= before + 1_000.0);
    assert!(server.metric("turn_refused_total{why=\"peer\"}").await > refused);
    let text = reqwest::get(format!("{}/metrics", server.http))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(!text.contains("nobodys-business"), "{text}");
}

#[tokio::test]
async fn trn_47_strangers_who_send_anything_harm_nobody() {
    let server = Embedded::start().await;
    let mut ann = server.client(Transport::Udp, "ann").await;
    ann.allocate().await.unwrap();
    // On TCP: something else, half a frame, and one who never reads.
    let mut other = TcpStream::connect(server.address).await.unwrap();
    other.write_all(b"POST / HTTP/1.1\r\n\r\n").await.unwrap();
    let ended = tokio::time::timeout(SOON, other.read(&mut [0; 64]))
        .await
        .expect("it is closed");
    assert!(matches!(ended, Ok(0) | Err(_)));
    let mut half = TcpStream::connect(server.address).await.unwrap();
    half.write_all(b"\0\x01\xFF\xFC\x21\x12\xA4\x42")
        .await
        .unwrap();
    // On UDP: noise, as fast as one can.
    let noise = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for length in 0..5_000_usize {
        noise
            .send_to(&vec![0x5A; length % 1_200], server.address)
            .await
            .ok();
    }
    assert!(ann.refresh(600).await.is_ok());
    let mut bo = server.client(Transport::Tcp, "bo").await;
    bo.allocate().await.unwrap();
    let served = ann.binding().await.unwrap();
    assert!(served.ip().is_loopback());
    // Until here the half of a frame stayed open.
    drop(half);
}
