//! The names of all limits, and the one metric that counts how often each was reached.
//!
//! What each limit is stands where it is kept: [`crate::http::Limits`], [`crate::socket::SocketLimits`],
//! and each service's own settings.

/// A limit that somebody can run into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// Connections at once; the new one is closed.
    Connections,
    /// Connections at once of one address; the new one is closed, or refused with 429 behind a proxy.
    ConnectionsPerAddress,
    /// Connections at once of those who have shown no good credential; the oldest is closed for a new one.
    ConnectionsUnauthenticated,
    /// Sockets at once of one person; refused with 4004.
    ConnectionsPerUser,
    /// Descriptors of the process; the new connection is closed.
    Descriptors,
    /// Time for the head of a request; the connection is closed.
    HeaderTimeout,
    /// Bytes or lines of the head of a request; answered with 431.
    HeaderSize,
    /// Bytes of a body; answered with 413.
    BodyBytes,
    /// Rate or time of a body; answered with 408.
    BodyTime,
    /// Rate at which an answer is read; the connection is closed.
    AnswerTime,
    /// Time for requests in flight when the service stops; they are cut.
    Drain,
    /// Bytes of a frame; closed with 1009.
    FrameBytes,
    /// Time for the first frame; closed with 4507.
    JoinTimeout,
    /// Time without anything from the other end; closed with 4001.
    Silence,
    /// Time without progress of a write; closed with 4002.
    WriteTimeout,
    /// Frames that wait to be written; closed with 4002.
    QueueFrames,
    /// Bytes that wait to be written; closed with 4002.
    QueueBytes,
    /// Frames of one socket; refused with `rate_limited`.
    Frames,
    /// Frames of all sockets of one person; refused with `rate_limited`.
    FramesPerUser,
    /// Frames of all sockets of one address, of those with a good ticket and of the others apart; refused
    /// with `rate_limited`, or 4004.
    FramesPerAddress,
    /// Refused frames of one socket; closed with 4004.
    Flood,
    /// Malformed frames of one socket; closed with 4500.
    Malformed,
    /// First frames of one address without a good ticket; refused with 4004.
    Joins,
    /// Good joins of one person; refused with 4004.
    JoinsPerUser,
    /// Requests of one person; answered with 429.
    Requests,
    /// Fetches of ticket keys that unknown `kid`s ask for; the ticket waits, a little.
    JwksRefetch,
    /// Sessions in memory; a join is refused with 4004.
    Sessions,
    /// Bytes of a seat's resume buffer; its oldest frames go.
    ResumeBytes,
    /// Bytes of all resume buffers; the oldest one goes.
    ResumeTotalBytes,
    /// Rooms in memory; those that are longest unused are let go of.
    Rooms,
    /// Wrong join links of one address; answered with 429.
    WrongLinks,
    /// Sign-ups of one address in an hour; answered with 429.
    Signups,
    /// Wrong passwords of one account, or from one address, in an hour; answered with 429.
    Logins,
    /// Passwords that wait to be hashed; answered with 503.
    PasswordHashes,
    /// Searches for people of one person in a minute; answered with 429.
    Searches,
    /// Mails to one address in an hour or a day; answered with 429, or not sent.
    Mails,
    /// Exports of one person, or in chat pages of theirs, in an hour; answered with 429.
    Exports,
    /// Posts of one person in an hour; answered with 429.
    Posts,
    /// What one person stores in an hour; refused with `quota_exceeded`.
    QuotaPerPerson,
    /// What is stored in one room in an hour; refused with `quota_exceeded`.
    QuotaPerRoom,
    /// What one room holds; more is refused with `quota_exceeded`.
    RoomBytes,
    /// What an application and its people store in an hour; refused with `quota_exceeded`.
    QuotaPerApplication,
    /// Time of a relay's TCP connection until it has an allocation, completes a frame, or reads; it is closed.
    StreamTimeout,
    /// Revocations that the relay remembers; the one that runs out first is forgotten.
    Revocations,
}

