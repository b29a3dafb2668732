//! What a client's frame asks for.

use chat_core::{check_id, is_ttl};
use wire::chat::{ChatClientFrame, MarkRead, Send};
use wire::stomp::{StompCommand, StompFrame};
use wire::{ErrorBody, ErrorCode};

use super::destination::{StompSource, StompTarget};

/// A frame after `CONNECTED`, understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum StompRequest {
    /// As a frame of the other subprotocol.
    Chat(ChatClientFrame),
    /// Messages of a destination from now on, or from `after` on.
    Subscribe {
        id: String,
        source: StompSource,
        after: Option<u64>,
    },
    /// No more of them.
    Unsubscribe { id: String },
    /// The client leaves, and wants to know that all before was taken.
    Disconnect,
}

/// What a frame gets instead. Boxed: it is seldom, and large beside a success.
pub(super) type StompRefusal = Box<ErrorBody>;

/// A refusal of that code.
pub(super) fn refusal(code: ErrorCode, message: impl Into<String>) -> StompRefusal {
    Box::new(ErrorBody::new(code, message))
}

/// The refusal of a header or a body, which says what would be right.
pub(super) fn wrong(field: &str, message: &str) -> StompRefusal {
    Box::new(ErrorBody {
        message: message.to_owned(),
        ..ErrorBody::invalid_field(field)
    })
}

/// The receipt that a frame asks for.
///
/// # Errors
/// Where it can't be given back.
pub(super) fn receipt_of(frame: &StompFrame) -> Result<Option<String>, StompRefusal> {
    frame.header("receipt").map_or(Ok(None), |receipt| {
        check_id(receipt).map_err(|_| wrong("receipt", ID))?;
        Ok(Some(receipt.to_owned()))
    })
}

/// Understands a frame.
///
/// # Errors
/// `unsupported` for transactions and acknowledgements, `unknown_type` for what is no client's command, and what is
/// wrong with its headers or its body.
pub(super) fn read_request(frame: StompFrame) -> Result<StompRequest, StompRefusal> {
    match frame.command {
        StompCommand::Send => read_send(frame).map(StompRequest::Chat),
        StompCommand::Subscribe => read_subscribe(&frame),
        StompCommand::Unsubscribe => Ok(StompRequest::Unsubscribe { id: id_of(&frame)? }),
        StompCommand::Disconnect => Ok(StompRequest::Disconnect),
        StompCommand::Connect | StompCommand::Stomp => Err(refusal(
            ErrorCode::AlreadyJoined,
            "This socket is connected already.",
        )),
        StompCommand::Begin | StompCommand::Commit | StompCommand::Abort => {
            Err(unsupported("There are no transactions."))
        }
        StompCommand::Ack | StompCommand::Nack => Err(unsupported(ONLY_AUTO)),
        StompCommand::Connected
        | StompCommand::Message
        | StompCommand::Receipt
        | StompCommand::Error
        | StompCommand::Unknown => Err(refusal(
            ErrorCode::UnknownType,
            "There is no such command of a client.",
        )),
    }
}

const ID: &str = "This has 1 to 128 bytes and no control characters.";
const ONLY_AUTO: &str = "Messages are acknowledged by themselves: ack is auto.";

fn unsupported(message: &str) -> StompRefusal {
    refusal(ErrorCode::Unsupported, message)
}

fn read_send(frame: StompFrame) -> Result<ChatClientFrame, StompRefusal> {
    if frame.header("transaction").is_some() {
        return Err(unsupported("There are no transactions."));
    }
    let destination = frame.header("destination").unwrap_or_default();
    let target = StompTarget::of(destination).ok_or_else(|| {
        let message = "This is /app/rooms/{id}, or /app/rooms/{id}/read.";
        wrong("destination", message)
    })?;
    match target {
        StompTarget::Message(room) => {
            let client_id = frame.header("client-id").unwrap_or_default().to_owned();
            check_id(&client_id).map_err(|_| wrong("client-id", ID))?;
            let ttl_ms = frame.header("ttl-ms").map(|text| {
                let message = "This is from 1000 to 31536000000 milliseconds: a second to a year.";
                let ttl_ms = whole(text).filter(|ttl_ms| is_ttl(*ttl_ms));
                ttl_ms.ok_or_else(|| wrong("ttl-ms", message))
            });
            let ttl_ms = ttl_ms.transpose()?;
            let body = String::from_utf8(frame.body).map_err(|_| not_utf8())?;
            Ok(Send {
                room,
                client_id,
                body,
                ttl_ms,
            }
            .into())
        }
        StompTarget::Read(room) => {
            let seq = std::str::from_utf8(&frame.body).ok().and_then(whole);
            let seq = seq.ok_or_else(|| wrong("body", "This is the last seq that was read."))?;
            Ok(MarkRead { room, seq }.into())
        }
    }
}

