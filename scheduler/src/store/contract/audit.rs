//! What a store must do about the audit log and the configuration.

use serde_json::json;
use wire::{AuditRow, Event};

use super::harness::{NOW, StoreHarness, action};
use crate::commands::{prune_audit, record_action, record_configuration};
use crate::store::{AuditQuery, StoreError};

async fn listed(harness: &mut StoreHarness, query: AuditQuery) -> Vec<AuditRow> {
    let store = harness.store().await;
    store.audit().list(query).await.unwrap()
}

fn all() -> AuditQuery {
    AuditQuery {
        limit: 100,
        ..AuditQuery::default()
    }
}

async fn record(harness: &mut StoreHarness, subject: &str, at: i64) {
    let store = harness.store().await;
    let done = || Ok::<_, StoreError>(());
    record_action(&*store, action("job.retry", subject), NOW + at, done)
        .await
        .unwrap();
}

pub(crate) async fn sch_97_rows_are_read_newest_first_page_by_page_and_pruned(
    mut harness: StoreHarness,
) {
    for at in 0..5 {
        record(&mut harness, &format!("job-{at}"), at).await;
    }
    let rows = listed(&mut harness, all()).await;
    let subjects: Vec<_> = rows.iter().map(|row| row.action.subject.as_str()).collect();
    assert_eq!(subjects, ["job-4", "job-3", "job-2", "job-1", "job-0"]);
    let query = AuditQuery {
        before: Some((rows[1].at, rows[1].id.clone())),
        limit: 2,
        ..AuditQuery::default()
    };
    assert_eq!(listed(&mut harness, query).await, rows[2..4]);
    let other = AuditQuery {
        action: Some("key.create".into()),
        ..all()
    };
    assert!(listed(&mut harness, other).await.is_empty());

    let store = harness.store().await;
    for pruned in [1, 1, 0] {
        let done = prune_audit(&*store, NOW + 1, 3, 1).await;
        assert_eq!(done.unwrap(), pruned);
    }
    drop(store);
    assert_eq!(listed(&mut harness, all()).await, rows[..3]);
}

pub(crate) async fn sch_97_what_fails_leaves_no_row(mut harness: StoreHarness) {
    let store = harness.store().await;
    let fails = || Err::<(), _>(StoreError::Failed("no".into()));
    let failed = record_action(&*store, action("key.retire", "k"), NOW, fails).await;
    assert!(failed.is_err());
    drop(store);
    assert!(listed(&mut harness, all()).await.is_empty());
}

pub(crate) async fn sch_98_what_another_service_reports_stands_in_the_log_once(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let event = |id: &str, session: &str| Event {
        id: id.into(),
        kind: "operator.action".into(),
        occurred_at: NOW + 7,
        source: "signaling".into(),
        subject: session.into(),
        revision: None,
        data: json!({
            "actor": "operator:ops", "action": "session.end", "subject": session,
            "session_id": session, "from": "192.0.2.7",
        }),
    };
    let known = event("a", session.id.as_str());
    harness.take(vec![known.clone(), event("b", "none")]).await;
    harness.take(vec![known]).await;
    let of_session = AuditQuery {
        session: Some(session.id.clone()),
        ..all()
    };
    let rows = listed(&mut harness, of_session).await;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].at, rows[0].id.as_str()), (NOW + 7, "a"));
    assert_eq!(rows[0].action.from.as_deref(), Some("192.0.2.7"));
    // What is known of no session is recorded all the same.
    assert_eq!(listed(&mut harness, all()).await.len(), 2);
}

pub(crate) async fn sch_99_a_changed_configuration_is_recorded_by_the_names_of_its_keys(
    mut harness: StoreHarness,
) {
    let settings = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    };
    let starts = [
        settings(&[("a", "1"), ("b", "2")]),
        settings(&[("a", "1"), ("b", "2")]),
        settings(&[("a", "1"), ("b", "3"), ("c", "4")]),
        settings(&[("b", "3"), ("c", "4")]),
    ];
    for (at, present) in (0..).zip(&starts) {
        let store = harness.store().await;
        record_configuration(&*store, present, NOW + at)
            .await
            .unwrap();
    }
    let rows = listed(&mut harness, all()).await;
    let details: Vec<_> = rows
        .iter()
        .map(|row| row.action.detail.as_deref())
        .collect();
    assert_eq!(details, [Some("a"), Some("b, c")]);
}
