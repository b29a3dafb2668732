//! What a store must do when somebody is erased.

use scheduler_core::{AddressCommand, Feedback, MailKind, SendCommand, check_gift, check_report};
use serde_json::json;
use wire::{Event, LEFT_NAME, Notification, SendGift, SessionState, UserId};

use super::accounts::{add_token, address, signup, token};
use super::addressed_gifts::verify;
use super::harness::{NOW, StoreHarness, action, all_of};
use super::matching::{HOUR_MS, gifts, send};
use super::rooms::group_of;
use crate::commands::{
    self, AskOutcome, SignupCommand, SignupOutcome, ask_for_mail, record_action,
};
use crate::store::{
    GiftBox, PushEndpoint, PushScope, SchedulerStore, SessionFilter, SessionsOf, StoreError,
    StoredAccount, StoredPushSubscription,
};

/// The name of whoever is erased, as others are shown it.
const NAME: &str = "Nahida Canary";
/// Their address without its domain.
const MAILBOX: &str = "nahida.canary.7c1e";
/// A letter that nobody has opened.
const SEALED: &str = "canary-sealed-letter-0be4";
/// What somebody else reports.
const REPORTED: &str = "canary-report-5f0c";
/// A letter that its receiver has.
const OPENED: &str = "canary-opened-letter-d7a2";

async fn sign_up(store: &dyn SchedulerStore, user: &str, mailbox: &str, name: &str) {
    let mut command = SignupCommand {
        sends_mail: true,
        ..signup(user, mailbox)
    };
    name.clone_into(&mut command.account.account.name);
    command.account.account.discoverable = true;
    let outcome = commands::sign_up(store, &command, NOW).await.unwrap();
    assert_eq!(outcome, SignupOutcome::Done);
    let account = &command.account.account;
    let mut work = store.begin().await.unwrap();
    let keys = account.search_keys();
    work.accounts()
        .set_searchable(&account.user, &keys)
        .await
        .unwrap();
    work.commit().await.unwrap();
}

fn letter(from: &str, to: &str, kind: &str, opens_in_ms: i64, text: &str) -> SendCommand {
    let asked: SendGift = serde_json::from_value(json!({
        "to": {"user_id": to}, "kind": kind, "letter": text, "opens_at": NOW + opens_in_ms,
        "times": (kind == "special").then(|| [NOW + HOUR_MS]),
    }))
    .unwrap();
    let giver = UserId::from(from);
    SendCommand {
        content: check_gift(NOW, &giver, asked).unwrap().content,
        to: to.into(),
        giver,
    }
}

async fn send_to_address(store: &dyn SchedulerStore, from: &str, mailbox: &str) {
    verify(store, from).await;
    let SendCommand { giver, content, .. } = letter(from, "cy", "plain", HOUR_MS, SEALED);
    let command = AddressCommand {
        to: address(&format!("{mailbox}@example.org")),
        giver,
        content,
    };
    let sent = commands::send_to_address(store, command, true, None, NOW).await;
    sent.unwrap().outcome.unwrap();
}

/// What names Nahida in her own words and in those of others: reports, and what she said of a session.
async fn said(store: &dyn SchedulerStore) {
    for (by, of, text) in [("nahida", "ed", NAME), ("ed", "nahida", REPORTED)] {
        let asked = json!({"user_id": of, "reason": text, "text": text});
        let asked = check_report(serde_json::from_value(asked).unwrap()).unwrap();
        let sent = commands::report(store, &by.into(), asked, None, NOW).await;
        sent.unwrap().outcome.unwrap();
    }
    let filter = SessionFilter {
        whose: SessionsOf::Person("nahida".into()),
        from: None,
        to: None,
        state: None,
        after: None,
        limit: 1,
    };
    let sessions = store.sessions().list(filter).await.unwrap();
    let feedback = Feedback {
        session: sessions[0].id.clone(),
        user: "nahida".into(),
        score: 5,
        text: Some(NAME.into()),
        given_at: NOW,
        changed_at: None,
        revision: 1,
    };
    let mut work = store.begin().await.unwrap();
    work.feedback().put(&feedback).await.unwrap();
    let hash = format!("feed of {MAILBOX}");
    let optouts = work.mail_addresses();
    optouts.opt_out(&"nahida".into(), NOW).await.unwrap();
    let feed = work.calendar_feeds();
    feed.replace(&"nahida".into(), &hash, NOW).await.unwrap();
    let browser = StoredPushSubscription {
        id: "nahida's browser".to_owned(),
        user: "nahida".into(),
        scope: PushScope::Login("nahida-1".to_owned()),
        endpoint_hash: format!("hash of {MAILBOX}"),
        endpoint: PushEndpoint {
            url: format!("https://push.example/{MAILBOX}").into(),
            p256dh: "key".to_owned(),
            auth: "secret".into(),
            expires_at: None,
            vapid_key: Some("our key".to_owned()),
        },
        created_at: NOW,
    };
    work.push_subscriptions().put(&browser).await.unwrap();
    work.commit().await.unwrap();
}

