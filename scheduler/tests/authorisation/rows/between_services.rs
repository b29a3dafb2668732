//! What only the other services ask: nobody else's credential is one here.

use serde_json::json;

use crate::callers::Relation::{self, Service};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::of("post", "/v1/events")
            .sends(|_, _, _| json!({"source": "signaling", "events": [], "complete_to": 0}))
            .grants(200, &[Service])
            .refuses(401, "unauthenticated", &Relation::ALL),
    ]
}
