//! How the frames of each kind of server are written and read. No sockets here.

use serde::Deserialize;
use serde_json::json;
use wire::signaling::{ClientFrame, Connected, Join, Leave, Negotiate, Pong, ServerFrame};

use crate::connection::Utf8Bytes;
use crate::material::{self, Role};
use crate::seat::{Seat, Tongue};

/// What a server's frame means to the generator.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Heard {
    /// We are in.
    Welcome {
        /// How often to send a sign of life, in milliseconds; none where the server asks for none.
        ping_ms: Option<u64>,
        /// The server's clock, in Unix milliseconds.
        server_now: Option<i64>,
    },
    /// Both are in.
    Negotiate { epoch: u64, offerer: Option<String> },
    /// The other one's description that asks.
    Offer,
    /// Any other relayed frame of an exchange.
    Relayed,
    /// Live at `live_at`.
    Countdown { live_at: i64 },
    /// The clock runs, until `deadline_at`.
    Live { deadline_at: i64 },
    /// It is over.
    Ended { reason: String },
    /// Something was refused.
    Refused { code: String },
    /// The answer to a sign of life, with the server's clock in Unix milliseconds.
    Pong { server_now: i64 },
    /// Nothing that matters here.
    Other,
}

impl Tongue {
    /// The subprotocol to ask for.
    pub(crate) fn subprotocol(self) -> Option<&'static str> {
        (self == Tongue::Rendezvous).then_some(wire::SIGNALING_SUBPROTOCOL)
    }

    /// The first frame, if the server wants one.
    pub(crate) fn join(self, seat: &Seat) -> Option<Utf8Bytes> {
        let join = Join {
            ticket: seat.ticket.clone()?,
            resume: None,
        };
        Some(ClientFrame::from(join).to_text(None).into())
    }

    /// Whether the server greets whoever comes in.
    pub(crate) fn greets(self) -> bool {
        self != Tongue::Reference
    }

    /// Whether the server says when both are in.
    pub(crate) fn introduces(self) -> bool {
        self == Tongue::Rendezvous
    }

    /// A sign of life; `last_seq` frees the server's buffer.
    pub(crate) fn ping(self, sent_at: i64, last_seq: u64) -> Option<Utf8Bytes> {
        match self {
            Tongue::Rendezvous => Some(
                format!("{{\"type\":\"ping\",\"sent_at\":{sent_at},\"last_seq\":{last_seq}}}")
                    .into(),
            ),
            Tongue::PeerJs => Some(Utf8Bytes::from_static("{\"type\":\"HEARTBEAT\"}")),
            Tongue::Reference => None,
        }
    }

    /// The media is up.
    pub(crate) fn connected(self, epoch: u64) -> Option<Utf8Bytes> {
        let frame = ClientFrame::from(Connected { epoch });
        (self == Tongue::Rendezvous).then(|| frame.to_text(None).into())
    }

    /// A decision to go.
    pub(crate) fn leave(self) -> Option<Utf8Bytes> {
        let frame = ClientFrame::from(Leave {});
        (self == Tongue::Rendezvous).then(|| frame.to_text(None).into())
    }

    /// All that one side says in an exchange, its description first.
    pub(crate) fn lines(self, seat: &Seat, role: Role, epoch: u64) -> Vec<String> {
        let kind = match role {
            Role::Offerer => "offer",
            Role::Answerer => "answer",
        };
        let sdp = material::sdp(role);
        let candidates = (0..material::CANDIDATES).map(|number| material::candidate(role, number));
        if self == Tongue::PeerJs {
            let connection = format!("mc_{}", seat.me);
            let message = |kind: &str, payload: serde_json::Value| {
                json!({"type": kind, "payload": payload, "dst": seat.other}).to_string()
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

    /// Reads a frame.
    pub(crate) fn hear(self, text: &str) -> Heard {
        match self.kind(text).as_str() {
            "candidate" | "answer" | "CANDIDATE" | "ANSWER" => Heard::Relayed,
            "offer" | "OFFER" => Heard::Offer,
            "OPEN" => Heard::Welcome {
                // As the client of PeerJS does.
                ping_ms: Some(5_000),
                server_now: None,
            },
            "ID-TAKEN" | "ERROR" | "EXPIRE" | "LEAVE" => Heard::Refused {
                code: self.kind(text).to_lowercase(),
            },
            _ if self == Tongue::Rendezvous => hear_rendezvous(text),
            _ => Heard::Other,
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

fn hear_rendezvous(text: &str) -> Heard {
    if let Some(code) = refusal(text) {
        return Heard::Refused { code };
    }
    let Ok((_, frame)) = ServerFrame::parse(text) else {
        return Heard::Other;
    };
    match frame {
        ServerFrame::Welcome(welcome) => Heard::Welcome {
            ping_ms: u64::try_from(welcome.ping_ms).ok(),
            server_now: Some(welcome.server_now.0),
        },
        ServerFrame::Negotiate(Negotiate { epoch, offerer, .. }) => Heard::Negotiate {
            epoch,
            offerer: offerer.map(|user| user.as_str().to_owned()),
        },
        ServerFrame::Countdown(countdown) => Heard::Countdown {
            live_at: countdown.live_at.0,
        },
        ServerFrame::Live(live) => Heard::Live {
            deadline_at: live.deadline_at.0,
        },
        ServerFrame::Ended(ended) => Heard::Ended {
            reason: ended.reason.name().to_owned(),
        },
        ServerFrame::Pong(Pong { server_now, .. }) => Heard::Pong {
            server_now: server_now.0,
        },
        _ => Heard::Other,
    }
}

/// The code of an `error` frame, with its reason; also one that this version doesn't know.
fn refusal(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Refusal {
        r#type: String,
        code: String,
        reason: Option<String>,
    }
    let refusal: Refusal = serde_json::from_str(text).ok()?;
    (refusal.r#type == "error").then(|| match refusal.reason {
        Some(reason) => format!("{}_{reason}", refusal.code),
        None => refusal.code,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seat::unbooked;

    #[test]
    fn lod_4_an_exchange_is_a_description_and_ten_candidates_of_each_side() {
        for tongue in [Tongue::Rendezvous, Tongue::Reference, Tongue::PeerJs] {
            let table = unbooked(tongue, "ws://h", 1);
            for (seat, role) in [(0, Role::Offerer), (1, Role::Answerer)] {
                let lines = tongue.lines(&table.seats[seat], role, 7);
                assert_eq!(lines.len(), 11);
                let heard: Vec<_> = lines.iter().map(|line| tongue.hear(line)).collect();
                let first = match role {
                    Role::Offerer => Heard::Offer,
                    Role::Answerer => Heard::Relayed,
                };
                assert_eq!(heard[0], first);
                assert!(heard[1..].iter().all(|heard| *heard == Heard::Relayed));
            }
        }
    }

    #[test]
    fn lod_4_what_we_say_is_what_the_wire_crate_reads() {
        let table = unbooked(Tongue::Rendezvous, "ws://h", 1);
        let mut lines = Tongue::Rendezvous.lines(&table.seats[0], Role::Offerer, 7);
        lines.push(Tongue::Rendezvous.ping(5, 6).unwrap().to_string());
        lines.push(Tongue::Rendezvous.connected(7).unwrap().to_string());
        lines.push(Tongue::Rendezvous.leave().unwrap().to_string());
        for line in lines {
            ClientFrame::parse(&line).unwrap();
        }
    }

    #[test]
    fn lod_5_a_refusal_is_known_by_its_code() {
        let refused =
            r#"{"type":"error","code":"unauthenticated","message":"m","reason":"expired"}"#;
        let code = "unauthenticated_expired".to_owned();
        assert_eq!(Tongue::Rendezvous.hear(refused), Heard::Refused { code });
        let code = "id-taken".to_owned();
        let taken = r#"{"type":"ID-TAKEN","payload":{"msg":"ID is taken"}}"#;
        assert_eq!(Tongue::PeerJs.hear(taken), Heard::Refused { code });
    }

    #[test]
    fn frames_are_read_with_type_anywhere_and_seq_last() {
        let late = r#"{"sdp":"v=0","type":"offer","from":"a","seq":12}"#;
        assert_eq!(Tongue::Rendezvous.hear(late), Heard::Offer);
        assert_eq!(seq(late), Some(12));
        assert_eq!(seq(r#"{"type":"ok","id":3}"#), None);
        assert_eq!(seq("é"), None);
    }
}
