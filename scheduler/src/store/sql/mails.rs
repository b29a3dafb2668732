//! Mails, in the order in which they are due.

use scheduler_core::{EmailAddress, MailKind, NewMail};
use storage::{FromRow, Row, query};
use wire::UnixMs;

use super::tokens::TokenRow;
use super::unit_of_work::SqlUnitOfWork;
use super::{SqlStore, unreadable};
use crate::store::{
    MailFate, MailQueries, MailRepository, StoreError, StoreFuture, StoredMail, StoredToken,
};

/// Characters of a reason that are kept.
const MAX_REASON_CHARS: usize = 300;

impl MailQueries for SqlStore {
    fn due(&self, now: UnixMs, limit: u32) -> StoreFuture<'_, Vec<StoredMail>> {
        Box::pin(async move {
            let rows: Vec<MailRow> = query(
                "SELECT id, kind, address, user_id, detail, locale, created_at, due_at, attempts \
                 FROM mails WHERE state = 'due' AND due_at <= ?1 ORDER BY due_at, id LIMIT ?2",
            )
            .bind(now)
            .bind(limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            rows.into_iter().map(MailRow::into_mail).collect()
        })
    }

    fn find_token(&self, hash: String, now: UnixMs) -> StoreFuture<'_, Option<StoredToken>> {
        Box::pin(async move {
            let row: Option<TokenRow> = query(
                "SELECT hash, kind, user_id, email, login_id, expires_at FROM account_tokens \
                 WHERE hash = ?1 AND expires_at > ?2",
            )
            .bind(hash)
            .bind(now)
            .fetch_optional(&mut self.db.read().await?)
            .await?;
            row.map(TokenRow::into_token).transpose()
        })
    }
}

impl MailRepository for SqlUnitOfWork {
    fn add<'a>(&'a mut self, mail: &'a NewMail) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query(
                "INSERT INTO mails (id, kind, address, address_key, user_id, detail, locale, created_at, \
                 due_at, attempts, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 'due')",
            )
            .bind(&mail.id)
            .bind(mail.kind.name())
            .bind(mail.to.text())
            .bind(mail.to.key())
            .bind(mail.user.as_str())
            .bind(mail.login.as_deref())
            .bind(&mail.locale)
            .bind(mail.created_at)
            .bind(mail.created_at)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn since<'a>(
        &'a mut self,
        to: &'a EmailAddress,
        after: UnixMs,
    ) -> StoreFuture<'a, Vec<UnixMs>> {
        Box::pin(async move {
            let rows: Vec<(UnixMs,)> =
                query("SELECT created_at FROM mails WHERE address_key = ?1 AND created_at > ?2")
                    .bind(to.key())
                    .bind(after)
                    .fetch_all(&mut self.tx)
                    .await?;
            Ok(rows.into_iter().map(|(at,)| at).collect())
        })
    }

    fn claim<'a>(&'a mut self, mail: &'a StoredMail, until: UnixMs) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let claimed = query(
                "UPDATE mails SET due_at = ?1, attempts = attempts + 1 \
                 WHERE id = ?2 AND state = 'due' AND due_at = ?3",
            )
            .bind(until)
            .bind(&mail.mail.id)
            .bind(mail.due_at)
            .execute(&mut self.tx)
            .await?;
            Ok(claimed == 1)
        })
    }

    fn settle<'a>(&'a mut self, id: &'a str, fate: &'a MailFate) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let (state, due_at, reason) = match fate {
                MailFate::Sent => ("sent", None, None),
                MailFate::Again { at, reason } => ("due", Some(*at), Some(reason)),
                MailFate::Dead { reason } => ("dead", None, Some(reason)),
            };
            let cut = |reason: &String| reason.chars().take(MAX_REASON_CHARS).collect::<String>();
            query(
                "UPDATE mails SET state = ?1, due_at = coalesce(?2, due_at), reason = ?3 WHERE id = ?4",
            )
            .bind(state)
            .bind(due_at)
            .bind(reason.map(cut))
            .bind(id)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn forget<'a>(&'a mut self, before: UnixMs) -> StoreFuture<'a, u64> {
        Box::pin(async move {
            let statement =
                query("DELETE FROM mails WHERE created_at < ?1 AND state <> 'due'").bind(before);
            Ok(statement.execute(&mut self.tx).await?)
        })
    }
}

struct MailRow {
    id: String,
    kind: String,
    address: String,
    user: Option<String>,
    login: Option<String>,
    locale: String,
    created_at: UnixMs,
    due_at: UnixMs,
    attempts: u32,
}

impl FromRow for MailRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self {
            id: row.get("id")?,
            kind: row.get("kind")?,
            address: row.get("address")?,
            user: row.get("user_id")?,
            login: row.get("detail")?,
            locale: row.get("locale")?,
            created_at: row.get("created_at")?,
            due_at: row.get("due_at")?,
            attempts: row.get("attempts")?,
        })
    }
}

impl MailRow {
    fn into_mail(self) -> Result<StoredMail, StoreError> {
        let wrong = || unreadable("a mail");
        Ok(StoredMail {
            mail: NewMail {
                id: self.id,
                kind: MailKind::from_name(&self.kind).ok_or_else(wrong)?,
                to: EmailAddress::parse(&self.address).ok_or_else(wrong)?,
                user: self.user.ok_or_else(wrong)?.into(),
                login: self.login,
                locale: self.locale,
                created_at: self.created_at,
            },
            attempts: self.attempts,
            due_at: self.due_at,
        })
    }
}
