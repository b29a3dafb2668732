//! The sections `[livekit]` and `[openvidu]`: which media servers may be booked. A section counts as soon as
//! anything in it is set.

use serde::{Deserialize, Serialize};
use signaling::media::{LiveKitConfig, LiveKitKey, LiveKitKeys, OpenViduConfig};

use crate::failure::Failure;

/// Shortest secret that is taken, in bytes: HS256 wants as much as it gives (RFC 7518, 3.2).
const MIN_SECRET_BYTES: usize = 32;
/// Shortest secret of an OpenVidu server, which is a password of its own choosing.
const MIN_PASSWORD_BYTES: usize = 8;

/// A LiveKit server, or OpenVidu 3.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct LiveKitSection {
    /// Where its API is, as `http://127.0.0.1:7880`.
    pub(crate) url: String,
    /// Where browsers reach it, as `wss://livekit.example.org`; empty: at `url`.
    pub(crate) public_url: String,
    /// One of the `keys` of its own configuration.
    pub(crate) api_key: String,
    /// That key's secret.
    pub(crate) api_secret: String,
    /// Keys that its webhooks may also be signed with, while keys are changed.
    pub(crate) previous_keys: Vec<PreviousKey>,
}

/// A key that is being retired.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreviousKey {
    pub(crate) api_key: String,
    pub(crate) api_secret: String,
}

/// An OpenViduSection 2 server.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct OpenViduSection {
    /// Where it is, as `https://openvidu.example.org`.
    pub(crate) url: String,
    /// The `OPENVIDU_SECRET` of that server.
    pub(crate) secret: String,
    /// The `Authorization` that its `OPENVIDU_WEBHOOK_HEADERS` sets.
    pub(crate) webhook_authorization: String,
}

impl LiveKitSection {
    pub(super) fn is_set(&self) -> bool {
        *self != Self::default()
    }

    /// Checks each value, and puts a concrete one in place of each empty one.
    pub(crate) fn resolve(&mut self) -> Result<(), Failure> {
        if !self.is_set() {
            return Ok(());
        }
        need("livekit.url", &self.url, "as http://127.0.0.1:7880")?;
        need(
            "livekit.api_key",
            &self.api_key,
            "one of LiveKit's own `keys`",
        )?;
        check_secret("livekit.api_secret", &self.api_secret, MIN_SECRET_BYTES)?;
        for key in &self.previous_keys {
            need("livekit.previous_keys", &key.api_key, "each has an api_key")?;
            check_secret("livekit.previous_keys", &key.api_secret, MIN_SECRET_BYTES)?;
        }
        if self.public_url.is_empty() {
            self.public_url.clone_from(&self.url);
        }
        self.url = address("livekit.url", &self.url, "http")?;
        self.public_url = address("livekit.public_url", &self.public_url, "ws")?;
        Ok(())
    }

    pub(super) fn config(&self) -> Option<LiveKitConfig> {
        let previous = self.previous_keys.iter();
        self.is_set().then(|| LiveKitConfig {
            url: self.url.clone(),
            public_url: self.public_url.clone(),
            keys: LiveKitKeys {
                first: LiveKitKey {
                    api_key: self.api_key.clone(),
                    api_secret: self.api_secret.clone(),
                },
                others: previous
                    .map(|key| LiveKitKey {
                        api_key: key.api_key.clone(),
                        api_secret: key.api_secret.clone(),
                    })
                    .collect(),
            },
        })
    }
}

impl OpenViduSection {
    pub(super) fn is_set(&self) -> bool {
        *self != Self::default()
    }

    /// Checks each value.
    pub(crate) fn resolve(&mut self) -> Result<(), Failure> {
        if !self.is_set() {
            return Ok(());
        }
        need("openvidu.url", &self.url, "as https://openvidu.example.org")?;
        check_secret("openvidu.secret", &self.secret, MIN_PASSWORD_BYTES)?;
        check_secret(
            "openvidu.webhook_authorization",
            &self.webhook_authorization,
            MIN_PASSWORD_BYTES,
        )?;
        self.url = address("openvidu.url", &self.url, "http")?;
        Ok(())
    }

