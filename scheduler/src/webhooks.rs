//! What outgoing webhooks need beside the store: secrets, the guarded way out, and who listens.

mod listeners;

use std::io;
use std::path::Path;

use scheduler_core::{
    Delivery, DeliveryContent, UrlVerdict, WebhookEndpoint, WebhookTarget, webhook_body,
};
use service::egress::{EgressClient, EgressPolicy};
use wire::{ListenedDelivery, UnixMs, WebhookView};

pub(crate) use listeners::{ListenerTurn, OpenListeners};

use crate::webhook_secrets::{WebhookSecrets, WebhookSignature};

/// The parts; clones share them.
#[derive(Clone)]
pub(crate) struct Webhooks {
    pub(crate) egress: EgressClient,
    pub(crate) listeners: OpenListeners,
    pub(crate) secrets: WebhookSecrets,
}

/// What one attempt sends.
pub(crate) struct SignedEvent {
    pub(crate) webhook_id: String,
    pub(crate) body: String,
    pub(crate) signed: WebhookSignature,
}

impl Webhooks {
    /// With the key of the data directory.
    pub(crate) fn load_or_create(data_dir: &Path, policy: EgressPolicy) -> io::Result<Self> {
        Ok(Self {
            egress: EgressClient::new(policy),
            listeners: OpenListeners::default(),
            secrets: WebhookSecrets::load_or_create(data_dir)?,
        })
    }

    /// Whether an endpoint may have that address, by the rule that sending goes by: if not, a code and a message.
    pub(crate) async fn may_call(&self, url: &str) -> UrlVerdict {
        let checked = self.egress.check(url).await;
        checked
            .map(|_| ())
            .map_err(|refusal| (refusal.code(), refusal.to_string()))
    }

    /// A delivery, signed for an endpoint at `now`; `None` of what is no event.
    pub(crate) fn signed(
        &self,
        endpoint: &WebhookEndpoint,
        delivery: &Delivery,
        now: UnixMs,
    ) -> Option<SignedEvent> {
        let DeliveryContent::Event(event) = &delivery.content else {
            return None;
        };
        let body = serde_json::to_string(&webhook_body(event)).expect("it has only plain fields");
        let signed = self.secrets.sign(endpoint, &event.id, &body, now);
        Some(SignedEvent {
            webhook_id: event.id.clone(),
            body,
            signed,
        })
    }

    /// The same for whoever listens.
    pub(crate) fn listened(
        &self,
        listener: &WebhookEndpoint,
        delivery: &Delivery,
        now: UnixMs,
    ) -> Option<ListenedDelivery> {
        let event = self.signed(listener, delivery, now)?;
        Some(ListenedDelivery {
            delivery_id: delivery.id.clone(),
            kind: delivery.kind.clone(),
            webhook_id: event.webhook_id,
            webhook_timestamp: event.signed.timestamp,
            webhook_signature: event.signed.signature,
            body: event.body,
        })
    }
}

/// An endpoint as its application sees it, without its secret; `None` of a listener.
pub(crate) fn view(endpoint: &WebhookEndpoint, now: UnixMs) -> Option<WebhookView> {
    let WebhookTarget::Url(url) = &endpoint.target else {
        return None;
    };
    let previous_secret_until = endpoint.previous_secret_until.filter(|end| now < *end);
    Some(WebhookView {
        id: endpoint.id.clone(),
        url: url.clone(),
        events: endpoint.events.clone(),
        description: endpoint.description.clone(),
        state: endpoint.state(),
        reason: endpoint.disabled.map(|reason| reason.name().to_owned()),
        failing_since: endpoint.failing_since,
        previous_secret_until,
        created_at: endpoint.created_at,
        secret: None,
    })
}
