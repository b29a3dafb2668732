//! What a store must do about gifts to addresses, the mails that tell of them, and peeks over a change of zone.

use scheduler_core::{
    AddressCommand, AddressedGift, EmailAddress, Gift, MailKind, MatchingRefusal, check_gift,
};
use serde_json::json;
use wire::{GiftKind, GiftState, SendGift, UnixMs, UserId};

use super::accounts::{address, signup};
use super::harness::{NOW, StoreHarness};
use super::matching::{HOUR_MS, gift, gifts, send};
use crate::commands::{self, SignupOutcome};
use crate::store::{GiftBox, MailFate, SchedulerStore, StoredMail, address_hash};

/// Somebody who has shown that `<id>@example.org` is theirs.
pub(crate) async fn add_verified(store: &dyn SchedulerStore, id: &str) {
    let command = signup(id, id);
    let outcome = commands::sign_up(store, &command, NOW).await.unwrap();
    assert_eq!(outcome, SignupOutcome::Done);
    verify(store, id).await;
}

/// Shows that an account's address is its person's.
pub(crate) async fn verify(store: &dyn SchedulerStore, id: &str) {
    let mut work = store.begin().await.unwrap();
    let mut stored = work.accounts().find(&id.into()).await.unwrap().unwrap();
    stored.account.email_verified = true;
    work.accounts().update(&stored).await.unwrap();
    work.commit().await.unwrap();
}

/// A gift to `<to>@example.org` that opens so many milliseconds from now.
pub(crate) async fn send_to(
    store: &dyn SchedulerStore,
    [from, to]: [&str; 2],
    kind: GiftKind,
    opens_in_ms: i64,
    times: &[i64],
) -> Result<AddressedGift, MatchingRefusal> {
    let times: Vec<_> = times.iter().map(|ms| NOW + *ms).collect();
    let asked: SendGift = serde_json::from_value(json!({
        "to": {"email": format!("{to}@example.org")}, "kind": kind, "letter": "Shall we?",
        "opens_at": NOW + opens_in_ms, "times": if times.is_empty() { None } else { Some(times) },
    }))
    .unwrap();
    let giver = UserId::from(from);
    let command = AddressCommand {
        content: check_gift(NOW, &giver, asked).unwrap().content,
        to: address(&format!("{to}@example.org")),
        giver,
    };
    let sent = commands::send_to_address(store, command, true, None, NOW);
    sent.await.unwrap().outcome
}

async fn mails(store: &dyn SchedulerStore) -> Vec<StoredMail> {
    let due = store.mails().due(NOW, 100).await.unwrap();
    let of_gifts = due
        .into_iter()
        .filter(|one| one.mail.kind == MailKind::Gift);
    of_gifts.collect()
}

pub(crate) async fn sch_228_a_gift_waits_for_its_address_and_is_claimed_once_it_is_shown(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    add_verified(&*store, "ana").await;
    let outcome = commands::sign_up(&*store, &signup("bo", "bo"), NOW).await;
    assert_eq!(outcome.unwrap(), SignupOutcome::Done);
    let sent = send_to(
        &*store,
        ["ana", "bo"],
        GiftKind::Special,
        HOUR_MS,
        &[HOUR_MS],
    )
    .await;
    let sent = sent.unwrap();
    let twice = send_to(&*store, ["ana", "bo"], GiftKind::Special, HOUR_MS, &[]).await;
    assert!(matches!(twice, Err(MatchingRefusal::Conflict(_))));

    let store = harness.store().await;
    let waiting = store.addressed_gifts();
    assert_eq!(
        waiting.find(sent.id.clone()).await.unwrap(),
        Some(sent.clone())
    );
    let listed = waiting.list("ana".into(), None, 10).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&sent));
    assert!(gifts(&*store, "ana", GiftBox::Sent).await.is_empty());
    let claim = async |store: &dyn SchedulerStore| {
        commands::claim_gifts_of(store, &"bo".into(), NOW)
            .await
            .unwrap()
    };
    assert!(
        claim(&*store).await.is_empty(),
        "an unverified account counts as none"
    );
    verify(&*store, "bo").await;

    let store = harness.store().await;
    assert_eq!(claim(&*store).await.len(), 1);
    assert!(claim(&*store).await.is_empty(), "once");
    let recent = commands::claim_recent_gifts(&*store, NOW).await.unwrap();
    assert!(recent.is_empty());
    let received = gifts(&*store, "bo", GiftBox::Received).await;
    assert_eq!(received.len(), 1);
    assert_eq!(
        received[0].sent_to.as_ref().map(EmailAddress::text),
        Some("bo@example.org")
    );
    assert_eq!(received[0].letter, "Shall we?");
    assert_eq!(gifts(&*store, "ana", GiftBox::Sent).await, received);
    let listed = store.addressed_gifts().list("ana".into(), None, 10).await;
    assert!(listed.unwrap().is_empty());
    let opened = commands::open_due_gifts(&*store, received[0].opens_at);
    assert_eq!(opened.await.unwrap(), 0, "its time alone does not open it");
    let twice = send_to(&*store, ["ana", "bo"], GiftKind::Special, HOUR_MS, &[]).await;
    assert!(
        matches!(twice, Err(MatchingRefusal::Conflict(_))),
        "as before it was claimed"
    );

    let store = harness.store().await;
    let at = received[0].opens_at;
    let read = commands::read_gift(&*store, &"bo".into(), &sent.id, at).await;
    assert_eq!(read.unwrap().outcome.unwrap().state(at), GiftState::Opened);
    let crossing = send(&*store, gift("bo", "ana", "special", 0, &[])).await;
    assert!(crossing.outcome.unwrap().match_id.is_some());
}

