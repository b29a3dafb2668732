//! STUN and TURN over UDP and TCP.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use turn_core::{
    ClientEndpoint, Family, Framed, Input, MAX_FRAME_BYTES, PeerPolicy, Quotas, Secret, Settings,
    TurnServer, split_frame,
};
use wire::UnixMs;

const NOW: UnixMs = UnixMs(1_800_000_000_000);
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Answers to one input: a frame is answered once, and may close or open what belongs to it.
const MAX_OUTPUTS: usize = 64;

/// Each chunk is a datagram of the same client, so that a challenge, an allocation and what follows can be found.
pub(crate) fn datagram(input: &[u8]) {
    let mut server = server();
    let client = ClientEndpoint::Udp(SocketAddr::new(
        IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)),
        4_000,
    ));
    for bytes in input.split(|byte| *byte == 0xff).take(8) {
        let outputs = server.handle(NOW, Input::FromClient { client, bytes });
        assert!(outputs.len() <= MAX_OUTPUTS);
    }
    assert_eq!(server.allocations(), 0, "nobody here knows the secret");
}

/// A stream is taken apart to its end, and each frame of it is answered as a datagram is.
pub(crate) fn stream(input: &[u8]) {
    let mut server = server();
    let remote = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)), 4_000);
    let client = ClientEndpoint::Tcp {
        connection: 1,
        remote,
    };
    let mut rest = input;
    while let Framed::Whole { length, used } = split_frame(rest) {
        assert!(length <= used && used <= rest.len() && used <= MAX_FRAME_BYTES && used > 0);
        let bytes = &rest[..length];
        let outputs = server.handle(NOW, Input::FromClient { client, bytes });
        assert!(outputs.len() <= MAX_OUTPUTS);
        rest = &rest[used..];
    }
    assert_eq!(server.allocations(), 0, "nobody here knows the secret");
}

fn server() -> TurnServer {
    let secret = "a-secret-of-at-least-thirty-two-bytes";
    TurnServer::new(Settings {
        realm: "rendezvous".to_owned(),
        secrets: vec![Secret::new(secret).expect("it is long enough")],
        nonce_key: [7; 32],
        families: vec![Family::V4],
        own: vec![LOOPBACK],
        peers: PeerPolicy::except(Vec::new()),
        quotas: Quotas {
            per_person: 4,
            total: 16,
            bytes_per_second: 1_000_000,
        },
        max_lifetime_s: 600,
    })
}
