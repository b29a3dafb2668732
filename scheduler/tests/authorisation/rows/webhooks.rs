//! Where an application is told of its events: its own key's alone.

use serde_json::json;

use crate::callers::Relation::{AnotherApplication, ItsApplication, OperatorTicket};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    let any = [ItsApplication, AnotherApplication];
    let own = |row: Row, status| {
        row.grants(status, &[ItsApplication])
            .hides(&[AnotherApplication])
    };
    vec![
        Row::of("get", "/v1/webhooks").grants(200, &any),
        // Made by whoever asks; what is refused for its body makes none.
        Row::of("post", "/v1/webhooks")
            .sends(|_, _, _| json!({"url": "http://shop.invalid"}))
            .lets_in(422, "invalid_field", &any),
        own(Row::of("get", "/v1/webhooks/{id}"), 200),
        own(Row::of("patch", "/v1/webhooks/{id}"), 200).sends(|_, _, _| json!({"events": []})),
        own(Row::of("delete", "/v1/webhooks/{id}"), 204),
        own(Row::of("post", "/v1/webhooks/{id}/rotate"), 200),
        own(Row::of("post", "/v1/webhooks/{id}/test"), 202),
        own(Row::of("get", "/v1/webhooks/{id}/deliveries"), 200),
        // It is not over.
        Row::of("post", "/v1/deliveries/{id}/redeliver")
            .lets_in(409, "conflict", &[ItsApplication, OperatorTicket])
            .hides(&[AnotherApplication]),
        Row::of("get", "/v1/webhook-listeners").grants(200, &any),
        Row::of("post", "/v1/webhook-listeners")
            .sends(|_, _, _| json!({"events": ["user.blocked"]}))
            .lets_in(422, "invalid_field", &any),
        own(Row::of("delete", "/v1/webhook-listeners/{id}"), 204),
        own(Row::of("get", "/v1/webhook-listeners/{id}/stream"), 200),
        own(
            Row::of(
                "post",
                "/v1/webhook-listeners/{id}/deliveries/{delivery_id}",
            ),
            204,
        )
        .sends(|_, _, _| json!({"status": 204})),
    ]
}
