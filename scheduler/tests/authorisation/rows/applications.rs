//! What an application says of itself: by its own key, so that each has its own.

use serde_json::json;

use crate::callers::Relation::{AnotherApplication, ItsApplication};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    let any = [ItsApplication, AnotherApplication];
    vec![
        Row::of("get", "/v1/application").grants(200, &any),
        Row::of("patch", "/v1/application")
            .sends(|_, _, _| json!({"sender_name": "Shop"}))
            .grants(200, &any),
    ]
}