impl Limit {
    /// All of them.
    pub const ALL: [Self; 44] = [
        Self::Connections,
        Self::ConnectionsPerAddress,
        Self::ConnectionsUnauthenticated,
        Self::ConnectionsPerUser,
        Self::Descriptors,
        Self::HeaderTimeout,
        Self::HeaderSize,
        Self::BodyBytes,
        Self::BodyTime,
        Self::AnswerTime,
        Self::Drain,
        Self::FrameBytes,
        Self::JoinTimeout,
        Self::Silence,
        Self::WriteTimeout,
        Self::QueueFrames,
        Self::QueueBytes,
        Self::Frames,
        Self::FramesPerUser,
        Self::FramesPerAddress,
        Self::Flood,
        Self::Malformed,
        Self::Joins,
        Self::JoinsPerUser,
        Self::Requests,
        Self::JwksRefetch,
        Self::Sessions,
        Self::ResumeBytes,
        Self::ResumeTotalBytes,
        Self::Rooms,
        Self::WrongLinks,
        Self::Signups,
        Self::Logins,
        Self::PasswordHashes,
        Self::Searches,
        Self::Mails,
        Self::Exports,
        Self::Posts,
        Self::QuotaPerPerson,
        Self::QuotaPerRoom,
        Self::RoomBytes,
        Self::QuotaPerApplication,
        Self::StreamTimeout,
        Self::Revocations,
    ];

    /// Its name in the metric.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::ConnectionsPerAddress => "connections_per_address",
            Self::ConnectionsUnauthenticated => "connections_unauthenticated",
            Self::ConnectionsPerUser => "connections_per_user",
            Self::Descriptors => "descriptors",
            Self::HeaderTimeout => "header_timeout",
            Self::HeaderSize => "header_size",
            Self::BodyBytes => "body_bytes",
            Self::BodyTime => "body_time",
            Self::AnswerTime => "answer_time",
            Self::Drain => "drain",
            Self::FrameBytes => "frame_bytes",
            Self::JoinTimeout => "join_timeout",
            Self::Silence => "silence",
            Self::WriteTimeout => "write_timeout",
            Self::QueueFrames => "queue_frames",
            Self::QueueBytes => "queue_bytes",
            Self::Frames => "frames",
            Self::FramesPerUser => "frames_per_user",
            Self::FramesPerAddress => "frames_per_address",
            Self::Flood => "flood",
            Self::Malformed => "malformed",
            Self::Joins => "joins",
            Self::JoinsPerUser => "joins_per_user",
            Self::Requests => "requests",
            Self::JwksRefetch => "jwks_refetch",
            Self::Sessions => "sessions",
            Self::ResumeBytes => "resume_bytes",
            Self::ResumeTotalBytes => "resume_total_bytes",
            Self::Rooms => "rooms",
            Self::WrongLinks => "wrong_links",
            Self::Signups => "signups",
            Self::Logins => "logins",
            Self::PasswordHashes => "password_hashes",
            Self::Searches => "searches",
            Self::Mails => "mails",
            Self::Exports => "exports",
            Self::Posts => "posts",
            Self::QuotaPerPerson => "quota_per_person",
            Self::QuotaPerRoom => "quota_per_room",
            Self::RoomBytes => "room_bytes",
            Self::QuotaPerApplication => "quota_per_application",
            Self::StreamTimeout => "stream_timeout",
            Self::Revocations => "revocations",
        }
    }

    /// It was reached: one more in `limit_hits_total{limit="…"}`.
    pub fn hit(self) {
        metrics::counter!("limit_hits_total", "limit" => self.name()).increment(1);
    }

    /// Shows each of them at 0, so that the first hit is a change and not a new line.
    pub(crate) fn show_all() {
        for limit in Self::ALL {
            metrics::counter!("limit_hits_total", "limit" => limit.name()).increment(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_stands_once() {
        let names: std::collections::BTreeSet<_> = Limit::ALL.map(Limit::name).into();
        assert_eq!(names.len(), Limit::ALL.len());
    }
}
