//! What happened to a session, as the scheduler tells it: `GET /v1/sessions/{id}/timeline`.

use serde::{Deserialize, Serialize};

use crate::{EventType, Presence, SessionFact, UnixMs, UserId};

/// One thing that happened to a session; each type has its own fields of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TimelineItem {
    /// When it happened.
    pub at: UnixMs,
    /// Type of the event.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// Of `joined`, `left`, `reminded`, `reminder_missed`, `user.kicked` and `operator.action`: who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Of a booking and its reminders: its revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// Of `scheduled` and `rescheduled`: when the session starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<UnixMs>,
    /// Of a reminder: how long before the start it is due, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_ms: Option<i64>,
    /// Of `left`: `left`, `lost`, `kicked` or `ended`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<String>,
    /// Of `live`: when the clock started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<UnixMs>,
    /// Of `live` and `extended`: when it runs out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_at: Option<UnixMs>,
    /// Of `extended`: how many are left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extensions_left: Option<u32>,
    /// Of `ended` and `reminder_missed`: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Of `no_show`, and of `ended` by it: who was never in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<Vec<UserId>>,
    /// Of `no_show` and `ended`: when each was in, and whether their media came up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Vec<Presence>>,
    /// Of `operator.action`: who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Of `operator.action`: what was done, as `session.end`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
}

impl TimelineItem {
    /// That it happened, without particulars.
    #[must_use]
    pub fn new(kind: EventType, at: UnixMs) -> Self {
        Self::of_fact(kind, at, SessionFact::default())
    }

    /// What signaling reports.
    #[must_use]
    pub fn of_fact(kind: EventType, at: UnixMs, fact: SessionFact) -> Self {
        Self {
            at,
            kind,
            user_id: fact.user_id,
            revision: None,
            starts_at: None,
            before_ms: None,
            how: fact.how,
            started_at: fact.started_at,
            deadline_at: fact.deadline_at,
            extensions_left: fact.extensions_left,
            reason: fact.reason.map(|reason| reason.name().to_owned()),
            absent: fact.absent,
            evidence: fact.evidence,
            by: None,
            action: None,
        }
    }
}
