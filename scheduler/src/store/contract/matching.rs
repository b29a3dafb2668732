//! What a store must do about gifts, matches, proposals and blocks.

use scheduler_core::{Gift, KnownPerson, MatchingRefusal, PEOPLE, SendCommand, check_gift};
use serde_json::json;
use wire::{Event, GiftId, GiftState, NotificationKind, SendGift, SessionState, UnixMs, UserId};

use super::harness::{NOW, StoreHarness, all_of};
use crate::commands::{self, MatchingExecuted};
use crate::store::{GiftBox, GiftQuery, SchedulerStore};

pub(crate) const HOUR_MS: i64 = 3_600_000;

/// People with accounts, by their ids.
pub(crate) async fn add_people(store: &dyn SchedulerStore, ids: &[&str]) {
    let mut work = store.begin().await.unwrap();
    for id in ids {
        let person = KnownPerson {
            id: (*id).into(),
            application: PEOPLE.into(),
            external_id: (*id).into(),
            name: id.to_uppercase(),
            email: None,
            locale: None,
            time_zone: Some("Asia/Seoul".into()),
            created_at: NOW,
        };
        work.people().insert(&person).await.unwrap();
    }
    work.commit().await.unwrap();
}

/// A gift that opens so many milliseconds from now, with times so many from now.
pub(crate) fn gift(
    from: &str,
    to: &str,
    kind: &str,
    opens_in_ms: i64,
    times: &[i64],
) -> SendCommand {
    let times: Vec<_> = times.iter().map(|ms| NOW + *ms).collect();
    let asked: SendGift = serde_json::from_value(json!({
        "to": {"user_id": to}, "kind": kind, "letter": "Shall we?", "opens_at": NOW + opens_in_ms,
        "times": if times.is_empty() { None } else { Some(times) },
    }))
    .unwrap();
    let giver = UserId::from(from);
    SendCommand {
        content: check_gift(NOW, &giver, asked).unwrap().content,
        to: to.into(),
        giver,
    }
}

pub(crate) async fn send(
    store: &dyn SchedulerStore,
    command: SendCommand,
) -> MatchingExecuted<Gift> {
    commands::send_gift(store, command, None, NOW)
        .await
        .unwrap()
}

/// Everything in one of a person's two boxes, the newest first.
pub(crate) async fn gifts(store: &dyn SchedulerStore, user: &str, of: GiftBox) -> Vec<Gift> {
    let query = GiftQuery {
        user: user.into(),
        of,
        before: None,
        limit: 100,
    };
    store.gifts().list(query).await.unwrap()
}

/// A match of Ana and Bo, whose times are so many milliseconds from now.
async fn crossed(store: &dyn SchedulerStore, hers: &[i64], his: &[i64]) -> scheduler_core::Match {
    let one = gift("ana", "bo", "special", HOUR_MS, hers);
    send(store, one).await.outcome.unwrap();
    let other = gift("bo", "ana", "special", HOUR_MS, his);
    send(store, other).await.outcome.unwrap();
    let found = store.matches().list("ana".into(), None, 10).await.unwrap();
    assert_eq!(found.len(), 1);
    found.into_iter().next().unwrap()
}

pub(crate) async fn sch_182_gifts_are_read_back_by_those_whom_they_concern(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    add_people(&*store, &["ana", "bo"]).await;
    let plain = gift("ana", "bo", "plain", HOUR_MS, &[]);
    let sent = send(&*store, plain).await;
    let kinds: Vec<_> = sent.streamed.iter().map(|d| d.notification.kind).collect();
    assert_eq!(kinds, [NotificationKind::GiftReceived]);
    let sent = sent.outcome.unwrap();
    let special = gift("ana", "bo", "special", 2 * HOUR_MS, &[HOUR_MS, 2 * HOUR_MS]);
    let second = send(&*store, special).await.outcome.unwrap();

    let store = harness.store().await;
    let both = [second.clone(), sent.clone()];
    assert_eq!(gifts(&*store, "ana", GiftBox::Sent).await, both);
    assert_eq!(gifts(&*store, "bo", GiftBox::Received).await, both);
    assert!(gifts(&*store, "bo", GiftBox::Sent).await.is_empty());
    let told = harness.list(all_of(&"bo".into())).await;
    assert_eq!(told[1].gift_id, Some(sent.id.clone()));

    let store = harness.store().await;
    let peeked = commands::peek(&*store, &"bo".into(), &sent.id, NOW)
        .await
        .unwrap();
    assert_eq!(peeked.outcome.unwrap().state(NOW), GiftState::Opened);
    let store = harness.store().await;
    let again = commands::peek(&*store, &"bo".into(), &second.id, NOW)
        .await
        .unwrap();
    let Err(MatchingRefusal::NoPeeksLeft(at)) = again.outcome else {
        panic!("{again:?}");
    };
    assert!(at > NOW && at.since(NOW) <= 24 * HOUR_MS);
    let found = store.gifts().find(sent.id.clone()).await.unwrap().unwrap();
    assert_eq!(found.opened_at, Some(NOW));
}

