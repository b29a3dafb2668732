//! Tickets: for oneself, and for whom an application names of its own.

use serde_json::{Value, json};

use crate::callers::Caller;
use crate::callers::Relation::{
    Account, AnotherApplication, AnotherPerson, ItsApplication, ItsPeer, ItsPerson,
    ItsPersonElsewhere,
};
use crate::table::Row;
use crate::world::{Target, World};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::of("post", "/v1/sessions/{id}/ticket")
            .sends(own)
            .grants(200, &[ItsPerson, ItsPeer, ItsApplication])
            .hides(&[
                ItsPersonElsewhere,
                AnotherPerson,
                Account,
                AnotherApplication,
            ]),
        Row::of("post", "/v1/sessions/{id}/ticket")
            .sends(of_the_first)
            .grants(200, &[ItsPerson, ItsApplication])
            .hides(&[ItsPersonElsewhere, AnotherApplication]),
        Row::of("post", "/v1/sessions/{id}/ticket")
            .sends(|_, _, _| json!({"user_id": "somebody"}))
            .refuses(403, "not_a_participant", &[ItsApplication])
            .hides(&[AnotherApplication]),
        // A page names no session here: it gets the ticket of its own room.
        Row::of("post", "/v1/rooms/ticket")
            .sends(own)
            .grants(
                200,
                &[
                    ItsPerson,
                    ItsPeer,
                    ItsPersonElsewhere,
                    AnotherPerson,
                    Account,
                    ItsApplication,
                ],
            )
            .hides(&[AnotherApplication]),
        Row::of("post", "/v1/rooms/ticket")
            .sends(of_the_first)
            .grants(200, &[ItsPerson, ItsPersonElsewhere, ItsApplication])
            .hides(&[AnotherApplication]),
        Row::of("post", "/v1/join")
            .sends(|world, target, _| json!({"token": world.objects(target).token(0)}))
            .open_to_all(200),
    ]
}

/// Nobody is named by a person, and the first of the two by an application.
fn own(world: &World, target: Target, caller: Caller) -> Value {
    match caller.is_application() {
        true => of_the_first(world, target, caller),
        false => json!({}),
    }
}

fn of_the_first(world: &World, target: Target, _: Caller) -> Value {
    json!({"user_id": world.objects(target).user(0)})
}
