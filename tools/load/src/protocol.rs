//! How the frames of each kind of server are written and read. No sockets here.

use serde::Deserialize;
use serde_json::json;
use wire::signaling::{ClientFrame, Connected, Join, Leave, Negotiate, Pong, ServerFrame};

use crate::connection::Utf8Bytes;
use crate::sdp::{self, Role};

/// The protocol of one kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServerProtocol {
    /// That of Rendezvous: `docs/PROTOCOL.md`.
    Rendezvous,
    /// The bare relay's, which passes on whatever it gets.
    Reference,
    /// PeerJS's, of its server 1.x.
    PeerJs,
}

/// What a server's frame means to the generator.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ReceivedFrame {
    /// The server has let us in.
    Welcome {
        /// How often to send a sign of life, in milliseconds; none where the server asks for none.
        ping_ms: Option<u64>,
        /// The server's clock, in Unix milliseconds.
        server_now: Option<i64>,
    },
    /// Both are in, and negotiate.
    Negotiate { epoch: u64, offerer: Option<String> },
    /// The other one's description that asks.
    Offer,
    /// Any other relayed frame of an exchange.
    Relayed,
    /// Live at `live_at`.
    Countdown { live_at: i64 },
    /// The clock runs, until `deadline_at`.
    Live { deadline_at: i64 },
    /// The session is over, for this reason.
    Ended { reason: String },
    /// Something was refused.
    Refused { code: String },
    /// The answer to a sign of life, with the server's clock in Unix milliseconds.
    Pong { server_now: i64 },
    /// Nothing that matters here.
    Other,
}

impl ServerProtocol {
    /// The subprotocol to ask for.
    pub(crate) fn subprotocol(self) -> Option<&'static str> {
        (self == ServerProtocol::Rendezvous).then_some(wire::SIGNALING_SUBPROTOCOL)
    }

    /// The first frame, if the server wants one.
    pub(crate) fn join(self, ticket: Option<&str>) -> Option<Utf8Bytes> {
        let join = Join {
            ticket: ticket?.to_owned(),
            resume: None,
        };
        Some(ClientFrame::from(join).to_text(None).into())
    }

    /// Whether the server welcomes whoever comes in.
    pub(crate) fn welcomes(self) -> bool {
        self != ServerProtocol::Reference
    }

    /// Whether the server says when both are in, and numbers negotiations.
    pub(crate) fn negotiates(self) -> bool {
        self == ServerProtocol::Rendezvous
    }

    /// A sign of life; `last_seq` frees the server's buffer.
    pub(crate) fn ping(self, sent_at: i64, last_seq: u64) -> Option<Utf8Bytes> {
        match self {
            ServerProtocol::Rendezvous => Some(
                format!("{{\"type\":\"ping\",\"sent_at\":{sent_at},\"last_seq\":{last_seq}}}")
                    .into(),
            ),
            ServerProtocol::PeerJs => Some(Utf8Bytes::from_static("{\"type\":\"HEARTBEAT\"}")),
            ServerProtocol::Reference => None,
        }
    }

    /// Reports that media flows.
    pub(crate) fn connected(self, epoch: u64) -> Option<Utf8Bytes> {
        let frame = ClientFrame::from(Connected { epoch });
        (self == ServerProtocol::Rendezvous).then(|| frame.to_text(None).into())
    }

    /// A decision to go.
    pub(crate) fn leave(self) -> Option<Utf8Bytes> {
        let frame = ClientFrame::from(Leave {});
        (self == ServerProtocol::Rendezvous).then(|| frame.to_text(None).into())
    }

    /// All that one side says in an exchange, its description first.
    pub(crate) fn script(self, me: &str, other: &str, role: Role, epoch: u64) -> Vec<String> {
        let kind = match role {
            Role::Offerer => "offer",
            Role::Answerer => "answer",
        };
        let sdp = sdp::description(role);
        let candidates = (0..sdp::CANDIDATES).map(|number| sdp::candidate(role, number));
        if self == ServerProtocol::PeerJs {
            let connection = format!("mc_{me}");
            let message = |kind: &str, payload: serde_json::Value| {
                json!({"type": kind, "payload": payload, "dst": other}).to_string()
            };
            let description = json!({"sdp": {"type": kind, "sdp": sdp}, "type": "media",
                "connectionId": connection});
            let rest = candidates.map(|text| {
                let candidate: serde_json::Value =
                    serde_json::from_str(&text).expect("our own candidates are JSON");
                let payload = json!({"candidate": candidate, "type": "media",
                    "connectionId": connection});
                message("CANDIDATE", payload)
            });
            let first = message(&kind.to_uppercase(), description);
            return std::iter::once(first).chain(rest).collect();
        }
        let first = json!({"type": kind, "epoch": epoch, "sdp": sdp}).to_string();
        let rest = candidates.map(|text| {
            format!("{{\"type\":\"candidate\",\"epoch\":{epoch},\"candidate\":{text}}}")
        });
        std::iter::once(first).chain(rest).collect()
    }

    /// Reads one frame of the server.
    pub(crate) fn read(self, text: &str) -> ReceivedFrame {
        match self.kind(text).as_str() {
            "candidate" | "answer" | "CANDIDATE" | "ANSWER" => ReceivedFrame::Relayed,
            "offer" | "OFFER" => ReceivedFrame::Offer,
            "OPEN" => ReceivedFrame::Welcome {
                // As the client of PeerJS does.
                ping_ms: Some(5_000),
                server_now: None,
            },
            "ID-TAKEN" | "ERROR" | "EXPIRE" | "LEAVE" => ReceivedFrame::Refused {
                code: self.kind(text).to_lowercase(),
            },
            _ if self == ServerProtocol::Rendezvous => read_rendezvous(text),
            _ => ReceivedFrame::Other,
        }
    }

    /// Servers write `type` first; where one doesn't, the whole frame is read.
    fn kind(self, text: &str) -> String {
        if let Some(rest) = text.strip_prefix("{\"type\":\"")
            && let Some((kind, _)) = rest.split_once('"')
        {
            return kind.to_owned();
        }
        #[derive(Deserialize)]
        struct Typed {
            r#type: String,
        }
        serde_json::from_str::<Typed>(text).map_or_else(|_| String::new(), |typed| typed.r#type)
    }
}

