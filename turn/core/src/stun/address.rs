//! Addresses as attributes have them, xored so that no middlebox rewrites them (RFC 8489, section 14.2).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{MAGIC_COOKIE, TransactionId};

const IPV4: u8 = 1;
const IPV6: u8 = 2;

/// The value of an XOR- address attribute.
#[must_use]
pub fn xor_address(address: SocketAddr, transaction: &TransactionId) -> Vec<u8> {
    let family = if address.is_ipv4() { IPV4 } else { IPV6 };
    let mut value = vec![0, family];
    value.extend((address.port() ^ cookie_port()).to_be_bytes());
    match address.ip() {
        IpAddr::V4(ip) => value.extend((ip.to_bits() ^ MAGIC_COOKIE).to_be_bytes()),
        IpAddr::V6(ip) => value.extend((ip.to_bits() ^ mask(transaction)).to_be_bytes()),
    }
    value
}

/// The address of such a value; `None` when its family or length is no address's.
#[must_use]
pub fn read_xor_address(value: &[u8], transaction: &TransactionId) -> Option<SocketAddr> {
    let (head, rest) = value.split_first_chunk::<4>()?;
    let port = u16::from_be_bytes([head[2], head[3]]) ^ cookie_port();
    let ip = match head[1] {
        IPV4 => {
            let bits = u32::from_be_bytes(rest.try_into().ok()?);
            IpAddr::V4(Ipv4Addr::from_bits(bits ^ MAGIC_COOKIE))
        }
        IPV6 => {
            let bits = u128::from_be_bytes(rest.try_into().ok()?);
            IpAddr::V6(Ipv6Addr::from_bits(bits ^ mask(transaction)))
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

fn cookie_port() -> u16 {
    (MAGIC_COOKIE >> 16) as u16
}

fn mask(transaction: &TransactionId) -> u128 {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&MAGIC_COOKIE.to_be_bytes());
    bytes[4..].copy_from_slice(transaction);
    u128::from_be_bytes(bytes)
}
