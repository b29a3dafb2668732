//! What Ana tells the operators of Bo.

use wire::SendReport;

use super::*;

fn asked(reason: &str, text: Option<&str>) -> SendReport {
    SendReport {
        user_id: "bo".into(),
        session_id: None,
        reason: reason.into(),
        text: text.map(Into::into),
    }
}

fn context_of(count: usize) -> ReportContext {
    ReportContext {
        block: BlockContext {
            is_known: true,
            ..BlockContext::default()
        },
        sent_at: vec![NOW; count],
        was_there: true,
    }
}

fn report_bo(found: ReportContext) -> MatchingDecision<StoredReport> {
    let checked = check_report(asked("spam", Some("Every day"))).unwrap();
    report(NOW, &user("ana"), checked, found, &mut counted())
}

#[test]
fn sch_232_each_field_of_a_report_that_is_wrong_is_named() {
    let codes = |reason: &str, text: Option<&str>| {
        let errors = check_report(asked(reason, text)).unwrap_err();
        let named = errors.into_iter().map(|error| (error.field, error.code));
        named.collect::<Vec<_>>()
    };
    let named = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    assert_eq!(codes(" \n", None), [named("reason", "required")]);
    let (long, longer) = ("é".repeat(101), "é".repeat(2_001));
    let both = [named("reason", "too_long"), named("text", "too_long")];
    assert_eq!(codes(&long, Some(&longer)), both);
    let good = check_report(asked(&long[2..], Some(&longer[2..]))).unwrap();
    assert_eq!(good.reason.chars().count(), 100);
}

#[test]
fn sch_232_a_report_is_stored_and_audited_and_blocks() {
    let decided = report_bo(context_of(0)).unwrap();
    let [
        MatchingChange::InsertBlock {
            by, user: blocked, ..
        },
        MatchingChange::InsertReport(stored),
    ] = &decided.effects.changes[..]
    else {
        panic!("{decided:?}");
    };
    assert_eq!((by, blocked), (&user("ana"), &user("bo")));
    assert_eq!(stored.view().text.as_deref(), Some("Every day"));
    assert_eq!(events(&decided.effects), [EventType::UserBlocked]);
    let audit: Vec<_> = decided
        .effects
        .effects
        .iter()
        .flat_map(|e| &e.audit)
        .collect();
    assert_eq!(audit.len(), 1);
    let action = &audit[0].action;
    assert_eq!(
        (action.actor.as_str(), action.action.as_str()),
        ("person:ana", "report.create")
    );
    assert_eq!(action.user_id, Some(user("bo")));
    assert_eq!(action.detail.as_deref(), Some("spam"));

    let mut there = context_of(0);
    there.block.is_blocked = true;
    let again = report_bo(there).unwrap();
    assert_eq!(
        again.effects.changes.len(),
        1,
        "whom one has blocked may be reported"
    );
}

#[test]
fn sch_232_of_what_a_report_may_not_be() {
    let mut elsewhere = context_of(0);
    elsewhere.was_there = false;
    assert!(
        matches!(report_bo(elsewhere), Err(MatchingRefusal::Invalid(fields)) if fields[0].field == "session_id")
    );
    assert!(report_bo(context_of(19)).is_ok());
    assert!(matches!(
        report_bo(context_of(20)),
        Err(MatchingRefusal::QuotaExceeded(_))
    ));
    assert_eq!(
        report_bo(ReportContext::default()).unwrap_err(),
        MatchingRefusal::NotFound
    );
}
