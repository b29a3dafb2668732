//! What a store must do about deliveries.

mod claims;

use std::pin::Pin;
use std::sync::Mutex;

use scheduler_core::{
    ApplicationProfile, AttemptsInFlight, BackOff, BookedSession, ChannelAnswer, Delivery,
    DeliveryContent, DeliveryShares, DeliveryState, JobAction, NewDelivery, ReopenRefusal,
};
use serde_json::json;
use wire::{
    DeliveryStatus, Notification, NotificationChannel, NotificationKind, QueueStatus, UnixMs,
};

use super::harness::{NOW, StoreHarness, with_action};
use crate::access::Redeliverer;
use crate::channels::{AnswerFuture, Channel};
use crate::commands::{
    RedeliveryOutcome, claim_deliveries, redeliver, release_lost_claims, settle_deliveries,
};
use crate::store::{AuditQuery, DeliveryQuery, StoreFuture, StoredDelivery, UnitOfWork};

pub(crate) use claims::{
    sch_369_a_delivery_is_one_claimants_until_it_lapses_and_over_once_it_is_settled,
    sch_369_what_is_of_no_use_any_more_is_ended_and_claimed_by_nobody,
    sch_370_deliveries_of_a_lane_go_out_one_after_the_other,
    sch_372_a_target_with_all_its_attempts_in_flight_holds_up_no_other,
    sch_373_of_many_deliveries_of_one_application_none_delays_anothers,
    sch_395_what_is_not_wanted_any_more_is_suppressed_and_not_sent,
    sch_411_claims_from_before_the_clock_was_set_back_are_released_and_waits_are_kept,
    sch_411_what_is_under_way_here_is_not_claimed_again_when_the_clock_is_set_ahead,
};

const CLAIM_MS: i64 = 10_000;

/// Sends nothing: what is asked of it is the claims. It notes what it was told of settled attempts.
struct Claims {
    name: NotificationChannel,
    shares: DeliveryShares,
    settled: Mutex<Vec<String>>,
}

impl Claims {
    fn by(name: NotificationChannel) -> Self {
        Self {
            name,
            shares: DeliveryShares::undivided(100),
            settled: Mutex::default(),
        }
    }
}

impl Channel for Claims {
    fn name(&self) -> NotificationChannel {
        self.name
    }

    fn back_off(&self) -> BackOff {
        BackOff {
            waits_ms: vec![1_000],
            jitter: false,
        }
    }

    fn shares(&self) -> DeliveryShares {
        self.shares
    }

    fn limit_ms(&self) -> i64 {
        1_000
    }

    fn send<'a>(&'a self, _delivery: &'a Delivery, _key: &'a str) -> AnswerFuture<'a> {
        Box::pin(async { Ok(ChannelAnswer::Sent) })
    }

    fn settled<'a>(
        &'a self,
        _work: &'a mut dyn UnitOfWork,
        delivery: &'a Delivery,
        _answer: &'a ChannelAnswer,
        _now: UnixMs,
    ) -> StoreFuture<'a, ()> {
        self.settled.lock().unwrap().push(delivery.id.clone());
        Box::pin(async { Ok(()) }) as Pin<Box<_>>
    }
}

impl StoreHarness {
    async fn claim_by(&mut self, channel: &Claims, now: UnixMs) -> Vec<Delivery> {
        let none = AttemptsInFlight::default();
        self.claim_beside(channel, now, &none).await
    }

    async fn claim_beside(
        &mut self,
        channel: &Claims,
        now: UnixMs,
        in_flight: &AttemptsInFlight,
    ) -> Vec<Delivery> {
        let store = self.store().await;
        let times = (now, now + CLAIM_MS);
        claim_deliveries(&*store, channel, times, in_flight)
            .await
            .unwrap()
    }

    /// What can be claimed at [`NOW`] once lost claims are released but those in flight, and is claimed then.
    async fn released(&mut self, channel: &Claims, in_flight: &AttemptsInFlight) -> Vec<String> {
        let store = self.store().await;
        release_lost_claims(&*store, channel, NOW, in_flight)
            .await
            .unwrap();
        drop(store);
        let claimed = self.claim_by(channel, NOW).await;
        claimed.into_iter().map(|delivery| delivery.id).collect()
    }

    async fn answer(
        &mut self,
        channel: &Claims,
        claimed: &[Delivery],
        answer: &ChannelAnswer,
        now: UnixMs,
    ) {
        let store = self.store().await;
        let answered: Vec<_> = claimed
            .iter()
            .map(|d| (d.clone(), answer.clone()))
            .collect();
        settle_deliveries(&*store, channel, &answered, now)
            .await
            .unwrap();
    }

