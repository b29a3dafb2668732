//! A probe of addresses that no relay may reach, and of quotas, against both servers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use turn::client::{ClientError, Transport, TurnClient};
use turn_core::Family;

use crate::coturn::RealCoturn;
use crate::embedded::{Embedded, QUOTAS, SOON};

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

/// A service of this machine that no relay may reach.
struct Listening(UdpSocket);

impl Listening {
    fn new() -> Self {
        // Of both families, where the machine has both.
        let both = UdpSocket::bind("[::]:0");
        let socket = both.or_else(|_| UdpSocket::bind("0.0.0.0:0")).unwrap();
        socket.set_read_timeout(Some(SOON)).unwrap();
        Self(socket)
    }

    fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    /// How many datagrams came before one that is sent now, directly, after everything else.
    fn received(&self) -> usize {
        let direct = UdpSocket::bind("127.0.0.1:0").unwrap();
        direct.send_to(b"mark", ("127.0.0.1", self.port())).unwrap();
        let mut buffer = [0; 64];
        let arrivals = std::iter::from_fn(|| {
            let count = self.0.recv(&mut buffer).expect("the mark arrives");
            (&buffer[..count] != b"mark").then_some(())
        });
        arrivals.count()
    }
}

/// Returns once everything that was sent before has been handled: a server takes a client's frames in order.
async fn all_handled(client: &mut TurnClient) {
    client.refresh(600).await.unwrap();
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
        assert_eq!(service.received(), 0, "not one byte");
    }
}

#[tokio::test]
async fn trn_40_coturn_with_our_configuration_does_so_too() {
    let relay_ip = Ipv4Addr::LOCALHOST.into();
    let Some(coturn) = RealCoturn::relaying_from(relay_ip, &[]).await else {
        return;
    };
    coturn_refuses_forbidden_peers(&coturn, relay_ip, Family::V4).await;
}

#[tokio::test]
async fn trn_40_coturn_with_our_configuration_does_so_over_ipv6() {
    let relay_ip = Ipv6Addr::LOCALHOST.into();
    if UdpSocket::bind((relay_ip, 0)).is_err() {
        return testkit::left_out("IPv6 on the loopback interface");
    }
    let Some(coturn) = RealCoturn::relaying_from(relay_ip, &[]).await else {
        return;
    };
    coturn_refuses_forbidden_peers(&coturn, relay_ip, Family::V6).await;
}

/// An address of the other family than the relay's is refused with 443 (RFC 8656), any other with 403.
async fn coturn_refuses_forbidden_peers(coturn: &RealCoturn, relay_ip: IpAddr, family: Family) {
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
        assert_eq!(service.received(), 0, "not one byte");
    }
}

#[tokio::test]
async fn trn_41_a_hundred_allocations_of_one_person_end_at_the_quota_with_486() {
    let embedded = Embedded::start().await;
    allocations_end_at_the_quota(embedded.address).await;
}

#[tokio::test]
async fn trn_41_a_hundred_allocations_end_at_the_quota_of_coturn_too() {
    let Some(coturn) = RealCoturn::start(&[]).await else {
        return;
    };
    allocations_end_at_the_quota(coturn.address).await;
}

async fn allocations_end_at_the_quota(server: SocketAddr) {
    let (username, password) = crate::embedded::credential("greedy");
    let mut clients = Vec::new();
    let mut codes = Vec::new();
    for _ in 0..100 {
        let mut client = TurnClient::connect(Transport::Udp, server, &username, &password)
            .await
            .unwrap();
        codes.push(code(client.allocate().await.map(drop)));
        clients.push(client);
    }
    let granted = codes.iter().filter(|code| code.is_none()).count();
    assert_eq!(granted, QUOTAS.per_person);
    assert!(
        codes[QUOTAS.per_person..]
            .iter()
            .all(|code| *code == Some(486)),
        "{codes:?}"
    );
}
