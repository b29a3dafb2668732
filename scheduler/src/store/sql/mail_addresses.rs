//! Addresses of mails, by their hashes, and who wants no mails.

use scheduler_core::{EmailAddress, MailAddress, PEOPLE};
use storage::{FromRow, Row, query};
use wire::{Notify, UnixMs, UserId};

use super::unit_of_work::SqlUnitOfWork;
use super::{SqlStore, unreadable};
use crate::store::{
    MailAddressQueries, MailAddressRepository, MailReader, StoreError, StoreFuture,
};

const ADD: &str = "INSERT INTO mail_addresses (address_hash, day_at, sent) VALUES (?1, ?2, 0) \
     ON CONFLICT (address_hash) DO NOTHING";

impl MailAddressQueries for SqlStore {
    fn reader(&self, user: UserId) -> StoreFuture<'_, Option<MailReader>> {
        Box::pin(async move {
            let row: Option<ReaderRow> = query(
                "SELECT u.application, u.name, u.email AS given, u.locale, u.time_zone, a.email, \
                 a.email_verified, a.notify, o.at FROM users u \
                 LEFT JOIN accounts a ON a.user_id = u.id \
                 LEFT JOIN email_optouts o ON o.user_id = u.id WHERE u.id = ?1",
            )
            .bind(user.as_str())
            .fetch_optional(&mut self.db.read().await?)
            .await?;
            row.map_or(Ok(None), ReaderRow::into_reader)
        })
    }

    fn refused(&self, address_hash: String) -> StoreFuture<'_, Option<(UnixMs, String)>> {
        Box::pin(async move {
            let row: Option<(UnixMs, Option<String>)> = query(
                "SELECT refused_at, reason FROM mail_addresses \
                 WHERE address_hash = ?1 AND refused_at IS NOT NULL",
            )
            .bind(address_hash)
            .fetch_optional(&mut self.db.read().await?)
            .await?;
            Ok(row.map(|(at, reason)| (at, reason.unwrap_or_default())))
        })
    }
}

impl MailAddressRepository for SqlUnitOfWork {
    fn find<'a>(&'a mut self, address_hash: &'a str) -> StoreFuture<'a, MailAddress> {
        Box::pin(async move {
            query(ADD)
                .bind(address_hash)
                .bind(UnixMs(0))
                .execute(&mut self.tx)
                .await?;
            let (refused_at, day_at, sent): (Option<UnixMs>, UnixMs, u32) = query(
                "SELECT refused_at, day_at, sent FROM mail_addresses WHERE address_hash = ?1 FOR UPDATE",
            )
            .bind(address_hash)
            .fetch_one(&mut self.tx)
            .await?;
            Ok(MailAddress {
                refused_at,
                day_at,
                sent,
            })
        })
    }

    fn count<'a>(
        &'a mut self,
        address_hash: &'a str,
        address: &'a MailAddress,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query("UPDATE mail_addresses SET day_at = ?1, sent = ?2 WHERE address_hash = ?3")
                .bind(address.day_at)
                .bind(address.sent)
                .bind(address_hash)
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }

    fn mark_refused<'a>(
        &'a mut self,
        address_hash: &'a str,
        at: UnixMs,
        reason: &'a str,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query(ADD)
                .bind(address_hash)
                .bind(at)
                .execute(&mut self.tx)
                .await?;
            query(
                "UPDATE mail_addresses SET refused_at = ?1, reason = ?2 \
                 WHERE address_hash = ?3 AND refused_at IS NULL",
            )
            .bind(at)
            .bind(reason)
            .bind(address_hash)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn unmark<'a>(&'a mut self, address_hash: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query(
                "UPDATE mail_addresses SET refused_at = NULL, reason = NULL \
                 WHERE address_hash = ?1 AND refused_at IS NOT NULL",
            )
            .bind(address_hash)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn opt_out<'a>(&'a mut self, user: &'a UserId, at: UnixMs) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let person: Option<(String,)> = query("SELECT id FROM users WHERE id = ?1 FOR UPDATE")
                .bind(user.as_str())
                .fetch_optional(&mut self.tx)
                .await?;
            if person.is_none() {
                return Ok(());
            }
            query(
                "INSERT INTO email_optouts (user_id, at) VALUES (?1, ?2) \
                 ON CONFLICT (user_id) DO NOTHING",
            )
            .bind(user.as_str())
            .bind(at)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn opt_in<'a>(&'a mut self, user: &'a UserId) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query("DELETE FROM email_optouts WHERE user_id = ?1")
                .bind(user.as_str())
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }
}

struct ReaderRow {
    application: String,
    name: String,
    given: Option<String>,
    locale: Option<String>,
    time_zone: Option<String>,
    email: Option<String>,
    email_verified: Option<bool>,
    notify: Option<String>,
    opted_out_at: Option<UnixMs>,
}

impl FromRow for ReaderRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self {
            application: row.get("application")?,
            name: row.get("name")?,
            given: row.get("given")?,
            locale: row.get("locale")?,
            time_zone: row.get("time_zone")?,
            email: row.get("email")?,
            email_verified: row.get("email_verified")?,
            notify: row.get("notify")?,
            opted_out_at: row.get("at")?,
        })
    }
}

impl ReaderRow {
    fn into_reader(self) -> Result<Option<MailReader>, StoreError> {
        let has_account = self.application == PEOPLE;
        let address = match has_account {
            true => self.email.filter(|_| self.email_verified == Some(true)),
            false => self.given,
        };
        let Some(to) = address.as_deref().and_then(EmailAddress::parse) else {
            return Ok(None);
        };
        let wants_mails = match self.notify {
            Some(notify) => {
                let notify: Notify =
                    serde_json::from_str(&notify).map_err(|_| unreadable("an account"))?;
                notify.email
            }
            None => true,
        };
        Ok(Some(MailReader {
            to,
            application: self.application,
            name: self.name,
            locale: self.locale,
            time_zone: self.time_zone,
            is_opted_out: self.opted_out_at.is_some() || !wants_mails,
        }))
    }
}
