//! Sessions: booked and changed by their application, read by it and by their two people.

use serde_json::json;

use crate::callers::Relation::{
    Account, AnotherApplication, AnotherPerson, ItsApplication, ItsPeer, ItsPerson,
    ItsPersonElsewhere, OperatorTicket,
};
use crate::running::offer;
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::of("post", "/v1/sessions")
            .sends(|_, _, _| offer(600_000))
            .grants(201, &[ItsApplication, AnotherApplication]),
        Row::of("get", "/v1/sessions").grants(200, &[ItsApplication, AnotherApplication, Account]),
        Row::of("get", "/v1/sessions/{id}")
            .grants(200, &[ItsPerson, ItsPeer, ItsApplication])
            .hides(&[
                ItsPersonElsewhere,
                AnotherPerson,
                Account,
                AnotherApplication,
            ]),
        Row::of("patch", "/v1/sessions/{id}")
            .sends(|_, _, _| json!({"duration_ms": 90_000}))
            .grants(200, &[ItsApplication])
            .hides(&[AnotherApplication]),
        Row::of("post", "/v1/sessions/{id}/cancel")
            .grants(200, &[ItsApplication])
            .hides(&[Account, AnotherApplication]),
        Row::of("get", "/v1/sessions/{id}/calendar.ics")
            .grants(200, &[ItsPerson, ItsPeer, ItsApplication])
            .hides(&[
                ItsPersonElsewhere,
                AnotherPerson,
                Account,
                AnotherApplication,
            ]),
        // The first person's own, with their join link.
        Row::of("get", "/v1/sessions/{id}/calendar.ics")
            .query("?user_id={user_id}")
            .grants(200, &[ItsPerson, ItsApplication])
            .hides(&[
                ItsPersonElsewhere,
                AnotherPerson,
                Account,
                AnotherApplication,
            ]),
        // It is not over.
        Row::of("post", "/v1/sessions/{id}/feedback")
            .sends(|_, _, _| json!({"score": 5}))
            .lets_in(409, "conflict", &[ItsPerson, ItsPeer])
            .hides(&[ItsPersonElsewhere, AnotherPerson, Account]),
        Row::of("get", "/v1/sessions/{id}/timeline")
            .grants(200, &[ItsApplication, OperatorTicket])
            .hides(&[AnotherApplication]),
        Row::of("get", "/v1/sessions/{id}/deliveries")
            .grants(200, &[ItsApplication, OperatorTicket])
            .hides(&[AnotherApplication]),
        Row::of("get", "/v1/deliveries")
            .grants(200, &[ItsApplication, AnotherApplication, OperatorTicket]),
        Row::of(
            "post",
            "/v1/sessions/{id}/participants/{user_id}/renew-link",
        )
        .grants(200, &[ItsApplication])
        .hides(&[AnotherApplication]),
    ]
}