/// The account of whoever is erased, as it is stored.
pub(crate) async fn stored(store: &dyn SchedulerStore, user: &str) -> StoredAccount {
    store.accounts().find(user.into()).await.unwrap().unwrap()
}

/// Nahida, who is matched with Bo and has a session with him ahead, and to whom Cy has given something sealed.
async fn settled(store: &dyn SchedulerStore) {
    sign_up(store, "nahida", MAILBOX, NAME).await;
    sign_up(store, "bo", "bo", "Bo").await;
    sign_up(store, "cy", "cy", "Cy").await;
    sign_up(store, "ed", "ed", "Ed").await;
    send_to_address(store, "nahida", "somebody").await;
    send_to_address(store, "ed", MAILBOX).await;
    for one in [
        letter("nahida", "bo", "special", HOUR_MS, OPENED),
        letter("bo", "nahida", "special", HOUR_MS, "From Bo."),
        letter("nahida", "cy", "plain", HOUR_MS, SEALED),
        letter("nahida", "cy", "plain", 0, OPENED),
        letter("cy", "nahida", "plain", HOUR_MS, "From Cy."),
    ] {
        send(store, one).await.outcome.unwrap();
    }
    ask_for_mail(store, MailKind::Reset, &"nahida".into(), None, NOW)
        .await
        .unwrap();
    let mut asked = token("nahida", MailKind::Verify, "h");
    asked.email = address(&format!("{MAILBOX}@example.org"));
    add_token(store, &asked).await;
    said(store).await;
    Box::pin(group_of(store, "nahida", &["bo", "nahida"])).await;
    sign_up(store, "di", "di", "Di").await;
    commands::block(store, &"di".into(), &"nahida".into(), NOW)
        .await
        .unwrap()
        .outcome
        .unwrap();
    let mut seen = action("participant.kick", &format!("{MAILBOX}@example.org"));
    seen.detail = Some(format!("mailed to {MAILBOX}@example.org"));
    record_action::<_, StoreError>(store, seen, NOW, || Ok(()))
        .await
        .unwrap();
}

fn unread(room: &wire::RoomId) -> Event {
    serde_json::from_value(json!({
        "id": "m-1", "type": "message.unread", "occurred_at": NOW, "source": "chat", "subject": room,
        "data": {"room_id": room, "user_id": "bo", "from": "nahida", "seq": 1, "message_id": "m-1"},
    }))
    .unwrap()
}

fn names(told: &[Notification]) -> Vec<&str> {
    told.iter().filter_map(|one| one.with.as_deref()).collect()
}

pub(crate) async fn sch_212_of_whoever_was_erased_no_column_holds_name_address_or_sealed_letter(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    settled(&*store).await;
    let made = store.matches().list("bo".into(), None, 10).await.unwrap();
    harness.take(vec![unread(&made[0].room_id)]).await;
    let before = harness.texts().await;
    for text in [NAME, MAILBOX, SEALED, OPENED, &NAME.to_lowercase()] {
        assert!(before.contains(text), "{text} was stored");
    }
    let told = harness.list(all_of(&"bo".into())).await;
    assert!(names(&told).len() >= 3 && names(&told).iter().all(|name| *name == NAME));

    let store = harness.store().await;
    let account = stored(&*store, "nahida").await;
    let told = commands::erase(&*store, &account, NOW).await.unwrap();
    let told: Vec<_> = told.unwrap().into_iter().map(|one| one.user).collect();
    assert_eq!(told, ["bo".into()], "of the session that is called off");
    drop(store);
    let after = harness.texts().await;
    for text in [NAME, MAILBOX, SEALED, &NAME.to_lowercase()] {
        let found = after.find(text).map(|at| &after[at.saturating_sub(300)..]);
        assert!(found.is_none(), "{text} stands in {found:?}");
    }
    assert!(after.contains(OPENED), "others keep what they have opened");
    assert!(
        after.contains(REPORTED),
        "what others report is others' own"
    );
    assert!(after.contains("user.erased"), "the services are told");
    let store = harness.store().await;
    let again = commands::erase(&*store, &account, NOW).await.unwrap();
    assert!(again.is_none());
}

