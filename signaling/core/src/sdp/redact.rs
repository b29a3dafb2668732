//! Under `ice: relay`: removes every address from a description but those of relays.

use std::borrow::Cow;

use super::{CANDIDATE, CheckedSdp, lines, may_pass, rewritten};
use crate::candidate::{CandidateLine, contains_address};

/// The port of a section whose address is still to be found (RFC 8840, section 4.1.1).
const NO_PORT: &str = "9";
/// The address of nobody, where the grammar wants one (RFC 8829, section 5.2.1).
const UNSPECIFIED: &str = "IN IP4 0.0.0.0";

/// With relayed candidates only, and no address in any line but theirs.
pub(super) fn relayed_only(sdp: &str, loopback: bool) -> CheckedSdp {
    let addresses = DescribedAddresses::of(sdp, loopback);
    rewritten(sdp, |line| {
        let passes = may_pass(line, loopback);
        passes.then(|| addresses.redacted(line)).flatten()
    })
}

/// What addresses a description has_own.
struct DescribedAddresses<'a> {
    /// Addresses and ports of relayed candidates.
    relays: Vec<(&'a str, &'a str)>,
    /// All other addresses.
    own: Vec<&'a str>,
}

impl<'a> DescribedAddresses<'a> {
    fn of(sdp: &'a str, loopback: bool) -> Self {
        let relays: Vec<_> = lines(sdp)
            .filter_map(|line| CandidateLine::parse(line.strip_prefix(CANDIDATE)?).ok())
            .filter(|line| line.relayed().is_some() && line.check(loopback).is_ok())
            .map(|line| (line.address(), line.port()))
            .collect();
        let is_own = |word: &&str| {
            contains_address(word) && relays.iter().all(|(address, _)| address != word)
        };
        let own = lines(sdp).flat_map(words).filter(is_own).collect();
        Self { relays, own }
    }

    /// The line without any address of the sender's own; none where nothing is left of it.
    fn redacted(&self, line: &'a str) -> Option<Cow<'a, str>> {
        if let Some(value) = line.strip_prefix(CANDIDATE) {
            let relayed = CandidateLine::parse(value).ok()?.relayed()?;
            return Some(format!("{CANDIDATE}{relayed}").into());
        }
        let has_own = self.has_own_address(line);
        match line.get(..2)? {
            "m=" => self.media(line, has_own),
            "o=" if has_own => Some(self.origin(line).into()),
            "c=" if has_own => Some(format!("c={UNSPECIFIED}").into()),
            _ => match line.strip_prefix("a=rtcp:") {
                Some(value) => Some(self.rtcp(line, value, has_own)),
                None => (!has_own).then_some(line.into()),
            },
        }
    }

    fn has_own_address(&self, text: &str) -> bool {
        self.own.iter().any(|own| text.contains(own))
    }

    /// The session keeps its name (RFC 8866, section 5.2): `username id version`.
    fn origin(&self, line: &str) -> String {
        let name = line["o=".len()..].split(' ');
        let mut name = name.map(|word| match self.has_own_address(word) {
            true => "-",
            false => word,
        });
        let mut next = || name.next().unwrap_or("-");
        format!("o={} {} {} {UNSPECIFIED}", next(), next(), next())
    }

    /// `m=kind port proto format…`: without a port that is no relay's.
    fn media(&self, line: &'a str, has_own: bool) -> Option<Cow<'a, str>> {
        let (kind, rest) = line.split_once(' ')?;
        let (port, rest) = rest.split_once(' ')?;
        let has_own_elsewhere = has_own && self.has_own_address(rest);
        (!has_own_elsewhere).then(|| match self.is_own_port(port) {
            true => format!("{kind} {NO_PORT} {rest}").into(),
            false => line.into(),
        })
    }

    fn rtcp(&self, line: &'a str, value: &str, has_own: bool) -> Cow<'a, str> {
        let port = value.split(' ').next().unwrap_or_default();
        match has_own || self.is_own_port(port) {
            true => format!("a=rtcp:{NO_PORT} {UNSPECIFIED}").into(),
            false => line.into(),
        }
    }

    fn is_own_port(&self, port: &str) -> bool {
        let is_of_a_relay = self.relays.iter().any(|(_, relay)| *relay == port);
        !matches!(port, "0" | NO_PORT) && !is_of_a_relay
    }
}

/// The words of a line, and what follows a colon in them.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split([' ', '=']).flat_map(|word| {
        let after_colon = word.split_once(':').map(|(_, value)| value);
        std::iter::once(word).chain(after_colon)
    })
}

