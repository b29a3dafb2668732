//! What a store must do about rows that go by their age.

use std::sync::Arc;

use scheduler_core::{MailKind, NewMail, SweptTable};
use wire::UnixMs;

use super::accounts::address;
use super::harness::{NOW, StoreHarness, all_of, booking, cancelled, done, key};
use crate::commands::sweep;
use crate::store::{MailFate, SchedulerStore};

/// How many rows each of so many sweeps took.
async fn swept<const TIMES: usize>(
    harness: &mut StoreHarness,
    table: SweptTable,
    cutoff: UnixMs,
    limit: u32,
) -> [u64; TIMES] {
    let store: Arc<dyn SchedulerStore> = harness.store().await;
    let mut all = [0; TIMES];
    for one in &mut all {
        *one = sweep(&*store, table, cutoff, limit).await.unwrap();
    }
    all
}

pub(crate) async fn sch_339_what_is_too_old_goes_batch_by_batch_and_nothing_younger(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    let mut work = store.begin().await.unwrap();
    for number in 0..7 {
        let hash = format!("h{number}");
        // Two in each millisecond.
        let ends_at = NOW + number / 2;
        work.invites().add(&hash, NOW - 1, ends_at).await.unwrap();
    }
    work.commit().await.unwrap();
    drop(store);
    let table = SweptTable::Invites;
    assert_eq!(swept(&mut harness, table, NOW, 3).await, [0]);
    assert_eq!(swept(&mut harness, table, NOW + 2, 3).await, [3, 1, 0]);
    let store = harness.store().await;
    let mut work = store.begin().await.unwrap();
    for number in 0..7 {
        let is_there = work.invites().take(&format!("h{number}"), NOW - 1).await;
        assert_eq!(is_there.unwrap(), number >= 4, "h{number}");
    }
}

pub(crate) async fn sch_339_answers_of_one_moment_go_batch_by_batch(mut harness: StoreHarness) {
    for number in 0..5 {
        let of = key(&format!("k{number}"), "a");
        done(harness.book(booking("shop", Some(of))).await);
    }
    let table = SweptTable::Idempotency;
    assert_eq!(swept(&mut harness, table, NOW, 2).await, [0]);
    assert_eq!(swept(&mut harness, table, NOW + 1, 2).await, [2, 2, 1, 0]);
}

pub(crate) async fn sch_339_a_mail_that_is_to_be_sent_stays_whatever_its_age(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    let mut work = store.begin().await.unwrap();
    for id in ["m1", "m2", "m3"] {
        let mail = NewMail {
            id: id.to_owned(),
            kind: MailKind::Verify,
            to: address("ana@example.org"),
            user: "ana".into(),
            login: None,
            gift: None,
            locale: "en".to_owned(),
            created_at: NOW,
        };
        work.mails().add(&mail).await.unwrap();
    }
    let dead = MailFate::Dead {
        reason: "refused".to_owned(),
    };
    work.mails().settle("m1", &MailFate::Sent).await.unwrap();
    work.mails().settle("m3", &dead).await.unwrap();
    work.commit().await.unwrap();
    let counted = store.failures().mails(NOW, NOW + 1).await.unwrap();
    let before = store.failures().mails(NOW - 1, NOW).await.unwrap();
    assert_eq!((counted, before), (1, 0), "given up in that span");
    drop(store);
    let table = SweptTable::Mails;
    assert_eq!(swept(&mut harness, table, NOW + 1, 1).await, [1, 1, 0]);
    let store = harness.store().await;
    let due = store.mails().due(NOW, 10).await.unwrap();
    assert_eq!(due[0].mail.id, "m2");
}

pub(crate) async fn sch_339_notifications_go_with_their_subjects(mut harness: StoreHarness) {
    let session = harness.booked().await;
    harness.cancel(cancelled(&session), NOW).await;
    let [ana, bo] = session.users();
    let mut all = 0;
    for user in [&ana, &bo] {
        all += harness.list(all_of(user)).await.len();
    }
    assert!(all >= 2, "both are told");
    let table = SweptTable::Notifications;
    assert_eq!(swept(&mut harness, table, NOW, 1).await, [0]);
    for _ in 0..all {
        assert_eq!(swept(&mut harness, table, NOW + 1, 1).await, [1]);
    }
    assert_eq!(swept(&mut harness, table, NOW + 1, 1).await, [0]);
    assert!(harness.list(all_of(&ana)).await.is_empty());
}

pub(crate) async fn sch_339_every_table_is_swept_by_statements_that_it_understands(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    let failures = store.failures();
    assert!(failures.deliveries(NOW, NOW + 1).await.unwrap().is_empty());
    assert!(failures.jobs(NOW, NOW + 1).await.unwrap().is_empty());
    assert_eq!(failures.disabled_endpoints().await.unwrap(), 0);
    assert_eq!(failures.marked_addresses(NOW, NOW + 1).await.unwrap(), 0);
    drop(store);
    for table in SweptTable::ALL.iter().copied() {
        assert_eq!(swept(&mut harness, table, NOW, 500).await, [0], "{table:?}");
    }
}
