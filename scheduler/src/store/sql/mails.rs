//! Mails, in the order in which they are due.

use scheduler_core::{EmailAddress, MailKind, NewMail};
use storage::{FromRow, Row, SqlConnection, query};
use wire::{GiftId, UnixMs};

use super::tokens::TokenRow;
use super::unit_of_work::SqlUnitOfWork;
use super::{SqlStore, unreadable};
use crate::store::{
    MailFate, MailQueries, MailRepository, StoreError, StoreFuture, StoredMail, StoredToken,
    address_hash,
};

/// Characters of a reason that are kept.
const MAX_REASON_CHARS: usize = 300;
const ADD_RECIPIENT: &str =
    "INSERT INTO mail_recipients (address_hash) VALUES (?1) ON CONFLICT (address_hash) DO NOTHING";

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
            .bind(detail(mail))
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
    ) -> StoreFuture<'a, Vec<(MailKind, UnixMs)>> {
        Box::pin(async move {
            lock_recipient(&mut self.tx, to).await?;
            // Those to somebody who was erased have the hash alone.
            let rows: Vec<(String, UnixMs)> = query(
                "SELECT kind, created_at FROM mails WHERE address_key IN (?1, ?2) AND created_at > ?3",
            )
            .bind(to.key())
            .bind(address_hash(to))
            .bind(after)
            .fetch_all(&mut self.tx)
            .await?;
            let read = |(kind, at): (String, UnixMs)| {
                let kind = MailKind::from_name(&kind);
                kind.map(|kind| (kind, at))
                    .ok_or_else(|| unreadable("a mail"))
            };
            rows.into_iter().map(read).collect()
        })
    }

    fn is_refused<'a>(&'a mut self, to: &'a EmailAddress) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let refused_at = lock_recipient(&mut self.tx, to).await?;
            Ok(refused_at.is_some())
        })
    }

    fn refuse<'a>(&'a mut self, address_hash: &'a str, at: UnixMs) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query(ADD_RECIPIENT)
                .bind(address_hash)
                .execute(&mut self.tx)
                .await?;
            query(
                "UPDATE mail_recipients SET refused_at = coalesce(refused_at, ?1) WHERE address_hash = ?2",
            )
            .bind(at)
            .bind(address_hash)
            .execute(&mut self.tx)
            .await?;
            Ok(())
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
}

/// The row of an address, locked: when mails of gifts were refused there, if they were.
async fn lock_recipient(
    connection: &mut dyn SqlConnection,
    to: &EmailAddress,
) -> Result<Option<UnixMs>, StoreError> {
    let hash = address_hash(to);
    query(ADD_RECIPIENT).bind(&hash).execute(connection).await?;
    let (refused_at,): (Option<UnixMs>,) =
        query("SELECT refused_at FROM mail_recipients WHERE address_hash = ?1 FOR UPDATE")
            .bind(&hash)
            .fetch_one(connection)
            .await?;
    Ok(refused_at)
}

/// The gift of a mail that tells of one, and the login of any other.
fn detail(mail: &NewMail) -> Option<&str> {
    match mail.kind {
        MailKind::Gift => mail.gift.as_ref().map(GiftId::as_str),
        MailKind::Verify | MailKind::Reset => mail.login.as_deref(),
    }
}

struct MailRow {
    id: String,
    kind: String,
    address: String,
    user: Option<String>,
    detail: Option<String>,
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
            detail: row.get("detail")?,
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
        let kind = MailKind::from_name(&self.kind).ok_or_else(wrong)?;
        let (gift, login) = match kind {
            MailKind::Gift => (self.detail.map(GiftId), None),
            MailKind::Verify | MailKind::Reset => (None, self.detail),
        };
        Ok(StoredMail {
            mail: NewMail {
                id: self.id,
                kind,
                to: EmailAddress::parse(&self.address).ok_or_else(wrong)?,
                user: self.user.ok_or_else(wrong)?.into(),
                login,
                gift,
                locale: self.locale,
                created_at: self.created_at,
            },
            attempts: self.attempts,
            due_at: self.due_at,
        })
    }
}
