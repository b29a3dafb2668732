//! TCP connections of those who only hold them, and who is served beside them.

use std::net::{Ipv4Addr, SocketAddr};

use testkit::until;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream, UdpSocket};
use turn::client::Transport;

use crate::embedded::{Embedded, SOON};

/// The beginning of a frame whose end never comes.
const HALF: &[u8] = b"\0\x03\0\x64\x21\x12\xA4\x42";

/// A connection from an address of one's own choice that holds half a frame.
async fn half_frame(from: Ipv4Addr, server: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((from, 0).into()).unwrap();
    let mut stream = socket.connect(server).await.unwrap();
    stream.write_all(HALF).await.unwrap();
    stream
}

async fn is_closed(stream: &mut TcpStream) -> Option<()> {
    let read = stream.read(&mut [0; 16]).await;
    matches!(read, Ok(0) | Err(_)).then_some(())
}

#[tokio::test]
async fn trn_61_who_holds_connections_from_many_addresses_keeps_nobody_out() {
    let server = Embedded::start().await;
    let mut ann = server.client(Transport::Tcp, "ann").await;
    ann.allocate().await.unwrap();
    let mut held = Vec::new();
    for number in 0..1_100_u32 {
        let from = Ipv4Addr::from(0x7F01_0000 + number / 40);
        held.push(half_frame(from, server.address).await);
    }
    let mut bo = server.client(Transport::Tcp, "bo").await;
    bo.allocate().await.unwrap();
    ann.refresh(600).await.unwrap();
    assert!(
        server
            .metric("limit_hits_total{limit=\"connections\"}")
            .await
            >= 1.0
    );
    until("the oldest is closed", SOON, async || {
        is_closed(&mut held[0]).await
    })
    .await;
}

#[tokio::test]
async fn trn_61_who_holds_connections_from_the_same_address_keeps_nobody_out() {
    let server = Embedded::start().await;
    let mut held = Vec::new();
    for _ in 0..80 {
        held.push(half_frame(Ipv4Addr::LOCALHOST, server.address).await);
    }
    let mut bo = server.client(Transport::Tcp, "bo").await;
    bo.allocate().await.unwrap();
    let series = "limit_hits_total{limit=\"connections_per_address\"}";
    assert!(server.metric(series).await >= 16.0);
}

#[tokio::test]
async fn trn_61_a_stranger_is_closed_in_time_whatever_trickles_in() {
    let server = Embedded::impatient().await;
    let silent = TcpStream::connect(server.address).await.unwrap();
    let half = half_frame(Ipv4Addr::LOCALHOST, server.address).await;
    let dripping = half_frame(Ipv4Addr::LOCALHOST, server.address).await;
    let (mut from, mut to) = dripping.into_split();
    let drip = async {
        while to.write_all(b"\0").await.is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    let closed = async {
        for mut stream in [silent, half] {
            is_closed(&mut stream).await.unwrap();
        }
        let read = from.read(&mut [0; 16]).await;
        assert!(matches!(read, Ok(0) | Err(_)));
    };
    let all = async { tokio::join!(drip, closed) };
    tokio::time::timeout(SOON, all)
        .await
        .expect("all are closed");
}

#[tokio::test]
async fn trn_61_a_stranger_has_so_many_frames_and_no_long_one() {
    let server = Embedded::start().await;
    for bytes in [
        // Channel data of 4,096 bytes, of which the head is there.
        [b"\x40\x01\x10\0".as_slice(), &[0; 2_100]].concat(),
        // A Binding indication, which needs no answer, over and over.
        b"\0\x11\0\0\x21\x12\xA4\x42123456789012".repeat(65),
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(&bytes).await.unwrap();
        let closed = tokio::time::timeout(SOON, is_closed(&mut stream)).await;
        closed.expect("it is closed before its time is up");
    }
}

#[tokio::test]
async fn trn_62_a_client_that_reads_nothing_is_closed() {
    let server = Embedded::impatient().await;
    let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut ann = server.client(Transport::Tcp, "ann").await;
    let relayed = ann.allocate().await.unwrap().relayed;
    ann.permit(peer.local_addr().unwrap()).await.unwrap();
    until("its port is free again", SOON * 2, async || {
        peer.send_to(&[7; 8_000], relayed).await.ok();
        UdpSocket::bind(relayed).await.ok()
    })
    .await;
}
