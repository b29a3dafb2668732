//! Which channels a notification goes to.

use wire::{Notification, NotificationChannel, NotificationKind, Notify, SessionId, UnixMs};

use super::{Delivery, DeliveryContent, DeliveryState, NewDelivery};
use crate::ids::NewId;
use crate::notification::NewNotification;

/// How long news is worth a push or a mail, in milliseconds: a day.
const NEWS_LIFE_MS: i64 = 86_400_000;
/// How long after the start it is worth saying that the lobby is open, in milliseconds.
const OPENED_LIFE_MS: i64 = 600_000;

/// How a person can be told of something, and how they want to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The application that named them, or [`crate::PEOPLE`].
    pub application: String,
    /// BCP 47 language tag, if it is known.
    pub locale: Option<String>,
    /// IANA time zone, if it is known.
    pub time_zone: Option<String>,
    /// What may be used at all.
    pub channels: Vec<NotificationChannel>,
    /// What they chose.
    pub notify: Notify,
    /// True where a mail would reach them.
    pub has_email: bool,
    /// Their browsers that show pushes.
    pub subscriptions: Vec<PushedBrowser>,
}

/// A browser that shows pushes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedBrowser {
    /// Id of its subscription.
    pub subscription: String,
    /// Of one that came by a join link: the session that it is told of, and of nothing else.
    pub session: Option<SessionId>,
}

impl Recipient {
    /// The browsers that are to show a notification.
    fn browsers_for(&self, notification: &Notification) -> impl Iterator<Item = &PushedBrowser> {
        let is_told = |browser: &&PushedBrowser| {
            browser.session.is_none() || browser.session == notification.session_id
        };
        self.subscriptions.iter().filter(is_told)
    }
}

/// The deliveries of a notification that was stored at `now`: in the list at once, and by each channel that its person
/// has and chose.
#[must_use]
pub fn plan_deliveries(
    now: UnixMs,
    new: &NewNotification,
    recipient: &Recipient,
    new_id: NewId<'_>,
) -> Vec<NewDelivery> {
    let may_use = |channel| recipient.channels.contains(&channel);
    let kind = new.notification.kind;
    let kinds = recipient.notify.kinds.as_ref();
    let is_chosen = kinds.is_none_or(|kinds| kinds.contains(&kind));
    let mut planned = vec![];
    if may_use(NotificationChannel::InApp) {
        let in_app = delivery(
            now,
            new,
            recipient,
            (NotificationChannel::InApp, None),
            new_id,
        );
        planned.push((in_app, DeliveryState::Sent));
    }
    if is_chosen && recipient.notify.push && may_use(NotificationChannel::Push) {
        for browser in recipient.browsers_for(&new.notification) {
            let to = (
                NotificationChannel::Push,
                Some(browser.subscription.as_str()),
            );
            let push = delivery(now, new, recipient, to, new_id);
            planned.push((push, DeliveryState::Pending));
        }
    }
    let by_email = recipient.has_email && recipient.notify.email && is_worth_a_mail(kind);
    if is_chosen && by_email && may_use(NotificationChannel::Email) {
        let mail = delivery(
            now,
            new,
            recipient,
            (NotificationChannel::Email, None),
            new_id,
        );
        planned.push((mail, DeliveryState::Pending));
    }
    let stored = |(delivery, state)| NewDelivery { delivery, state };
    planned.into_iter().map(stored).collect()
}

/// A mail is read too late for the news that a lobby is open.
fn is_worth_a_mail(kind: NotificationKind) -> bool {
    kind != NotificationKind::SessionOpened
}

fn delivery(
    now: UnixMs,
    new: &NewNotification,
    recipient: &Recipient,
    (channel, target): (NotificationChannel, Option<&str>),
    new_id: NewId<'_>,
) -> Delivery {
    let to = target.unwrap_or_else(|| new.user.as_str());
    Delivery {
        id: new_id(),
        key: format!("{}:{}:{to}", new.cause, channel.name()),
        channel,
        kind: new.notification.kind.name().to_owned(),
        application: recipient.application.clone(),
        user: Some(new.user.clone()),
        session: new.notification.session_id.clone(),
        target: target.map(str::to_owned),
        lane: None,
        content: DeliveryContent::Notification(Box::new(new.notification.clone())),
        attempts: 0,
        term: 0,
        due_at: now,
        expires_at: Some(expires_at(now, &new.notification)),
        created_at: now,
    }
}

