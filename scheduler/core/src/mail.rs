//! Mails: of what kinds, how many to one address, and when one that could not be sent is tried again.

use wire::{GiftId, UnixMs, UserId};

use crate::account::{Account, EmailAddress};

/// An hour, in milliseconds.
const HOUR_MS: i64 = 3_600_000;
/// A day, in milliseconds: so long back mails to an address are counted.
pub const MAIL_DAY_MS: i64 = 24 * HOUR_MS;
/// Mails of any kind to one address in a day.
const MAILS_A_DAY: usize = 5;
/// Mails with a link that proves an address, to one address in an hour.
const PROOFS_AN_HOUR: usize = 3;
/// When a mail is tried again after each time that it could not be sent, in milliseconds. After the last it is dead:
/// who asked for it has asked again by then.
const BACK_OFF_MS: [i64; 6] = [2_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000];

/// What a mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailKind {
    /// Its link proves that the address is the account's.
    Verify,
    /// Its link gives the account another password.
    Reset,
    /// It tells an address of a gift.
    Gift,
}

impl MailKind {
    /// The word that is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            MailKind::Verify => "verify",
            MailKind::Reset => "reset",
            MailKind::Gift => "gift",
        }
    }

    /// What a stored word means.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [MailKind::Verify, MailKind::Reset, MailKind::Gift]
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    /// True where its link proves an address.
    fn is_proof(self) -> bool {
        matches!(self, MailKind::Verify | MailKind::Reset)
    }
}

/// A mail that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMail {
    /// Its own id, rising with time.
    pub id: String,
    /// What it is for.
    pub kind: MailKind,
    /// Where it goes.
    pub to: EmailAddress,
    /// Whose account it concerns.
    pub user: UserId,
    /// The login that asked for it, where one did: it alone can confirm the address.
    pub login: Option<String>,
    /// The gift that it tells of, where it tells of one.
    pub gift: Option<GiftId>,
    /// In which language.
    pub locale: String,
    /// When it was asked for.
    pub created_at: UnixMs,
}

impl NewMail {
    /// To the account's own address, or to one that is to become it.
    #[must_use]
    pub fn of(
        account: &Account,
        kind: MailKind,
        to: EmailAddress,
        login: Option<String>,
        (id, now): (String, UnixMs),
    ) -> Self {
        Self {
            id,
            kind,
            to,
            user: account.user.clone(),
            login,
            gift: None,
            locale: account.locale.clone(),
            created_at: now,
        }
    }

    /// To whomever the address of a gift is; in the language of its giver, since nobody else's is known.
    #[must_use]
    pub fn of_gift(
        giver: &Account,
        gift: &GiftId,
        to: &EmailAddress,
        (id, now): (String, UnixMs),
    ) -> Self {
        Self {
            gift: Some(gift.clone()),
            ..Self::of(giver, MailKind::Gift, to.clone(), None, (id, now))
        }
    }
}

/// Whether one more mail of that kind may go to an address that was sent these in the last day, each by when it was
/// asked for.
///
/// # Errors
/// When it may not: how long until it may, in milliseconds.
pub fn check_mail(now: UnixMs, kind: MailKind, sent: &[(MailKind, UnixMs)]) -> Result<(), u64> {
    let all: Vec<_> = sent.iter().map(|(_, at)| *at).collect();
    let day = wait_ms(now, &all, MAIL_DAY_MS, MAILS_A_DAY);
    let proofs = sent.iter().filter(|(sent, _)| sent.is_proof());
    let proofs: Vec<_> = proofs.map(|(_, at)| *at).collect();
    let hour = match kind.is_proof() {
        true => wait_ms(now, &proofs, HOUR_MS, PROOFS_AN_HOUR),
        false => 0,
    };
    match day.max(hour) {
        0 => Ok(()),
        wait_ms => Err(wait_ms),
    }
}

/// How long until fewer than `most` lie within the last `span_ms`.
fn wait_ms(now: UnixMs, sent: &[UnixMs], span_ms: i64, most: usize) -> u64 {
    let mut within: Vec<_> = sent.iter().filter(|at| now.since(**at) < span_ms).collect();
    within.sort_unstable();
    let Some(place) = within.len().checked_sub(most) else {
        return 0;
    };
    within.get(place).map_or(0, |oldest| {
        let wait_ms = (**oldest + span_ms).since(now);
        wait_ms.max(1).unsigned_abs()
    })
}

/// When a mail is tried again that could not be sent so many times; none where it is given up.
#[must_use]
pub fn next_attempt(now: UnixMs, attempts: u32) -> Option<UnixMs> {
    let place = usize::try_from(attempts).ok()?.checked_sub(1)?;
    BACK_OFF_MS.get(place).map(|wait_ms| now + *wait_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE_MS: i64 = 60_000;

    #[test]
    fn sch_139_one_address_is_sent_three_mails_an_hour_and_five_a_day() {
        let now = UnixMs(MAIL_DAY_MS);
        let ago = |minutes: i64| (MailKind::Verify, UnixMs(now.0 - minutes * MINUTE_MS));
        let check_mail = |now, sent: &[_]| check_mail(now, MailKind::Reset, sent);
        assert_eq!(check_mail(now, &[]), Ok(()));
        assert_eq!(check_mail(now, &[ago(1), ago(2)]), Ok(()));
        let three = [ago(1), ago(50), ago(2)];
        assert_eq!(
            check_mail(now, &three),
            Err(600_000),
            "until the first is an hour old"
        );
        assert_eq!(check_mail(now, &[ago(60), ago(1), ago(2)]), Ok(()));
        let five = [ago(300), ago(200), ago(150), ago(100), ago(90)];
        assert_eq!(check_mail(now, &five), Err(19 * 3_600_000));
        assert_eq!(check_mail(now, &five[1..]), Ok(()));
    }

    #[test]
    fn sch_226_mails_of_gifts_count_among_those_of_a_day_and_not_among_those_that_prove() {
        let now = UnixMs(MAIL_DAY_MS);
        let gifts = [(MailKind::Gift, now); 5];
        for kind in [MailKind::Gift, MailKind::Verify, MailKind::Reset] {
            assert_eq!(check_mail(now, kind, &gifts[1..]), Ok(()));
            assert!(check_mail(now, kind, &gifts).is_err(), "of any kind");
        }
        let proofs = [(MailKind::Verify, now); 3];
        assert!(check_mail(now, MailKind::Reset, &proofs).is_err());
        assert_eq!(check_mail(now, MailKind::Gift, &proofs), Ok(()));
    }

    #[test]
    fn sch_139_a_mail_is_tried_again_ever_later_and_given_up_in_the_end() {
        let now = UnixMs(0);
        let times: Vec<_> = (1..=7)
            .map(|attempts| next_attempt(now, attempts))
            .collect();
        assert_eq!(times[0], Some(UnixMs(2_000)));
        assert!(times[..6].windows(2).all(|two| two[0] < two[1]));
        assert_eq!(times[6], None);
    }
}
