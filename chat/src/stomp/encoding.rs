//! What the service sends, as frames of STOMP.

use wire::chat::{Message, Sent};
use wire::stomp::{StompCommand, StompEncoder};
use wire::{ErrorBody, RoomId};

use super::destination::{ERRORS, ROOMS, TOPIC};
use super::handshake::VERSION;
use super::problem::{problem, word};

const TEXT: &str = "text/plain";
const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// A message for one subscription.
pub(super) fn message(message: &Message, subscription: &str) -> String {
    let expires_at = message.expires_at.map(|at| at.0.to_string());
    StompEncoder::new(StompCommand::Message)
        .header("destination", &topic(&message.room))
        .header("subscription", subscription)
        .header("message-id", &message.message_id)
        .number("seq", message.seq)
        .header("from", message.from.as_str())
        .header("client-id", &message.client_id)
        .number("sent-at", message.sent_at.0)
        .maybe("corrupt", message.corrupt.then_some("true"))
        .maybe("deleted", message.deleted.then_some("true"))
        .maybe("expires-at", expires_at.as_deref())
        .body(TEXT, &message.body)
}

/// News of a room for one subscription: `event` is `room`, or `removed`. `number` tells it from others of the connection.
pub(super) fn room(event: &str, json: &str, subscription: &str, number: u64) -> String {
    StompEncoder::new(StompCommand::Message)
        .header("destination", ROOMS)
        .header("subscription", subscription)
        .number("message-id", number)
        .header("event", event)
        .body(JSON, json)
}

/// A frame was refused; who has not subscribed to that is told so too, under the destination's own name.
pub(super) fn error(
    body: &ErrorBody,
    receipt: Option<&str>,
    subscription: Option<&str>,
    number: u64,
) -> String {
    let encoder = StompEncoder::new(StompCommand::Message)
        .header("destination", ERRORS)
        .header("subscription", subscription.unwrap_or(ERRORS))
        .number("message-id", number);
    refusal(encoder, body, receipt)
}

/// Why the connection is closed.
pub(super) fn fatal(body: &ErrorBody, receipt: Option<&str>) -> String {
    let encoder = StompEncoder::new(StompCommand::Error)
        .header("version", VERSION)
        .header("message", &body.message);
    refusal(encoder, body, receipt)
}

/// The service drains.
pub(super) fn going_away(retry_after_ms: u64) -> String {
    StompEncoder::new(StompCommand::Error)
        .header("message", "The service stops. Connect again.")
        .header("code", "going_away")
        .number("retry-after-ms", retry_after_ms)
        .end()
}

/// A frame was processed.
pub(super) fn receipt(id: &str) -> String {
    StompEncoder::new(StompCommand::Receipt)
        .header("receipt-id", id)
        .end()
}

/// A message is durable.
pub(super) fn sent(id: &str, sent: &Sent) -> String {
    StompEncoder::new(StompCommand::Receipt)
        .header("receipt-id", id)
        .number("seq", sent.seq)
        .header("message-id", &sent.message_id)
        .end()
}

fn refusal(encoder: StompEncoder, body: &ErrorBody, receipt: Option<&str>) -> String {
    let mut encoder = encoder
        .header("code", &word(body.code))
        .maybe("receipt-id", receipt)
        .maybe("reason", body.reason.as_deref());
    if let Some(retry_after_ms) = body.retry_after_ms {
        encoder = encoder.number("retry-after-ms", retry_after_ms);
    }
    let json = serde_json::to_string(&problem(body)).expect("a problem has only plain fields");
    encoder.body(PROBLEM, &json)
}

fn topic(room: &RoomId) -> String {
    format!("{TOPIC}{room}")
}
