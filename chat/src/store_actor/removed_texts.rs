//! Texts that are taken away: on behalf of who wrote them, in groups as messages are written, or because their time has come.

use std::collections::BTreeSet;

use bus::Fanout;
use chat_core::WriteOutcome;
use service::clock::now;
use tokio::time::Instant;
use wire::{ErrorCode, RoomId};

use super::StoreActor;
use super::batch::PendingDeletion;
use super::circuit_breaker::StoreBreaker;
use crate::store::{StoreError, Stores, TextEnd, TextRemoval, TextRemoved};

/// Texts that are taken away together: each costs a server of MongoDB several answers, and who sends waits meanwhile.
pub(super) const TEXTS_TOGETHER: u32 = 50;

impl<S: Stores, F: Fanout<WriteOutcome>> StoreActor<S, F> {
    /// Takes messages back, then tells everybody.
    pub(super) async fn delete(&mut self, mut deletions: Vec<PendingDeletion>) {
        while !deletions.is_empty() {
            let together = deletions.len().min(TEXTS_TOGETHER as usize);
            let rest = deletions.split_off(together);
            self.delete_together(deletions).await;
            deletions = rest;
        }
    }

    async fn delete_together(&mut self, deletions: Vec<PendingDeletion>) {
        let removal = |PendingDeletion { deletion, .. }: &PendingDeletion| TextRemoval {
            room: deletion.room.clone(),
            seq: deletion.seq,
            end: TextEnd::Deleted(deletion.user.clone()),
            at: now(),
        };
        let removals: Vec<TextRemoval> = deletions.iter().map(removal).collect();
        match self.remove_texts(&removals).await {
            Ok(removed) => self.tell_deleted(deletions, removed),
            Err(error) => {
                let waiting = deletions.into_iter();
                let waiting = waiting.map(|deletion| (deletion.origin, deletion.reply));
                self.refuse_all(waiting, error.report());
            }
        }
    }

    /// Takes texts away. Their rooms are in memory from before: who reads one meanwhile is told of it after.
    pub(super) async fn remove_texts(
        &mut self,
        removals: &[TextRemoval],
    ) -> Result<Vec<TextRemoved>, StoreError> {
        let rooms: BTreeSet<RoomId> = removals.iter().map(|one| one.room.clone()).collect();
        self.keep_rooms(rooms).await?;
        if self.messages_breaker.is_open() {
            return Err(StoreBreaker::messages_error());
        }
        let begun = Instant::now();
        let removed = self.rooms.stores().remove_texts(removals).await;
        self.messages_breaker.note(begun, &removed);
        let removed = removed?;
        if removed
            .iter()
            .any(|one| matches!(one, TextRemoved::Now { .. }))
        {
            self.housekeeping.note_removal();
        }
        Ok(removed)
    }

    fn tell_deleted(&mut self, deletions: Vec<PendingDeletion>, removed: Vec<TextRemoved>) {
        let mut published = Vec::with_capacity(deletions.len());
        let mut replies = Vec::new();
        for (pending, removed) in deletions.into_iter().zip(removed) {
            let PendingDeletion {
                deletion,
                origin,
                reply,
            } = pending;
            let outcome = match removed {
                TextRemoved::Now { changes } => Ok((changes, true)),
                TextRemoved::Before { changes } => Ok((changes, false)),
                TextRemoved::NotTheirs => Err(ErrorCode::Forbidden),
                TextRemoved::NotThere => Err(ErrorCode::NotFound),
            };
            replies.extend(reply.map(|reply| (reply, outcome.map(drop))));
            match (outcome, origin) {
                (Ok((changes, is_new)), origin) => {
                    metrics::counter!("chat_deletes_total").increment(u64::from(is_new));
                    published.push(WriteOutcome::Deleted {
                        deletion,
                        changes,
                        is_new,
                        origin,
                    });
                }
                (Err(code), Some(origin)) => published.push(WriteOutcome::Refused {
                    origin,
                    code,
                    retry_after_ms: None,
                }),
                (Err(_), None) => {}
            }
        }
        self.publish(published);
        for (reply, outcome) in replies {
            // Nobody waits any longer: it is gone all the same.
            reply.send(outcome).ok();
        }
    }
}
