//! A probe of addresses that no relay may reach, and of quotas, against both servers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use turn::client::{ClientError, Transport, TurnClient};
use turn_core::Family;

use crate::coturn::RealCoturn;
use crate::embedded::{Embedded, QUOTAS};

/// One address of every kind that no relay may reach.
fn forbidden_peers() -> Vec<IpAddr> {
    let lines = include_str!("../../core/src/tests/forbidden_peers.txt").lines();
    let addresses = lines.filter(|line| !line.starts_with('#'));
    let found: Vec<_> = addresses.map(|line| line.parse().unwrap()).collect();
    assert_eq!(found.len(), 40);
    found
}

fn code(outcome: Result<(), ClientError>) -> Option<u16> {
    match outcome {
        Ok(()) => None,
        Err(ClientError::Refused(code)) => Some(code),
        Err(other) => panic!("{other}"),
    }
}

/// What a permission and a channel for each forbidden address are answered.
async fn probe(client: &mut TurnClient, port: u16) -> Vec<(IpAddr, Option<u16>, Option<u16>)> {
    let mut answers = Vec::new();
    for (number, ip) in (0x4000..).zip(forbidden_peers()) {
        let peer = SocketAddr::new(ip, port);
        let permission = code(client.permit(peer).await);
        let channel = code(client.bind(number, peer).await);
        // Sent all the same, as an attacker would.
        client.send(peer, b"is anybody there?").await.unwrap();
        client
            .send_through(number, b"is anybody there?")
            .await
            .unwrap();
        answers.push((ip, permission, channel));
    }
    answers
}

/// A service of this machine that must not hear of it.
struct Listening(UdpSocket);

impl Listening {
    fn new() -> Self {
        // Of both families, where the machine has both.
        let both = UdpSocket::bind("[::]:0");
        let socket = both.or_else(|_| UdpSocket::bind("0.0.0.0:0")).unwrap();
        socket.set_nonblocking(true).unwrap();
        Self(socket)
    }

    fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    fn heard(&self) -> usize {
        let mut buffer = [0; 64];
        std::iter::from_fn(|| self.0.recv_from(&mut buffer).ok()).count()
    }
}

/// Everything that was sent before has been handled by then: a server takes a client's frames in order.
async fn all_handled(client: &mut TurnClient) {
    client.refresh(600).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn trn_40_the_embedded_server_refuses_forty_forbidden_addresses_with_403() {
    let server = Embedded::start().await;
    for transport in [Transport::Udp, Transport::Tcp] {
        let service = Listening::new();
        let mut mallory = server.client(transport, "mallory").await;
        mallory.allocate().await.unwrap();
        for (ip, permission, channel) in probe(&mut mallory, service.port()).await {
            assert_eq!((permission, channel), (Some(403), Some(403)), "{ip}");
        }
        all_handled(&mut mallory).await;
        assert_eq!(service.heard(), 0, "not one byte");
    }
}

#[tokio::test]
async fn trn_40_coturn_with_our_configuration_does_so_too() {
    for (relay_ip, family) in [
        (IpAddr::V4(Ipv4Addr::LOCALHOST), Family::V4),
        (IpAddr::V6(Ipv6Addr::LOCALHOST), Family::V6),
    ] {
        if UdpSocket::bind((relay_ip, 0)).is_err() {
            eprintln!("SKIPPED: this machine has no {relay_ip}");
            continue;
        }
        let Some(coturn) = RealCoturn::relaying_from(relay_ip, &[]).await else {
            return;
        };
        for transport in [Transport::Udp, Transport::Tcp] {
            let service = Listening::new();
            let mut mallory = coturn.client(transport, "mallory").await;
            mallory.allocate_of(family).await.unwrap();
            for (ip, permission, channel) in probe(&mut mallory, service.port()).await {
                let other_family = ip.is_ipv4() != relay_ip.is_ipv4();
                let expected = if other_family { Some(443) } else { Some(403) };
                assert_eq!(
                    (permission, channel),
                    (expected, expected),
                    "{ip} from {relay_ip}"
                );
            }
            all_handled(&mut mallory).await;
            assert_eq!(service.heard(), 0, "not one byte");
        }
    }
}

#[tokio::test]
async fn trn_41_a_hundred_allocations_of_one_person_end_at_the_quota_with_486() {
    let embedded = Embedded::start().await;
    let mut targets = vec![("embedded", embedded.address)];
    let coturn = RealCoturn::start(&[]).await;
    targets.extend(coturn.as_ref().map(|coturn| ("coturn", coturn.address)));
    for (name, address) in targets {
        let (username, password) = crate::embedded::credential("greedy");
        let mut clients = Vec::new();
        let mut codes = Vec::new();
        for _ in 0..100 {
            let mut client = TurnClient::connect(Transport::Udp, address, &username, &password)
                .await
                .unwrap();
            codes.push(code(client.allocate().await.map(drop)));
            clients.push(client);
        }
        let granted = codes.iter().filter(|code| code.is_none()).count();
        assert_eq!(granted, QUOTAS.per_person, "{name}");
        assert!(
            codes[QUOTAS.per_person..]
                .iter()
                .all(|code| *code == Some(486)),
            "{name}"
        );
    }
}