fn read_subscribe(frame: &StompFrame) -> Result<StompRequest, StompRefusal> {
    let id = id_of(frame)?;
    if frame.header("ack").is_some_and(|ack| ack != "auto") {
        return Err(unsupported(ONLY_AUTO));
    }
    let destination = frame.header("destination").unwrap_or_default();
    let source = StompSource::of(destination).ok_or_else(|| {
        let message = "This is /topic/rooms/{id}, /user/queue/rooms or /user/queue/errors.";
        wrong("destination", message)
    })?;
    let after = frame.header("after").map(|text| {
        whole(text).ok_or_else(|| wrong("after", "This is the last seq that you have."))
    });
    Ok(StompRequest::Subscribe {
        id,
        source,
        after: after.transpose()?,
    })
}

fn id_of(frame: &StompFrame) -> Result<String, StompRefusal> {
    let id = frame.header("id").unwrap_or_default();
    check_id(id).map_err(|_| wrong("id", ID))?;
    Ok(id.to_owned())
}

fn whole(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn not_utf8() -> StompRefusal {
    let mut body = refusal(ErrorCode::BadText, "A message's text is UTF-8.");
    body.reason = Some("not_utf8".to_owned());
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        command: StompCommand,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<StompRequest, StompRefusal> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        read_request(StompFrame {
            command,
            headers: headers.iter().map(owned).collect(),
            body: body.to_vec(),
        })
    }

    #[test]
    fn cht_135_a_send_has_a_key_of_the_senders_own_and_text() {
        let to = ("destination", "/app/rooms/r");
        let sent = read(
            StompCommand::Send,
            &[to, ("client-id", "c")],
            "안녕".as_bytes(),
        );
        assert!(matches!(
            sent,
            Ok(StompRequest::Chat(ChatClientFrame::Send(_)))
        ));
        let keyless = read(StompCommand::Send, &[to], b"hi").unwrap_err();
        assert_eq!(keyless.code, ErrorCode::InvalidField);
        assert_eq!(keyless.field.as_deref(), Some("client-id"));
        let bytes = read(StompCommand::Send, &[to, ("client-id", "c")], b"\xff").unwrap_err();
        assert_eq!(bytes.code, ErrorCode::BadText);
        let read_to = ("destination", "/app/rooms/r/read");
        for bad in [&b""[..], b"-1", b"1.5", b"x", b"\xff"] {
            let refused = read(StompCommand::Send, &[read_to], bad).unwrap_err();
            assert_eq!(refused.field.as_deref(), Some("body"));
        }
    }

    #[test]
    fn cht_136_transactions_and_acknowledgements_are_unsupported() {
        let to = ("destination", "/app/rooms/r");
        for command in [
            StompCommand::Begin,
            StompCommand::Commit,
            StompCommand::Abort,
            StompCommand::Ack,
            StompCommand::Nack,
        ] {
            let refused = read(command, &[("transaction", "t"), ("id", "1")], b"");
            assert_eq!(refused.unwrap_err().code, ErrorCode::Unsupported);
        }
        let within = read(StompCommand::Send, &[to, ("transaction", "t")], b"hi");
        assert_eq!(within.unwrap_err().code, ErrorCode::Unsupported);
        let topic = ("destination", "/topic/rooms/r");
        for ack in ["client", "client-individual"] {
            let headers = [topic, ("id", "1"), ("ack", ack)];
            let refused = read(StompCommand::Subscribe, &headers, b"");
            assert_eq!(refused.unwrap_err().code, ErrorCode::Unsupported);
        }
        assert!(
            read(
                StompCommand::Subscribe,
                &[topic, ("id", "1"), ("ack", "auto")],
                b""
            )
            .is_ok()
        );
        let again = read(StompCommand::Connect, &[], b"");
        assert_eq!(again.unwrap_err().code, ErrorCode::AlreadyJoined);
        let odd = read(StompCommand::Message, &[], b"");
        assert_eq!(odd.unwrap_err().code, ErrorCode::UnknownType);
    }
}
