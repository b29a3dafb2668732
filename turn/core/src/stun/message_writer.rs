//! Writing a message: attributes in order, then integrity and fingerprint, which cover what is before them.

use std::net::SocketAddr;

use super::message::{fingerprint, join_kind};
use super::{
    Attribute, Class, HEADER_BYTES, MAGIC_COOKIE, Method, TransactionId, hmac_sha1, xor_address,
};

/// A message in the making.
#[derive(Debug, Clone)]
pub struct StunMessageWriter {
    bytes: Vec<u8>,
    transaction: TransactionId,
}

impl StunMessageWriter {
    /// One without attributes.
    #[must_use]
    pub fn new(class: Class, method: Method, transaction: TransactionId) -> Self {
        let mut bytes = Vec::with_capacity(160);
        bytes.extend(join_kind(class, method).to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(MAGIC_COOKIE.to_be_bytes());
        bytes.extend(transaction);
        Self { bytes, transaction }
    }

    /// Adds an attribute; one whose value is too long for a message is left out.
    #[must_use]
    pub fn with(mut self, attribute: Attribute, value: &[u8]) -> Self {
        let padded = value.len().next_multiple_of(4);
        let Ok(length) = u16::try_from(value.len()) else {
            return self;
        };
        if self.bytes.len() + 4 + padded - HEADER_BYTES > usize::from(u16::MAX) {
            return self;
        }
        self.bytes.extend(attribute.0.to_be_bytes());
        self.bytes.extend(length.to_be_bytes());
        self.bytes.extend(value);
        self.bytes
            .resize(self.bytes.len() + padded - value.len(), 0);
        self.set_length();
        self
    }

    /// Adds a number of four bytes.
    #[must_use]
    pub fn with_number(self, attribute: Attribute, number: u32) -> Self {
        self.with(attribute, &number.to_be_bytes())
    }

    /// Adds an address, xored with the cookie and the transaction.
    #[must_use]
    pub fn with_address(self, attribute: Attribute, address: SocketAddr) -> Self {
        let value = xor_address(address, &self.transaction);
        self.with(attribute, &value)
    }

    /// Adds an ERROR-CODE attribute.
    #[must_use]
    pub fn with_error(self, code: u16, reason: &str) -> Self {
        let mut value = vec![0, 0, (code / 100) as u8, (code % 100) as u8];
        value.extend(reason.as_bytes());
        self.with(Attribute::ERROR_CODE, &value)
    }

    /// Adds MESSAGE-INTEGRITY over all that is there.
    #[must_use]
    pub fn signed_with(mut self, key: &[u8]) -> Self {
        let covered = self.bytes.len();
        self = self.with(Attribute::MESSAGE_INTEGRITY, &[0; 20]);
        let mac = hmac_sha1(key, &[&self.bytes[..covered]]);
        self.bytes[covered + 4..].copy_from_slice(&mac);
        self
    }

    /// Adds FINGERPRINT, and gives the bytes.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        let covered = self.bytes.len();
        self = self.with(Attribute::FINGERPRINT, &[0; 4]);
        let (head, rest) = self.bytes[..covered]
            .split_first_chunk()
            .expect("a header is longer than four bytes");
        let crc = fingerprint(head, rest);
        self.bytes[covered + 4..].copy_from_slice(&crc);
        self.bytes
    }

    /// The bytes as they are: an indication needs no fingerprint, and every byte of it is paid for.
    #[must_use]
    pub fn finish_bare(self) -> Vec<u8> {
        self.bytes
    }

    fn set_length(&mut self) {
        let length = u16::try_from(self.bytes.len() - HEADER_BYTES).unwrap_or(u16::MAX);
        self.bytes[2..4].copy_from_slice(&length.to_be_bytes());
    }
}
