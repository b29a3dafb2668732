//! An endpoint of an application, its secrets by their numbers, and whether it still answers.

use wire::{EventType, UnixMs, WEBHOOK_TEST, WebhookState};

use crate::delivery::ChannelAnswer;

/// Endpoints of one application.
pub const MAX_WEBHOOKS: u32 = 20;
/// Listeners of one application.
pub const MAX_LISTENERS: u32 = 5;
/// How long a listener is kept while nobody listens, and a delivery for one, in milliseconds: an hour.
pub const LISTENER_LIFE_MS: i64 = 3_600_000;
/// How long nobody has listened to a listener that gives way to a new one, in milliseconds: a minute, in which a scheduler
/// that was started again is back.
const LISTENER_IDLE_MS: i64 = 60_000;
/// How long the secret of before signs beside a new one, in milliseconds: a day.
const PREVIOUS_SECRET_MS: i64 = 86_400_000;
/// How long an endpoint may fail without a success, in milliseconds: five days.
const MAX_FAILING_MS: i64 = 5 * 86_400_000;

/// Who is told of an application's events, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// Its own id, a UUIDv7 as text.
    pub id: String,
    /// Whose it is.
    pub application: String,
    /// How it is told.
    pub target: WebhookTarget,
    /// Of which types it is told; empty: of all.
    pub events: Vec<EventType>,
    /// For whoever keeps it.
    pub description: Option<String>,
    /// Why it is told of nothing; `None` while it is.
    pub disabled: Option<DisableReason>,
    /// Which of its secrets signs; the first is 1. They are derived from it, and stored nowhere.
    pub secret_number: u32,
    /// Until when the secret of before signs as well.
    pub previous_secret_until: Option<UnixMs>,
    /// Since when nothing has arrived, if the last attempt failed.
    pub failing_since: Option<UnixMs>,
    /// When it was made.
    pub created_at: UnixMs,
}

/// How an endpoint is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookTarget {
    /// It is posted to this address.
    Url(String),
    /// A developer's machine fetches it, and is forgotten at that moment unless it goes on.
    Listener {
        /// Moved on while somebody listens. By the machine's own clock: no test that moves time ends it.
        expires_at: UnixMs,
    },
}

/// Why an endpoint is told of nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisableReason {
    /// Its application asked for it.
    Asked,
    /// It answered 410.
    Gone,
    /// Nothing arrived for five days.
    Failing,
}

impl DisableReason {
    /// The word that is stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            DisableReason::Asked => "asked",
            DisableReason::Gone => "gone",
            DisableReason::Failing => "failing",
        }
    }

    /// The reason of a stored word.
    #[must_use]
    pub fn from_name(word: &str) -> Option<Self> {
        Some(match word {
            "asked" => DisableReason::Asked,
            "gone" => DisableReason::Gone,
            "failing" => DisableReason::Failing,
            _ => return None,
        })
    }
}

impl WebhookEndpoint {
    /// Whether it is sent anything, as it is shown.
    #[must_use]
    pub fn state(&self) -> WebhookState {
        match self.disabled {
            None => WebhookState::Enabled,
            Some(_) => WebhookState::Disabled,
        }
    }

    /// False of a listener that is to be forgotten; `wall` is the time of the machine's own clock.
    #[must_use]
    pub fn is_there(&self, wall: UnixMs) -> bool {
        match &self.target {
            WebhookTarget::Url(_) => true,
            WebhookTarget::Listener { expires_at } => wall < *expires_at,
        }
    }

    /// True where it is told of an event of that type.
    #[must_use]
    pub fn wants(&self, kind: &str) -> bool {
        let asked_for = self.events.is_empty()
            || kind == WEBHOOK_TEST
            || self.events.iter().any(|event| event.name() == kind);
        self.disabled.is_none() && asked_for
    }

    /// Gives it another secret; the one of before signs beside it for a day.
    #[must_use]
    pub fn rotated(mut self, now: UnixMs) -> Self {
        self.secret_number += 1;
        self.previous_secret_until = Some(now + PREVIOUS_SECRET_MS);
        self
    }

    /// Numbers of the secrets that sign at `now`, the present one first.
    #[must_use]
    pub fn signing_secrets(&self, now: UnixMs) -> Vec<u32> {
        let mut numbers = vec![self.secret_number];
        if self.previous_secret_until.is_some_and(|end| now < end) {
            numbers.push(self.secret_number - 1);
        }
        numbers
    }

    /// What an attempt says of it: what answers is well, what answers 410 is gone, and what fails for five days is given
    /// up. `None` where nothing changes.
    #[must_use]
    pub fn after(&self, now: UnixMs, answer: &ChannelAnswer) -> Option<Self> {
        let mut after = self.clone();
        match answer {
            ChannelAnswer::Sent | ChannelAnswer::Taken { .. } => after.failing_since = None,
            // No endpoint has said anything.
            ChannelAnswer::Suppressed { .. }
            | ChannelAnswer::Off { .. }
            | ChannelAnswer::Postponed { .. } => {}
            ChannelAnswer::Gone { .. } => after.disabled = Some(DisableReason::Gone),
            ChannelAnswer::Retry { .. } | ChannelAnswer::Refused { .. } => {
                let since = *after.failing_since.get_or_insert(now);
                if now.since(since) >= MAX_FAILING_MS {
                    after.disabled = Some(DisableReason::Failing);
                }
            }
        }
        let is_over = self.disabled.is_some() || after == *self;
        (!is_over).then_some(after)
    }
}

