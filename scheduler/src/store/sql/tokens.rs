//! Tokens of mails, by their hashes.

use scheduler_core::{EmailAddress, MailKind};
use storage::{FromRow, Row, query};
use wire::{UnixMs, UserId};

use super::unit_of_work::SqlUnitOfWork;
use super::unreadable;
use crate::store::{StoreError, StoreFuture, StoredToken, TokenRepository};

impl TokenRepository for SqlUnitOfWork {
    fn add<'a>(&'a mut self, token: &'a StoredToken) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query(
                "INSERT INTO account_tokens (hash, kind, user_id, email, login_id, expires_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )
            .bind(&token.hash)
            .bind(token.kind.name())
            .bind(token.user.as_str())
            .bind(token.email.text())
            .bind(token.login.as_deref())
            .bind(token.expires_at)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn take<'a>(&'a mut self, hash: &'a str) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let taken = query("DELETE FROM account_tokens WHERE hash = ?1")
                .bind(hash)
                .execute(&mut self.tx)
                .await?;
            Ok(taken == 1)
        })
    }

    fn void<'a>(&'a mut self, user: &'a UserId, kind: Option<MailKind>) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query("DELETE FROM account_tokens WHERE user_id = ?1 AND (?2 IS NULL OR kind = ?2)")
                .bind(user.as_str())
                .bind(kind.map(MailKind::name))
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }
}

/// A token, still as text and numbers.
pub(super) struct TokenRow {
    hash: String,
    kind: String,
    user: String,
    email: String,
    login: Option<String>,
    expires_at: UnixMs,
}

impl FromRow for TokenRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self {
            hash: row.get("hash")?,
            kind: row.get("kind")?,
            user: row.get("user_id")?,
            email: row.get("email")?,
            login: row.get("login_id")?,
            expires_at: row.get("expires_at")?,
        })
    }
}

impl TokenRow {
    pub(super) fn into_token(self) -> Result<StoredToken, StoreError> {
        let wrong = || unreadable("a token");
        Ok(StoredToken {
            hash: self.hash,
            kind: MailKind::from_name(&self.kind).ok_or_else(wrong)?,
            user: UserId(self.user),
            email: EmailAddress::parse(&self.email).ok_or_else(wrong)?,
            login: self.login,
            expires_at: self.expires_at,
        })
    }
}