pub(crate) async fn sch_182_gifts_open_by_their_time_once_unless_they_were_taken_back(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    add_people(&*store, &["ana", "bo"]).await;
    let first = send(&*store, gift("ana", "bo", "plain", HOUR_MS, &[]))
        .await
        .outcome
        .unwrap();
    let second = send(&*store, gift("ana", "bo", "plain", HOUR_MS, &[]))
        .await
        .outcome
        .unwrap();
    let store = harness.store().await;
    let ana = UserId::from("ana");
    let withdrawn = commands::withdraw_gift(&*store, &ana, &second.id, NOW);
    withdrawn.await.unwrap().outcome.unwrap();
    for of in [("ana", GiftBox::Sent), ("bo", GiftBox::Received)] {
        assert_eq!(
            gifts(&*store, of.0, of.1).await,
            std::slice::from_ref(&first)
        );
    }
    let opened = |now: UnixMs| commands::open_due_gifts(&*store, now);
    assert_eq!(opened(first.opens_at - 1).await.unwrap(), 0);
    assert_eq!(opened(first.opens_at).await.unwrap(), 1);
    assert_eq!(opened(first.opens_at).await.unwrap(), 0, "noted once");
    let found = store.gifts().find(first.id).await.unwrap().unwrap();
    assert_eq!(found.opened_at, Some(first.opens_at));
}

pub(crate) async fn sch_186_the_sessions_of_a_match_share_its_room_and_end_with_it(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    add_people(&*store, &["ana", "bo"]).await;
    let made = crossed(&*store, &[5 * HOUR_MS], &[5 * HOUR_MS]).await;
    let asked = serde_json::from_value(json!({"times": [NOW + 8 * HOUR_MS]})).unwrap();
    let asked = scheduler_core::check_proposal(NOW, asked).unwrap();
    let store = harness.store().await;
    let proposed = commands::propose(&*store, &"ana".into(), &made.id, asked, None, NOW)
        .await
        .unwrap();
    let proposal = proposed.outcome.unwrap();
    let open = store
        .matches()
        .open_proposals(vec![made.id.clone()])
        .await
        .unwrap();
    assert_eq!(open, std::slice::from_ref(&proposal));
    let at = NOW + 8 * HOUR_MS;
    let accepted = commands::accept(&*store, &"bo".into(), &proposal.id, at, NOW)
        .await
        .unwrap();
    let accepted = accepted.outcome.unwrap();

    let store = harness.store().await;
    let stored = store.matches().find_proposal(proposal.id).await.unwrap();
    assert_eq!(stored, Some(accepted.clone()));
    let sessions = store
        .matches()
        .open_sessions(vec![made.id.clone()])
        .await
        .unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(Some(&sessions[1].id), accepted.session_id.as_ref());
    for session in &sessions {
        assert_eq!(session.room_id, made.room_id);
        assert_eq!(session.match_id, Some(made.id.clone()));
    }
    let rooms = store.sessions().rooms_of("bo".into(), 10).await.unwrap();
    let ids: Vec<_> = rooms.into_iter().map(|room| room.id).collect();
    assert_eq!(
        ids,
        std::slice::from_ref(&made.room_id),
        "once, however many sessions"
    );

    let ended = commands::end_match(&*store, &"bo".into(), &made.id, NOW)
        .await
        .unwrap();
    let kinds: Vec<_> = ended.streamed.iter().map(|d| d.notification.kind).collect();
    assert_eq!(kinds, [NotificationKind::SessionCancelled; 4]);
    let store = harness.store().await;
    let left = store.matches().list("ana".into(), None, 10).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
    let left = store.sessions().rooms_of("bo".into(), 10).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
    let over = harness.find(&sessions[0].id).await.unwrap();
    assert_eq!(over.state(NOW), SessionState::Cancelled);
    assert_eq!(over.room_id, made.room_id);
}