/// The number that the server gave the frame, if any: frames that carry one end with it.
pub(crate) fn seq(text: &str) -> Option<u64> {
    const LONGEST: usize = ",\"seq\":18446744073709551615}".len();
    let tail = text.get(text.len().saturating_sub(LONGEST)..)?;
    let (_, number) = tail.rsplit_once("\"seq\":")?;
    number.strip_suffix('}')?.parse().ok()
}

fn read_rendezvous(text: &str) -> ReceivedFrame {
    if let Some(code) = refusal(text) {
        return ReceivedFrame::Refused { code };
    }
    let Ok((_, frame)) = ServerFrame::parse(text) else {
        return ReceivedFrame::Other;
    };
    match frame {
        ServerFrame::Welcome(welcome) => ReceivedFrame::Welcome {
            ping_ms: u64::try_from(welcome.ping_ms).ok(),
            server_now: Some(welcome.server_now.0),
        },
        ServerFrame::Negotiate(Negotiate { epoch, offerer, .. }) => ReceivedFrame::Negotiate {
            epoch,
            offerer: offerer.map(|user| user.as_str().to_owned()),
        },
        ServerFrame::Countdown(countdown) => ReceivedFrame::Countdown {
            live_at: countdown.live_at.0,
        },
        ServerFrame::Live(live) => ReceivedFrame::Live {
            deadline_at: live.deadline_at.0,
        },
        ServerFrame::Ended(ended) => ReceivedFrame::Ended {
            reason: ended.reason.name().to_owned(),
        },
        ServerFrame::Pong(Pong { server_now, .. }) => ReceivedFrame::Pong {
            server_now: server_now.0,
        },
        _ => ReceivedFrame::Other,
    }
}

/// The code of an `error` frame, with its reason; also one that this version doesn't know.
fn refusal(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct ErrorFrame {
        r#type: String,
        code: String,
        reason: Option<String>,
    }
    let refusal: ErrorFrame = serde_json::from_str(text).ok()?;
    (refusal.r#type == "error").then(|| match refusal.reason {
        Some(reason) => format!("{}_{reason}", refusal.code),
        None => refusal.code,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lod_4_an_exchange_is_a_description_and_ten_candidates_of_each_side() {
        for protocol in [
            ServerProtocol::Rendezvous,
            ServerProtocol::Reference,
            ServerProtocol::PeerJs,
        ] {
            for role in [Role::Offerer, Role::Answerer] {
                let lines = protocol.script("p1a", "p1b", role, 7);
                assert_eq!(lines.len(), 11);
                let frame: Vec<_> = lines.iter().map(|line| protocol.read(line)).collect();
                let first = match role {
                    Role::Offerer => ReceivedFrame::Offer,
                    Role::Answerer => ReceivedFrame::Relayed,
                };
                assert_eq!(frame[0], first);
                assert!(
                    frame[1..]
                        .iter()
                        .all(|frame| *frame == ReceivedFrame::Relayed)
                );
            }
        }
    }

    #[test]
    fn lod_4_what_we_say_is_what_the_wire_crate_reads() {
        let mut lines = ServerProtocol::Rendezvous.script("p1a", "p1b", Role::Offerer, 7);
        lines.push(ServerProtocol::Rendezvous.ping(5, 6).unwrap().to_string());
        lines.push(ServerProtocol::Rendezvous.connected(7).unwrap().to_string());
        lines.push(ServerProtocol::Rendezvous.leave().unwrap().to_string());
        for line in lines {
            ClientFrame::parse(&line).unwrap();
        }
    }

    #[test]
    fn lod_5_a_refusal_is_known_by_its_code() {
        let refused =
            r#"{"type":"error","code":"unauthenticated","message":"m","reason":"expired"}"#;
        let code = "unauthenticated_expired".to_owned();
        assert_eq!(
            ServerProtocol::Rendezvous.read(refused),
            ReceivedFrame::Refused { code }
        );
        let code = "id-taken".to_owned();
        let taken = r#"{"type":"ID-TAKEN","payload":{"msg":"ID is taken"}}"#;
        assert_eq!(
            ServerProtocol::PeerJs.read(taken),
            ReceivedFrame::Refused { code }
        );
    }

    #[test]
    fn frames_are_read_with_type_anywhere_and_seq_last() {
        let late = r#"{"sdp":"v=0","type":"offer","from":"a","seq":12}"#;
        assert_eq!(ServerProtocol::Rendezvous.read(late), ReceivedFrame::Offer);
        assert_eq!(seq(late), Some(12));
        assert_eq!(seq(r#"{"type":"ok","id":3}"#), None);
        assert_eq!(seq("é"), None);
    }
}
