//! Notifications: each is one person's, and the other one of the session has their own.

use crate::callers::Relation::{Account, AnotherPerson, ItsPeer, ItsPerson, ItsPersonElsewhere};
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
        Row::of("post", "/v1/notifications/{id}/read")
            .grants(204, &[ItsPerson])
            .hides(&[ItsPeer, ItsPersonElsewhere, AnotherPerson, Account]),
    ]
}
