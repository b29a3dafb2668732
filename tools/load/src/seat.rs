//! Where a pair sits: what each of the two needs in order to come in.

use crate::booking::Booker;

/// A server, and how it is spoken to.
#[derive(Debug, Clone)]
pub enum Target {
    /// Rendezvous, by its scheduler.
    Rendezvous(Booker),
    /// The bare relay of `tools/bench/`, as `ws://host:port`: what the second of a room says, the first hears.
    Reference {
        /// Its address.
        url: String,
    },
    /// A PeerJS server, as `ws://host:port`.
    PeerJs {
        /// Its address.
        url: String,
    },
}

impl Target {
    /// Its name in the result.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Target::Rendezvous(_) => "rendezvous",
            Target::Reference { .. } => "reference",
            Target::PeerJs { .. } => "peerjs",
        }
    }
}

/// A language: how a seat's frames are written and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tongue {
    Rendezvous,
    Reference,
    PeerJs,
}

/// One place in a session.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    /// The WebSocket's address, complete.
    pub(crate) url: String,
    /// Proof of who one is; none where there is none to give.
    pub(crate) ticket: Option<String>,
    /// Who sits here.
    pub(crate) me: String,
    /// Who sits across.
    pub(crate) other: String,
}

/// The two places of a session.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) tongue: Tongue,
    pub(crate) seats: [Seat; 2],
    /// From when on it may go live, in Unix milliseconds; none where nothing keeps the time.
    pub(crate) starts_at: Option<i64>,
}

/// Places at a server that takes anybody.
pub(crate) fn unbooked(tongue: Tongue, base: &str, number: u32) -> Table {
    let base = base.trim_end_matches('/');
    let names = ["a", "b"].map(|side| format!("p{number}{side}"));
    let seat = |mine: usize| {
        let (me, other) = (names[mine].clone(), names[1 - mine].clone());
        let url = match tongue {
            Tongue::PeerJs => {
                format!("{base}/peerjs?key=peerjs&id={me}&token=t{number}&version=1.5.5")
            }
            Tongue::Rendezvous | Tongue::Reference => format!("{base}/{number}/{mine}"),
        };
        Seat {
            url,
            ticket: None,
            me,
            other,
        }
    };
    Table {
        tongue,
        seats: [seat(0), seat(1)],
        starts_at: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_a_pair_knows_the_other() {
        let table = unbooked(Tongue::PeerJs, "ws://127.0.0.1:9000/", 7);
        let [first, second] = table.seats;
        assert_eq!(first.me, second.other);
        assert_eq!(second.me, first.other);
        assert!(
            first
                .url
                .starts_with("ws://127.0.0.1:9000/peerjs?key=peerjs&id=p7a&")
        );
        let bare = unbooked(Tongue::Reference, "ws://127.0.0.1:9000", 7);
        assert_eq!(bare.seats[1].url, "ws://127.0.0.1:9000/7/1");
    }
}
