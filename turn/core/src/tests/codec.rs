//! Messages: the vectors of RFC 5769, and bytes that mean nothing.

use std::net::SocketAddr;

use proptest::prelude::*;

use super::harness::ServerHarness;
use crate::stun::{
    Attribute, Class, Method, StunMessage, StunMessageWriter, long_term_key, read_xor_address,
    xor_address,
};
use crate::{ClientEndpoint, Framed, Input, split_frame};

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// RFC 5769, section 2.1.
const REQUEST: &str = "
    000100582112a442b7e7a701bc34d686fa87dfae 802200105354554e207465737420636c69656e74
    002400046e0001ff 80290008932ff9b151263b36 00060009 6576746a3a68367659202020
    000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 80280004e57a3bcf";
/// RFC 5769, section 2.2.
const IPV4_ANSWER: &str = "
    0101003c2112a442b7e7a701bc34d686fa87dfae 8022000b7465737420766563746f7220
    002000080001a147e112a643 000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004c07d4c96";
/// RFC 5769, section 2.3.
const IPV6_ANSWER: &str = "
    010100482112a442b7e7a701bc34d686fa87dfae 8022000b7465737420766563746f7220
    002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9
    00080014a382954e4be67bf11784c97c8292c275bfe3ed41 80280004c8fb0b4c";
/// RFC 5769, section 2.4.
const LONG_TERM: &str = "
    000100602112a44278ad3433c6ad72c029da412e
    00060012e3839ee38388e383aae38383e382afe382b90000
    0015001c662f2f3439396b39353464364f4c33346f4c39465354767936347341
    0014000b6578616d706c652e6f726700 00080014f67024656dd64a3e02b8e0712e85c9a28ca89666";
const SHORT_TERM_PASSWORD: &[u8] = b"VOkJxbRl1RmTxUk/WvJxBt";

#[test]
fn trn_3_the_vectors_of_rfc_5769_are_read_as_they_say() {
    for (text, address) in [
        (REQUEST, None),
        (IPV4_ANSWER, Some("192.0.2.1:32853")),
        (
            IPV6_ANSWER,
            Some("[2001:db8:1234:5678:11:2233:4455:6677]:32853"),
        ),
    ] {
        let bytes = bytes(text);
        let message = StunMessage::read(&bytes).expect("its fingerprint is right");
        assert_eq!(message.method(), Method::BINDING);
        assert!(message.is_signed_with(SHORT_TERM_PASSWORD));
        assert!(!message.is_signed_with(b"another"));
        let mapped = message
            .value(Attribute::XOR_MAPPED_ADDRESS)
            .and_then(|value| read_xor_address(value, &message.transaction()));
        assert_eq!(mapped, address.map(|address| address.parse().unwrap()));
    }
    let bytes = bytes(LONG_TERM);
    let message = StunMessage::read(&bytes).unwrap();
    let user = message.text(Attribute::USERNAME).unwrap();
    let realm = message.text(Attribute::REALM).unwrap();
    assert!(message.is_signed_with(&long_term_key(user, realm, "TheMatrIX")));
}

#[test]
fn trn_3_a_byte_that_is_changed_is_found() {
    let whole = bytes(REQUEST);
    // The last eight are the fingerprint, which may as well not be there.
    for at in 0..whole.len() - 8 {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        let is_taken = StunMessage::read(&changed)
            .is_some_and(|message| message.is_signed_with(SHORT_TERM_PASSWORD));
        assert!(!is_taken, "byte {at}");
    }
}

#[test]
fn trn_3_what_stands_behind_the_integrity_is_not_seen() {
    let bytes = StunMessageWriter::new(Class::Request, Method::REFRESH, [1; 12])
        .signed_with(b"key")
        .with_number(Attribute::LIFETIME, 0)
        .finish();
    let message = StunMessage::read(&bytes).unwrap();
    assert!(message.is_signed_with(b"key"));
    assert_eq!(message.number(Attribute::LIFETIME), None);
}