pub(crate) async fn sch_228_a_gift_that_was_taken_back_comes_to_nobody_and_counts_in_its_day(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    add_verified(&*store, "ana").await;
    add_verified(&*store, "bo").await;
    let to_bo = async |store: &dyn SchedulerStore| {
        send_to(store, ["ana", "bo"], GiftKind::Plain, HOUR_MS, &[]).await
    };
    let (first, second) = (to_bo(&*store).await.unwrap(), to_bo(&*store).await.unwrap());
    let ana = UserId::from("ana");
    let taken = commands::withdraw_gift(&*store, &ana, &first.id, NOW).await;
    taken.unwrap().outcome.unwrap();

    let store = harness.store().await;
    assert_eq!(
        commands::claim_recent_gifts(&*store, NOW)
            .await
            .unwrap()
            .len(),
        1
    );
    let received = gifts(&*store, "bo", GiftBox::Received).await;
    let ids: Vec<_> = received.into_iter().map(|gift: Gift| gift.id).collect();
    assert_eq!(ids, std::slice::from_ref(&second.id));
    let taken = commands::withdraw_gift(&*store, &ana, &second.id, NOW).await;
    taken.unwrap().outcome.unwrap();
    assert!(gifts(&*store, "bo", GiftBox::Received).await.is_empty());
    for _ in 0..18 {
        to_bo(&*store).await.unwrap();
    }
    let more = to_bo(&*store).await;
    assert!(
        matches!(more, Err(MatchingRefusal::QuotaExceeded(_))),
        "{more:?}"
    );
    let to_a_person = send(&*store, gift("ana", "bo", "plain", 0, &[])).await;
    assert!(matches!(
        to_a_person.outcome,
        Err(MatchingRefusal::QuotaExceeded(_))
    ));
}

pub(crate) async fn sch_230_an_address_gets_five_mails_a_day_and_none_once_they_are_refused(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    add_verified(&*store, "ana").await;
    for _ in 0..6 {
        let sent = send_to(&*store, ["ana", "bo"], GiftKind::Plain, 0, &[]).await;
        sent.unwrap();
    }
    let store = harness.store().await;
    let waiting = mails(&*store).await;
    assert_eq!(waiting.len(), 5);
    let bo = address("bo@example.org");
    commands::refuse_mails(&*store, &address_hash(&bo), NOW)
        .await
        .unwrap();
    commands::refuse_mails(&*store, &address_hash(&bo), NOW + 1)
        .await
        .unwrap();
    let claim = commands::claim_mail(&*store, &waiting[0], None, NOW + HOUR_MS);
    assert!(!claim.await.unwrap(), "what waits is not sent either");
    assert_eq!(mails(&*store).await.len(), 4);

    let store = harness.store().await;
    let to_cy = async |store: &dyn SchedulerStore| {
        send_to(store, ["ana", "cy"], GiftKind::Plain, 0, &[])
            .await
            .unwrap()
    };
    let taken_back = to_cy(&*store).await;
    let of_cy = async |store: &dyn SchedulerStore| {
        let all = mails(store).await.into_iter();
        all.filter(|one| one.mail.to.text() == "cy@example.org")
            .collect::<Vec<_>>()
    };
    let mail = of_cy(&*store).await.remove(0);
    assert_eq!(mail.mail.gift, Some(taken_back.id.clone()));
    let ana = UserId::from("ana");
    let withdrawn = commands::withdraw_gift(&*store, &ana, &taken_back.id, NOW);
    withdrawn.await.unwrap().outcome.unwrap();
    assert!(
        !commands::claim_mail(&*store, &mail, None, NOW + HOUR_MS)
            .await
            .unwrap()
    );
    to_cy(&*store).await;
    let mail = of_cy(&*store).await.remove(0);
    assert!(
        commands::claim_mail(&*store, &mail, None, NOW + HOUR_MS)
            .await
            .unwrap()
    );
    let mut work = store.begin().await.unwrap();
    work.mails()
        .settle(&mail.mail.id, &MailFate::Sent)
        .await
        .unwrap();
    work.commit().await.unwrap();
    let refused = address("dee@example.org");
    commands::refuse_mails(&*store, &address_hash(&refused), NOW)
        .await
        .unwrap();
    send_to(&*store, ["ana", "dee"], GiftKind::Plain, 0, &[])
        .await
        .unwrap();
    let all = mails(&*store).await;
    assert!(all.iter().all(|one| one.mail.to != refused));
}

