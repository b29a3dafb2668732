//! What has to come out: every message once at each end, in the order in which it was written, with no number left out, and
//! acknowledged under the number by which it is delivered. Pure: it is told what came, and says what was wrong with it.

/// How many ends a room has.
const ENDS: usize = 2;

/// The account of one room. One message is on its way at a time, so that number `n` must have `seq` first + `n`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoomLedger {
    /// The room's last `seq` before our first message.
    first: u64,
    sent: u64,
    acked: u64,
    /// The last `seq` at each end.
    at: [u64; ENDS],
}

impl RoomLedger {
    /// Of a room that had `last_seq` messages when both were in.
    pub(crate) fn new(last_seq: u64) -> Self {
        Self {
            first: last_seq,
            sent: 0,
            acked: 0,
            at: [last_seq; ENDS],
        }
    }

    /// The number of the next message.
    pub(crate) fn send(&mut self) -> u64 {
        self.sent += 1;
        self.sent
    }

    /// The server has taken message `number`, as `seq` where it says so.
    pub(crate) fn acked(&mut self, number: u64, seq: Option<u64>) -> Result<(), &'static str> {
        if number <= self.acked {
            return Err("acknowledged_twice");
        }
        if number > self.sent {
            return Err("acknowledged_unsent");
        }
        self.acked = number;
        match seq {
            Some(seq) if seq != self.first + number => Err("acknowledged_elsewhere"),
            _ => Ok(()),
        }
    }

    /// Message `number` came as `seq` to `end`.
    pub(crate) fn delivered(
        &mut self,
        end: usize,
        seq: u64,
        number: Option<u64>,
    ) -> Result<(), &'static str> {
        let last = self.at[end];
        if seq <= last {
            return Err("doubled_or_late");
        }
        self.at[end] = seq;
        if seq > last + 1 {
            return Err("gap");
        }
        match number {
            Some(number) if number > self.sent => Err("never_sent"),
            Some(number) if self.first + number == seq => Ok(()),
            _ => Err("another_message"),
        }
    }

    /// True once message `number` is acknowledged.
    pub(crate) fn is_acked(&self, number: u64) -> bool {
        self.acked >= number
    }

    /// True once `end` has message `number`.
    pub(crate) fn has(&self, end: usize, number: u64) -> bool {
        self.at[end] >= self.first + number
    }

    /// The last `seq` at an end.
    pub(crate) fn at(&self, end: usize) -> u64 {
        self.at[end]
    }

    /// The last message that the server has taken.
    pub(crate) fn last_acked(&self) -> u64 {
        self.acked
    }

    /// How many of those that the server has taken are missing at an end.
    pub(crate) fn missing(&self, end: usize) -> u64 {
        (self.first + self.acked).saturating_sub(self.at[end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A room in which two messages are sent, acknowledged and at both ends; it had ten before.
    fn ledger() -> RoomLedger {
        let mut ledger = RoomLedger::new(10);
        for number in 1..=2 {
            assert_eq!(ledger.send(), number);
            ledger.acked(number, Some(10 + number)).unwrap();
            for end in 0..ENDS {
                ledger.delivered(end, 10 + number, Some(number)).unwrap();
            }
        }
        ledger
    }

    #[test]
    fn lod_33_what_comes_once_in_order_and_without_a_gap_is_right() {
        let ledger = ledger();
        assert!(ledger.is_acked(2) && ledger.has(0, 2) && ledger.has(1, 2));
        assert!(!ledger.is_acked(3) && !ledger.has(0, 3));
        assert_eq!((ledger.missing(0), ledger.missing(1)), (0, 0));
    }

    #[test]
    fn lod_33_a_double_a_gap_and_a_stranger_are_each_said_so() {
        let mut late = ledger();
        assert_eq!(late.delivered(1, 12, Some(2)), Err("doubled_or_late"));
        let mut gap = ledger();
        gap.send();
        gap.send();
        assert_eq!(gap.delivered(0, 14, Some(4)), Err("gap"));
        let mut stranger = ledger();
        assert_eq!(stranger.delivered(0, 13, Some(3)), Err("never_sent"));
        stranger.send();
        assert_eq!(stranger.delivered(1, 13, None), Err("another_message"));
    }

    #[test]
    fn lod_33_an_acknowledgement_must_fit_and_what_it_promised_must_come() {
        let mut ledger = ledger();
        assert_eq!(ledger.acked(2, None), Err("acknowledged_twice"));
        assert_eq!(ledger.acked(3, None), Err("acknowledged_unsent"));
        let number = ledger.send();
        assert_eq!(
            ledger.acked(number, Some(12)),
            Err("acknowledged_elsewhere")
        );
        assert_eq!(ledger.missing(0), 1);
        ledger.delivered(0, 13, Some(3)).unwrap();
        assert_eq!((ledger.missing(0), ledger.missing(1)), (0, 1));
    }
}
