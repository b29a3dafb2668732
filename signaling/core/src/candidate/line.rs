//! The line of a candidate by bounds and shape (RFC 8839, section 5.1): an address that the other browser
//! may rightly be sent to, and under `ice: relay` none of the sender's own.

use std::net::IpAddr;

/// Longest name under `.local`, in bytes (RFC 1035); browsers' are 42.
const MAX_NAME_BYTES: usize = 253;
/// Longest foundation, user name fragment or section name, in bytes (RFC 8839, section 5.4).
const MAX_ICE_TEXT_BYTES: usize = 256;
/// Bytes that are looked at together.
const ASCII_BLOCK: usize = 32;

/// How a candidate was found (RFC 8445, section 5.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CandidateType {
    /// At an interface of the machine; also every type that RFC 8839 does not name.
    Host = 0,
    /// By a STUN server.
    ServerReflexive = 1,
    /// By the peer.
    PeerReflexive = 2,
    /// At a TURN server.
    Relayed = 3,
}

impl CandidateType {
    /// How many there are.
    pub(crate) const COUNT: usize = 4;

    fn from_word(word: &str) -> Self {
        let is = |name: &str| word.eq_ignore_ascii_case(name);
        match () {
            () if is("srflx") => Self::ServerReflexive,
            () if is("prflx") => Self::PeerReflexive,
            () if is("relay") => Self::Relayed,
            () => Self::Host,
        }
    }
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

/// True for what names a foundation, a user name fragment or a section: letters, digits and a few signs,
/// of which no address and no host name in a domain can be made.
pub(crate) fn is_ice_text(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte);
    (1..=MAX_ICE_TEXT_BYTES).contains(&text.len()) && text.bytes().all(fits)
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
    /// Reads a line; blanks and line ends around it are passed over.
    ///
    /// # Errors
    /// Where the words are not those.
    pub(crate) fn parse(value: &'a str) -> Result<Self, &'static str> {
        let mut rest = value.trim();
        if contains_control(rest) {
            return Err("control_character");
        }
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
            Ok(0) if !self.only_connects() => return Err("bad_port"),
            Err(_) => return Err("bad_port"),
            Ok(_) => {}
        }
        let good = match self.ip() {
            Some(ip) => {
                let ip = ip.to_canonical();
                // To connect to 0.0.0.0 is to connect to oneself.
                let own = ip.is_loopback() || ip.is_unspecified();
                !ip.is_multicast() && (loopback || !own)
            }
            // Browsers hide addresses behind mDNS names; any other name would be a lookup on demand.
            None => is_mdns_name(self.words[4]),
        };
        good.then_some(()).ok_or("bad_address")
    }

    /// How it was found.
    pub(crate) fn kind(&self) -> CandidateType {
        CandidateType::from_word(self.words[7])
    }

    /// The address, unless it is a name. Brackets and the zone of an IPv6 address are passed over.
    pub(crate) fn ip(&self) -> Option<IpAddr> {
        let word = self.words[4];
        if let Ok(ip) = word.parse() {
            return Some(ip);
        }
        let inside = word
            .strip_prefix('[')
            .and_then(|word| word.strip_suffix(']'));
        let word = inside.unwrap_or(word);
        let (address, _) = word.split_once('%').unwrap_or((word, ""));
        address.parse().ok().filter(IpAddr::is_ipv6)
    }

    pub(crate) fn port(&self) -> &'a str {
        self.words[5]
    }

    /// Nobody connects to an active TCP candidate (RFC 6544, section 4.5), so that its port means nothing:
    /// 9 as the RFC says, or 0. Older browsers leave the `tcptype` out.
    fn only_connects(&self) -> bool {
        let mut pairs = self.extension_pairs();
        let tcptype = pairs.find(|(name, _)| name.eq_ignore_ascii_case("tcptype"));
        let is_active = tcptype.is_none_or(|(_, value)| value.eq_ignore_ascii_case("active"));
        self.words[2].eq_ignore_ascii_case("tcp") && is_active
    }

    fn extension_pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let mut words = self.extensions.split_ascii_whitespace();
        std::iter::from_fn(move || Some((words.next()?, words.next()?)))
    }

    /// Under `ice: relay`: the line of a relayed candidate, made anew of the parts that are known to hold no
    /// address of the sender's own; none for every other candidate.
    pub(crate) fn relayed(&self) -> Option<String> {
        let ip = self.ip()?;
        let [foundation, component, transport, priority, _, port, ..] = self.words;
        let is_transport = |name: &str| transport.eq_ignore_ascii_case(name);
        let is_plain = is_ice_text(foundation) && ["udp", "tcp"].into_iter().any(is_transport);
        if self.kind() != CandidateType::Relayed || !is_plain {
            return None;
        }
        let mut kept =
            format!("{foundation} {component} {transport} {priority} {ip} {port} typ relay");
        for (name, value) in self.extension_pairs() {
            let value = match name {
                "raddr" if ip.is_ipv6() => "::",
                "raddr" => "0.0.0.0",
                "rport" => "0",
                _ if is_known_extension(name, value) => value,
                _ => continue,
            };
            kept.push_str(&format!(" {name} {value}"));
        }
        Some(kept)
    }
}

fn is_known_extension(name: &str, value: &str) -> bool {
    match name {
        "generation" | "network-id" | "network-cost" => value.parse::<u32>().is_ok(),
        "tcptype" => matches!(value, "active" | "passive" | "so"),
        "ufrag" => is_ice_text(value),
        _ => false,
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

fn is_mdns_name(word: &str) -> bool {
    const SUFFIX: &[u8] = b".local";
    let label = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-' || *byte == b'.';
    let Some((name, suffix)) = word.as_bytes().split_last_chunk::<{ SUFFIX.len() }>() else {
        return false;
    };
    word.len() <= MAX_NAME_BYTES
        && suffix.eq_ignore_ascii_case(SUFFIX)
        && !name.is_empty()
        && name.iter().all(label)
}
