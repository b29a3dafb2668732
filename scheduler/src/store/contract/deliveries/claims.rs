//! What a store must do about claims on deliveries.

use scheduler_core::{
    AttemptsInFlight, ChannelAnswer, Delivery, DeliveryContent, DeliveryShares, DeliveryState,
    NewDelivery,
};
use wire::NotificationChannel;

use super::super::harness::{NOW, StoreHarness};
use super::{CLAIM_MS, Claims, ids, to_endpoint};

pub(crate) async fn sch_369_a_delivery_is_one_claimants_until_it_lapses_and_over_once_it_is_settled(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let channel = Claims::by(NotificationChannel::Webhook);
    harness
        .add_deliveries(&[to_endpoint("d1", None, &session)])
        .await;
    let by_mail = Claims::by(NotificationChannel::Email);
    assert!(harness.claim_by(&by_mail, NOW).await.is_empty());
    assert!(harness.claim_by(&channel, NOW - 1).await.is_empty());
    let first = harness.claim_by(&channel, NOW).await;
    assert_eq!((first[0].attempts, first[0].term), (1, 1));
    assert!(
        harness
            .claim_by(&channel, NOW + CLAIM_MS - 1)
            .await
            .is_empty()
    );
    let lapsed_at = NOW + CLAIM_MS;
    let second = harness.claim_by(&channel, lapsed_at).await;
    assert_eq!((second[0].attempts, second[0].term), (2, 2));

    let sent = ChannelAnswer::Sent;
    harness.answer(&channel, &first, &sent, lapsed_at).await;
    assert!(channel.settled.lock().unwrap().is_empty(), "taken over");
    harness.answer(&channel, &second, &sent, lapsed_at).await;
    harness
        .answer(&channel, &second, &sent, lapsed_at + 1)
        .await;
    assert_eq!(*channel.settled.lock().unwrap(), ["d1"]);
    let stored = harness.deliveries_of(&session).await;
    assert_eq!(
        (&stored[0].state, stored[0].sent_at),
        (&sent_state(), Some(lapsed_at))
    );
    assert!(
        harness
            .claim_by(&channel, lapsed_at + 60_000)
            .await
            .is_empty()
    );
}

pub(crate) async fn sch_369_what_is_of_no_use_any_more_is_ended_and_claimed_by_nobody(
    mut harness: StoreHarness,
) {
    let (session, due, reminder) = harness.reminded().await;
    let mut stored = harness.deliveries_of(&session).await;
    let mut by_mail = stored.remove(0).delivery;
    "d1".clone_into(&mut by_mail.id);
    "job:j:email:u".clone_into(&mut by_mail.key);
    by_mail.channel = NotificationChannel::Email;
    by_mail.content = DeliveryContent::Notification(Box::new(reminder));
    let mut gives_up = to_endpoint("d2", None, &session);
    gives_up.delivery.attempts = 2;
    let late = NewDelivery {
        delivery: by_mail,
        state: DeliveryState::Pending,
    };
    harness.add_deliveries(&[late, gives_up]).await;
    let starts_at = session.terms.starts_at;
    let channel = Claims::by(NotificationChannel::Email);
    assert!(harness.claim_by(&channel, starts_at).await.is_empty());
    let hooks = Claims::by(NotificationChannel::Webhook);
    assert!(harness.claim_by(&hooks, due).await.is_empty());
    let stored = harness.deliveries_of(&session).await;
    let state = |id: &str| {
        let found = stored.iter().find(|one| one.delivery.id == id);
        found.map(|one| {
            (
                one.state.name(),
                one.last_reason.clone().unwrap_or_default(),
            )
        })
    };
    assert_eq!(
        state("d1").unwrap(),
        ("missed", "session_started".to_owned())
    );
    assert_eq!(state("d2").unwrap().0, "failed");
}

