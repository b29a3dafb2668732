//! The channel of mails: a notification becomes a mail to its person's address, with the calendar object where the session was
//! booked, moved or called off. Who gets none is decided when it is sent, because addresses and wishes change meanwhile.

mod answers;
mod composing;
mod templates;
mod words;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scheduler_core::{
    BackOff, ChannelAnswer, Delivery, DeliveryContent, DeliveryShares, MailSuppression,
};
use service::clock;
use sha2::{Digest as _, Sha256};
use wire::{Notification, NotificationChannel, NotificationKind, UnixMs, UserId};

pub(crate) use self::composing::MailComposer;
pub(crate) use self::templates::check_templates;

use self::answers::{MailAnswer, answer_to, waits_ms};
use super::{AnswerFuture, Channel};
use crate::commands;
use crate::config::EmailPace;
use crate::email::Mailer;
use crate::store::{StoreError, StoreFuture, UnitOfWork, address_hash};

/// Mails in flight at once.
const AT_ONCE: usize = 8;
/// How long one attempt may take, in milliseconds: the mail server's minute, and what the store needs.
const LIMIT_MS: i64 = 70_000;
/// Refused addresses that are kept for the settling of their deliveries: far more than are in flight.
const MAX_REFUSED: usize = 1_000;

/// Sends notifications as mails.
pub(crate) struct EmailChannel {
    /// None where no mail server is configured: then nothing is sent, and each delivery that was planned is missed.
    pub(crate) mailer: Option<Arc<Mailer>>,
    pub(crate) composer: MailComposer,
    pub(crate) pace: EmailPace,
    pub(crate) refused: RefusedAddresses,
}

/// Hashes of the addresses that deliveries, by their ids, were refused at: each is marked when its delivery is settled.
#[derive(Default)]
pub(crate) struct RefusedAddresses {
    hashes: Mutex<HashMap<String, String>>,
}

impl EmailChannel {
    async fn attempt(&self, delivery: &Delivery, key: &str) -> Result<ChannelAnswer, StoreError> {
        let (Some(user), Some(notification)) = (&delivery.user, notification_of(delivery)) else {
            let reason = "no mail tells of it".to_owned();
            return Ok(ChannelAnswer::Refused { reason });
        };
        let Some(mailer) = &self.mailer else {
            let reason = "no_mail_server".to_owned();
            return Ok(ChannelAnswer::Off { reason });
        };
        let news = (user, notification);
        match self.send_to(news, delivery, (mailer, key)).await? {
            Ok(answer) => Ok(answer),
            Err(suppression) => Ok(ChannelAnswer::Suppressed {
                reason: suppression.name().to_owned(),
            }),
        }
    }

    async fn send_to(
        &self,
        (user, notification): (&UserId, &Notification),
        delivery: &Delivery,
        (mailer, key): (&Mailer, &str),
    ) -> Result<Result<ChannelAnswer, MailSuppression>, StoreError> {
        let store = &*self.composer.store;
        let Some(reader) = store.mail_addresses().reader(user.clone()).await? else {
            return Ok(Err(MailSuppression::NoAddress));
        };
        if self.was_told_before(notification).await? {
            return Ok(Err(MailSuppression::ToldBefore));
        }
        let is_again = delivery.attempts > 1;
        let limit = self.pace.daily_limit;
        let admitted = commands::admit_mail(store, &reader, limit, is_again, clock::now()).await?;
        if let Err(suppression) = admitted {
            return Ok(Err(suppression));
        }
        let news = (user, notification, delivery.created_at);
        let from = mailer.from();
        let mail = match self
            .composer
            .compose(news, &reader, from, &message_id(key))
            .await?
        {
            Ok(mail) => mail,
            Err(reason) => return Ok(Ok(ChannelAnswer::Refused { reason })),
        };
        let answer = match mailer.send(&mail).await {
            Ok(()) => MailAnswer::Sent,
            Err(failure) => answer_to(&failure),
        };
        metrics::counter!("notification_mails_total", "result" => answer.name()).increment(1);
        if let MailAnswer::Gone { .. } = answer {
            self.refused.note(&delivery.id, address_hash(&reader.to));
        }
        Ok(Ok(answer.for_delivery(self.pace)))
    }

    /// A gift to an address was told of by a mail when it was sent.
    async fn was_told_before(&self, notification: &Notification) -> Result<bool, StoreError> {
        let (NotificationKind::GiftReceived, Some(gift)) =
            (notification.kind, &notification.gift_id)
        else {
            return Ok(false);
        };
        let addressed = self
            .composer
            .store
            .addressed_gifts()
            .find(gift.clone())
            .await?;
        Ok(addressed.is_some())
    }
}

impl RefusedAddresses {
    fn note(&self, delivery: &str, hash: String) {
        let mut hashes = self.lock();
        if hashes.len() >= MAX_REFUSED {
            hashes.clear();
        }
        hashes.insert(delivery.to_owned(), hash);
    }

    /// The hash of a delivery's address. Settling may be run again: it stays until there are many.
    fn of(&self, delivery: &str) -> Option<String> {
        self.lock().get(delivery).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.hashes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Channel for EmailChannel {
    fn name(&self) -> NotificationChannel {
        NotificationChannel::Email
    }

    fn back_off(&self) -> BackOff {
        BackOff {
            waits_ms: waits_ms(self.pace),
            jitter: true,
        }
    }

    fn shares(&self) -> DeliveryShares {
        DeliveryShares::undivided(AT_ONCE)
    }

    fn limit_ms(&self) -> i64 {
        LIMIT_MS
    }

    fn send<'a>(&'a self, delivery: &'a Delivery, key: &'a str) -> AnswerFuture<'a> {
        Box::pin(self.attempt(delivery, key))
    }

    fn settled<'a>(
        &'a self,
        work: &'a mut dyn UnitOfWork,
        delivery: &'a Delivery,
        answer: &'a ChannelAnswer,
        now: UnixMs,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let ChannelAnswer::Gone { reason } = answer else {
                return Ok(());
            };
            let Some(hash) = self.refused.of(&delivery.id) else {
                return Ok(());
            };
            let addresses = work.mail_addresses();
            addresses.mark_refused(&hash, now, reason).await
        })
    }
}

fn notification_of(delivery: &Delivery) -> Option<&Notification> {
    match &delivery.content {
        DeliveryContent::Notification(notification) => Some(notification),
        DeliveryContent::Event(_) | DeliveryContent::Absent => None,
    }
}

/// What stands before the `@` of the `Message-ID`: a hash of the key, which names people and sessions.
fn message_id(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(key))
}
