//! Groups: those of an application, which are its own, and those of people with accounts, of whom one owns them.

use serde_json::{Value, json};

use crate::callers::Caller;
use crate::callers::Relation::{Account, Addressee, AnotherApplication, Author, ItsApplication};
use crate::table::Row;
use crate::world::{Target, World};

/// The group of Ada and Ben, which Ada made.
const OF_MATCH: &[Target] = &[Target::OfMatch];

pub(super) fn rows() -> Vec<Row> {
    let of_people = of_people().into_iter().map(|row| row.between(OF_MATCH));
    of_applications().into_iter().chain(of_people).collect()
}

fn of_applications() -> Vec<Row> {
    let own = |method, path, status| {
        Row::of(method, path)
            .grants(status, &[ItsApplication])
            .hides(&[Account, AnotherApplication])
    };
    vec![
        // Only an application names people by ids of its own.
        Row::of("post", "/v1/rooms")
            .sends(of_new_people)
            .grants(201, &[ItsApplication, AnotherApplication])
            .lets_in(422, "invalid_field", &[Account]),
        Row::of("get", "/v1/rooms").grants(200, &[ItsApplication, AnotherApplication, Account]),
        own("get", "/v1/rooms/{id}", 200),
        own("patch", "/v1/rooms/{id}", 200).sends(|_, _, _| json!({"name": "Crew"})),
        own("post", "/v1/rooms/{id}/members", 200).sends(of_new_people),
        own("delete", "/v1/rooms/{id}/members/{user_id}", 204),
        own("delete", "/v1/rooms/{id}", 204),
    ]
}

fn of_people() -> Vec<Row> {
    let of = |method, path| Row::of(method, path).hides(&[Account, AnotherApplication]);
    vec![
        of("get", "/v1/rooms/{id}").grants(200, &[Author, Addressee]),
        of("patch", "/v1/rooms/{id}")
            .sends(|_, _, _| json!({"name": "Crew"}))
            .grants(200, &[Author]),
        of("post", "/v1/rooms/{id}/members")
            .sends(|world, _, _| json!({"participants": [{"user_id": world.accounts.id(Caller::Ben)}]}))
            .grants(200, &[Author]),
        // Each takes out themselves.
        of("delete", "/v1/rooms/{id}/members/{user_id}").grants(204, &[Author, Addressee]),
        of("delete", "/v1/rooms/{id}").grants(204, &[Author]),
    ]
}

fn of_new_people(_: &World, target: Target, _: Caller) -> Value {
    let people = ["v", "w"].map(|one| {
        let id = format!("{one} of {target:?}");
        json!({"external_id": id, "name": one})
    });
    json!({"participants": people})
}
