//! Notifications: each is one person's, and the other one of the session has their own.

use crate::callers::Relation::{Account, AnotherPerson, ItsPeer, ItsPerson, ItsPersonElsewhere};
use crate::running::push_service::subscription;
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    let people = [
        ItsPerson,
        ItsPeer,
        ItsPersonElsewhere,
        AnotherPerson,
        Account,
    ];
    vec![
        Row::of("get", "/v1/notifications").grants(200, &people),
        Row::of("get", "/v1/notifications/stream").grants(200, &people),
        Row::of("post", "/v1/notifications/read-all").grants(204, &people),
        Row::of("get", "/v1/push/key").grants(200, &people),
        Row::of("post", "/v1/push-subscriptions")
            .sends(|_, _, caller| subscription(&format!("{caller:?}")))
            .grants(201, &people),
        Row::of("delete", "/v1/push-subscriptions/{id}")
            .grants(204, &[ItsPerson])
            .hides(&[ItsPeer, ItsPersonElsewhere, AnotherPerson, Account]),
        Row::of("post", "/v1/notifications/{id}/read")
            .grants(204, &[ItsPerson])
            .hides(&[ItsPeer, ItsPersonElsewhere, AnotherPerson, Account]),
    ]
}
