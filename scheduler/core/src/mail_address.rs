//! Addresses to which mails about notifications go: how many a day, and none where there is no such mailbox.

use wire::UnixMs;

/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// What is known of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAddress {
    /// Since when there is no such mailbox, by what its server says.
    pub refused_at: Option<UnixMs>,
    /// When the day of the last mail began, in UTC.
    pub day_at: UnixMs,
    /// Mails of that day.
    pub sent: u32,
}

/// Why a mail is not to be sent, though its person is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSuppression {
    /// Nothing is known any more to which a mail could go.
    NoAddress,
    /// The person wants no mails.
    OptedOut,
    /// There is no such mailbox.
    AddressRefused,
    /// A mail has told of it already.
    ToldBefore,
    /// The address had as many as it gets in a day.
    DailyLimit,
}

impl MailSuppression {
    /// The word that is stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoAddress => "no_address",
            Self::OptedOut => "opted_out",
            Self::AddressRefused => "address_refused",
            Self::ToldBefore => "told_before",
            Self::DailyLimit => "daily_limit",
        }
    }
}

impl MailAddress {
    /// One of which nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            refused_at: None,
            day_at: UnixMs(0),
            sent: 0,
        }
    }

    /// The same once one more mail was sent to it, of which `limit` may be in a day of UTC. A mail that is tried again counts
    /// once.
    ///
    /// # Errors
    /// Why none may be sent.
    pub fn admit(self, now: UnixMs, limit: u32, is_again: bool) -> Result<Self, MailSuppression> {
        if self.refused_at.is_some() {
            return Err(MailSuppression::AddressRefused);
        }
        if is_again {
            return Ok(self);
        }
        let day_at = day_of(now);
        let sent = if self.day_at == day_at { self.sent } else { 0 };
        if sent >= limit {
            return Err(MailSuppression::DailyLimit);
        }
        Ok(Self {
            day_at,
            sent: sent + 1,
            ..self
        })
    }
}

/// When the day of a moment began, in UTC.
fn day_of(at: UnixMs) -> UnixMs {
    UnixMs(at.0.div_euclid(DAY_MS) * DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_800_000_000_000);

    #[test]
    fn sch_319_an_address_gets_so_many_mails_a_day_and_a_mail_that_is_tried_again_counts_once() {
        let mut address = MailAddress::unknown();
        for _ in 0..3 {
            address = address.admit(NOW, 3, false).unwrap();
        }
        let refused = address.clone().admit(NOW, 3, false);
        assert_eq!(refused, Err(MailSuppression::DailyLimit));
        assert_eq!(address.clone().admit(NOW, 3, true), Ok(address.clone()));
        let tomorrow = address.admit(NOW + DAY_MS, 3, false).unwrap();
        assert_eq!(tomorrow.sent, 1);
        let before = MailAddress::unknown().admit(UnixMs(-1), 3, false).unwrap();
        assert_eq!(
            before.day_at,
            UnixMs(-DAY_MS),
            "a day is a day before 1970, too"
        );
    }

    #[test]
    fn sch_320_an_address_that_its_server_does_not_know_gets_none() {
        let address = MailAddress {
            refused_at: Some(NOW),
            ..MailAddress::unknown()
        };
        for is_again in [false, true] {
            let refused = address.clone().admit(NOW, 3, is_again);
            assert_eq!(refused, Err(MailSuppression::AddressRefused));
        }
    }
}
