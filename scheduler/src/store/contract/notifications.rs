//! What a store must do about notifications.

use std::collections::HashSet;

use scheduler_core::NewNotification;
use wire::{Notification, NotificationKind, SessionId, UserId};

use super::harness::{NOW, StoreHarness, all_of, cancelled, done};
use crate::store::{MarkRead, NotificationPage, NotificationQuery};

pub(crate) async fn sch_78_notifications_are_stored_once_and_read_by_their_owner(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let [ana, bo] = session.users();
    let streamed = done(harness.cancel(cancelled(&session), NOW).await).1;
    let of_ana = harness.list(all_of(&ana)).await;
    let hers: Vec<_> = streamed.into_iter().filter(|d| d.user == ana).collect();
    assert_eq!(of_ana, [hers[0].notification.clone()]);
    let read = |user: &UserId, session: Option<SessionId>| MarkRead {
        user: user.clone(),
        session,
        id: of_ana[0].id.clone(),
        now: NOW + 5,
    };
    assert_eq!(harness.mark_read(read(&bo, None)).await, None);
    let elsewhere = read(&ana, Some("elsewhere".into()));
    assert_eq!(harness.mark_read(elsewhere).await, None);
    let marked = harness.mark_read(read(&ana, Some(session.id))).await;
    assert_eq!(marked.unwrap().read_at, Some(NOW + 5));
    let later = MarkRead {
        now: NOW + 9,
        ..read(&ana, None)
    };
    let again = harness.mark_read(later).await;
    assert_eq!(
        again.unwrap().read_at,
        Some(NOW + 5),
        "the first time counts"
    );
    let after = NotificationQuery {
        page: NotificationPage::After(of_ana[0].id.clone()),
        ..all_of(&ana)
    };
    assert!(harness.list(after).await.is_empty());
}

pub(crate) async fn sch_355_all_are_read_at_once_and_each_first_time_counts(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let other = harness.booked().await;
    for one in [&session, &other] {
        done(harness.cancel(cancelled(one), NOW).await);
    }
    let [ana, bo] = session.users();
    let first = MarkRead {
        user: ana.clone(),
        session: None,
        id: harness.list(all_of(&ana)).await[0].id.clone(),
        now: NOW + 1,
    };
    harness.mark_read(first).await.unwrap();
    let marked = harness
        .mark_all_read(&ana, Some(&session.id), NOW + 2)
        .await;
    assert!(marked <= 1, "those of one session alone");
    let marked = marked + harness.mark_all_read(&ana, None, NOW + 3).await;
    assert_eq!(marked, 1, "the other one was read before");
    assert_eq!(harness.mark_all_read(&ana, None, NOW + 4).await, 0);
    let of_ana = harness.list(all_of(&ana)).await;
    let read: Vec<_> = of_ana.iter().filter_map(|one| one.read_at).collect();
    assert_eq!(read.len(), 2);
    assert!(read.contains(&(NOW + 1)) && !read.contains(&(NOW + 4)));
    let of_bo = harness.list(all_of(&bo)).await;
    assert!(of_bo.iter().all(|one| one.read_at.is_none()));
}

pub(crate) async fn sch_421_of_many_at_once_each_is_stored_that_its_person_has_not(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let [ana, bo] = session.users();
    let notification = |id: &str, user: &UserId, cause: &str| NewNotification {
        user: user.clone(),
        cause: cause.to_owned(),
        notification: Notification {
            id: id.to_owned(),
            kind: NotificationKind::SessionMissed,
            created_at: NOW,
            session_id: Some(session.id.clone()),
            gift_id: None,
            match_id: Some("m1".into()),
            room_id: None,
            starts_at: None,
            with: None,
            count: None,
            read_at: None,
        },
    };
    let store = harness.store().await;
    let mut work = store.begin().await.unwrap();
    let first = [
        notification("n1", &ana, "one"),
        notification("n2", &bo, "one"),
    ];
    let added = work.notifications().add(&first).await.unwrap();
    assert_eq!(added, HashSet::from(["n1".to_owned(), "n2".to_owned()]));
    let second = [
        notification("n3", &ana, "one"),
        notification("n4", &ana, "two"),
        notification("n5", &ana, "two"),
        notification("n6", &bo, "two"),
    ];
    let added = work.notifications().add(&second).await.unwrap();
    assert_eq!(added, HashSet::from(["n4".to_owned(), "n6".to_owned()]));
    work.commit().await.unwrap();
    let of_ana = harness.list(all_of(&ana)).await;
    let ids: Vec<_> = of_ana.iter().map(|told| told.id.as_str()).collect();
    assert_eq!(ids, ["n4", "n1"]);
    assert!(of_ana.iter().all(|told| told.match_id.is_some()));
}
