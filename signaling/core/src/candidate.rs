//! ICE candidates by bounds and shape (RFC 8839, section 5.1): an address that the other browser may
//! rightly be sent to, and under `ice: relay` none of the sender's own.

use std::borrow::Cow;
use std::net::IpAddr;

use serde::Deserialize;
use wire::{IcePolicy, RawJson};

/// Largest candidate, in bytes of JSON; browsers' are under 400.
const MAX_BYTES: usize = 2 * 1024;
/// Longest name under `.local`, in bytes (RFC 1035); browsers' are 42.
const MAX_NAME_BYTES: usize = 253;
/// Bytes that are looked at together.
const ASCII_BLOCK: usize = 32;
/// What `RTCIceCandidate.toJSON()` gives. Under `ice: relay` nothing else passes: other libraries add
/// `relatedAddress`.
const KEYS: [&str; 4] = ["candidate", "sdpMid", "sdpMLineIndex", "usernameFragment"];

/// Whether a candidate is relayed, and how.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CandidateDecision {
    /// It ends one generation of candidates (W3C WebRTC, section 4.8.1), and is relayed.
    EndOfCandidates,
    /// It is relayed as it came.
    Unchanged,
    /// This is relayed in its place: it had an address of the sender's own.
    Replaced(RawJson),
    /// [`IcePolicy::Relay`] forbids it.
    Forbidden,
}

#[derive(Deserialize)]
struct Init<'a> {
    #[serde(borrow)]
    candidate: Cow<'a, str>,
}

/// Judges a candidate as a frame brings it.
///
/// # Errors
/// With the reason, as one word.
pub(crate) fn check(
    candidate: &RawJson,
    policy: IcePolicy,
    loopback: bool,
) -> Result<CandidateDecision, &'static str> {
    if candidate.is_null() {
        return Ok(CandidateDecision::EndOfCandidates);
    }
    let text = candidate.text();
    if text.len() > MAX_BYTES {
        return Err("too_large");
    }
    let init: Init<'_> = serde_json::from_str(text).map_err(|_| match text.starts_with('{') {
        true => "no_candidate",
        false => "not_an_object",
    })?;
    let line = init.candidate.strip_prefix("a=").unwrap_or(&init.candidate);
    if line.is_empty() {
        return Ok(CandidateDecision::EndOfCandidates);
    }
    let value = line.strip_prefix("candidate:").ok_or("bad_line")?;
    let line = CandidateLine::parse(value)?;
    line.check(loopback)?;
    match policy {
        IcePolicy::All => Ok(CandidateDecision::Unchanged),
        IcePolicy::Relay => Ok(line
            .relayed()
            .and_then(|line| instead(text, &line))
            .map_or(CandidateDecision::Forbidden, CandidateDecision::Replaced)),
    }
}

fn instead(text: &str, line: &str) -> Option<RawJson> {
    let mut object: serde_json::Map<_, serde_json::Value> = serde_json::from_str(text).ok()?;
    object.retain(|key, _| KEYS.contains(&key.as_str()));
    object.insert("candidate".to_owned(), format!("candidate:{line}").into());
    RawJson::parse(serde_json::Value::Object(object).to_string()).ok()
}

/// True where a text has a control character, as Unicode has them. The bytes are looked at first: nearly
/// every line is plain ASCII, and that is quick.
pub(crate) fn contains_control(text: &str) -> bool {
    let is_odd = |byte: &u8| !byte.is_ascii() || byte.is_ascii_control();
    // A block at a time and without a way out of it: the compiler makes vector instructions of that.
    let mut blocks = text.as_bytes().chunks(ASCII_BLOCK);
    let has_odd = blocks.any(|block| block.iter().fold(false, |odd, byte| odd | is_odd(byte)));
    has_odd && text.chars().any(char::is_control)
}

