//! Invitations, by their hashes.

use storage::query;
use wire::UnixMs;

use super::unit_of_work::SqlUnitOfWork;
use crate::store::{InviteRepository, StoreFuture};

impl InviteRepository for SqlUnitOfWork {
    fn add<'a>(
        &'a mut self,
        hash: &'a str,
        now: UnixMs,
        expires_at: UnixMs,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query("INSERT INTO invites (hash, created_at, expires_at) VALUES (?1, ?2, ?3)")
                .bind(hash)
                .bind(now)
                .bind(expires_at)
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }

    fn take<'a>(&'a mut self, hash: &'a str, now: UnixMs) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let taken = query("DELETE FROM invites WHERE hash = ?1 AND expires_at > ?2")
                .bind(hash)
                .bind(now)
                .execute(&mut self.tx)
                .await?;
            Ok(taken == 1)
        })
    }
}