    pub(super) fn config(&self) -> Option<OpenViduConfig> {
        self.is_set().then(|| OpenViduConfig {
            url: self.url.clone(),
            secret: self.secret.clone(),
            webhook_authorization: self.webhook_authorization.clone(),
        })
    }
}

fn need(key: &str, value: &str, how: &str) -> Result<(), Failure> {
    match value.trim().is_empty() {
        true => Err(Failure::config(format!("{key} is empty: {how}"))),
        false => Ok(()),
    }
}

fn check_secret(key: &str, secret: &str, least: usize) -> Result<(), Failure> {
    need(key, secret, "put in the server's own")?;
    match secret.len() < least {
        true => Err(Failure::config(format!(
            "{key} has {} bytes: make one of {least} or more, as with `openssl rand -hex 32`, for the media server too",
            secret.len()
        ))),
        false => Ok(()),
    }
}

/// An address under `http` or `ws`, whichever of the two families of schemes it was given in.
fn address(key: &str, url: &str, family: &str) -> Result<String, Failure> {
    let url = url.trim().trim_end_matches('/');
    let wrong = || {
        Failure::config(format!(
            "{key}: {url:?} is no address, as http://127.0.0.1:7880"
        ))
    };
    let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
    let secure = match scheme {
        "http" | "ws" => "",
        "https" | "wss" => "s",
        _ => return Err(wrong()),
    };
    if rest.is_empty() || rest.contains(['@', '?', '#', ' ']) {
        return Err(wrong());
    }
    Ok(format!("{family}{secure}://{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn livekit() -> LiveKitSection {
        LiveKitSection {
            url: "http://127.0.0.1:7880/".to_owned(),
            api_key: "APIkey".to_owned(),
            api_secret: "x".repeat(MIN_SECRET_BYTES),
            ..LiveKitSection::default()
        }
    }

    fn line(mut section: LiveKitSection) -> String {
        match section.resolve() {
            Err(Failure::Config(line)) => line,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn med_40_an_empty_section_is_no_server_and_a_full_one_is() {
        let mut nothing = LiveKitSection::default();
        nothing.resolve().unwrap();
        assert!(nothing.config().is_none());
        let mut section = livekit();
        section.resolve().unwrap();
        let config = section.config().unwrap();
        assert_eq!(config.url, "http://127.0.0.1:7880");
        assert_eq!(config.public_url, "ws://127.0.0.1:7880");
    }

    #[test]
    fn med_40_an_empty_or_short_secret_stops_the_start_and_is_named() {
        let change = |change: fn(&mut LiveKitSection)| {
            let mut section = livekit();
            change(&mut section);
            line(section)
        };
        assert!(change(|s| s.api_secret.clear()).starts_with("livekit.api_secret is empty"));
        assert!(
            change(|s| s.api_secret = "secret".to_owned())
                .contains("livekit.api_secret has 6 bytes")
        );
        assert!(change(|s| s.api_key.clear()).starts_with("livekit.api_key"));
        assert!(change(|s| s.url.clear()).starts_with("livekit.url"));
        assert!(change(|s| s.url = "somewhere".to_owned()).starts_with("livekit.url"));
        assert!(change(|s| s.url = "http://user:pass@host".to_owned()).starts_with("livekit.url"));
        assert!(
            change(|s| s.previous_keys = vec![PreviousKey::default()])
                .starts_with("livekit.previous_keys")
        );
    }

    #[test]
    fn med_40_an_openvidu_needs_its_secret_and_what_its_events_show() {
        let whole = OpenViduSection {
            url: "https://openvidu.example.org/".to_owned(),
            secret: "MY_SECRET".to_owned(),
            webhook_authorization: "Basic abcdefgh".to_owned(),
        };
        let mut section = whole.clone();
        section.resolve().unwrap();
        assert_eq!(
            section.config().unwrap().url,
            "https://openvidu.example.org"
        );
        for change in [
            |s: &mut OpenViduSection| s.secret.clear(),
            |s: &mut OpenViduSection| s.webhook_authorization.clear(),
            |s: &mut OpenViduSection| s.url.clear(),
        ] {
            let mut section = whole.clone();
            change(&mut section);
            assert!(section.resolve().is_err());
        }
    }
}
