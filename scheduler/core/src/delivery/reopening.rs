//! Sending a delivery again that is over.

use wire::{NotificationChannel, UnixMs};

use super::{Delivery, DeliveryState};
use crate::webhook::{LISTENER_LIFE_MS, WebhookEndpoint, WebhookTarget};

/// When a delivery that is sent again goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reopened {
    /// From when on it may be claimed.
    pub due_at: UnixMs,
    /// From when on it is of no use.
    pub expires_at: Option<UnixMs>,
}

/// Why a delivery is not sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReopenRefusal {
    /// It is not over yet.
    Pending,
    /// It is to a person and was not given up: it arrived, was too late, or is not to be sent.
    NotFailed,
    /// It is of no use any more.
    TooLate,
    /// Its endpoint was deleted, or nobody listens any more.
    EndpointGone,
    /// Its endpoint is told of nothing.
    EndpointDisabled,
}

impl ReopenRefusal {
    /// The stable word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ReopenRefusal::Pending => "pending",
            ReopenRefusal::NotFailed => "not_failed",
            ReopenRefusal::TooLate => "too_late",
            ReopenRefusal::EndpointGone => "endpoint_gone",
            ReopenRefusal::EndpointDisabled => "endpoint_disabled",
        }
    }

    /// What would be right, in a sentence.
    #[must_use]
    pub fn detail(self) -> &'static str {
        match self {
            ReopenRefusal::Pending => "It is still being sent.",
            ReopenRefusal::NotFailed => {
                "Of what is told to people only a failed delivery is sent again."
            }
            ReopenRefusal::TooLate => "It is of no use any more: what it tells of has passed.",
            ReopenRefusal::EndpointGone => {
                "The endpoint was deleted, or nobody listens any more: its deliveries go nowhere."
            }
            ReopenRefusal::EndpointDisabled => "The endpoint is disabled: enable it first.",
        }
    }
}

/// When the delivery goes out again. What goes to an endpoint may be sent again whatever became of it, and to a person only
/// what was given up, while it is of use. `endpoint` is the one that it goes to, if it goes to one and that is there still.
///
/// # Errors
/// Says why it is not sent again.
pub fn reopen_delivery(
    now: UnixMs,
    delivery: &Delivery,
    state: &DeliveryState,
    endpoint: Option<&WebhookEndpoint>,
) -> Result<Reopened, ReopenRefusal> {
    if *state == DeliveryState::Pending {
        return Err(ReopenRefusal::Pending);
    }
    if delivery.channel == NotificationChannel::Webhook {
        return to_endpoint(now, endpoint.ok_or(ReopenRefusal::EndpointGone)?);
    }
    if !matches!(state, DeliveryState::Failed(_)) {
        return Err(ReopenRefusal::NotFailed);
    }
    if delivery.expires_at.is_some_and(|end| end <= now) {
        return Err(ReopenRefusal::TooLate);
    }
    Ok(Reopened {
        due_at: now,
        expires_at: delivery.expires_at,
    })
}

fn to_endpoint(now: UnixMs, endpoint: &WebhookEndpoint) -> Result<Reopened, ReopenRefusal> {
    if endpoint.disabled.is_some() {
        return Err(ReopenRefusal::EndpointDisabled);
    }
    match endpoint.target {
        WebhookTarget::Url(_) => Ok(Reopened {
            due_at: now,
            expires_at: None,
        }),
        WebhookTarget::Listener { .. } => {
            let end = now + LISTENER_LIFE_MS;
            Ok(Reopened {
                due_at: end,
                expires_at: Some(end),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::tests::NOW;
    use crate::delivery::planning::tests::reminder;
    use crate::delivery::{BackOff, ChannelAnswer, settle_delivery};
    use crate::settlement::tests::session;
    use crate::webhook::DisableReason;
    use crate::webhook::endpoint::tests::endpoint;

    fn failed() -> DeliveryState {
        DeliveryState::Failed("busy".to_owned())
    }

    #[test]
    fn sch_374_to_a_person_what_was_given_up_is_sent_again_while_it_is_of_use() {
        let mut mail = reminder(&session());
        mail.expires_at = Some(NOW + 10);
        let again = |at, state: &DeliveryState| reopen_delivery(at, &mail, state, None);
        let due = Reopened {
            due_at: NOW + 9,
            expires_at: Some(NOW + 10),
        };
        assert_eq!(again(NOW + 9, &failed()), Ok(due));
        assert_eq!(again(NOW + 10, &failed()), Err(ReopenRefusal::TooLate));
        let pending = again(NOW, &DeliveryState::Pending);
        assert_eq!(pending, Err(ReopenRefusal::Pending));
        for state in [
            DeliveryState::Sent,
            DeliveryState::Missed("too_late".to_owned()),
            DeliveryState::Suppressed("opted_out".to_owned()),
        ] {
            assert_eq!(again(NOW, &state), Err(ReopenRefusal::NotFailed));
        }
    }

    #[test]
    fn sch_374_attempts_are_counted_on_and_their_waits_begin_anew() {
        let back_off = BackOff {
            waits_ms: vec![1_000, 5_000],
            jitter: false,
        };
        let mut mail = reminder(&session());
        mail.expires_at = None;
        mail.attempts_before = 3;
        let retry = ChannelAnswer::Retry {
            after_ms: None,
            reason: "busy".to_owned(),
        };
        let mut waits = Vec::new();
        for attempts in 4..=6 {
            mail.attempts = attempts;
            let update = settle_delivery(NOW, &mail, &retry, &back_off, 0);
            assert_eq!(update.attempts, attempts);
            waits.push(update.open_at.map(|at| at.since(NOW)));
        }
        assert_eq!(waits, [Some(1_000), Some(5_000), None]);
        mail.attempts = 3;
        assert_eq!(mail.not_wanted(NOW, None, &back_off), None);
    }

    #[test]
    fn sch_375_nothing_is_sent_again_to_an_endpoint_that_hears_nothing() {
        let mut hook = reminder(&session());
        hook.channel = NotificationChannel::Webhook;
        let again =
            |to: Option<&WebhookEndpoint>| reopen_delivery(NOW, &hook, &DeliveryState::Sent, to);
        let mut to = endpoint("w");
        assert_eq!(again(Some(&to)).map(|again| again.due_at), Ok(NOW));
        to.disabled = Some(DisableReason::Gone);
        assert_eq!(again(Some(&to)), Err(ReopenRefusal::EndpointDisabled));
        assert_eq!(again(None), Err(ReopenRefusal::EndpointGone));
        let mut listener = endpoint("l");
        let expires_at = NOW + 1;
        listener.target = WebhookTarget::Listener { expires_at };
        let due_at = NOW + LISTENER_LIFE_MS;
        assert_eq!(again(Some(&listener)).map(|again| again.due_at), Ok(due_at));
    }
}
