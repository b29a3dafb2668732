//! What a store must do about unread messages that are told of by the quarter of an hour.

use scheduler_core::{JobAction, JobPayload};
use serde_json::json;
use wire::{Event, JobStatus, RoomId, UnixMs, UserId};

use super::harness::{NOW, StoreHarness, all_of, with_action};
use crate::store::MarkRead;

fn unread(id: &str, room: &RoomId, user: &UserId) -> Event {
    serde_json::from_value(json!({
        "id": id, "type": "message.unread", "occurred_at": NOW, "source": "chat", "subject": room,
        "data": {"room_id": room, "user_id": user, "from": "x", "seq": 1, "message_id": id},
    }))
    .unwrap()
}

impl StoreHarness {
    /// What the open digest of a room has counted.
    async fn counted(&mut self, room: &RoomId, user: &UserId) -> Option<u32> {
        let store = self.store().await;
        let mut work = store.begin().await.unwrap();
        let digest = work.jobs().newest_digest(room, user, 0).await.unwrap();
        let Some(JobPayload::Unread { count, .. }) = digest?.job.payload else {
            return None;
        };
        Some(count)
    }
}

pub(crate) async fn sch_275_unread_messages_of_a_room_are_told_once_a_quarter_unless_they_are_read(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let (room, [ana, bo]) = (session.room_id.clone(), session.users());
    let told = harness
        .take(vec![unread("m-1", &room, &ana), unread("m-2", &room, &ana)])
        .await;
    assert_eq!(told.len(), 1, "it stands in the list once, at once");
    harness.take(vec![unread("m-3", &room, &bo)]).await;
    harness.take(vec![unread("m-4", &room, &ana)]).await;
    assert_eq!(harness.counted(&room, &ana).await, Some(3));
    assert_eq!(harness.counted(&room, &bo).await, Some(1));

    // One who reads what stands in the list begins anew.
    let of_bo = harness.list(all_of(&bo)).await.remove(0);
    let read = MarkRead {
        user: bo.clone(),
        session: None,
        id: of_bo.id,
        now: NOW,
    };
    harness.mark_read(read).await.unwrap();
    let due = UnixMs((NOW.0 / 900_000 + 1) * 900_000);
    assert!(
        harness
            .claim(due - 1)
            .await
            .iter()
            .all(|one| one.job.subject.session().is_some())
    );
    let digests: Vec<_> = harness
        .claim(due)
        .await
        .into_iter()
        .filter(|one| one.job.subject.session().is_none())
        .collect();
    assert_eq!(digests.len(), 2);
    let listed = harness.list(all_of(&ana)).await.len();
    let sent = with_action(digests, &JobAction::SendDigest);
    assert!(
        harness.settle(due, sent).await.is_empty(),
        "nothing is added to the list"
    );
    assert_eq!(harness.list(all_of(&ana)).await.len(), listed);
    let filter = crate::store::JobFilter {
        kind: Some("unread_digest".into()),
        limit: 10,
        ..crate::store::JobFilter::default()
    };
    let jobs = harness.store().await.jobs().list(filter).await.unwrap();
    assert!(
        jobs.iter().all(|job| job.state == JobStatus::Done),
        "{jobs:?}"
    );

    // The clock of this batch stands where it stood: the digest of the quarter is over, and the next one counts.
    harness.take(vec![unread("m-5", &room, &ana)]).await;
    assert_eq!(harness.counted(&room, &ana).await, Some(1));
}
