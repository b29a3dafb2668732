//! Outgoing webhooks: events to the addresses that applications gave, as Standard Webhooks 1.0 says. The way out is
//! guarded, nothing is followed, and of an answer only its status and `Retry-After` count.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use bytes::Bytes;
use scheduler_core::{
    BackOff, ChannelAnswer, Delivery, DeliveryShares, WebhookEndpoint, WebhookTarget, answer_of,
    audit_row,
};
use service::clock;
use service::egress::EgressLimits;
use wire::{NotificationChannel, OperatorAction, UnixMs};

use super::{AnswerFuture, Channel};
use crate::commands;
use crate::config::WebhookSettings;
use crate::store::{SchedulerStore, StoreError, StoreFuture, UnitOfWork};
use crate::webhooks::Webhooks;

/// Attempts at once: one that hangs holds its place for the whole timeout.
const AT_ONCE: usize = 64;
/// Of these to one endpoint: one that never answers leaves the others to everybody else.
const AT_ONCE_PER_ENDPOINT: usize = 16;
/// Of these for one application: all of its endpoints may hang, too.
const AT_ONCE_PER_APPLICATION: usize = 48;
/// Bytes of an answer that are read; none are kept, because it may say anything.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// How much longer than its request an attempt may take, in milliseconds: for reading its endpoint.
const STORE_MS: i64 = 3_000;
/// Who disables an endpoint, in the audit log.
const SERVICE: &str = "scheduler";

/// Posts events to endpoints.
pub(crate) struct WebhookChannel {
    store: Arc<dyn SchedulerStore>,
    webhooks: Webhooks,
    settings: WebhookSettings,
}

impl WebhookChannel {
    pub(crate) fn new(
        store: Arc<dyn SchedulerStore>,
        webhooks: Webhooks,
        settings: WebhookSettings,
    ) -> Self {
        Self {
            store,
            webhooks,
            settings,
        }
    }

    async fn post(&self, delivery: &Delivery) -> Result<ChannelAnswer, StoreError> {
        let refused = |reason: &str| ChannelAnswer::Refused {
            reason: reason.to_owned(),
        };
        let target = delivery.target.clone().unwrap_or_default();
        let Some(endpoint) = self.store.webhooks().find(target).await? else {
            return Ok(refused("endpoint_deleted"));
        };
        if endpoint.disabled.is_some() {
            return Ok(refused("endpoint_disabled"));
        }
        Ok(match &endpoint.target {
            WebhookTarget::Url(url) => self.post_to(&endpoint, url, delivery).await,
            WebhookTarget::Listener { .. } => refused("not_fetched"),
        })
    }

    async fn post_to(
        &self,
        endpoint: &WebhookEndpoint,
        url: &str,
        delivery: &Delivery,
    ) -> ChannelAnswer {
        let again = |reason: String| ChannelAnswer::Retry {
            after_ms: None,
            reason,
        };
        let url = match self.webhooks.egress.policy().check_url(url) {
            Ok(url) => url,
            Err(refusal) => return again(refusal.code()),
        };
        // The receiver compares it with its own clock, which no test moves.
        let Some(event) = self.webhooks.signed(endpoint, delivery, clock::wall()) else {
            return again("no_event".to_owned());
        };
        let signed = &event.signed;
        let Some(headers) = headers(&event.webhook_id, &signed.timestamp, &signed.signature) else {
            return again("bad_header".to_owned());
        };
        let limits = EgressLimits {
            timeout: Duration::from_millis(self.settings.timeout_ms.unsigned_abs()),
            max_body: MAX_ANSWER_BYTES,
        };
        let body = Bytes::from(event.body);
        match self.webhooks.egress.post(&url, headers, body, limits).await {
            Ok(answer) => {
                let retry_after = answer.headers.get(header::RETRY_AFTER);
                let retry_after = retry_after.and_then(|value| value.to_str().ok());
                answer_of(clock::wall(), answer.status.as_u16(), retry_after)
            }
            Err(error) => again(error.to_string()),
        }
    }
}

impl Channel for WebhookChannel {
    fn name(&self) -> NotificationChannel {
        NotificationChannel::Webhook
    }

    fn back_off(&self) -> BackOff {
        BackOff {
            waits_ms: self.settings.back_off_ms.clone(),
            jitter: true,
        }
    }

    fn shares(&self) -> DeliveryShares {
        DeliveryShares {
            at_once: AT_ONCE,
            per_target: AT_ONCE_PER_ENDPOINT,
            per_application: AT_ONCE_PER_APPLICATION,
        }
    }

    fn limit_ms(&self) -> i64 {
        self.settings.timeout_ms + STORE_MS
    }

    /// The `webhook-id` is the event's, which stands in the key.
    fn send<'a>(&'a self, delivery: &'a Delivery, _key: &'a str) -> AnswerFuture<'a> {
        Box::pin(self.post(delivery))
    }

    fn settled<'a>(
        &'a self,
        work: &'a mut dyn UnitOfWork,
        delivery: &'a Delivery,
        answer: &'a ChannelAnswer,
        now: UnixMs,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let Some(target) = &delivery.target else {
                return Ok(());
            };
            let Some(before) = work.webhooks().find(target).await? else {
                return Ok(());
            };
            let Some(after) = before.after(now, answer) else {
                return Ok(());
            };
            work.webhooks().update(&after).await?;
            let Some(reason) = after.disabled else {
                return Ok(());
            };
            metrics::counter!("webhooks_disabled_total", "reason" => reason.name()).increment(1);
            let mut action = OperatorAction::new(SERVICE, "webhook.disable", &after.id);
            action.detail = Some(format!("{} of {}", reason.name(), after.application));
            let row = audit_row(commands::new_id(), now, action);
            work.audit().add(&row).await
        })
    }
}

fn headers(webhook_id: &str, timestamp: &str, signature: &str) -> Option<HeaderMap> {
    let value = |text: &str| HeaderValue::from_str(text).ok();
    let named = HeaderName::from_static;
    Some(HeaderMap::from_iter([
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ),
        (
            header::USER_AGENT,
            HeaderValue::from_static("rendezvous-webhooks/1"),
        ),
        (named("webhook-id"), value(webhook_id)?),
        (named("webhook-timestamp"), value(timestamp)?),
        (named("webhook-signature"), value(signature)?),
    ]))
}
