//! Relay ports: taken at random from a range, so that nobody guesses the next one.

use std::net::{IpAddr, UdpSocket};

/// Ports that are tried before it is said that none is free: more would let a full range cost every
/// client time.
const ATTEMPTS: u32 = 64;

/// A free port of the range on `ip`; `None` when none of those that were tried is.
pub(crate) fn open(ip: IpAddr, (first, last): (u16, u16)) -> Option<UdpSocket> {
    let count = u32::from(last.saturating_sub(first)) + 1;
    let start = rand::random_range(0..count);
    (0..count.min(ATTEMPTS)).find_map(|step| {
        let offset = u16::try_from((start + step) % count).ok()?;
        let socket = UdpSocket::bind((ip, first.checked_add(offset)?)).ok()?;
        socket.set_nonblocking(true).ok()?;
        Some(socket)
    })
}
