//! `CONNECT` and `CONNECTED`.

use wire::stomp::{StompCommand, StompEncoder, StompFrame};
use wire::{ConnectionId, ErrorCode, UserId};

use super::heart_beat::HeartBeats;
use super::request::{StompRefusal, refusal};

/// The only version that is spoken.
pub(super) const VERSION: &str = "1.2";

/// What a `CONNECT` or `STOMP` says.
#[derive(Debug)]
pub(super) struct Connect {
    /// The chat ticket; none where the upgrade brought it.
    pub(super) ticket: Option<String>,
    pub(super) beats: HeartBeats,
}

impl Connect {
    /// Reads the first frame.
    ///
    /// # Errors
    /// `unauthenticated` for another frame, `unsupported` for other versions, and what is wrong with its heart-beats.
    pub(super) fn read(frame: &StompFrame) -> Result<Self, StompRefusal> {
        if !matches!(frame.command, StompCommand::Connect | StompCommand::Stomp) {
            let mut body = refusal(ErrorCode::Unauthenticated, "CONNECT comes first.");
            body.reason = Some("no_ticket".to_owned());
            return Err(body);
        }
        let versions = frame.header("accept-version").unwrap_or_default();
        if !versions.split(',').any(|version| version.trim() == VERSION) {
            let message = "STOMP 1.2 is spoken here: accept-version must list 1.2.";
            return Err(refusal(ErrorCode::Unsupported, message));
        }
        Ok(Self {
            ticket: frame.header("passcode").map(str::to_owned),
            beats: HeartBeats::agree(frame.header("heart-beat"))?,
        })
    }
}

/// The answer to `CONNECT`.
pub(super) fn connected(connection: ConnectionId, user: &UserId) -> String {
    StompEncoder::new(StompCommand::Connected)
        .header("version", VERSION)
        .header("heart-beat", &HeartBeats::offer())
        .number("session", connection.0)
        .header("server", concat!("rendezvous/", env!("CARGO_PKG_VERSION")))
        .header("user-name", user.as_str())
        .end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(command: StompCommand, versions: &str) -> Result<Connect, ErrorCode> {
        let versions = ("accept-version".to_owned(), versions.to_owned());
        let passcode = ("passcode".to_owned(), "t".to_owned());
        let headers = vec![versions, passcode];
        let body = Vec::new();
        let frame = StompFrame {
            command,
            headers,
            body,
        };
        Connect::read(&frame).map_err(|body| body.code)
    }

    #[test]
    fn cht_134_version_1_2_is_among_those_that_a_client_speaks() {
        for command in [StompCommand::Connect, StompCommand::Stomp] {
            let connect = first(command, "1.0,1.1,1.2").unwrap();
            assert_eq!(connect.ticket.as_deref(), Some("t"));
        }
        for versions in ["", "1.1", "1.20", "2.0"] {
            let refused = first(StompCommand::Connect, versions);
            assert_eq!(refused.unwrap_err(), ErrorCode::Unsupported, "{versions}");
        }
        let other = first(StompCommand::Send, "1.2");
        assert_eq!(other.unwrap_err(), ErrorCode::Unauthenticated);
    }
}
