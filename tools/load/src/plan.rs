//! Which sessions are joined, by whom, and where.

use crate::protocol::ServerProtocol;

/// What one of a pair needs in order to join.
#[derive(Debug, Clone)]
pub(crate) struct LoadPeer {
    /// The WebSocket's address, complete.
    pub(crate) url: String,
    /// Proof of who one is; `None` where the server asks for none.
    pub(crate) ticket: Option<String>,
    /// Its user id, or its PeerJS id.
    pub(crate) me: String,
    /// The same of the other one.
    pub(crate) other: String,
}

/// One session to join: both peers, and how their server is spoken to.
#[derive(Debug, Clone)]
pub(crate) struct PairPlan {
    pub(crate) protocol: ServerProtocol,
    pub(crate) peers: [LoadPeer; 2],
    /// From when on it may go live, in Unix milliseconds; `None` on a server without a clock.
    pub(crate) starts_at: Option<i64>,
}

/// A session on a server that takes anybody.
pub(crate) fn unbooked(protocol: ServerProtocol, base: &str, number: u32) -> PairPlan {
    let base = base.trim_end_matches('/');
    let names = ["a", "b"].map(|side| format!("p{number}{side}"));
    let peer = |mine: usize| {
        let (me, other) = (names[mine].clone(), names[1 - mine].clone());
        let url = match protocol {
            ServerProtocol::PeerJs => {
                format!("{base}/peerjs?key=peerjs&id={me}&token=t{number}&version=1.5.5")
            }
            ServerProtocol::Rendezvous | ServerProtocol::Reference => {
                format!("{base}/{number}/{mine}")
            }
        };
        LoadPeer {
            url,
            ticket: None,
            me,
            other,
        }
    };
    PairPlan {
        protocol,
        peers: [peer(0), peer(1)],
        starts_at: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_a_pair_knows_the_other() {
        let plan = unbooked(ServerProtocol::PeerJs, "ws://127.0.0.1:9000/", 7);
        let [first, second] = plan.peers;
        assert_eq!(first.me, second.other);
        assert_eq!(second.me, first.other);
        assert!(
            first
                .url
                .starts_with("ws://127.0.0.1:9000/peerjs?key=peerjs&id=p7a&")
        );
        let bare = unbooked(ServerProtocol::Reference, "ws://127.0.0.1:9000", 7);
        assert_eq!(bare.peers[1].url, "ws://127.0.0.1:9000/7/1");
    }
}
