//! A report: what one person tells the operators of another.

use wire::visible_text::{clean_body, clean_name};
use wire::{
    FieldError, OperatorAction, ReportId, ReportView, SendReport, SessionId, UnixMs, UserId,
};

use crate::field_checks::FieldErrors;

/// Characters of a reason: a line.
const MAX_REASON_CHARS: usize = 100;
/// Characters of what happened: a page.
const MAX_TEXT_CHARS: usize = 2_000;

/// A report within every bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedReport {
    /// Who is reported.
    pub user: UserId,
    /// The session in which it was.
    pub session: Option<SessionId>,
    /// One line, without controls.
    pub reason: String,
    /// What happened, without controls.
    pub text: Option<String>,
}

/// A report as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReport {
    /// Its own id, a UUIDv7 as text.
    pub id: ReportId,
    /// Who sent it; they have blocked the other one since.
    pub by: UserId,
    /// What they report.
    pub report: CheckedReport,
    /// When it came.
    pub created_at: UnixMs,
}

impl StoredReport {
    /// The report as operators read it.
    #[must_use]
    pub fn view(&self) -> ReportView {
        ReportView {
            id: self.id.clone(),
            created_at: self.created_at,
            by: self.by.clone(),
            user_id: self.report.user.clone(),
            session_id: self.report.session.clone(),
            reason: self.report.reason.clone(),
            text: self.report.text.clone(),
        }
    }

    /// What the audit log has of it: what happened is read with the report itself.
    pub(super) fn action(&self) -> OperatorAction {
        OperatorAction {
            session_id: self.report.session.clone(),
            user_id: Some(self.report.user.clone()),
            detail: Some(self.report.reason.clone()),
            ..OperatorAction::new(
                format!("person:{}", self.by),
                "report.create",
                self.id.as_str(),
            )
        }
    }
}

/// Checks every bound.
///
/// # Errors
/// Every field that is wrong, not only the first.
pub fn check_report(asked: SendReport) -> Result<CheckedReport, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    let reason = clean_name(&asked.reason).unwrap_or_default();
    if asked.reason.chars().count() > MAX_REASON_CHARS {
        let message = format!("A `reason` has {MAX_REASON_CHARS} characters at most.");
        errors.add("reason", "too_long", message);
    } else if reason.is_empty() {
        let message = "A `reason` is a line with at least one character that can be seen.";
        errors.add("reason", "required", message);
    }
    let is_long = |text: &String| text.chars().count() > MAX_TEXT_CHARS;
    if asked.text.as_ref().is_some_and(is_long) {
        let message = format!("The `text` has {MAX_TEXT_CHARS} characters at most.");
        errors.add("text", "too_long", message);
    }
    errors.into_result(CheckedReport {
        user: asked.user_id,
        session: asked.session_id,
        reason,
        text: asked.text.and_then(|text| clean_body(&text).ok()),
    })
}
