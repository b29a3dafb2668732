//! Reporting somebody to the operators, who is blocked from then on.

use wire::{FieldError, UnixMs, UserId};

use super::block::{BlockContext, block};
use super::outcome::{Decided, MatchingChange, MatchingDecision, MatchingEffects, MatchingRefusal};
use super::report::{CheckedReport, StoredReport};
use super::sending::check_day;
use crate::audit::audit_row;
use crate::effects::Effects;
use crate::ids::NewId;

/// What is loaded for whoever reports, under a lock of both.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReportContext {
    /// What a block would change.
    pub block: BlockContext,
    /// When they sent the reports that they sent since [`super::SendCommand::counted_from`], oldest first.
    pub sent_at: Vec<UnixMs>,
    /// True unless the report names a session in which the two were not.
    pub was_there: bool,
}

/// Reports somebody, and blocks them, unless they are blocked.
///
/// # Errors
/// Those of [`block`], [`MatchingRefusal::QuotaExceeded`], and [`MatchingRefusal::Invalid`] for a session of others.
pub fn report(
    now: UnixMs,
    by: &UserId,
    asked: CheckedReport,
    found: ReportContext,
    new_id: NewId<'_>,
) -> MatchingDecision<StoredReport> {
    let blocked = block(now, by, &asked.user, found.block, new_id)?;
    if !found.was_there {
        return Err(MatchingRefusal::Invalid(vec![FieldError {
            field: "session_id".into(),
            code: "not_found".into(),
            message: "Name a session of yours with that person, or none.".into(),
        }]));
    }
    check_day(now, &found.sent_at)?;
    let report = StoredReport {
        id: new_id().into(),
        by: by.clone(),
        report: asked,
        created_at: now,
    };
    let recorded = Effects {
        audit: vec![audit_row(new_id(), now, report.action())],
        ..Effects::default()
    };
    let change = MatchingChange::InsertReport(Box::new(report.clone()));
    let mut effects = blocked.effects;
    effects.extend(MatchingEffects::new(vec![change], recorded));
    Ok(Decided {
        answer: report,
        effects,
    })
}
