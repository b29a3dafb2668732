//! A server whose relay addresses are numbers, and a client that keeps its credential and nonce.

use std::net::{IpAddr, SocketAddr};

use wire::UnixMs;

use crate::stun::{
    Attribute, Class, Method, StunKey, StunMessage, StunMessageWriter, long_term_key,
};
use crate::{
    AllocationId, Cidr, ClientEndpoint, Family, Input, Metric, Output, PeerPolicy, Quotas, Secret,
    Settings, TurnServer,
};

pub(super) const REALM: &str = "example.org";
pub(super) const SECRET: &str = "the-newest-secret-of-thirty-two-bytes";
pub(super) const OLD_SECRET: &str = "the-one-before-it-also-thirty-two-bytes";
/// The relay's address on the public network.
pub(super) const RELAY_IP: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(5, 5, 5, 5));
pub(super) const PEER: &str = "9.9.9.9:4000";
/// When credentials of the tests end, in seconds.
pub(super) const ENDS_S: i64 = 100_000;

pub(super) const QUOTAS: Quotas = Quotas {
    per_person: 3,
    total: 5,
    bytes_per_second: 10_000,
};

/// A server, the time, and what it did last.
pub(super) struct ServerHarness {
    pub(super) server: TurnServer,
    pub(super) now: UnixMs,
    next_port: u16,
    next_transaction: u8,
    pub(super) metrics: Vec<Metric>,
    pub(super) to_peers: Vec<(AllocationId, SocketAddr, Vec<u8>)>,
    pub(super) closed: Vec<AllocationId>,
    pub(super) to_clients: Vec<(ClientEndpoint, Vec<u8>)>,
    pub(super) has_ports: bool,
}

impl ServerHarness {
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(super) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings {
            realm: REALM.to_owned(),
            secrets: [SECRET, OLD_SECRET]
                .map(|text| Secret::new(text).unwrap())
                .to_vec(),
            nonce_key: [7; 32],
            families: vec![Family::V4],
            own: vec![RELAY_IP],
            peers: PeerPolicy::default(),
            quotas: QUOTAS,
            max_lifetime_s: 600,
        };
        change(&mut settings);
        Self {
            server: TurnServer::new(settings),
            now: UnixMs(1_000_000),
            next_port: 50_000,
            next_transaction: 0,
            metrics: Vec::new(),
            to_peers: Vec::new(),
            closed: Vec::new(),
            to_clients: Vec::new(),
            has_ports: true,
        }
    }

    pub(super) fn allowing(ranges: &[&str]) -> Self {
        let allowed: Vec<Cidr> = ranges.iter().map(|range| range.parse().unwrap()).collect();
        Self::with(|settings| settings.peers = PeerPolicy::except(allowed))
    }

    /// Lets the server take `input`, and does what it asks for.
    pub(super) fn take(&mut self, input: Input<'_>) {
        let outputs = self.server.handle(self.now, input);
        self.perform(outputs);
    }

    fn perform(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::ToClient { client, bytes } => self.to_clients.push((client, bytes)),
                Output::ToPeer {
                    allocation,
                    peer,
                    bytes,
                } => {
                    self.to_peers.push((allocation, peer, bytes));
                }
                Output::Close { allocation } => self.closed.push(allocation),
                Output::Count(metric) => self.metrics.push(metric),
                Output::Open { allocation, .. } => {
                    self.next_port += 1;
                    let ip = self.server.settings.own[0];
                    let relayed = self.has_ports.then(|| SocketAddr::new(ip, self.next_port));
                    self.take(Input::Opened {
                        allocation,
                        relayed,
                    });
                }
            }
        }
    }

    pub(super) fn transaction(&mut self) -> [u8; 12] {
        self.next_transaction += 1;
        [self.next_transaction; 12]
    }

    /// Takes a frame of a client, and gives what it is sent next.
    pub(super) fn exchange(&mut self, client: ClientEndpoint, bytes: &[u8]) -> Option<Vec<u8>> {
        let before = self.to_clients.len();
        self.take(Input::FromClient { client, bytes });
        let (to, answer) = self.to_clients.get(before)?.clone();
        assert_eq!(to, client);
        Some(answer)
    }
}

/// A client: an address, a credential, and the last nonce.
pub(super) struct TestClient {
    pub(super) client: ClientEndpoint,
    pub(super) username: String,
    pub(super) key: StunKey,
    pub(super) nonce: String,
}

impl TestClient {
    pub(super) fn new(port: u16, person: &str) -> Self {
        Self::signed_with(port, &format!("{ENDS_S}:{person}"), SECRET)
    }

    pub(super) fn signed_with(port: u16, username: &str, secret: &str) -> Self {
        let password = Secret::new(secret).unwrap().password(username);
        Self {
            client: ClientEndpoint::Udp(SocketAddr::from(([1, 2, 3, 4], port))),
            username: username.to_owned(),
            key: long_term_key(username, REALM, &password),
            nonce: String::new(),
        }
    }

