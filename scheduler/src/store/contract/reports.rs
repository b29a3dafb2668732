//! What a store must do about reports, and about keys of commands that make something.

use scheduler_core::{CheckedReport, MatchingRefusal, OwnedKey, PEOPLE, check_report};
use serde_json::json;

use super::harness::{NOW, StoreHarness, key};
use super::matching::{HOUR_MS, add_people, gift, send};
use crate::commands;
use crate::store::{AuditQuery, SchedulerStore};

fn report_of(user: &str, session: Option<&str>) -> CheckedReport {
    let asked =
        json!({"user_id": user, "reason": "spam", "text": "Every day", "session_id": session});
    check_report(serde_json::from_value(asked).unwrap()).unwrap()
}

pub(crate) fn owned(text: &str, fingerprint: &str) -> OwnedKey {
    OwnedKey {
        application: PEOPLE.into(),
        key: key(text, fingerprint),
    }
}

pub(crate) async fn sch_233_a_report_is_read_by_operators_and_stops_all_between_the_two(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    add_people(&*store, &["ana", "bo"]).await;
    let ana = "ana".into();
    let report = async |store: &dyn SchedulerStore, asked: CheckedReport, key: Option<OwnedKey>| {
        let sent = commands::report(store, &ana, asked, key.as_ref(), NOW).await;
        sent.unwrap().outcome
    };
    let first = report(&*store, report_of("bo", None), Some(owned("k", "a"))).await;
    let first = first.unwrap();
    let store = harness.store().await;
    let again = report(&*store, report_of("bo", None), Some(owned("k", "a"))).await;
    let Err(MatchingRefusal::Repeated(made)) = again else {
        panic!("{again:?}");
    };
    assert_eq!((made.id.as_str(), made.at), (first.id.as_str(), NOW));
    let other = report(&*store, report_of("bo", None), Some(owned("k", "b"))).await;
    assert_eq!(other.unwrap_err(), MatchingRefusal::KeyReused);
    let second = report(&*store, report_of("bo", None), None).await.unwrap();

    let store = harness.store().await;
    let reports = store.reports();
    let listed = reports.list(None, 10).await.unwrap();
    assert_eq!(listed, [second.clone(), first.clone()]);
    let rest = reports.list(Some(second.id), 10).await.unwrap();
    assert_eq!(rest, [first]);
    let query = AuditQuery {
        before: None,
        session: None,
        action: Some("report.create".into()),
        limit: 10,
    };
    assert_eq!(store.audit().list(query).await.unwrap().len(), 2);
    let nowhere = send(&*store, gift("bo", "ana", "plain", HOUR_MS, &[])).await;
    assert!(nowhere.outcome.is_ok() && nowhere.streamed.is_empty());
    let elsewhere = report(&*store, report_of("bo", Some("s")), None).await;
    assert!(matches!(elsewhere, Err(MatchingRefusal::Invalid(_))));
    for _ in 0..18 {
        report(&*store, report_of("bo", None), None).await.unwrap();
    }
    let more = report(&*store, report_of("bo", None), None).await;
    assert!(matches!(more, Err(MatchingRefusal::QuotaExceeded(_))));
}
