//! What a mail server's answer means for a delivery.

use scheduler_core::ChannelAnswer;

use crate::config::EmailPace;
use crate::email::{SendFailure, SendStage};

/// Each wait is this many times the one before.
const GROWTH: i64 = 4;
/// The longest wait, in milliseconds: four hours.
const MAX_WAIT_MS: i64 = 4 * 3_600_000;
/// Waits in all. With the default pace the last attempt is 19 hours after the first; news are worth a mail for a day.
const WAITS: usize = 11;

/// The answer to one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MailAnswer {
    Sent,
    /// The server was not reached, or the connection was lost: nobody knows whether it has the mail.
    Lost {
        reason: String,
    },
    /// Not now (4xx), as servers say who greylist.
    Deferred {
        reason: String,
    },
    /// The mailbox is full.
    Full {
        reason: String,
    },
    /// There is no such mailbox.
    Gone {
        reason: String,
    },
    /// Never this mail.
    Refused {
        reason: String,
    },
}

impl MailAnswer {
    /// The word that is counted.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Lost { .. } => "lost",
            Self::Deferred { .. } => "deferred",
            Self::Full { .. } => "full",
            Self::Gone { .. } => "gone",
            Self::Refused { .. } => "refused",
        }
    }

    pub(super) fn for_delivery(self, pace: EmailPace) -> ChannelAnswer {
        let retry = |after_ms, reason| ChannelAnswer::Retry { after_ms, reason };
        match self {
            Self::Sent => ChannelAnswer::Sent,
            Self::Lost { reason } => retry(None, reason),
            Self::Deferred { reason } => retry(Some(pace.deferred_ms), reason),
            Self::Full { reason } => retry(Some(pace.full_ms), reason),
            Self::Gone { reason } => ChannelAnswer::Gone { reason },
            Self::Refused { reason } => ChannelAnswer::Refused { reason },
        }
    }
}

/// How long to wait after each attempt that failed.
pub(super) fn waits_ms(pace: EmailPace) -> Vec<i64> {
    let mut wait_ms = pace.retry_ms;
    let mut waits = Vec::with_capacity(WAITS);
    while waits.len() < WAITS {
        waits.push(wait_ms.min(MAX_WAIT_MS));
        wait_ms = wait_ms.saturating_mul(GROWTH);
    }
    waits
}

/// By the code, by the enhanced code (RFC 3463) where there is one, and by how far the mail came. A refused recipient means
/// that the mailbox is not there, unless the server says that it is its policy (`5.7`): then it is about us, not about whom the
/// mail is for.
pub(super) fn answer_to(failure: &SendFailure) -> MailAnswer {
    let reason = failure.reason.clone();
    let says = |enhanced: &str| reason.contains(enhanced);
    match (failure.code, failure.stage) {
        (_, SendStage::Connect) => MailAnswer::Lost { reason },
        (Some(552 | 452), _) => MailAnswer::Full { reason },
        (Some(500..), _) if says(" 5.2.2") => MailAnswer::Full { reason },
        (Some(421), _) => MailAnswer::Lost { reason },
        (Some(400..500), _) => MailAnswer::Deferred { reason },
        (Some(500..), SendStage::Recipient) if !says(" 5.7.") => MailAnswer::Gone { reason },
        (Some(_), _) => MailAnswer::Refused { reason },
        (None, _) if failure.is_final => MailAnswer::Refused { reason },
        (None, _) => MailAnswer::Lost { reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(stage: SendStage, code: Option<u16>, said: &str) -> &'static str {
        let failure = SendFailure {
            stage,
            code,
            reason: format!("{stage}: permanent error: {said}"),
            is_final: code.is_some_and(|code| code >= 500),
        };
        answer_to(&failure).name()
    }

    #[test]
    fn sch_324_an_answer_means_what_its_code_and_its_place_say() {
        use SendStage::{Connect, Recipient, Sender, Text};
        for (stage, code, said, name) in [
            (Connect, None, "connection refused", "lost"),
            (Connect, Some(535), "5.7.8 wrong password", "lost"),
            (Sender, Some(451), "4.7.1 greylisted", "deferred"),
            (Recipient, Some(450), "4.2.0 greylisted", "deferred"),
            (Recipient, Some(550), "5.1.1 no such user", "gone"),
            (Recipient, Some(550), "never", "gone"),
            (
                Recipient,
                Some(550),
                "5.7.1 blocked, see spamhaus",
                "refused",
            ),
            (Recipient, Some(552), "5.2.2 full", "full"),
            (Recipient, Some(452), "4.2.2 full", "full"),
            (Recipient, Some(554), "5.2.2 over quota", "full"),
            (Text, Some(552), "too much", "full"),
            (Text, Some(550), "spam", "refused"),
            (Text, Some(451), "try again later", "deferred"),
            (Text, Some(421), "shutting down", "lost"),
            (Text, None, "connection reset", "lost"),
        ] {
            assert_eq!(answer(stage, code, said), name, "{stage} {code:?} {said}");
        }
    }

    #[test]
    fn sch_324_waits_grow_to_hours_and_a_server_that_put_off_is_given_its_time() {
        let pace = EmailPace::default();
        let waits = waits_ms(pace);
        assert_eq!(waits[..3], [2_000, 8_000, 32_000]);
        assert_eq!(waits.last(), Some(&MAX_WAIT_MS));
        let total_ms: i64 = waits.iter().sum();
        assert!((18..24).contains(&(total_ms / 3_600_000)), "{total_ms}");
        let reason = String::new();
        let deferred = MailAnswer::Deferred { reason };
        let ChannelAnswer::Retry { after_ms, .. } = deferred.for_delivery(pace) else {
            panic!("it is tried again");
        };
        assert_eq!(after_ms, Some(60_000), "greylisting takes minutes");
    }
}