    pub(super) fn over_tcp(mut self) -> Self {
        let remote = self.client.address();
        self.client = ClientEndpoint::Tcp {
            connection: 1,
            remote,
        };
        self
    }

    /// Sends a request, again with the nonce when it is challenged, and gives the answer.
    pub(super) fn request(
        &mut self,
        world: &mut ServerHarness,
        method: Method,
        attributes: impl Fn(StunMessageWriter) -> StunMessageWriter,
    ) -> StunResponse {
        for _ in 0..2 {
            let answer = self.request_once(world, method, &attributes);
            if !matches!(answer.code, Some(401 | 438)) || answer.nonce.is_none() {
                return answer;
            }
            let nonce = answer.nonce.clone().unwrap();
            if nonce == self.nonce {
                return answer;
            }
            self.nonce = nonce;
        }
        self.request_once(world, method, &attributes)
    }

    pub(super) fn request_once(
        &mut self,
        world: &mut ServerHarness,
        method: Method,
        attributes: &impl Fn(StunMessageWriter) -> StunMessageWriter,
    ) -> StunResponse {
        let bytes = self.signed(world.transaction(), method, attributes);
        StunResponse::read(&world.exchange(self.client, &bytes).expect("an answer"))
    }

    pub(super) fn signed(
        &self,
        transaction: [u8; 12],
        method: Method,
        attributes: &impl Fn(StunMessageWriter) -> StunMessageWriter,
    ) -> Vec<u8> {
        attributes(StunMessageWriter::new(Class::Request, method, transaction))
            .with(Attribute::USERNAME, self.username.as_bytes())
            .with(Attribute::REALM, REALM.as_bytes())
            .with(Attribute::NONCE, self.nonce.as_bytes())
            .signed_with(&self.key)
            .finish()
    }

    pub(super) fn allocate(&mut self, world: &mut ServerHarness) -> StunResponse {
        self.request(world, Method::ALLOCATE, over_udp)
    }

    /// Allocates, and gives the relayed address.
    pub(super) fn relay(&mut self, world: &mut ServerHarness) -> SocketAddr {
        self.allocate(world).relayed.expect("an allocation")
    }

    pub(super) fn permit(&mut self, world: &mut ServerHarness, peer: &str) -> StunResponse {
        let peer: SocketAddr = peer.parse().unwrap();
        self.request(world, Method::CREATE_PERMISSION, |writer| {
            writer.with_address(Attribute::XOR_PEER_ADDRESS, peer)
        })
    }

    pub(super) fn bind(
        &mut self,
        world: &mut ServerHarness,
        number: u16,
        peer: &str,
    ) -> StunResponse {
        let peer: SocketAddr = peer.parse().unwrap();
        self.request(world, Method::CHANNEL_BIND, |writer| {
            writer
                .with_number(Attribute::CHANNEL_NUMBER, u32::from(number) << 16)
                .with_address(Attribute::XOR_PEER_ADDRESS, peer)
        })
    }

    pub(super) fn send(&self, world: &mut ServerHarness, peer: &str, payload: &[u8]) {
        let bytes = StunMessageWriter::new(Class::Indication, Method::SEND, [9; 12])
            .with_address(Attribute::XOR_PEER_ADDRESS, peer.parse().unwrap())
            .with(Attribute::DATA, payload)
            .finish_bare();
        let client = self.client;
        world.take(Input::FromClient {
            client,
            bytes: &bytes,
        });
    }
}

/// REQUESTED-TRANSPORT of UDP.
pub(super) fn over_udp(writer: StunMessageWriter) -> StunMessageWriter {
    writer.with_number(Attribute::REQUESTED_TRANSPORT, 17 << 24)
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StunResponse {
    /// `None` for a success.
    pub(super) code: Option<u16>,
    pub(super) nonce: Option<String>,
    pub(super) lifetime: Option<u32>,
    pub(super) relayed: Option<SocketAddr>,
    pub(super) mapped: Option<SocketAddr>,
    pub(super) unknown: Option<Vec<u8>>,
    pub(super) is_signed: bool,
}

impl StunResponse {
    pub(super) fn read(bytes: &[u8]) -> Self {
        let message = StunMessage::read(bytes).expect("a message");
        let address = |attribute| {
            let value = message.value(attribute)?;
            crate::stun::read_xor_address(value, &message.transaction())
        };
        Self {
            code: (message.class() == Class::Error).then(|| message.error_code().unwrap()),
            nonce: message.text(Attribute::NONCE).map(str::to_owned),
            lifetime: message.number(Attribute::LIFETIME),
            relayed: address(Attribute::XOR_RELAYED_ADDRESS),
            mapped: address(Attribute::XOR_MAPPED_ADDRESS),
            unknown: message
                .value(Attribute::UNKNOWN_ATTRIBUTES)
                .map(<[u8]>::to_vec),
            is_signed: message.is_signed(),
        }
    }
}
