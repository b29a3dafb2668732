//! The channel of web push (RFC 8030): messages that are encrypted for one browser (RFC 8291) go to its push service,
//! signed with our key (RFC 8292, VAPID), and its service worker shows them.

mod answers;
mod endpoint;
mod headers;
mod key;
mod message;
mod subject;

pub(crate) use self::endpoint::checked_endpoint;
pub use self::subject::push_subject;

use std::sync::Arc;

use scheduler_core::{BackOff, ChannelAnswer, Delivery, DeliveryContent, DeliveryShares};
use service::StartError;
use service::clock;
use service::egress::{EgressClient, EgressLimits, EgressPolicy};
use wire::{NotificationChannel, UnixMs};

use self::answers::{answer, failure};
use self::endpoint::encrypted;
use self::key::VapidKey;
use super::{AnswerFuture, Channel};
use crate::config::Config;
use crate::store::{PushEndpoint, PushTarget, SchedulerStore, StoreError, StoreFuture, UnitOfWork};

/// Waits between attempts, in milliseconds. A reminder is over by then; what else there is stands in the list as well.
const WAITS_MS: [i64; 5] = [5_000, 30_000, 120_000, 600_000, 1_800_000];
/// Messages in flight: a push service answers within some 100 ms.
const AT_ONCE: usize = 32;

/// How long an attempt may take, in milliseconds: a little more than the request in it.
const LIMIT_MS: i64 = 17_000;

/// Sends pushes where it can, and ends what was planned where it can't.
pub(crate) struct PushChannel {
    /// None where no pushes are sent: then each delivery that was planned is missed.
    pub(crate) push: Option<Arc<Push>>,
    pub(crate) store: Arc<dyn SchedulerStore>,
}

/// Sends to push services.
pub(crate) struct Push {
    key: VapidKey,
    /// Whom a push service may ask what we are doing: the `sub` of our tokens.
    subject: String,
    client: EgressClient,
}

impl Push {
    /// None where no pushes are sent. The key is made when it is needed first.
    pub(crate) fn of(config: &Config) -> Result<Option<Self>, StartError> {
        let Some(subject) = &config.push_subject else {
            tracing::info!("pushes are off: neither push.subject nor email.from is set");
            return Ok(None);
        };
        Ok(Some(Self {
            key: VapidKey::load_or_create(&config.data_dir)?,
            subject: subject.clone(),
            client: EgressClient::new(config.egress.clone()),
        }))
    }

    /// What browsers subscribe with.
    pub(crate) fn public_key(&self) -> &str {
        self.key.public()
    }

    /// Which push services may be called.
    pub(crate) fn policy(&self) -> &EgressPolicy {
        self.client.policy()
    }

    /// Why nothing that is sent to a subscription would be shown any more.
    fn ended(&self, endpoint: &PushEndpoint) -> Option<&'static str> {
        let is_over = endpoint.expires_at.is_some_and(|end| end <= clock::wall());
        let is_ours = |key: &String| *key == self.key.public();
        if is_over {
            Some("expired")
        } else if !endpoint.vapid_key.as_ref().is_none_or(is_ours) {
            Some("key_changed")
        } else {
            None
        }
    }

    async fn post(&self, delivery: &Delivery, key: &str, target: &PushTarget) -> ChannelAnswer {
        let refused = |reason: &str| ChannelAnswer::Refused {
            reason: reason.to_owned(),
        };
        let DeliveryContent::Notification(notification) = &delivery.content else {
            return refused("no_notification");
        };
        let url = match self.policy().check_url(target.endpoint.url.expose()) {
            Ok(url) => url,
            Err(refusal) => return refused(&refusal.code()),
        };
        // Push services compare with their own clocks: no test clock moves those.
        let world_now = clock::wall();
        let message = message::of(notification, key, target);
        let Some(body) = encrypted(&message, &target.endpoint) else {
            return refused("bad_keys");
        };
        let authorization = self
            .key
            .authorization(&url.origin(), &self.subject, world_now);
        let Some(authorization) = authorization else {
            return refused("bad_key");
        };
        let headers = headers::of(
            notification,
            delivery.expires_at,
            clock::now(),
            authorization,
        );
        let posted = self
            .client
            .post(&url, headers, body.into(), EgressLimits::default());
        match posted.await {
            Ok(posted) => answer(posted.status, &posted.headers, world_now),
            Err(error) => failure(error),
        }
    }
}

impl PushChannel {
    async fn deliver(&self, delivery: &Delivery, key: &str) -> Result<ChannelAnswer, StoreError> {
        let Some(push) = &self.push else {
            let reason = "push_off".to_owned();
            return Ok(ChannelAnswer::Off { reason });
        };
        let id = delivery.target.clone().unwrap_or_default();
        let gone = |reason: &str| ChannelAnswer::Gone {
            reason: reason.to_owned(),
        };
        let Some(target) = self.store.push_subscriptions().target(id).await? else {
            return Ok(gone("unsubscribed"));
        };
        Ok(match push.ended(&target.endpoint) {
            Some(why) => gone(why),
            None => push.post(delivery, key, &target).await,
        })
    }
}

impl Channel for PushChannel {
    fn name(&self) -> NotificationChannel {
        NotificationChannel::Push
    }

    fn back_off(&self) -> BackOff {
        BackOff {
            waits_ms: WAITS_MS.to_vec(),
            jitter: true,
        }
    }

    fn shares(&self) -> DeliveryShares {
        DeliveryShares::undivided(AT_ONCE)
    }

    fn limit_ms(&self) -> i64 {
        LIMIT_MS
    }

    fn send<'a>(&'a self, delivery: &'a Delivery, key: &'a str) -> AnswerFuture<'a> {
        Box::pin(self.deliver(delivery, key))
    }

    /// A subscription that the push service does not know any more, or that nothing can be sent to, is removed.
    fn settled<'a>(
        &'a self,
        work: &'a mut dyn UnitOfWork,
        delivery: &'a Delivery,
        answer: &'a ChannelAnswer,
        _now: UnixMs,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            if let (ChannelAnswer::Gone { .. }, Some(id)) = (answer, &delivery.target) {
                work.push_subscriptions().remove(id).await?;
            }
            Ok(())
        })
    }
}
