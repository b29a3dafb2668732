//! Accounts: opened and entered by whoever has no login yet, and each its own person's alone.

use serde_json::{Value, json};

use crate::callers::Caller;
use crate::callers::Relation::Account;
use crate::running::browser::PASSWORD;
use crate::table::Row;
use crate::world::{Target, World};

const OTHER_PASSWORD: &str = "another horse battery";

pub(super) fn rows() -> Vec<Row> {
    [entering(), own(), proofs()].concat()
}

fn entering() -> Vec<Row> {
    vec![
        Row::of("post", "/v1/signup")
            .sends(|_, _, _| json!({"email": "x@example.org", "name": "X", "password": "short"}))
            .refuses_all(422, "weak_password"),
        Row::of("post", "/v1/login")
            .sends(|_, _, _| json!({}))
            .refuses_all(422, "invalid_field"),
        Row::of("post", "/v1/logout").grants(204, &[Account]),
    ]
}

fn own() -> Vec<Row> {
    vec![
        Row::of("get", "/v1/me").grants(200, &[Account]),
        Row::of("patch", "/v1/me")
            .sends(|_, _, _| json!({"locale": "ko"}))
            .grants(200, &[Account]),
        // None of them is to go: whoever may ask is asked for their password.
        Row::of("delete", "/v1/me")
            .sends(|_, _, _| json!({"password": OTHER_PASSWORD}))
            .lets_in(422, "invalid_field", &[Account]),
        Row::of("get", "/v1/me/export").grants(200, &[Account]),
        Row::of("post", "/v1/me/password")
            .sends(changed_and_back)
            .grants(204, &[Account]),
        Row::of("get", "/v1/me/logins").grants(200, &[Account]),
        Row::of("delete", "/v1/me/logins/{id}").grants(204, &[Account]),
        Row::of("get", "/v1/users")
            .query("?query=ev")
            .grants(200, &[Account]),
    ]
}

fn proofs() -> Vec<Row> {
    vec![
        // This scheduler sends no mail.
        Row::of("post", "/v1/email-verification")
            .sends(|_, _, _| json!({}))
            .lets_in(409, "conflict", &[Account]),
        Row::of("post", "/v1/email-verification/confirm")
            .sends(|_, _, _| json!({"token": "x"}))
            .lets_in(422, "bad_token", &[Account]),
        Row::of("post", "/v1/password-reset")
            .sends(|_, _, _| json!({"email": 1}))
            .refuses_all(422, "invalid_field"),
        Row::of("post", "/v1/password-reset/confirm")
            .sends(|_, _, _| json!({"token": "x", "password": PASSWORD}))
            .refuses_all(422, "bad_token"),
    ]
}

/// The second time that the row is asked, the first password is the new one again.
fn changed_and_back(_: &World, target: Target, _: Caller) -> Value {
    match target {
        Target::Ours => json!({"current": PASSWORD, "new": OTHER_PASSWORD}),
        _ => json!({"current": OTHER_PASSWORD, "new": PASSWORD}),
    }
}
