//! Browsers in which somebody is logged in.

use storage::query;
use wire::{UnixMs, UserId};

use super::unit_of_work::SqlUnitOfWork;
use crate::store::{LoginRepository, StoreFuture, StoredLogin};

impl LoginRepository for SqlUnitOfWork {
    fn insert<'a>(&'a mut self, login: &'a StoredLogin) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query(
                "INSERT INTO logins (id, user_id, hash, created_at, last_used_at, expires_at, user_agent) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )
            .bind(&login.id)
            .bind(login.user.as_str())
            .bind(&login.hash)
            .bind(login.created_at)
            .bind(login.last_used_at)
            .bind(login.expires_at)
            .bind(login.user_agent.as_deref())
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn extend<'a>(
        &'a mut self,
        id: &'a str,
        used_at: UnixMs,
        expires_at: UnixMs,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query("UPDATE logins SET last_used_at = ?1, expires_at = ?2 WHERE id = ?3")
                .bind(used_at)
                .bind(expires_at)
                .bind(id)
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }

    fn end<'a>(&'a mut self, user: &'a UserId, id: &'a str) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let ended = query("DELETE FROM logins WHERE id = ?1 AND user_id = ?2")
                .bind(id)
                .bind(user.as_str())
                .execute(&mut self.tx)
                .await?;
            Ok(ended == 1)
        })
    }

    fn end_others<'a>(
        &'a mut self,
        user: &'a UserId,
        except: Option<&'a str>,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query("DELETE FROM logins WHERE user_id = ?1 AND (?2 IS NULL OR id <> ?2)")
                .bind(user.as_str())
                .bind(except)
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }

    fn end_beyond<'a>(&'a mut self, user: &'a UserId, keep: u32) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let newest: Vec<(String,)> =
                query("SELECT id FROM logins WHERE user_id = ?1 ORDER BY id DESC LIMIT ?2")
                    .bind(user.as_str())
                    .bind(keep)
                    .fetch_all(&mut self.tx)
                    .await?;
            if newest.len() < keep as usize {
                return Ok(());
            }
            let oldest = newest.last().map(|(id,)| id.as_str());
            query("DELETE FROM logins WHERE user_id = ?1 AND id < ?2")
                .bind(user.as_str())
                .bind(oldest)
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }
}