pub(crate) async fn sch_395_what_is_not_wanted_any_more_is_suppressed_and_not_sent(
    mut harness: StoreHarness,
) {
    let (session, due, reminder) = harness.reminded().await;
    let planned = harness.deliveries_of(&session).await.remove(0).delivery;
    let by_mail = |id: &str| NewDelivery {
        delivery: Delivery {
            id: id.to_owned(),
            key: format!("job:{id}:email:u"),
            channel: NotificationChannel::Email,
            content: DeliveryContent::Notification(Box::new(reminder.clone())),
            ..planned.clone()
        },
        state: DeliveryState::Pending,
    };
    let channel = Claims::by(NotificationChannel::Email);
    harness.uses(&session, NotificationChannel::Email).await;
    harness.add_deliveries(&[by_mail("d1")]).await;
    assert_eq!(ids(&harness.claim_by(&channel, due).await), ["d1"]);
    harness.uses(&session, NotificationChannel::InApp).await;
    harness.add_deliveries(&[by_mail("d2")]).await;
    let later = due + CLAIM_MS;
    assert!(harness.claim_by(&channel, later).await.is_empty());
    for one in harness.deliveries_of(&session).await {
        if one.delivery.channel == NotificationChannel::Email {
            let off = DeliveryState::Suppressed("channel_off".to_owned());
            assert_eq!(one.state, off, "{}", one.delivery.id);
        }
    }
}

pub(crate) async fn sch_411_claims_from_before_the_clock_was_set_back_are_released_and_waits_are_kept(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let channel = Claims::by(NotificationChannel::Webhook);
    let two = ["d1", "d2"].map(|id| to_endpoint(id, None, &session));
    harness.add_deliveries(&two).await;
    let two_hours_on = NOW + 7_200_000;
    let claimed = harness.claim_by(&channel, two_hours_on).await;
    assert_eq!(ids(&claimed), ["d1", "d2"]);
    let retry = ChannelAnswer::Retry {
        after_ms: None,
        reason: "busy".to_owned(),
    };
    harness
        .answer(&channel, &claimed[1..], &retry, two_hours_on)
        .await;
    // One that nobody has tried, due later.
    let mut later = to_endpoint("d3", None, &session);
    later.delivery.due_at = two_hours_on;
    harness.add_deliveries(&[later]).await;

    let none = AttemptsInFlight::default();
    let mut with_us = none.clone();
    with_us.add(&claimed[0]);
    assert_eq!(harness.released(&channel, &with_us).await, [""; 0]);
    assert_eq!(harness.released(&channel, &none).await, ["d1"]);
    // What was claimed by the clock as it is now is held.
    assert_eq!(harness.released(&channel, &none).await, [""; 0]);
    let sent = ChannelAnswer::Sent;
    harness.answer(&channel, &claimed[..1], &sent, NOW).await;
    let settled = channel.settled.lock().unwrap().clone();
    assert_eq!(settled, ["d2"], "taken over");
}

pub(crate) async fn sch_411_what_is_under_way_here_is_not_claimed_again_when_the_clock_is_set_ahead(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let channel = Claims::by(NotificationChannel::Webhook);
    let one = to_endpoint("d1", None, &session);
    harness.add_deliveries(&[one]).await;
    let claimed = harness.claim_by(&channel, NOW).await;
    let an_hour_on = NOW + 3_600_000;
    let mut with_us = AttemptsInFlight::default();
    with_us.add(&claimed[0]);
    let again = harness.claim_beside(&channel, an_hour_on, &with_us);
    assert_eq!(ids(&again.await), [""; 0]);
    let sent = ChannelAnswer::Sent;
    harness.answer(&channel, &claimed, &sent, an_hour_on).await;
    let settled = channel.settled.lock().unwrap().clone();
    assert_eq!(settled, ["d1"], "its answer counts");
}