/// When a notification is of no use any more to whoever has not seen it.
fn expires_at(now: UnixMs, notification: &Notification) -> UnixMs {
    match (notification.kind, notification.starts_at) {
        (NotificationKind::SessionReminder, Some(starts_at)) => starts_at,
        (NotificationKind::SessionOpened, Some(starts_at)) => starts_at.max(now) + OPENED_LIFE_MS,
        _ => now + NEWS_LIFE_MS,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::booking::tests::NOW;
    use crate::notification::notify;
    use crate::session::BookedSession;
    use crate::settlement::tests::{counted, session};

    fn recipient() -> Recipient {
        Recipient {
            application: "shop".to_owned(),
            locale: None,
            time_zone: None,
            channels: vec![
                NotificationChannel::InApp,
                NotificationChannel::Push,
                NotificationChannel::Email,
            ],
            notify: Notify::default(),
            has_email: true,
            subscriptions: vec![browser("phone", None), browser("laptop", None)],
        }
    }

    fn browser(subscription: &str, session: Option<&SessionId>) -> PushedBrowser {
        PushedBrowser {
            subscription: subscription.to_owned(),
            session: session.cloned(),
        }
    }

    fn news(session: &BookedSession, kind: NotificationKind) -> NewNotification {
        let [user, _] = session.users();
        notify(session, user, kind, "job:j", NOW, &mut counted())
    }

    /// A reminder by e-mail, as it is planned.
    pub(crate) fn reminder(session: &BookedSession) -> Delivery {
        let new = news(session, NotificationKind::SessionReminder);
        let planned = plan_deliveries(NOW, &new, &recipient(), &mut counted());
        planned.last().unwrap().delivery.clone()
    }

    fn ways(kind: NotificationKind, recipient: &Recipient) -> Vec<String> {
        let new = news(&session(), kind);
        let planned = plan_deliveries(NOW, &new, recipient, &mut counted());
        let way = |new: NewDelivery| format!("{} {}", new.delivery.key, new.state.name());
        planned.into_iter().map(way).collect()
    }

    #[test]
    fn sch_365_a_notification_goes_by_each_channel_that_its_person_has_and_chose() {
        let all = recipient();
        let [ana, _] = session().users();
        let reminder = NotificationKind::SessionReminder;
        let in_app = format!("job:j:in_app:{ana} sent");
        let email = format!("job:j:email:{ana} pending");
        let (phone, laptop) = ("job:j:push:phone pending", "job:j:push:laptop pending");
        assert_eq!(
            ways(reminder, &all),
            [in_app.as_str(), phone, laptop, email.as_str()]
        );
        let opened = ways(NotificationKind::SessionOpened, &all);
        assert_eq!(opened, [in_app.as_str(), phone, laptop]);
        let mut silent = all.clone();
        silent.notify.kinds = Some(vec![NotificationKind::MessageUnread]);
        assert_eq!(ways(reminder, &silent), [in_app.as_str()]);
        let mut by_mail = all.clone();
        by_mail.notify.push = false;
        assert_eq!(ways(reminder, &by_mail), [in_app.as_str(), email.as_str()]);
        let mut addressless = all.clone();
        addressless.has_email = false;
        addressless.subscriptions.clear();
        assert_eq!(ways(reminder, &addressless), [in_app.as_str()]);
        let mut webhook_alone = all;
        webhook_alone.channels = vec![NotificationChannel::Webhook];
        assert!(ways(reminder, &webhook_alone).is_empty());
    }

    #[test]
    fn sch_284_a_page_of_a_join_link_is_pushed_what_is_of_its_session_alone() {
        let own = session();
        let other = SessionId::from("another");
        let mut both = recipient();
        both.channels = vec![NotificationChannel::Push];
        both.subscriptions = vec![
            browser("page", Some(&own.id)),
            browser("elsewhere", Some(&other)),
        ];
        let reminder = ways(NotificationKind::SessionReminder, &both);
        assert_eq!(reminder, ["job:j:push:page pending"]);
        let mut of_none = news(&own, NotificationKind::GiftReceived);
        of_none.notification.session_id = None;
        let planned = plan_deliveries(NOW, &of_none, &both, &mut counted());
        assert!(planned.is_empty());
    }
}
