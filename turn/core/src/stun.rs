//! Messages of STUN (RFC 8489, section 5): reading without trusting, writing, integrity, addresses. What a
//! message means is not known here.
//!
//! Written by hand because it is what a stranger's bytes meet first: nothing is allocated, logged or
//! panicked over while they are read.

mod address;
mod attribute;
mod message;
mod message_writer;

pub use address::{read_xor_address, xor_address};
pub use attribute::Attribute;
pub use message::{Class, Method, StunMessage, TransactionId};
pub use message_writer::StunMessageWriter;

use hmac::{Hmac, Mac};
use md5::{Digest, Md5};
use sha1::Sha1;

/// What tells STUN from other protocols on one port.
pub const MAGIC_COOKIE: u32 = 0x2112_A442;
/// Bytes before the attributes.
pub const HEADER_BYTES: usize = 20;
/// FINGERPRINT is the CRC-32 xored with this: `STUN` in ASCII.
const FINGERPRINT_XOR: u32 = 0x5354_554E;

/// The key of a long-term credential (RFC 8489, section 9.2.2).
pub type StunKey = [u8; 16];

/// MD5 of `username:realm:password`.
#[must_use]
pub fn long_term_key(username: &str, realm: &str, password: &str) -> StunKey {
    let mut hash = Md5::new();
    for part in [username, ":", realm, ":", password] {
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

/// HMAC-SHA1 over the parts of a text, one after the other.
pub(crate) fn hmac_sha1(key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