pub(crate) async fn sch_370_deliveries_of_a_lane_go_out_one_after_the_other(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let channel = Claims::by(NotificationChannel::Webhook);
    let lane = |id, lane| to_endpoint(id, Some(lane), &session);
    let new = [
        lane("d1", "e:s"),
        lane("d2", "e:s"),
        lane("d3", "e:t"),
        lane("d4", "e:s"),
    ];
    harness.add_deliveries(&new).await;
    let first = harness.claim_by(&channel, NOW).await;
    assert_eq!(ids(&first), ["d1", "d3"]);
    assert!(harness.claim_by(&channel, NOW + 1).await.is_empty());
    let retry = ChannelAnswer::Retry {
        after_ms: None,
        reason: "busy".to_owned(),
    };
    harness.answer(&channel, &first, &retry, NOW).await;
    assert!(
        harness.claim_by(&channel, NOW + 999).await.is_empty(),
        "none overtakes"
    );
    let again = harness.claim_by(&channel, NOW + 1_000).await;
    assert_eq!(ids(&again), ["d1", "d3"]);
    // Its second attempt is its last.
    harness.answer(&channel, &again, &retry, NOW + 1_000).await;
    let next = harness.claim_by(&channel, NOW + 1_000).await;
    assert_eq!(ids(&next), ["d2"]);
    harness
        .answer(&channel, &next, &ChannelAnswer::Sent, NOW + 1_000)
        .await;
    let last = harness.claim_by(&channel, NOW + 1_000).await;
    assert_eq!(ids(&last), ["d4"]);
}

pub(crate) async fn sch_372_a_target_with_all_its_attempts_in_flight_holds_up_no_other(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let mut channel = Claims::by(NotificationChannel::Webhook);
    channel.shares = DeliveryShares {
        at_once: 6,
        per_target: 2,
        per_application: 6,
    };
    let hangs = (0..30).map(|n| to_endpoint(&format!("d{n:02}"), None, &session));
    let mut new: Vec<_> = hangs.collect();
    let mut other = to_endpoint("other", Some("f:s"), &session);
    other.delivery.target = Some("f".to_owned());
    other.delivery.due_at = NOW + 1;
    new.push(other);
    harness.add_deliveries(&new).await;
    let first = harness.claim_by(&channel, NOW + 1).await;
    assert_eq!(ids(&first), ["d00", "d01", "other"]);
    let mut in_flight = AttemptsInFlight::default();
    for attempt in &first {
        in_flight.add(attempt);
    }
    let none = harness.claim_beside(&channel, NOW + 1, &in_flight).await;
    assert_eq!(ids(&none), [""; 0]);
    harness
        .answer(&channel, &first[..1], &ChannelAnswer::Sent, NOW + 1)
        .await;
    in_flight.remove(&first[0]);
    let next = harness.claim_beside(&channel, NOW + 1, &in_flight).await;
    assert_eq!(ids(&next), ["d02"]);
}

pub(crate) async fn sch_373_of_many_deliveries_of_one_application_none_delays_anothers(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let mut channel = Claims::by(NotificationChannel::Webhook);
    channel.shares = DeliveryShares::undivided(8);
    let of = |id: String, application: &str, due_at| {
        let mut new = to_endpoint(&id, None, &session);
        application.clone_into(&mut new.delivery.application);
        new.delivery.due_at = due_at;
        new
    };
    let mut new: Vec<_> = (0..100)
        .map(|n| of(format!("a{n:03}"), "shop", NOW))
        .collect();
    new.extend((0..50).map(|n| of(format!("b{n:03}"), "rival", NOW + 1)));
    new.push(of("c".to_owned(), "third", NOW + 2));
    harness.add_deliveries(&new).await;
    let first = harness.claim_by(&channel, NOW + 2).await;
    let expected = ["a000", "a001", "a002", "a003", "b000", "b001", "b002", "c"];
    assert_eq!(ids(&first), expected);
}

fn sent_state() -> DeliveryState {
    DeliveryState::Sent
}