proptest! {
    #[test]
    fn trn_3_what_is_written_is_read(
        method in 0u16..0x1000, transaction: [u8; 12], name in "\\PC{0,40}",
        data in proptest::collection::vec(any::<u8>(), 0..2000), ip: [u8; 16], is_v4: bool, port: u16,
    ) {
        let address = if is_v4 {
            SocketAddr::from(([ip[0], ip[1], ip[2], ip[3]], port))
        } else {
            SocketAddr::from((ip, port))
        };
        for class in [Class::Request, Class::Indication, Class::Success, Class::Error] {
            let bytes = StunMessageWriter::new(class, Method(method), transaction)
                .with(Attribute::USERNAME, name.as_bytes())
                .with_address(Attribute::XOR_PEER_ADDRESS, address)
                .with(Attribute::DATA, &data)
                .signed_with(b"key")
                .finish();
            let message = StunMessage::read(&bytes).unwrap();
            prop_assert_eq!(message.class(), class);
            prop_assert_eq!(message.method(), Method(method));
            prop_assert_eq!(message.transaction(), transaction);
            prop_assert_eq!(message.text(Attribute::USERNAME), Some(name.as_str()));
            prop_assert_eq!(message.value(Attribute::DATA), Some(data.as_slice()));
            prop_assert!(message.is_signed_with(b"key"));
            prop_assert_eq!(split_frame(&bytes), Framed::Whole { length: bytes.len(), used: bytes.len() });
        }
        let value = xor_address(address, &transaction);
        prop_assert_eq!(read_xor_address(&value, &transaction), Some(address));
    }

    #[test]
    fn trn_4_no_bytes_make_it_fall_over(
        bytes in proptest::collection::vec(any::<u8>(), 0..200), kind in 0u16..0x0200, is_stun: bool,
    ) {
        let mut bytes = bytes;
        if is_stun && bytes.len() >= 20 {
            bytes.truncate(bytes.len() / 4 * 4);
            let length = u16::try_from(bytes.len() - 20).unwrap();
            bytes[..2].copy_from_slice(&kind.to_be_bytes());
            bytes[2..4].copy_from_slice(&length.to_be_bytes());
            bytes[4..8].copy_from_slice(&crate::stun::MAGIC_COOKIE.to_be_bytes());
        }
        let _ = split_frame(&bytes);
        let mut world = ServerHarness::new();
        let client = ClientEndpoint::Udp(SocketAddr::from(([1, 1, 1, 1], 1)));
        world.take(Input::FromClient { client, bytes: &bytes });
        prop_assert_eq!(world.server.allocations(), 0);
    }

    #[test]
    fn trn_13_a_stream_is_split_the_same_however_it_arrives(
        lengths in proptest::collection::vec(0usize..300, 1..10), cut in 1usize..50,
    ) {
        let mut stream = Vec::new();
        let mut sent = Vec::new();
        for (at, length) in lengths.into_iter().enumerate() {
            let frame = if at % 2 == 0 {
                let mut frame = vec![0x40, 0x01];
                frame.extend(u16::try_from(length).unwrap().to_be_bytes());
                frame.extend(vec![0xAA; length]);
                frame
            } else {
                StunMessageWriter::new(Class::Indication, Method::SEND, [3; 12])
                    .with(Attribute::DATA, &vec![0xBB; length])
                    .finish()
            };
            stream.extend(&frame);
            stream.resize(stream.len().next_multiple_of(4), 0);
            sent.push(frame);
        }
        let (mut buffer, mut got) = (Vec::new(), Vec::new());
        for piece in stream.chunks(cut) {
            buffer.extend(piece);
            while let Framed::Whole { length, used } = split_frame(&buffer) {
                got.push(buffer[..length].to_vec());
                buffer.drain(..used);
            }
        }
        prop_assert_eq!(got, sent);
        prop_assert!(buffer.is_empty());
    }
}

#[test]
fn trn_13_a_stream_of_something_else_is_broken_at_once() {
    for start in [
        "POST / HTTP/1.1\r\n",
        "\x16\x03\x01\x02\x00",
        "\0\x01\0\x01abcd",
        "\0\x01\0\x04abcd",
    ] {
        assert_eq!(split_frame(start.as_bytes()), Framed::Broken, "{start:?}");
    }
    assert_eq!(split_frame(b"\0\x01"), Framed::Partial);
}
