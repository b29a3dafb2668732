//! Rows of the audit log: what operators, keys and the command line did.

use wire::{AuditRow, EventType, OperatorAction, TimelineItem, UnixMs};

use crate::timeline::TimelineEntry;

/// A row for what was done at `at`: its texts cut to [`OperatorAction::MAX_TEXT_CHARS`], without control
/// characters.
#[must_use]
pub fn audit_row(id: String, at: UnixMs, action: OperatorAction) -> AuditRow {
    let action = OperatorAction {
        actor: bounded(&action.actor),
        action: bounded(&action.action),
        subject: bounded(&action.subject),
        session_id: action.session_id.map(|id| bounded(id.as_str()).into()),
        user_id: action.user_id.map(|id| bounded(id.as_str()).into()),
        from: action.from.as_deref().map(bounded),
        detail: action.detail.as_deref().map(bounded),
    };
    AuditRow { id, at, action }
}

/// What the timeline of its session shows of it, under the row's id: neither addresses nor particulars,
/// because applications read it, too.
#[must_use]
pub fn audit_entry(row: &AuditRow) -> Option<TimelineEntry> {
    let item = TimelineItem {
        user_id: row.action.user_id.clone(),
        by: Some(row.action.actor.clone()),
        action: Some(row.action.action.clone()),
        ..TimelineItem::new(EventType::OperatorAction, row.at)
    };
    Some(TimelineEntry {
        id: row.id.clone(),
        session: row.action.session_id.clone()?,
        item,
    })
}

fn bounded(text: &str) -> String {
    let visible = text.chars().filter(|c| !c.is_control());
    visible.take(OperatorAction::MAX_TEXT_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_96_a_row_is_bounded_and_its_timeline_has_no_address() {
        let long = "x\n".repeat(OperatorAction::MAX_TEXT_CHARS * 2);
        let mut action = OperatorAction::new(long.clone(), long.clone(), long.clone());
        action.session_id = Some("s".into());
        action.from = Some("192.0.2.7".into());
        action.detail = Some(long);
        let row = audit_row("a".into(), UnixMs(5), action);
        let texts = [&row.action.actor, &row.action.action, &row.action.subject];
        for text in texts.into_iter().chain(&row.action.detail) {
            assert_eq!(*text, "x".repeat(OperatorAction::MAX_TEXT_CHARS));
        }
        let entry = audit_entry(&row).unwrap();
        assert_eq!((entry.id.as_str(), entry.item.at), ("a", UnixMs(5)));
        let shown = serde_json::to_string(&entry.item).unwrap();
        assert!(!shown.contains("192.0.2.7"), "{shown}");
    }

    #[test]
    fn sch_96_what_concerns_no_session_stands_in_no_timeline() {
        let action = OperatorAction::new("cli:root", "key.create", "shop");
        assert_eq!(audit_entry(&audit_row("a".into(), UnixMs(5), action)), None);
    }
}
