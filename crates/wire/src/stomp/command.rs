//! The commands of STOMP 1.2, and which of their frames have a body or plain headers.

/// The first line of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StompCommand {
    /// The first frame of a client, with its credentials.
    Connect,
    /// As `CONNECT`, by a name that no request of HTTP has.
    Stomp,
    /// Sends a message.
    Send,
    /// Asks for a destination's messages.
    Subscribe,
    /// Ends a subscription.
    Unsubscribe,
    /// Begins a transaction.
    Begin,
    /// Commits a transaction.
    Commit,
    /// Drops a transaction.
    Abort,
    /// Acknowledges a message.
    Ack,
    /// Refuses a message.
    Nack,
    /// The client leaves.
    Disconnect,
    /// Lets a client in.
    Connected,
    /// Brings a message of a subscription.
    Message,
    /// A frame that asked for it was processed.
    Receipt,
    /// What is wrong; the connection is closed then.
    Error,
    /// No command of STOMP 1.2.
    Unknown,
}

impl StompCommand {
    /// Each that there is, with its name on the wire.
    const NAMES: [(Self, &'static str); 15] = [
        (Self::Connect, "CONNECT"),
        (Self::Stomp, "STOMP"),
        (Self::Send, "SEND"),
        (Self::Subscribe, "SUBSCRIBE"),
        (Self::Unsubscribe, "UNSUBSCRIBE"),
        (Self::Begin, "BEGIN"),
        (Self::Commit, "COMMIT"),
        (Self::Abort, "ABORT"),
        (Self::Ack, "ACK"),
        (Self::Nack, "NACK"),
        (Self::Disconnect, "DISCONNECT"),
        (Self::Connected, "CONNECTED"),
        (Self::Message, "MESSAGE"),
        (Self::Receipt, "RECEIPT"),
        (Self::Error, "ERROR"),
    ];

    /// The command of a first line; [`StompCommand::Unknown`] for any other text.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        let known = Self::NAMES.iter().find(|(_, known)| *known == name);
        known.map_or(Self::Unknown, |(command, _)| *command)
    }

    /// Its name on the wire; `?` for none of STOMP's.
    #[must_use]
    pub fn name(self) -> &'static str {
        let known = Self::NAMES.iter().find(|(known, _)| *known == self);
        known.map_or("?", |(_, name)| name)
    }

    /// True where its frames may have a body.
    #[must_use]
    pub fn may_have_body(self) -> bool {
        matches!(
            self,
            Self::Send | Self::Message | Self::Error | Self::Unknown
        )
    }

    /// True where its headers are escaped; those that open a connection are as in STOMP 1.0.
    #[must_use]
    pub fn is_escaped(self) -> bool {
        !matches!(self, Self::Connect | Self::Connected)
    }
}
