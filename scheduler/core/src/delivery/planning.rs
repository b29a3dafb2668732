//! Which channels a notification goes to: what the application allows, what its person can be reached by and chose, and
//! what is worth it.

use wire::{Notification, NotificationChannel, NotificationKind, Notify, SessionId, UnixMs};

use super::quiet_hours::is_quiet;
use super::{Delivery, DeliveryContent, DeliveryState, NewDelivery};
use crate::ids::NewId;
use crate::notification::NewNotification;

/// Deliveries of one notification to one person. They have ten subscriptions at most: this is for what goes wrong.
const MAX_DELIVERIES: usize = 50;
/// How long news is worth a push or a mail, in milliseconds: a day.
const NEWS_LIFE_MS: i64 = 86_400_000;
/// How long after the start it is worth saying that the lobby is open, in milliseconds.
const OPENED_LIFE_MS: i64 = 600_000;

/// How a person can be told of something, and how they want to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The application that named them, or [`crate::PEOPLE`].
    pub application: String,
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

/// Why a channel that would reach a person is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Suppression {
    /// Their application uses it no more.
    ChannelOff,
    /// They want nothing by it.
    TurnedOff,
    /// They want nothing of that kind.
    KindOff,
    /// They are not to be disturbed now.
    QuietHours,
}

impl Suppression {
    fn name(self) -> &'static str {
        match self {
            Suppression::ChannelOff => "channel_off",
            Suppression::TurnedOff => "turned_off",
            Suppression::KindOff => "kind_off",
            Suppression::QuietHours => "quiet_hours",
        }
    }
}

/// The deliveries of a notification that was stored at `now`: in the list at once, and by each channel that would reach
/// its person, who may have chosen that it does not. A message that waits is only listed; what tells of it elsewhere is
/// the digest with their number.
#[must_use]
pub fn plan_deliveries(
    now: UnixMs,
    new: &NewNotification,
    recipient: &Recipient,
    new_id: NewId<'_>,
) -> Vec<NewDelivery> {
    let mut planned = Vec::new();
    let mut add = |channel, target: Option<&str>, state| {
        if planned.len() < MAX_DELIVERIES {
            let delivery = delivery(now, new, recipient, (channel, target), new_id);
            planned.push(NewDelivery { delivery, state });
        }
    };
    let is_digest = new.notification.count.is_some();
    if recipient.channels.contains(&NotificationChannel::InApp) && !is_digest {
        add(NotificationChannel::InApp, None, DeliveryState::Sent);
    }
    let reaching = [NotificationChannel::Push, NotificationChannel::Email]
        .into_iter()
        .filter(|channel| recipient.is_worth(*channel, &new.notification));
    for channel in reaching {
        match recipient.suppression(now, channel, &new.notification) {
            Some(why) => {
                let why = why.name().to_owned();
                add(channel, None, DeliveryState::Suppressed(why));
            }
            None if channel == NotificationChannel::Push => {
                for browser in recipient.browsers_for(&new.notification) {
                    let subscription = Some(browser.subscription.as_str());
                    add(channel, subscription, DeliveryState::Pending);
                }
            }
            None => add(channel, None, DeliveryState::Pending),
        }
    }
    planned
}

impl Recipient {
    /// Where a delivery stands that was planned before, if by what its person and their application want now it is not to go
    /// out any more.
    #[must_use]
    pub fn turns_away(&self, now: UnixMs, delivery: &Delivery) -> Option<DeliveryState> {
        let DeliveryContent::Notification(notification) = &delivery.content else {
            return None;
        };
        let why = match self.channels.contains(&delivery.channel) {
            true => self.suppression(now, delivery.channel, notification)?,
            false => Suppression::ChannelOff,
        };
        Some(DeliveryState::Suppressed(why.name().to_owned()))
    }

    /// The browsers that are to show a notification.
    fn browsers_for(&self, notification: &Notification) -> impl Iterator<Item = &PushedBrowser> {
        let is_told = |browser: &&PushedBrowser| {
            browser.session.is_none() || browser.session == notification.session_id
        };
        self.subscriptions.iter().filter(is_told)
    }

    /// True where a channel may be used, would reach them, and is not too much or too slow for that kind.
    fn is_worth(&self, channel: NotificationChannel, notification: &Notification) -> bool {
        let would_reach = match channel {
            NotificationChannel::Push => self.browsers_for(notification).next().is_some(),
            NotificationChannel::Email => self.has_email,
            NotificationChannel::InApp | NotificationChannel::Webhook => false,
        };
        let is_mail = channel == NotificationChannel::Email;
        let is_worth_it = match notification.kind {
            // Who was there knows it, and who was not finds it in their list.
            NotificationKind::SessionMissed => false,
            // A mail is read too late for it.
            NotificationKind::SessionOpened => !is_mail,
            // The digest, by one of the two: a push, where they take it.
            NotificationKind::MessageUnread => {
                notification.count.is_some() && (!is_mail || !self.takes_push(notification))
            }
            _ => true,
        };
        is_worth_it && would_reach && self.channels.contains(&channel)
    }

    fn takes_push(&self, notification: &Notification) -> bool {
        self.notify.push && self.is_worth(NotificationChannel::Push, notification)
    }

    /// What they chose that keeps a notification from a channel that would reach them.
    fn suppression(
        &self,
        now: UnixMs,
        channel: NotificationChannel,
        notification: &Notification,
    ) -> Option<Suppression> {
        let is_on = match channel {
            NotificationChannel::Push => self.notify.push,
            NotificationChannel::Email => self.notify.email,
            NotificationChannel::InApp | NotificationChannel::Webhook => true,
        };
        let kinds = self.notify.kinds.as_ref();
        if !is_on {
            Some(Suppression::TurnedOff)
        } else if kinds.is_some_and(|kinds| !kinds.contains(&notification.kind)) {
            Some(Suppression::KindOff)
        } else if self.is_quiet(now) && !self.is_called_to(notification) {
            Some(Suppression::QuietHours)
        } else {
            None
        }
    }

    fn is_quiet(&self, at: UnixMs) -> bool {
        let quiet = self.notify.quiet.as_ref();
        quiet.is_some_and(|quiet| is_quiet(at, quiet, self.time_zone.as_deref()))
    }

    /// True for the reminder of a session that itself lies in their quiet hours: they mean to be up.
    fn is_called_to(&self, notification: &Notification) -> bool {
        let is_reminder = notification.kind == NotificationKind::SessionReminder;
        is_reminder && notification.starts_at.is_some_and(|at| self.is_quiet(at))
    }
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
        attempts_before: 0,
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
pub(crate) mod tests;
