//! How often each end shows that it lives, as both have said (STOMP 1.2, "Heart-beating").

use std::time::Duration;

use super::request::{StompRefusal, wrong};

/// How often the server can show life, in milliseconds: as often as it pings a socket.
const OFFERED_MS: u32 = 5_000;
/// How often it wishes a client to, in milliseconds; what clients offer unless they are told otherwise.
const WANTED_MS: u32 = 10_000;
/// A client is lost after so many intervals without anything: a browser holds back the timers of a page in the
/// background, and a frame may be late.
const MISSED: u32 = 3;

/// What was agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HeartBeats {
    /// How often the server writes, if at all.
    pub(super) outgoing: Option<Duration>,
    /// After how long without anything the client is lost, if it has promised to write.
    pub(super) silence: Option<Duration>,
}

impl HeartBeats {
    /// What the server tells of itself.
    pub(super) fn offer() -> String {
        format!("{OFFERED_MS},{WANTED_MS}")
    }

    /// What follows from a client's header, which may be missing.
    ///
    /// # Errors
    /// Where it is no pair of whole numbers.
    pub(super) fn agree(header: Option<&str>) -> Result<Self, StompRefusal> {
        let (can, wants) = pair(header.unwrap_or("0,0"))
            .ok_or_else(|| wrong("heart-beat", "This is two whole numbers, as 10000,10000."))?;
        let every = |ours: u32, theirs: u32| {
            (theirs > 0).then(|| Duration::from_millis(u64::from(ours.max(theirs))))
        };
        Ok(Self {
            outgoing: every(OFFERED_MS, wants),
            silence: every(WANTED_MS, can).map(|interval| interval * MISSED),
        })
    }
}

fn pair(header: &str) -> Option<(u32, u32)> {
    let (can, wants) = header.split_once(',')?;
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    Some((number(can)?, number(wants)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cht_133_the_slower_of_both_is_agreed_and_0_is_none() {
        let agree = |header| HeartBeats::agree(header).unwrap();
        let none = HeartBeats {
            outgoing: None,
            silence: None,
        };
        assert_eq!(agree(None), none);
        assert_eq!(agree(Some("0,0")), none);
        let fast = agree(Some("1,1"));
        assert_eq!(fast.outgoing, Some(Duration::from_secs(5)));
        assert_eq!(fast.silence, Some(Duration::from_secs(30)));
        let slow = agree(Some("20000,60000"));
        assert_eq!(slow.outgoing, Some(Duration::from_secs(60)));
        assert_eq!(slow.silence, Some(Duration::from_secs(60)));
        for bad in ["", "1", "1,", "a,b", "1,-1", "1, 1", "4294967296,0"] {
            assert!(HeartBeats::agree(Some(bad)).is_err(), "{bad}");
        }
    }
}
