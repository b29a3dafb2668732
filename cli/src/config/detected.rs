//! A yes or no that is detected unless configured.

use serde::{Deserialize, Serialize};

/// `auto`, `true` or `false`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AutoText", into = "AutoText")]
pub(crate) enum Auto {
    /// Detected at start.
    #[default]
    Detect,
    /// Configured as true.
    Yes,
    /// Configured as false.
    No,
}

/// As a file has it, which knows booleans, or the environment, which does not.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum AutoText {
    Plainly(bool),
    Word(String),
}

impl Auto {
    /// What is configured, or else what `found` gives.
    pub(crate) fn or(self, found: impl FnOnce() -> bool) -> bool {
        match self {
            Self::Detect => found(),
            Self::Yes => true,
            Self::No => false,
        }
    }
}

impl TryFrom<AutoText> for Auto {
    type Error = &'static str;

    fn try_from(said: AutoText) -> Result<Self, Self::Error> {
        match said {
            AutoText::Plainly(true) => Ok(Self::Yes),
            AutoText::Plainly(false) => Ok(Self::No),
            AutoText::Word(word) => match word.as_str() {
                "auto" => Ok(Self::Detect),
                "true" => Ok(Self::Yes),
                "false" => Ok(Self::No),
                _ => Err("is `auto`, `true` or `false`"),
            },
        }
    }
}

impl From<Auto> for AutoText {
    fn from(auto: Auto) -> Self {
        match auto {
            Auto::Detect => AutoText::Word("auto".to_owned()),
            Auto::Yes => AutoText::Plainly(true),
            Auto::No => AutoText::Plainly(false),
        }
    }
}

/// True for `host:port` that only this machine reaches.
pub(crate) fn is_loopback(listen: &str) -> bool {
    let host = listen.rsplit_once(':').map_or(listen, |(host, _)| host);
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let ip = address.parse::<std::net::IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sig_202_what_nobody_says_follows_from_where_it_listens() {
        for listen in ["127.0.0.1:8081", "[::1]:0", "localhost:8081"] {
            assert!(Auto::Detect.or(|| is_loopback(listen)), "{listen}");
            assert!(!Auto::No.or(|| is_loopback(listen)));
        }
        for listen in [
            "0.0.0.0:8081",
            "[::]:8081",
            "192.0.2.1:8081",
            "example.org:8081",
        ] {
            assert!(!Auto::Detect.or(|| is_loopback(listen)), "{listen}");
            assert!(Auto::Yes.or(|| is_loopback(listen)));
        }
    }

    #[test]
    fn sig_202_it_is_said_as_a_word_or_plainly() {
        let read = |text: &str| serde_json::from_str::<Auto>(text).ok();
        assert_eq!(read("true"), Some(Auto::Yes));
        assert_eq!(read("\"false\""), Some(Auto::No));
        assert_eq!(read("\"auto\""), Some(Auto::Detect));
        assert_eq!(read("\"maybe\""), None);
        assert_eq!(read("1"), None);
    }
}
