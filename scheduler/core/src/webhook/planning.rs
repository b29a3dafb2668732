//! Which deliveries an event makes.

use serde_json::json;
use wire::{Event, NotificationChannel, SessionId, UnixMs, WEBHOOK_TEST};

use super::endpoint::{LISTENER_LIFE_MS, WebhookEndpoint, WebhookTarget};
use crate::commands::SOURCE;
use crate::delivery::{Delivery, DeliveryContent, DeliveryState, NewDelivery, OutgoingEvent};
use crate::ids::NewId;

/// A delivery for each endpoint of the event's application that hears of it.
#[must_use]
pub fn plan_webhooks(
    now: UnixMs,
    told: &OutgoingEvent,
    endpoints: &[WebhookEndpoint],
    new_id: NewId<'_>,
) -> Vec<NewDelivery> {
    let wants = |endpoint: &&WebhookEndpoint| {
        endpoint.application == told.application && endpoint.wants(&told.event.kind)
    };
    let wanting = endpoints.iter().filter(wants);
    wanting
        .map(|endpoint| delivery(now, told, endpoint, new_id()))
        .collect()
}

/// An event by which an endpoint is tried.
#[must_use]
pub fn test_event(now: UnixMs, endpoint: &WebhookEndpoint, new_id: NewId<'_>) -> OutgoingEvent {
    let event = Event {
        id: new_id(),
        kind: WEBHOOK_TEST.to_owned(),
        occurred_at: now,
        source: SOURCE.to_owned(),
        subject: endpoint.id.clone(),
        revision: None,
        data: json!({}),
    };
    OutgoingEvent {
        application: endpoint.application.clone(),
        event,
    }
}

fn delivery(
    now: UnixMs,
    told: &OutgoingEvent,
    endpoint: &WebhookEndpoint,
    id: String,
) -> NewDelivery {
    let event = &told.event;
    // Whoever listens fetches it; the runner finds it when nobody has, and it is too late.
    let (lane, due_at, expires_at) = match &endpoint.target {
        WebhookTarget::Url(_) => {
            let lane = format!("{}:{}", endpoint.id, event.subject);
            (Some(lane), now, None)
        }
        WebhookTarget::Listener { .. } => {
            let end = now + LISTENER_LIFE_MS;
            (None, end, Some(end))
        }
    };
    let delivery = Delivery {
        id,
        key: format!("event:{}:webhook:{}", event.id, endpoint.id),
        channel: NotificationChannel::Webhook,
        kind: event.kind.clone(),
        application: told.application.clone(),
        user: None,
        session: is_of_session(event).then(|| SessionId(event.subject.clone())),
        target: Some(endpoint.id.clone()),
        lane,
        content: DeliveryContent::Event(Box::new(event.clone())),
        attempts: 0,
        attempts_before: 0,
        term: 0,
        due_at,
        expires_at,
        created_at: now,
    };
    NewDelivery {
        delivery,
        state: DeliveryState::Pending,
    }
}

fn is_of_session(event: &Event) -> bool {
    event.kind.starts_with("session.") || event.kind == "user.kicked"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::tests::NOW;
    use crate::delivery::{BackOff, ChannelAnswer, settle_delivery};
    use crate::settlement::tests::counted;
    use crate::webhook::WEBHOOK_WAITS_MS;
    use crate::webhook::endpoint::tests::endpoint;
    use crate::webhook::outgoing::outgoing;
    use crate::webhook::outgoing::tests::event;

    fn told() -> OutgoingEvent {
        outgoing("shop", &event("session.live", json!({}))).unwrap()
    }

    #[test]
    fn sch_300_each_endpoint_of_the_application_gets_a_delivery_under_a_key_of_its_own() {
        let mut theirs = endpoint("theirs");
        theirs.application = "rival".to_owned();
        let mut listening = endpoint("l");
        let expires_at = NOW + 9;
        listening.target = WebhookTarget::Listener { expires_at };
        let all = [endpoint("a"), theirs, listening];
        let planned = plan_webhooks(NOW, &told(), &all, &mut counted());
        let keys = planned.iter().map(|new| new.delivery.key.as_str());
        assert_eq!(
            keys.collect::<Vec<_>>(),
            ["event:e:webhook:a", "event:e:webhook:l"]
        );
        let [posted, fetched] = planned.try_into().ok().unwrap();
        let posted = posted.delivery;
        assert_eq!(posted.lane.as_deref(), Some("a:s"));
        assert_eq!((posted.due_at, posted.expires_at), (NOW, None));
        assert_eq!(posted.session, Some(SessionId::from("s")));
        let end = NOW + LISTENER_LIFE_MS;
        assert_eq!(
            (fetched.delivery.due_at, fetched.delivery.expires_at),
            (end, Some(end))
        );
        assert_eq!(fetched.delivery.lane, None);
    }

    /// When each attempt is made, after the first, if the endpoint fails `failing` times; and what became of it.
    fn attempts(failing: u32, random: u64) -> (Vec<i64>, DeliveryState) {
        let back_off = BackOff {
            waits_ms: WEBHOOK_WAITS_MS.to_vec(),
            jitter: true,
        };
        let planned = plan_webhooks(NOW, &told(), &[endpoint("a")], &mut counted());
        let mut delivery = planned[0].delivery.clone();
        let (mut now, mut times) = (NOW, Vec::new());
        loop {
            delivery.attempts += 1;
            times.push(now.since(NOW));
            let answer = match delivery.attempts > failing {
                true => ChannelAnswer::Sent,
                false => ChannelAnswer::Retry {
                    after_ms: None,
                    reason: "http_500".to_owned(),
                },
            };
            let random = random.wrapping_add(u64::from(delivery.attempts) * 7);
            let update = settle_delivery(now, &delivery, &answer, &back_off, random);
            match update.open_at {
                Some(open_at) => now = open_at,
                None => return (times, update.state),
            }
        }
    }

    #[test]
    fn sch_301_attempts_are_made_at_the_times_of_the_standards_table() {
        let table_s = [
            0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
        ];
        assert_eq!(table_s.iter().sum::<i64>(), (75 * 60 + 35) * 60 + 5);
        for failing in 0..=10 {
            for random in [0, 1, 20, 39, 40, u64::MAX / 3] {
                let (times, state) = attempts(failing, random);
                let made = usize::try_from(failing.min(9)).unwrap() + 1;
                assert_eq!(times.len(), made, "of {failing} failures");
                for (at, pair) in times.windows(2).enumerate() {
                    let (waited, table) = (pair[1] - pair[0], table_s[at + 1] * 1_000);
                    let jitter = table / 5;
                    assert!((waited - table).abs() <= jitter, "{waited} for {table}");
                }
                let given_up = DeliveryState::Failed("http_500".to_owned());
                let expected = if failing < 10 {
                    DeliveryState::Sent
                } else {
                    given_up
                };
                assert_eq!(state, expected);
            }
        }
    }
}
