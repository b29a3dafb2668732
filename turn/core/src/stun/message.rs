//! Reading a message: its header, its attributes in order, its fingerprint and integrity.

use subtle::ConstantTimeEq;

use super::{Attribute, FINGERPRINT_XOR, HEADER_BYTES, MAGIC_COOKIE, hmac_sha1};

/// Most attributes of one message that are looked at: a Send indication has 3, a signed request 12.
const MAX_ATTRIBUTES: usize = 64;
/// Bytes of a MESSAGE-INTEGRITY with its head.
const INTEGRITY_BYTES: usize = 24;
/// Bytes of a FINGERPRINT with its head.
const FINGERPRINT_BYTES: usize = 8;

/// Ties an answer to its request.
pub type TransactionId = [u8; 12];

/// What a message is in its exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Wants an answer.
    Request,
    /// Wants no answer.
    Indication,
    /// The answer to a request that was granted.
    Success,
    /// The answer to one that was refused.
    Error,
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method(pub u16);

#[expect(missing_docs, reason = "the names are those of the RFCs")]
impl Method {
    pub const BINDING: Self = Self(0x001);
    pub const ALLOCATE: Self = Self(0x003);
    pub const REFRESH: Self = Self(0x004);
    pub const SEND: Self = Self(0x006);
    pub const DATA: Self = Self(0x007);
    pub const CREATE_PERMISSION: Self = Self(0x008);
    pub const CHANNEL_BIND: Self = Self(0x009);
}

/// A message whose lengths fit and whose fingerprint, if it has one, is right. Borrows its bytes.
#[derive(Debug, Clone, Copy)]
pub struct StunMessage<'a> {
    bytes: &'a [u8],
    /// Where MESSAGE-INTEGRITY begins.
    integrity_at: Option<usize>,
    class: Class,
    method: Method,
}

impl<'a> StunMessage<'a> {
    /// Reads one message that fills `bytes`; `None` for anything else.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let kind = u16_at(bytes, 0)?;
        let length = usize::from(u16_at(bytes, 2)?);
        let is_stun = kind < 0x4000
            && length.is_multiple_of(4)
            && bytes.len() == HEADER_BYTES + length
            && bytes.get(4..8)? == MAGIC_COOKIE.to_be_bytes();
        if !is_stun {
            return None;
        }
        let (class, method) = split_kind(kind);
        let mut message = Self {
            bytes,
            integrity_at: None,
            class,
            method,
        };
        let mut count = 0;
        let mut end = HEADER_BYTES;
        for (at, attribute, value) in message.walk() {
            count += 1;
            end = at + 4 + value.len().next_multiple_of(4);
            match attribute {
                Attribute::MESSAGE_INTEGRITY if message.integrity_at.is_none() => {
                    message.integrity_at = (value.len() == 20).then_some(at);
                    message.integrity_at?;
                }
                Attribute::FINGERPRINT if !fits(bytes, at, value) => return None,
                _ => {}
            }
        }
        (end == bytes.len() && count <= MAX_ATTRIBUTES).then_some(message)
    }

    /// What it is in its exchange.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// What it is about.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// What its answer must carry.
    #[must_use]
    pub fn transaction(&self) -> TransactionId {
        let mut id = [0; 12];
        id.copy_from_slice(&self.bytes[8..HEADER_BYTES]);
        id
    }

    /// The value of the first attribute of this type; what comes after MESSAGE-INTEGRITY is not covered
    /// by it and so not seen (RFC 8489, section 14.5).
    #[must_use]
    pub fn value(&self, wanted: Attribute) -> Option<&'a [u8]> {
        self.values(wanted).next()
    }

    /// The values of all attributes of this type.
    pub fn values(&self, wanted: Attribute) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let last = self.integrity_at.unwrap_or(self.bytes.len());
        self.walk()
            .filter(move |(at, attribute, _)| *attribute == wanted && *at <= last)
            .map(|(_, _, value)| value)
    }

    /// The value as text.
    #[must_use]
    pub fn text(&self, wanted: Attribute) -> Option<&'a str> {
        std::str::from_utf8(self.value(wanted)?).ok()
    }

    /// The value as a number of four bytes.
    #[must_use]
    pub fn number(&self, wanted: Attribute) -> Option<u32> {
        let value: [u8; 4] = self.value(wanted)?.try_into().ok()?;
        Some(u32::from_be_bytes(value))
    }

    /// Those that it must not carry, because nobody here understands them.
    #[must_use]
    pub fn unknown(&self) -> Vec<Attribute> {
        self.walk()
            .map(|(_, attribute, _)| attribute)
            .filter(|attribute| attribute.must_be_refused())
            .collect()
    }

    /// The refusal's number, of an error answer.
    #[must_use]
    pub fn error_code(&self) -> Option<u16> {
        let value = self.value(Attribute::ERROR_CODE)?;
        let (class, number) = (value.get(2)? & 0x07, *value.get(3)?);
        Some(u16::from(class) * 100 + u16::from(number))
    }

    /// Bytes of the whole message.
    #[must_use]
    pub fn length(&self) -> usize {
        self.bytes.len()
    }

    /// True when it carries a MESSAGE-INTEGRITY.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.integrity_at.is_some()
    }

    /// True when its MESSAGE-INTEGRITY was made with `key`; takes the same time wherever they differ.
    #[must_use]
    pub fn is_signed_with(&self, key: &[u8]) -> bool {
        let Some(at) = self.integrity_at else {
            return false;
        };
        let head = head_with_length(self.bytes, at + INTEGRITY_BYTES);
        let made = hmac_sha1(key, &[&head, &self.bytes[4..at]]);
        bool::from(made.ct_eq(&self.bytes[at + 4..at + INTEGRITY_BYTES]))
    }

    /// Each attribute with the offset at which it begins; stops where lengths don't fit.
    fn walk(&self) -> impl Iterator<Item = (usize, Attribute, &'a [u8])> + use<'a> {
        let bytes = self.bytes;
        let mut at = HEADER_BYTES;
        std::iter::from_fn(move || {
            let begin = at;
            let attribute = Attribute(u16_at(bytes, at)?);
            let length = usize::from(u16_at(bytes, at + 2)?);
            let value = bytes.get(at + 4..at + 4 + length)?;
            at += 4 + length.next_multiple_of(4);
            Some((begin, attribute, value))
        })
    }
}

