//! Rows of the audit log: `GET /v1/audit`.

use serde::{Deserialize, Serialize};

use crate::{OperatorAction, UnixMs};

/// One action that was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditRow {
    /// Its own id; that of the event where another service reported it.
    pub id: String,
    /// When it was done.
    pub at: UnixMs,
    /// Who did what to whom, from where.
    #[serde(flatten)]
    pub action: OperatorAction,
}