pub(crate) async fn sch_213_others_keep_what_they_have_from_someone_who_has_left(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    settled(&*store).await;
    let made = store.matches().list("bo".into(), None, 10).await.unwrap();
    harness.take(vec![unread(&made[0].room_id)]).await;
    let store = harness.store().await;
    let said = async |store: &dyn SchedulerStore| {
        let feedback = store.exports().feedback("nahida".into(), 10).await;
        let reports = store.exports().reports("nahida".into(), 10).await.unwrap();
        let words = reports.into_iter().map(|one| one.report.reason);
        (feedback.unwrap().len(), words.collect::<Vec<_>>())
    };
    assert_eq!(said(&*store).await, (1, vec![NAME.to_owned()]));
    let account = stored(&*store, "nahida").await;
    commands::erase(&*store, &account, NOW).await.unwrap();
    assert_eq!(said(&*store).await, (0, vec!["erased".to_owned()]));

    let told = harness.list(all_of(&"bo".into())).await;
    assert!(names(&told).len() >= 4 && names(&told).iter().all(|name| *name == LEFT_NAME));
    let store = harness.store().await;
    assert!(
        store
            .matches()
            .list("bo".into(), None, 10)
            .await
            .unwrap()
            .is_empty()
    );
    let ended = store.exports().matches("bo".into(), 10).await.unwrap();
    assert_eq!(ended[0].ended_at, Some(NOW));
    assert_eq!(ended[0].other(&"bo".into()).unwrap().name, LEFT_NAME);
    let filter = SessionFilter {
        whose: SessionsOf::Person("bo".into()),
        from: None,
        to: None,
        state: None,
        after: None,
        limit: 10,
    };
    let sessions = store.sessions().list(filter).await.unwrap();
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0].state(NOW), SessionState::Cancelled);
    assert_eq!(sessions[0].other_name(&"bo".into()).unwrap(), LEFT_NAME);

    let kept = gifts(&*store, "bo", GiftBox::Received).await;
    assert_eq!((kept.len(), kept[0].letter.as_str()), (1, OPENED));
    assert_eq!(kept[0].giver.name, LEFT_NAME);
    let kept = gifts(&*store, "cy", GiftBox::Received).await;
    assert_eq!((kept.len(), kept[0].letter.as_str()), (1, OPENED));
    let sent = gifts(&*store, "cy", GiftBox::Sent).await;
    assert_eq!(sent[0].receiver.name, LEFT_NAME, "it looks as any other");
    assert!(
        store
            .blocks()
            .list("di".into(), None, 10)
            .await
            .unwrap()
            .is_empty()
    );
    let to_nobody = letter("bo", "nahida", "plain", 0, "Are you there?");
    assert!(send(&*store, to_nobody).await.outcome.is_err());

    let account = stored(&*store, "bo").await;
    commands::erase(&*store, &account, NOW).await.unwrap();
    drop(store);
    let store = harness.store().await;
    assert_eq!(
        gifts(&*store, "bo", GiftBox::Received).await,
        [],
        "of a letter between two who have left nothing stays"
    );
}

pub(crate) async fn sch_214_an_address_that_was_erased_is_free_again(mut harness: StoreHarness) {
    let store = harness.store().await;
    settled(&*store).await;
    let account = stored(&*store, "nahida").await;
    commands::erase(&*store, &account, NOW).await.unwrap();
    drop(store);
    let store = harness.store().await;
    let email = address(&format!("{MAILBOX}@example.org"));
    assert!(
        store
            .accounts()
            .find_by_email(email)
            .await
            .unwrap()
            .is_none()
    );
    let login = store.accounts().find_login("hash of nahida-1".into()).await;
    assert!(login.unwrap().is_none());
    sign_up(&*store, "nobody-known", MAILBOX, NAME).await;
    assert!(
        gifts(&*store, "nobody-known", GiftBox::Received)
            .await
            .is_empty()
    );
    assert!(
        store
            .exports()
            .sessions("nobody-known".into(), 10)
            .await
            .unwrap()
            .is_empty()
    );
}

pub(crate) async fn sch_220_leaving_takes_nothing_of_an_address_that_was_never_shown_to_be_theirs(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    sign_up(&*store, "ana", "ana", "Ana").await;
    send_to_address(&*store, "ana", "prey").await;
    let mut asked = Vec::new();
    for taker in ["one", "two", "three", "four"] {
        sign_up(&*store, taker, "prey", taker).await;
        let user = UserId::from(taker);
        asked.push(
            ask_for_mail(&*store, MailKind::Verify, &user, None, NOW)
                .await
                .unwrap(),
        );
        let account = stored(&*store, taker).await;
        commands::erase(&*store, &account, NOW).await.unwrap();
    }
    let queued = |outcome: &&AskOutcome| matches!(outcome, AskOutcome::Queued);
    let count = asked.iter().filter(queued).count();
    assert!(count < 3, "each sign-up is mailed as well: {asked:?}");
    let waiting = store.addressed_gifts().list("ana".into(), None, 10).await;
    assert_eq!(waiting.unwrap().len(), 1);

    let store = harness.store().await;
    sign_up(&*store, "owner", "prey", "Owner").await;
    verify(&*store, "owner").await;
    let claimed = commands::claim_gifts_of(&*store, &"owner".into(), NOW).await;
    assert_eq!(claimed.unwrap().len(), 1);
}
