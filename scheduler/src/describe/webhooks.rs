//! The operations by which applications are told of their events.

use serde_json::json;
use service::describe::{AuthScheme, Operation};
use wire::ErrorCode::{Conflict, InvalidField, NotFound, RateLimited, UnknownField};
use wire::{
    ChangeWebhook, CreateWebhook, DeliveryStatus, EmptyBody, ListenerAnswer, ListenerView, Page,
    RotatedSecret, SentDelivery, StartListener, WebhookDeliveryView, WebhookView,
};

use super::{CURSOR, LIMIT, finished};

const AT_ONCE: &str = "It is sent at once; its delivery shows what became of it.";

pub(super) fn operations() -> Vec<Operation> {
    let all = [endpoints(), deliveries(), listeners()].concat();
    finished(all, "Webhooks")
}

fn endpoints() -> Vec<Operation> {
    vec![
        Operation::post("/v1/webhooks", "Adds an endpoint that is told of events.")
            .by(&[AuthScheme::Application])
            .takes::<CreateWebhook>()
            .example(json!({
                "url": "https://shop.example/webhooks",
                "events": ["session.live", "session.ended"],
            }))
            .answers::<WebhookView>(201, "The endpoint, with its secret this once.")
            .refuses(409, &[Conflict]),
        Operation::get(
            "/v1/webhooks",
            "The application's endpoints, the oldest first.",
        )
        .by(&[AuthScheme::Application])
        .answers::<Page<WebhookView>>(200, "All of them."),
        Operation::get("/v1/webhooks/{id}", "One endpoint.")
            .by(&[AuthScheme::Application])
            .answers::<WebhookView>(200, "The endpoint, without its secret.")
            .refuses(404, &[NotFound]),
        Operation::patch(
            "/v1/webhooks/{id}",
            "Changes what the body names; enabled again it begins anew.",
        )
        .by(&[AuthScheme::Application])
        .takes::<ChangeWebhook>()
        .answers::<WebhookView>(200, "The endpoint as it is now.")
        .refuses(404, &[NotFound]),
        Operation::delete(
            "/v1/webhooks/{id}",
            "Deletes an endpoint; what was still to be sent to it is given up.",
        )
        .by(&[AuthScheme::Application])
        .answers_nothing(204, "It is gone.")
        .refuses(404, &[NotFound]),
        Operation::post(
            "/v1/webhooks/{id}/rotate",
            "Gives an endpoint another secret; the old one signs beside it for a day.",
        )
        .by(&[AuthScheme::Application])
        .may_take::<EmptyBody>()
        .answers::<RotatedSecret>(200, "The new secret, this once.")
        .refuses(404, &[NotFound]),
        Operation::post("/v1/webhooks/{id}/test", "Sends a `webhook.test`.")
            .by(&[AuthScheme::Application])
            .may_take::<EmptyBody>()
            .answers::<SentDelivery>(202, AT_ONCE)
            .refuses(404, &[NotFound])
            .refuses(409, &[Conflict]),
    ]
}

fn deliveries() -> Vec<Operation> {
    vec![
        Operation::get(
            "/v1/webhooks/{id}/deliveries",
            "What was sent to an endpoint or a listener, the newest first.",
        )
        .by(&[AuthScheme::Application])
        .query::<DeliveryStatus>("state", "Those that stand so.")
        .query::<u32>("limit", LIMIT)
        .query::<String>("cursor", CURSOR)
        .answers::<Page<WebhookDeliveryView>>(200, "A page.")
        .refuses(404, &[NotFound])
        .refuses(422, &[InvalidField, UnknownField]),
    ]
}

fn listeners() -> Vec<Operation> {
    vec![
        Operation::post(
            "/v1/webhook-listeners",
            "Starts a listener, as `rendezvous listen` does: an endpoint whose deliveries are fetched.",
        )
        .by(&[AuthScheme::Application])
        .takes::<StartListener>()
        .example(json!({"events": ["session.live"]}))
        .answers::<ListenerView>(201, "The listener, with its secret.")
        .refuses(409, &[Conflict]),
        Operation::get(
            "/v1/webhook-listeners",
            "The application's listeners, the oldest first, and which of them somebody listens to.",
        )
        .by(&[AuthScheme::Application])
        .answers::<Page<ListenerView>>(200, "All of them, without their secrets."),
        Operation::delete("/v1/webhook-listeners/{id}", "Stops a listener.")
            .by(&[AuthScheme::Application])
            .answers_nothing(204, "It hears nothing more.")
            .refuses(404, &[NotFound]),
        Operation::get(
            "/v1/webhook-listeners/{id}/stream",
            "A listener's deliveries, as they come; what nobody has answered for comes again with the next stream.",
        )
        .by(&[AuthScheme::Application])
        .answers_as(
            200,
            "text/event-stream",
            "Server-sent events named `delivery`; their data is a `ListenedDelivery`.",
        )
        .refuses(404, &[NotFound])
        .refuses(429, &[RateLimited]),
        Operation::post(
            "/v1/webhook-listeners/{id}/deliveries/{delivery_id}",
            "Says what became of a delivery.",
        )
        .by(&[AuthScheme::Application])
        .takes::<ListenerAnswer>()
        .answers_nothing(204, "It is not sent again.")
        .refuses(404, &[NotFound]),
    ]
}
