//! Under `ice: relay`: a description of nothing but what may pass, so that no address of the sender's own
//! reaches the other person, in whatever it is wrapped. Only a relay's address does.

use std::borrow::Cow;
use std::net::IpAddr;

use super::grammar::{is_number, is_plain_text, may_pass};
use super::{CANDIDATE, lines};
use crate::candidate::CandidateLine;

/// The port of a section whose address is still to be found (RFC 8840, section 4.1.1).
const NO_PORT: &str = "9";
/// The address of nobody, where the grammar wants one (RFC 8829, section 5.2.1).
const UNSPECIFIED: &str = "IN IP4 0.0.0.0";
/// Kinds of bandwidth (RFC 8866, RFC 3556, RFC 3890).
const BANDWIDTHS: [&str; 5] = ["AS", "CT", "RR", "RS", "TIAS"];

/// The relayed candidates of a description: their addresses and ports may stand in its other lines too.
pub(super) struct RelayOnly<'a> {
    relays: Vec<(IpAddr, &'a str)>,
}

impl<'a> RelayOnly<'a> {
    /// # Errors
    /// Where a section is none that could be relayed without its own words: those it has no other for.
    pub(super) fn of(sdp: &'a str, loopback: bool) -> Result<Self, &'static str> {
        let relays = lines(sdp)
            .filter_map(|line| CandidateLine::parse(line.strip_prefix(CANDIDATE)?).ok())
            .filter(|line| line.relayed().is_some() && line.check(loopback).is_ok())
            .filter_map(|line| Some((line.ip()?, line.port())))
            .collect();
        let it = Self { relays };
        let mut sections = lines(sdp).filter(|line| line.starts_with("m="));
        match sections.all(|line| it.media(line).is_some()) {
            true => Ok(it),
            false => Err("bad_media"),
        }
    }

    /// What is relayed of a line; none where it does not pass.
    pub(super) fn line(&self, line: &'a str) -> Option<Cow<'a, str>> {
        let value = line.get(2..)?;
        match line.get(..2)? {
            "v=" => (value == "0").then_some(line.into()),
            "o=" => Some(origin(value).into()),
            "s=" => Some("s=-".into()),
            "t=" => Some(times(line, value)),
            "c=" => Some(self.connection(line, value)),
            "b=" => is_bandwidth(value).then_some(line.into()),
            "m=" => self.media(line).map(Cow::Owned),
            "a=" => self.attribute(line, value),
            _ => None,
        }
    }

    fn attribute(&self, line: &'a str, attribute: &str) -> Option<Cow<'a, str>> {
        if let Some(value) = line.strip_prefix(CANDIDATE) {
            let relayed = CandidateLine::parse(value).ok()?.relayed()?;
            return Some(format!("{CANDIDATE}{relayed}").into());
        }
        if attribute.starts_with("rtcp:") {
            return Some(format!("a=rtcp:{NO_PORT} {UNSPECIFIED}").into());
        }
        may_pass(attribute).then_some(line.into())
    }

    /// A relay's address, written plainly, or that of nobody.
    fn connection(&self, line: &'a str, value: &str) -> Cow<'a, str> {
        let address = value
            .strip_prefix("IN IP4 ")
            .or_else(|| value.strip_prefix("IN IP6 "));
        let address = address.and_then(|address| address.parse::<IpAddr>().ok());
        let is_of_a_relay = self.relays.iter().any(|(relay, _)| Some(*relay) == address);
        match is_of_a_relay {
            true => line.into(),
            false => format!("c={UNSPECIFIED}").into(),
        }
    }

    /// `m=kind port proto format…`: without a port that is no relay's, and with plain formats.
    fn media(&self, line: &str) -> Option<String> {
        let mut words = line.strip_prefix("m=")?.split(' ');
        let (kind, port, proto) = (words.next()?, words.next()?, words.next()?);
        let is_of_a_relay = self.relays.iter().any(|(_, relay)| *relay == port);
        let port = match port {
            "0" | NO_PORT => port,
            relay if is_of_a_relay => relay,
            _ => NO_PORT,
        };
        let is_word = |word: &str| !word.is_empty() && is_plain_text(word);
        let mut kept = format!("m={kind} {port} {proto}");
        let mut formats = 0;
        for format in words.filter(|format| is_word(format)) {
            kept.push(' ');
            kept.push_str(format);
            formats += 1;
        }
        (is_word(kind) && is_word(proto) && formats > 0).then_some(kept)
    }
}

/// The session keeps its number and version (RFC 8866, section 5.2): a renegotiation raises it.
fn origin(value: &str) -> String {
    let mut words = value.split(' ').skip(1);
    let mut number = || words.next().filter(|word| is_number(word)).unwrap_or("0");
    format!("o=- {} {} {UNSPECIFIED}", number(), number())
}

fn times<'a>(line: &'a str, value: &str) -> Cow<'a, str> {
    let is_pair = value
        .split_once(' ')
        .is_some_and(|(from, to)| is_number(from) && is_number(to));
    match is_pair {
        true => line.into(),
        false => "t=0 0".into(),
    }
}

fn is_bandwidth(value: &str) -> bool {
    value
        .split_once(':')
        .is_some_and(|(kind, bits)| BANDWIDTHS.contains(&kind) && is_number(bits))
}

#[cfg(test)]
mod tests;