    async fn deliveries_of(&mut self, session: &BookedSession) -> Vec<StoredDelivery> {
        let of_session = DeliveryQuery {
            session: Some(session.id.clone()),
            ..all_deliveries()
        };
        let mut found = self.listed(of_session).await;
        found.reverse();
        found
    }

    /// The newest first.
    async fn listed(&mut self, query: DeliveryQuery) -> Vec<StoredDelivery> {
        let store = self.store().await;
        store.deliveries().list(query).await.unwrap()
    }

    /// Has the application of a session use that channel alone.
    async fn uses(&mut self, session: &BookedSession, channel: NotificationChannel) {
        let store = self.store().await;
        let mut work = store.begin().await.unwrap();
        let applications = work.applications();
        let found = applications.find(&session.application).await.unwrap();
        let mut profile = match &found {
            Some(found) => found.clone(),
            None => ApplicationProfile::silent(&session.application),
        };
        profile.said.channels = vec![channel];
        let written = match found {
            Some(_) => applications.update(&profile).await,
            None => applications.insert(&profile).await,
        };
        written.unwrap();
        work.commit().await.unwrap();
    }

    async fn add_deliveries(&mut self, new: &[NewDelivery]) {
        let store = self.store().await;
        let mut work = store.begin().await.unwrap();
        work.deliveries().insert(new).await.unwrap();
        work.commit().await.unwrap();
    }

    /// A session whose reminders and lobby were announced when they were due, and one of the reminders.
    async fn reminded(&mut self) -> (BookedSession, UnixMs, Notification) {
        let session = self.booked().await;
        let due = session.terms.starts_at - 300_000;
        let claimed = self.claim(due).await;
        let settled = self
            .settle(due, with_action(claimed, &JobAction::SendReminder))
            .await;
        assert_eq!(settled.len(), 4);
        let mut told = settled.into_iter().map(|told| told.notification);
        let reminder = told.find(|told| told.kind == NotificationKind::SessionReminder);
        (session, due, reminder.unwrap())
    }
}

fn to_endpoint(id: &str, lane: Option<&str>, session: &BookedSession) -> NewDelivery {
    let event = serde_json::from_value(json!({
        "id": id, "type": "session.live", "occurred_at": NOW, "source": "signaling",
        "subject": session.id, "data": {},
    }));
    NewDelivery {
        delivery: Delivery {
            id: id.to_owned(),
            key: format!("event:{id}:webhook:e"),
            channel: NotificationChannel::Webhook,
            kind: "session.live".to_owned(),
            application: "shop".to_owned(),
            user: None,
            session: Some(session.id.clone()),
            target: Some("e".to_owned()),
            lane: lane.map(str::to_owned),
            content: DeliveryContent::Event(Box::new(event.unwrap())),
            attempts: 0,
            attempts_before: 0,
            term: 0,
            due_at: NOW,
            expires_at: None,
            created_at: NOW,
        },
        state: DeliveryState::Pending,
    }
}

fn ids(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(|d| d.id.as_str()).collect()
}

pub(crate) async fn sch_368_a_notification_is_stored_with_its_deliveries_once(
    mut harness: StoreHarness,
) {
    let (session, due, _) = harness.reminded().await;
    let stored = harness.deliveries_of(&session).await;
    assert_eq!(
        stored.len(),
        4,
        "in the list of each, by each of two causes"
    );
    for one in &stored {
        assert_eq!(one.delivery.channel, NotificationChannel::InApp);
        assert_eq!((&one.state, one.sent_at), (&DeliveryState::Sent, Some(due)));
    }
    let same = NewDelivery {
        delivery: Delivery {
            id: "another".to_owned(),
            ..stored[0].delivery.clone()
        },
        state: DeliveryState::Pending,
    };
    harness.add_deliveries(&[same]).await;
    assert_eq!(harness.deliveries_of(&session).await, stored);
}

