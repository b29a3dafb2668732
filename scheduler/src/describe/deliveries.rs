//! The operations that show who was told what, and how the parts of the installation stand.

use service::describe::{AuthScheme, Operation};
use wire::ErrorCode::{Conflict, InvalidField, NotFound, UnknownField};
use wire::{
    DeliveryStatus, DeliveryView, EmptyBody, NotificationChannel, Page, SentDelivery, StatusView,
};

use super::{CURSOR, LIMIT, finished};

pub(super) fn operations() -> Vec<Operation> {
    let deliveries = vec![
        listing(
            "/v1/deliveries",
            "Who was told what, by which channel, newest first.",
        ),
        listing(
            "/v1/sessions/{id}/deliveries",
            "Who was told what of a session, by which channel, newest first.",
        )
        .refuses(404, &[NotFound]),
        Operation::post(
            "/v1/deliveries/{id}/redeliver",
            "Sends a delivery again: to an endpoint one that is over, to a person one that was given up and is of use still.",
        )
        .by(&[AuthScheme::Application, AuthScheme::Operator])
        .may_take::<EmptyBody>()
        .answers::<SentDelivery>(202, "It is sent at once; its delivery shows what became of it.")
        .refuses(404, &[NotFound])
        .refuses(409, &[Conflict]),
    ];
    let status = Operation::get(
        "/v1/status",
        "How services, stores, channels and media servers stand.",
    )
    .by(&[AuthScheme::Operator])
    .answers::<StatusView>(200, "As it was within the last second.");
    [
        finished(deliveries, "Deliveries"),
        finished(vec![status], "Operators"),
    ]
    .concat()
}

fn listing(path: &'static str, summary: &'static str) -> Operation {
    Operation::get(path, summary)
        .by(&[AuthScheme::Application, AuthScheme::Operator])
        .query::<DeliveryStatus>("state", "Those that stand so.")
        .query::<NotificationChannel>("channel", "Those by this channel.")
        .query::<u32>("limit", LIMIT)
        .query::<String>("cursor", CURSOR)
        .answers::<Page<DeliveryView>>(200, "A page.")
        .refuses(422, &[InvalidField, UnknownField])
}