#[cfg(test)]
mod tests {
    use wire::IcePolicy;

    use super::super::{SdpLimits, check};

    const SEEDS: u64 = 20_000;
    const OWN: [&str; 4] = ["198.51.100.7", "2001:db8::7", "10.0.0.7", "own.local"];
    const STARTS: [&str; 12] = [
        "a=candidate:1 1 udp 1 ",
        "a=candidate:",
        "a=",
        "a=rtcp:",
        "a=remote-candidates:1 ",
        "c=IN IP4 ",
        "c=IN IP6 ",
        "o=- 1 2 IN IP4 ",
        "o=",
        "m=audio 5000 UDP/TLS/RTP/SAVPF 111 ",
        "s=",
        "a=x-where:",
    ];
    const WORDS: [&str; 16] = [
        "198.51.100.7",
        "2001:db8::7",
        "10.0.0.7",
        "own.local",
        "192.0.2.9",
        "2001:db8::9",
        "5000",
        "1",
        "udp",
        "typ",
        "relay",
        "host",
        "raddr",
        "rport",
        "IN",
        "x:",
    ];

    /// SplitMix64: the same seed gives the same text.
    struct Prng(u64);

    impl Prng {
        fn below(&mut self, bound: usize) -> usize {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((mixed ^ (mixed >> 31)) % bound as u64) as usize
        }

        fn line(&mut self) -> String {
            if self.below(4) == 0 {
                // A whole candidate, of a relay or not.
                let address = WORDS[self.below(6)];
                let typ = ["relay", "host", "srflx"][self.below(3)];
                let related = WORDS[self.below(6)];
                return format!(
                    "a=candidate:1 1 udp 1 {address} 5000 typ {typ} raddr {related} rport 1\r\n"
                );
            }
            let mut line = STARTS[self.below(STARTS.len())].to_owned();
            for _ in 0..self.below(9) {
                line.push_str(WORDS[self.below(WORDS.len())]);
                line.push_str([" ", " ", " ", "="][self.below(4)]);
            }
            line + "\r\n"
        }
    }

    #[test]
    fn sig_57_whatever_a_description_is_made_of_no_address_gets_through_under_relay() {
        let (mut relayed, mut stripped) = (0, 0);
        for seed in 0..SEEDS {
            let mut prng = Prng(seed);
            let mut sdp = "v=0\r\na=fingerprint:sha-256 AA:BB\r\nm=audio 9 X 1\r\n".to_owned();
            for _ in 0..prng.below(12) {
                sdp.push_str(&prng.line());
            }
            let limits = SdpLimits {
                policy: IcePolicy::Relay,
                loopback: false,
                max_candidates: 100,
            };
            let Ok(checked) = check(sdp.clone(), limits) else {
                continue;
            };
            // What the sender gives out as a relay's is one.
            let is_relay = |own: &str| {
                ["5000", "1"].into_iter().any(|port| {
                    let line = format!(" {own} {port} typ relay ");
                    sdp.contains(&line)
                })
            };
            for own in OWN.into_iter().filter(|own| !is_relay(own)) {
                assert!(
                    !checked.sdp.contains(own),
                    "seed {seed}: {sdp}\nbecame {}",
                    checked.sdp
                );
            }
            relayed += u32::from(checked.sdp.contains("typ relay"));
            stripped += checked.stripped;
        }
        assert!(relayed > 1_000 && stripped > 1_000, "{relayed} {stripped}");
    }
}
