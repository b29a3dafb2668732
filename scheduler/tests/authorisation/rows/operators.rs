//! What operators ask: their key gets tickets and no more, a ticket gets the rest.

use serde_json::json;

use crate::callers::Relation::{OperatorKey, OperatorTicket};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::of("post", "/v1/operator/ticket")
            .sends(|_, _, _| json!({}))
            .grants(200, &[OperatorKey]),
        Row::of("get", "/v1/audit").grants(200, &[OperatorTicket]),
        Row::of("get", "/v1/status").grants(200, &[OperatorTicket]),
        Row::of("get", "/v1/reports").grants(200, &[OperatorTicket]),
        Row::of("get", "/v1/jobs").grants(200, &[OperatorTicket]),
        // What stands there is the id of a session.
        Row::of("post", "/v1/jobs/{id}/retry")
            .sends(|_, _, _| json!({}))
            .lets_in(404, "not_found", &[OperatorTicket]),
    ]
}
