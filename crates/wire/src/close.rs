//! WebSocket close codes of all three services, and what a client may do after each.

/// Why a socket was closed. 4000–4499: reconnect with back-off; 4500–4999: something must change first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum CloseCode {
    /// Ended as agreed (RFC 6455).
    Normal = 1000,
    /// A frame broke RFC 6455.
    ProtocolError = 1002,
    /// A binary frame where text is due.
    UnsupportedData = 1003,
    /// Text that is not UTF-8.
    InvalidPayload = 1007,
    /// A frame or message above the limit.
    TooLarge = 1009,
    /// The server is draining.
    GoingAway = 4000,
    /// Nothing was received for too long.
    HeartbeatTimeout = 4001,
    /// The client read too slowly; it may resume.
    SlowConsumer = 4002,
    /// A fault of the server.
    Internal = 4003,
    /// Too many frames or joins.
    RateLimited = 4004,
    /// The session of a connected socket is gone.
    StateLost = 4005,
    /// Too many malformed frames.
    Malformed = 4500,
    /// The ticket is missing or wrong: get a new one.
    Unauthenticated = 4501,
    /// Not one of the two.
    NotAParticipant = 4502,
    /// The lobby is not open yet.
    TooEarly = 4503,
    /// The session is over.
    SessionOver = 4504,
    /// The same person joined elsewhere.
    Replaced = 4505,
    /// Removed by an operator.
    Kicked = 4506,
    /// The first frame did not come in time.
    JoinTimeout = 4507,
}

impl CloseCode {
    /// Every code, in rising order.
    pub const ALL: [CloseCode; 19] = [
        CloseCode::Normal,
        CloseCode::ProtocolError,
        CloseCode::UnsupportedData,
        CloseCode::InvalidPayload,
        CloseCode::TooLarge,
        CloseCode::GoingAway,
        CloseCode::HeartbeatTimeout,
        CloseCode::SlowConsumer,
        CloseCode::Internal,
        CloseCode::RateLimited,
        CloseCode::StateLost,
        CloseCode::Malformed,
        CloseCode::Unauthenticated,
        CloseCode::NotAParticipant,
        CloseCode::TooEarly,
        CloseCode::SessionOver,
        CloseCode::Replaced,
        CloseCode::Kicked,
        CloseCode::JoinTimeout,
    ];

    /// The number in the close frame.
    #[must_use]
    pub fn code(self) -> u16 {
        self as u16
    }

    /// The stable name, which is also the close frame's reason.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            CloseCode::Normal => "normal",
            CloseCode::ProtocolError => "protocol_error",
            CloseCode::UnsupportedData => "unsupported_data",
            CloseCode::InvalidPayload => "invalid_payload",
            CloseCode::TooLarge => "too_large",
            CloseCode::GoingAway => "going_away",
            CloseCode::HeartbeatTimeout => "heartbeat_timeout",
            CloseCode::SlowConsumer => "slow_consumer",
            CloseCode::Internal => "internal",
            CloseCode::RateLimited => "rate_limited",
            CloseCode::StateLost => "state_lost",
            CloseCode::Malformed => "malformed",
            CloseCode::Unauthenticated => "unauthenticated",
            CloseCode::NotAParticipant => "not_a_participant",
            CloseCode::TooEarly => "too_early",
            CloseCode::SessionOver => "session_over",
            CloseCode::Replaced => "replaced",
            CloseCode::Kicked => "kicked",
            CloseCode::JoinTimeout => "join_timeout",
        }
    }

    /// True where the client should connect again without anything having changed.
    #[must_use]
    pub fn may_reconnect(self) -> bool {
        (4000..4500).contains(&self.code())
    }
}