/// Of an application's endpoints, the listener that gives way to a new one: the one to which nobody has listened for
/// longest, if that is a minute or more. `wall` is the time of the machine's own clock.
#[must_use]
pub fn listener_that_gives_way(
    wall: UnixMs,
    endpoints: &[WebhookEndpoint],
) -> Option<&WebhookEndpoint> {
    let heard_at = |one: &WebhookEndpoint| match one.target {
        WebhookTarget::Url(_) => None,
        WebhookTarget::Listener { expires_at } => Some(expires_at - LISTENER_LIFE_MS),
    };
    let idle = endpoints.iter().filter_map(|one| {
        let heard_at = heard_at(one)?;
        (wall.since(heard_at) >= LISTENER_IDLE_MS).then_some((heard_at, one))
    });
    idle.min_by_key(|(heard_at, _)| *heard_at)
        .map(|(_, one)| one)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::booking::tests::NOW;

    pub(crate) fn endpoint(id: &str) -> WebhookEndpoint {
        WebhookEndpoint {
            id: id.to_owned(),
            application: "shop".to_owned(),
            target: WebhookTarget::Url("https://shop.example/hook".to_owned()),
            events: Vec::new(),
            description: None,
            disabled: None,
            secret_number: 1,
            previous_secret_until: None,
            failing_since: None,
            created_at: NOW,
        }
    }

    fn failed() -> ChannelAnswer {
        ChannelAnswer::Retry {
            after_ms: None,
            reason: "http_500".to_owned(),
        }
    }

    #[test]
    fn sch_298_an_endpoint_hears_what_it_asked_for_while_it_is_enabled() {
        let mut endpoint = endpoint("w");
        assert!(endpoint.wants("session.live"));
        endpoint.events = vec![EventType::SessionEnded];
        assert!(!endpoint.wants("session.live"));
        assert!(endpoint.wants("session.ended") && endpoint.wants(WEBHOOK_TEST));
        endpoint.disabled = Some(DisableReason::Asked);
        assert!(!endpoint.wants("session.ended"));
        let expires_at = NOW + 1;
        endpoint.target = WebhookTarget::Listener { expires_at };
        assert!(endpoint.is_there(NOW) && !endpoint.is_there(expires_at));
    }

    #[test]
    fn sch_377_a_listener_to_which_nobody_listens_gives_way_after_a_minute() {
        let listener = |id: &str, heard_at: UnixMs| WebhookEndpoint {
            target: WebhookTarget::Listener {
                expires_at: heard_at + LISTENER_LIFE_MS,
            },
            ..endpoint(id)
        };
        let all = [
            endpoint("w"),
            listener("a", NOW + 5),
            listener("b", NOW),
            listener("c", NOW + 9),
        ];
        let gives_way = |wall| listener_that_gives_way(wall, &all).map(|one| one.id.as_str());
        assert_eq!(gives_way(NOW + 59_999), None);
        assert_eq!(gives_way(NOW + 60_000), Some("b"));
        assert_eq!(gives_way(NOW + 3_600_000), Some("b"));
    }

    #[test]
    fn sch_302_the_secret_of_before_signs_for_a_day_more() {
        let rotated = endpoint("w").rotated(NOW);
        assert_eq!(endpoint("w").signing_secrets(NOW), [1]);
        assert_eq!(rotated.signing_secrets(NOW), [2, 1]);
        assert_eq!(rotated.signing_secrets(NOW + 86_399_999), [2, 1]);
        assert_eq!(rotated.signing_secrets(NOW + 86_400_000), [2]);
        assert_eq!(rotated.rotated(NOW + 1).signing_secrets(NOW + 1), [3, 2]);
    }

    #[test]
    fn sch_305_five_days_of_failure_disable_an_endpoint_and_a_success_begins_them_anew() {
        let day_ms = 86_400_000;
        let first = endpoint("w").after(NOW, &failed()).unwrap();
        assert_eq!((first.failing_since, first.disabled), (Some(NOW), None));
        assert_eq!(first.after(NOW + 5 * day_ms - 1, &failed()), None);
        let well = first.after(NOW + 4 * day_ms, &ChannelAnswer::Sent).unwrap();
        assert_eq!(well, endpoint("w"));
        assert_eq!(well.after(NOW, &ChannelAnswer::Sent), None);
        let given_up = first.after(NOW + 5 * day_ms, &failed()).unwrap();
        assert_eq!(given_up.disabled, Some(DisableReason::Failing));
        assert_eq!(given_up.after(NOW + 6 * day_ms, &failed()), None);
    }

    #[test]
    fn sch_305_an_endpoint_that_answers_410_is_disabled_at_once() {
        let gone = ChannelAnswer::Gone {
            reason: "http_410".to_owned(),
        };
        let gone = endpoint("w").after(NOW, &gone).unwrap();
        assert_eq!(gone.disabled, Some(DisableReason::Gone));
        assert_eq!(gone.state(), WebhookState::Disabled);
        for reason in [
            DisableReason::Asked,
            DisableReason::Gone,
            DisableReason::Failing,
        ] {
            assert_eq!(DisableReason::from_name(reason.name()), Some(reason));
        }
    }
}