/// What follows `candidate:`, word by word:
/// `foundation component transport priority address port "typ" type *(name value)`.
#[derive(Debug)]
pub(crate) struct CandidateLine<'a> {
    words: [&'a str; 8],
    /// `raddr`, `rport` and the rest, not yet taken apart: nearly always nobody asks for them.
    extensions: &'a str,
}

impl<'a> CandidateLine<'a> {
    /// # Errors
    /// Where the words are not those.
    pub(crate) fn parse(value: &'a str) -> Result<Self, &'static str> {
        if contains_control(value) {
            return Err("control_character");
        }
        let mut rest = value;
        let mut words = [""; 8];
        for word in &mut words {
            *word = next_word(&mut rest).ok_or("bad_line")?;
        }
        let [_, component, _, priority, _, _, typ, _] = words;
        let component_fits = component.parse::<u16>().is_ok_and(|n| n <= 256);
        if !component_fits || priority.parse::<u32>().is_err() || !typ.eq_ignore_ascii_case("typ") {
            return Err("bad_line");
        }
        Ok(Self {
            words,
            extensions: rest,
        })
    }

    /// # Errors
    /// Where no browser is to be sent to that address.
    pub(crate) fn check(&self, loopback: bool) -> Result<(), &'static str> {
        match self.port().parse::<u16>() {
            Ok(0) | Err(_) => return Err("bad_port"),
            Ok(_) => {}
        }
        let good = match self.address().parse::<IpAddr>() {
            Ok(ip) => {
                let ip = ip.to_canonical();
                // To connect to 0.0.0.0 is to connect to oneself.
                let own = ip.is_loopback() || ip.is_unspecified();
                !ip.is_multicast() && (loopback || !own)
            }
            // Browsers hide addresses behind mDNS names; any other name would be a lookup on demand.
            Err(_) => is_mdns_name(self.address()),
        };
        good.then_some(()).ok_or("bad_address")
    }

    pub(crate) fn address(&self) -> &'a str {
        self.words[4]
    }

    pub(crate) fn port(&self) -> &'a str {
        self.words[5]
    }

    /// Under `ice: relay`: the line without the sender's own address, or none where it is nothing
    /// but that.
    pub(crate) fn relayed(&self) -> Option<String> {
        let address: IpAddr = self.address().parse().ok()?;
        if !self.words[7].eq_ignore_ascii_case("relay") {
            return None;
        }
        if self.words[..3].iter().any(|word| contains_address(word)) {
            return None;
        }
        let mut kept = self.words.join(" ");
        let extensions: Vec<&str> = self.extensions.split(' ').collect();
        for pair in extensions.chunks(2) {
            let [name, value] = pair else { continue };
            let value = match name.to_ascii_lowercase().as_str() {
                "raddr" if address.is_ipv6() => "::",
                "raddr" => "0.0.0.0",
                "rport" => "0",
                _ if contains_address(name) || contains_address(value) => continue,
                _ => value,
            };
            kept.push_str(&format!(" {name} {value}"));
        }
        Some(kept)
    }
}

/// Takes the word before the next space, and that space; none where it is empty.
fn next_word<'a>(rest: &mut &'a str) -> Option<&'a str> {
    // Words are short: a search for the space costs less by bytes than by `str::split`.
    let end = rest.bytes().position(|byte| byte == b' ');
    let (word, after) = match end {
        Some(end) => (&rest[..end], &rest[end + 1..]),
        None => (*rest, ""),
    };
    *rest = after;
    (!word.is_empty()).then_some(word)
}

/// True for an IP address that is not unspecified, or an mDNS name.
pub(crate) fn contains_address(word: &str) -> bool {
    word.parse::<IpAddr>().is_ok_and(|ip| !ip.is_unspecified()) || is_mdns_name(word)
}

fn is_mdns_name(word: &str) -> bool {
    let label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    word.len() <= MAX_NAME_BYTES
        && word
            .strip_suffix(".local")
            .is_some_and(|name| !name.is_empty() && name.bytes().all(label))
}

#[cfg(test)]
mod tests;
