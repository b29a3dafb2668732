//! The frames of `GET /v1/stomp`.

use service::describe::{PublishedChannel, PublishedFrame};
use wire::stomp::STOMP_SUBPROTOCOL;

const fn frame(
    name: &'static str,
    summary: &'static str,
    headers: &'static [&'static str],
) -> PublishedFrame {
    PublishedFrame {
        name,
        summary,
        headers,
    }
}

const FROM_CLIENT: &[PublishedFrame] = &[
    frame(
        "CONNECT",
        "Comes in; the ticket is its passcode, unless the upgrade brings it as Bearer.",
        &["accept-version", "passcode", "heart-beat"],
    ),
    frame(
        "SUBSCRIBE",
        "Messages of a destination; of a room from `after` on, if that is given.",
        &["id", "destination", "after", "ack", "receipt"],
    ),
    frame("UNSUBSCRIBE", "No more of them.", &["id", "receipt"]),
    frame(
        "SEND",
        "A message whose text is the body, or how far a room is read.",
        &["destination", "client-id", "receipt"],
    ),
    frame(
        "DISCONNECT",
        "Goodbye; answered once all before it is.",
        &["receipt"],
    ),
];

const FROM_SERVER: &[PublishedFrame] = &[
    frame(
        "CONNECTED",
        "Let in.",
        &["version", "heart-beat", "session", "server", "user-name"],
    ),
    frame(
        "MESSAGE",
        "A message, a ROOM as JSON (`event`: `room` or `removed`), or a refusal (`code`).",
        &[
            "destination",
            "subscription",
            "message-id",
            "content-type",
            "content-length",
            "seq",
            "from",
            "client-id",
            "sent-at",
            "event",
            "code",
            "receipt-id",
            "reason",
            "retry-after-ms",
        ],
    ),
    frame(
        "RECEIPT",
        "A frame was processed; a message is durable, and stands there.",
        &["receipt-id", "seq", "message-id"],
    ),
    frame(
        "ERROR",
        "Why the connection is closed.",
        &["code", "message", "receipt-id", "reason", "retry-after-ms"],
    ),
];

/// STOMP 1.2, and what its destinations are here.
pub(super) fn channel() -> PublishedChannel {
    PublishedChannel {
        name: "stomp",
        path: "/v1/stomp",
        summary: "The same rooms for clients of STOMP 1.2. The first frame is CONNECT, within 5 s.",
        description: "SUBSCRIBE to `/topic/rooms/{id}`, `/user/queue/rooms` and `/user/queue/errors`; SEND to `/app/rooms/{id}` \
                      and `/app/rooms/{id}/read`. What is refused is a MESSAGE of `/user/queue/errors`; ERROR comes only with a \
                      close. Close codes are those of the other channel.",
        subprotocol: STOMP_SUBPROTOCOL,
        specification: "https://stomp.github.io/stomp-specification-1.2.html",
        from_client: FROM_CLIENT,
        from_server: FROM_SERVER,
    }
}