/// True when the value at `at` is the fingerprint of what stands before it.
fn fits(bytes: &[u8], at: usize, value: &[u8]) -> bool {
    let head = head_with_length(bytes, at + FINGERPRINT_BYTES);
    value == fingerprint(&head, &bytes[4..at])
}

pub(super) fn fingerprint(head: &[u8; 4], rest: &[u8]) -> [u8; 4] {
    let mut crc = crc32fast::Hasher::new();
    crc.update(head);
    crc.update(rest);
    (crc.finalize() ^ FINGERPRINT_XOR).to_be_bytes()
}

/// The first four bytes as they are when the message ends at `end`.
fn head_with_length(bytes: &[u8], end: usize) -> [u8; 4] {
    let length = u16::try_from(end - HEADER_BYTES).unwrap_or(u16::MAX);
    let [high, low] = length.to_be_bytes();
    [bytes[0], bytes[1], high, low]
}

/// The two bits of the class stand between those of the method (RFC 8489, figure 3).
fn split_kind(kind: u16) -> (Class, Method) {
    let class = match kind & 0x0110 {
        0x0000 => Class::Request,
        0x0010 => Class::Indication,
        0x0100 => Class::Success,
        _ => Class::Error,
    };
    let method = (kind & 0x000F) | ((kind & 0x00E0) >> 1) | ((kind & 0x3E00) >> 2);
    (class, Method(method))
}

pub(super) fn join_kind(class: Class, method: Method) -> u16 {
    let class = match class {
        Class::Request => 0x0000,
        Class::Indication => 0x0010,
        Class::Success => 0x0100,
        Class::Error => 0x0110,
    };
    let Method(method) = method;
    class | (method & 0x000F) | ((method & 0x0070) << 1) | ((method & 0x0F80) << 2)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let two: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
    Some(u16::from_be_bytes(two))
}