pub(crate) async fn sch_186_a_message_in_the_room_of_a_match_is_told_until_it_is_read(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    add_people(&*store, &["ana", "bo"]).await;
    let made = crossed(&*store, &[], &[]).await;
    let unread = |id: &str, user: &str| -> Event {
        serde_json::from_value(json!({
            "id": id, "type": "message.unread", "occurred_at": NOW, "source": "chat",
            "subject": made.room_id, "data": {
                "room_id": made.room_id, "user_id": user, "from": "bo", "seq": 1, "message_id": id,
            },
        }))
        .unwrap()
    };
    let told = harness
        .take(vec![unread("m-1", "ana"), unread("m-2", "ana")])
        .await;
    assert_eq!(told.len(), 1);
    let notification = &told[0].notification;
    assert_eq!(notification.kind, NotificationKind::MessageUnread);
    assert_eq!(notification.match_id, Some(made.id.clone()));
    assert_eq!(notification.with.as_deref(), Some("BO"));
    assert!(harness.take(vec![unread("m-3", "cy")]).await.is_empty());
    let store = harness.store().await;
    commands::end_match(&*store, &"bo".into(), &made.id, NOW)
        .await
        .unwrap();
    drop(store);
    assert!(
        harness.take(vec![unread("m-4", "bo")]).await.is_empty(),
        "the room is closed"
    );
}

pub(crate) async fn sch_187_a_block_lets_nothing_pass_until_it_is_lifted(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    add_people(&*store, &["ana", "bo"]).await;
    let sealed = send(&*store, gift("bo", "ana", "plain", HOUR_MS, &[])).await;
    let made = crossed(&*store, &[], &[]).await;
    let (ana, bo) = (UserId::from("ana"), UserId::from("bo"));
    let store = harness.store().await;
    commands::block(&*store, &ana, &bo, NOW)
        .await
        .unwrap()
        .outcome
        .unwrap();
    let ended = store.matches().find(made.id).await.unwrap().unwrap();
    assert_eq!(ended.ended_at, Some(NOW));
    let listed = store.blocks().list(ana.clone(), None, 10).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0].user_id, listed[0].name.as_str()), (&bo, "BO"));

    let store = harness.store().await;
    let nowhere = send(&*store, gift("bo", "ana", "special", HOUR_MS, &[])).await;
    assert!(nowhere.streamed.is_empty());
    let nowhere = nowhere.outcome.unwrap();
    let arrived: Vec<GiftId> = gifts(&*store, "ana", GiftBox::Received)
        .await
        .into_iter()
        .map(|gift| gift.id)
        .collect();
    assert!(!arrived.contains(&nowhere.id));
    assert!(
        !arrived.contains(&sealed.outcome.unwrap().id),
        "what was sealed stays away"
    );
    assert_eq!(gifts(&*store, "bo", GiftBox::Sent).await[0], nowhere);
    let own = send(&*store, gift("ana", "bo", "plain", HOUR_MS, &[])).await;
    assert!(matches!(own.outcome, Err(MatchingRefusal::Conflict(_))));

    let store = harness.store().await;
    commands::unblock(&*store, &ana, &bo, NOW)
        .await
        .unwrap()
        .outcome
        .unwrap();
    assert!(store.blocks().list(ana, None, 10).await.unwrap().is_empty());
    let special = send(&*store, gift("ana", "bo", "special", HOUR_MS, &[])).await;
    assert_eq!(
        special.outcome.unwrap().match_id,
        None,
        "what went nowhere crosses nothing"
    );
}
