//! The Binding method (RFC 8489): the address that a client's bytes come from, for anybody who asks.

use super::SOFTWARE;
use crate::ClientEndpoint;
use crate::stun::{Attribute, Class, StunMessage, StunMessageWriter};

/// The whole answer; nothing here is a secret or costs anything, and so nothing is signed.
pub(super) fn answer(client: ClientEndpoint, message: &StunMessage<'_>) -> Vec<u8> {
    let writer = |class| StunMessageWriter::new(class, message.method(), message.transaction());
    let unknown = message.unknown();
    if unknown.is_empty() {
        return writer(Class::Success)
            .with_address(Attribute::XOR_MAPPED_ADDRESS, client.address())
            .with(Attribute::SOFTWARE, SOFTWARE)
            .finish();
    }
    let list: Vec<u8> = unknown
        .iter()
        .flat_map(|attribute| attribute.0.to_be_bytes())
        .collect();
    writer(Class::Error)
        .with_error(420, "Unknown Attribute")
        .with(Attribute::UNKNOWN_ATTRIBUTES, &list)
        .finish()
}