/// The day of 23 hours in Berlin, and the zone of who peeks changes in between.
pub(crate) async fn sch_221_no_mail_tells_of_a_gift_from_somebody_who_is_blocked(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for one in ["ana", "bo"] {
        add_verified(&*store, one).await;
    }
    commands::block(&*store, &"bo".into(), &"ana".into(), NOW)
        .await
        .unwrap()
        .outcome
        .unwrap();
    let sent = send_to(&*store, ["ana", "bo"], GiftKind::Plain, 0, &[]).await;
    assert_eq!(sent.unwrap().to.text(), "bo@example.org");
    assert!(mails(&*store).await.is_empty());
    commands::unblock(&*store, &"bo".into(), &"ana".into(), NOW)
        .await
        .unwrap()
        .outcome
        .unwrap();
    let sent = send_to(&*store, ["ana", "bo"], GiftKind::Plain, 0, &[]).await;
    sent.unwrap();
    assert_eq!(mails(&*store).await.len(), 1);
}

pub(crate) async fn sch_239_a_peek_is_one_a_day_over_daylight_saving_and_a_change_of_zone(
    mut harness: StoreHarness,
) {
    /// 2030-03-30T23:30:00Z: half an hour into the 31st in Berlin, which has 23 hours.
    const NIGHT: UnixMs = UnixMs(1_901_143_800_000);
    /// 2030-03-31T22:00:00Z: the next midnight there, by summer time.
    const MIDNIGHT: UnixMs = UnixMs(1_901_224_800_000);
    let store = harness.store().await;
    add_verified(&*store, "ana").await;
    add_verified(&*store, "bo").await;
    let zone = async |store: &dyn SchedulerStore, zone: &str| {
        let change = serde_json::from_value(json!({"time_zone": zone})).unwrap();
        let bo = UserId::from("bo");
        let changed = commands::change_account(store, (&bo, "bo-1"), &change, NIGHT);
        assert!(matches!(
            changed.await.unwrap(),
            commands::ChangeOutcome::Done(_)
        ));
    };
    zone(&*store, "Europe/Berlin").await;
    let mut sent = Vec::new();
    for _ in 0..4 {
        let gift = gift("ana", "bo", "plain", 100 * 24 * HOUR_MS, &[]);
        sent.push(send(&*store, gift).await.outcome.unwrap().id);
    }
    let peek = async |store: &dyn SchedulerStore, at: usize, now: UnixMs| {
        let peeked = commands::peek(store, &"bo".into(), &sent[at], now).await;
        peeked.unwrap().outcome.map(|_| ())
    };
    assert_eq!(peek(&*store, 0, NIGHT).await, Ok(()));
    let store = harness.store().await;
    let used = Err(MatchingRefusal::NoPeeksLeft(MIDNIGHT));
    assert_eq!(peek(&*store, 1, MIDNIGHT - 1).await, used);
    // In Auckland it is the next day already: that moves nothing.
    zone(&*store, "Pacific/Auckland").await;
    let store = harness.store().await;
    assert_eq!(peek(&*store, 1, MIDNIGHT - 1).await, used);
    assert_eq!(peek(&*store, 1, MIDNIGHT).await, Ok(()));
    // From then on days are Auckland's: that of the first of April ends at 11:00Z.
    let next = MIDNIGHT + 13 * HOUR_MS;
    let used = Err(MatchingRefusal::NoPeeksLeft(next));
    assert_eq!(peek(&*store, 2, next - 1).await, used);
    assert_eq!(peek(&*store, 2, next).await, Ok(()));
}