pub(crate) async fn sch_374_what_is_sent_again_counts_its_attempts_on_and_is_tried_as_often_as_at_first(
    mut harness: StoreHarness,
) {
    let (session, due, reminder) = harness.reminded().await;
    harness.uses(&session, NotificationChannel::Email).await;
    let mut by_mail = harness.deliveries_of(&session).await.remove(0).delivery;
    "d1".clone_into(&mut by_mail.id);
    "job:j:email:u".clone_into(&mut by_mail.key);
    by_mail.channel = NotificationChannel::Email;
    by_mail.content = DeliveryContent::Notification(Box::new(reminder));
    let expires_at = by_mail.expires_at.unwrap_or(session.terms.starts_at);
    by_mail.expires_at = Some(expires_at);
    let new = NewDelivery {
        delivery: by_mail,
        state: DeliveryState::Pending,
    };
    harness.add_deliveries(&[new]).await;
    let channel = Claims::by(NotificationChannel::Email);
    let busy = ChannelAnswer::Retry {
        after_ms: None,
        reason: "busy".to_owned(),
    };
    let operator = Redeliverer::Operator("ann".to_owned());
    for round in 0..2 {
        for attempt in 1..=2 {
            let now = due + round * 5_000 + attempt * 1_000;
            let claimed = harness.claim_by(&channel, now).await;
            assert_eq!(claimed.len(), 1, "attempt {attempt} of round {round}");
            assert_eq!(i64::from(claimed[0].attempts), round * 2 + attempt);
            harness.answer(&channel, &claimed, &busy, now).await;
        }
        let store = harness.store().await;
        let again = redeliver(&*store, &operator, "d1", (due + round * 5_000 + 3_000, NOW));
        assert_eq!(again.await.unwrap(), RedeliveryOutcome::Reopened);
    }
    let claimed = harness.claim_by(&channel, due + 20_000).await;
    let gone = ChannelAnswer::Refused {
        reason: "no".to_owned(),
    };
    harness
        .answer(&channel, &claimed, &gone, due + 20_000)
        .await;
    let store = harness.store().await;
    let late = redeliver(&*store, &operator, "d1", (expires_at, NOW)).await;
    let refused = RedeliveryOutcome::Refused(ReopenRefusal::TooLate);
    assert_eq!(late.unwrap(), refused);
    let listed = store.audit().list(AuditQuery {
        limit: 10,
        ..AuditQuery::default()
    });
    let listed = listed.await.unwrap();
    assert_eq!(listed.len(), 2, "each time that an operator did it");
    assert_eq!(listed[0].action.actor, "operator:ann");
    assert_eq!(listed[0].action.action, "delivery.redeliver");
}

fn all_deliveries() -> DeliveryQuery {
    DeliveryQuery {
        limit: 100,
        ..DeliveryQuery::default()
    }
}

pub(crate) async fn sch_358_deliveries_are_listed_newest_first_by_whose_they_are_and_how_they_stand(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let mut new: Vec<_> = ["d1", "d2", "d3", "d4"]
        .map(|id| to_endpoint(id, None, &session))
        .into();
    new[1].state = DeliveryState::Failed("busy".to_owned());
    new[2].delivery.channel = NotificationChannel::Email;
    "elsewhere".clone_into(&mut new[3].delivery.application);
    harness.add_deliveries(&new).await;
    let mut listed = async |query: DeliveryQuery| {
        let found = harness.listed(query).await;
        let ids = found.into_iter().map(|one| one.delivery.id);
        ids.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(listed(all_deliveries()).await, "d4 d3 d2 d1");
    let page = DeliveryQuery {
        before: Some("d4".to_owned()),
        limit: 2,
        ..DeliveryQuery::default()
    };
    assert_eq!(listed(page).await, "d3 d2");
    let of_shop = DeliveryQuery {
        application: Some("shop".to_owned()),
        ..all_deliveries()
    };
    assert_eq!(listed(of_shop.clone()).await, "d3 d2 d1");
    let pending = DeliveryQuery {
        state: Some(DeliveryStatus::Pending),
        channel: Some(NotificationChannel::Webhook),
        ..of_shop
    };
    assert_eq!(listed(pending).await, "d1");
    let elsewhere = DeliveryQuery {
        session: Some("elsewhere".into()),
        ..all_deliveries()
    };
    assert_eq!(listed(elsewhere).await, "");
}

pub(crate) async fn sch_361_what_waits_in_each_channel_is_counted_with_the_longest_due(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let mut new: Vec<_> = ["d1", "d2", "d3"]
        .map(|id| to_endpoint(id, None, &session))
        .into();
    new[0].delivery.due_at = NOW + 5;
    new[2].state = DeliveryState::Sent;
    harness.add_deliveries(&new).await;
    let store = harness.store().await;
    let queues = store.deliveries().queues().await.unwrap();
    let of = |channel| queues.iter().find(|(of, _)| *of == channel).unwrap().1;
    let waits = QueueStatus {
        pending: 2,
        oldest_due_at: Some(NOW),
    };
    assert_eq!(of(NotificationChannel::Webhook), waits);
    assert_eq!(of(NotificationChannel::Email), QueueStatus::default());
}
