//! Taking a person out of every table that holds anything of them.
//!
//! A new table with a name, an address or a text of somebody has a statement here, and rows in the rule of the contract
//! that looks into every column afterwards.

use scheduler_core::{EmailAddress, LEFT, Match, forget_name};
use storage::{Outbox, Statement, query};
use wire::{LEFT_NAME, UnixMs, UserId};

use super::matches::in_force;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{ErasureRepository, StoreError, StoreFuture};

/// Matches of one person: 20 gifts a day for 13 years.
const MAX_MATCHES: u32 = 100_000;

/// What is deleted; `?1` is the person.
const DELETED: [&str; 14] = [
    "DELETE FROM searchable_names WHERE user_id = ?1",
    "DELETE FROM logins WHERE user_id = ?1",
    "DELETE FROM account_tokens WHERE user_id = ?1",
    "DELETE FROM accounts WHERE user_id = ?1",
    "DELETE FROM mails WHERE user_id = ?1",
    "DELETE FROM jobs WHERE user_id = ?1 \
     AND session_id IN (SELECT session_id FROM participants WHERE user_id = ?1)",
    "DELETE FROM notifications WHERE user_id = ?1",
    "DELETE FROM peeks WHERE user_id = ?1",
    "DELETE FROM calendar_feeds WHERE user_id = ?1",
    "DELETE FROM session_feedback WHERE user_id = ?1",
    // Those that are claimed are gifts, which have nothing of this.
    "DELETE FROM addressed_gifts WHERE giver_id = ?1",
    "DELETE FROM blocks WHERE by_id = ?1",
    "DELETE FROM blocks WHERE user_id = ?1",
    // Both have left: nobody can read it any more. Their accounts are gone by now.
    "DELETE FROM gifts WHERE (giver_id = ?1 OR receiver_id = ?1) \
     AND giver_id NOT IN (SELECT user_id FROM accounts) \
     AND receiver_id NOT IN (SELECT user_id FROM accounts)",
];

/// Where others have their name; `?1` is the person, `?2` what stands there from now on.
const NAMED: [&str; 5] = [
    "UPDATE participants SET name = ?2 WHERE user_id = ?1",
    "UPDATE notifications SET with_name = ?2 WHERE with_name IS NOT NULL \
     AND user_id IN (SELECT other.user_id FROM participants own \
       JOIN participants other ON other.session_id = own.session_id WHERE own.user_id = ?1) \
     AND session_id IN (SELECT session_id FROM participants WHERE user_id = ?1)",
    "UPDATE notifications SET with_name = ?2 WHERE with_name IS NOT NULL \
     AND user_id IN (SELECT low_id FROM matches WHERE high_id = ?1 \
       UNION SELECT high_id FROM matches WHERE low_id = ?1) \
     AND id IN (SELECT s.notification_id FROM notification_subjects s \
       JOIN matches m ON m.id = s.match_id WHERE m.low_id = ?1 OR m.high_id = ?1)",
    // That there was a report stays, and its words go: they may name anybody.
    "UPDATE audit SET detail = ?2 WHERE detail IS NOT NULL \
     AND subject IN (SELECT id FROM reports WHERE by_id = ?1 OR user_id = ?1)",
    "UPDATE reports SET reason = ?2, text = NULL WHERE by_id = ?1 OR user_id = ?1",
];

/// Gifts of `?1` that reached nobody by `?2`, with what was said of them, and those that do not reach them any more. One
/// to an address is opened by whoever reads it, and never by the time alone.
const GIFTS: [&str; 3] = [
    "DELETE FROM notifications WHERE id IN (SELECT s.notification_id FROM notification_subjects s \
       JOIN gifts g ON g.id = s.gift_id WHERE g.giver_id = ?1 AND (g.fate <> 'delivered' OR (g.opened_at IS NULL \
       AND (g.opens_at > ?2 OR g.id IN (SELECT gift_id FROM addressed_gifts)))))",
    "DELETE FROM gifts WHERE giver_id = ?1 AND (fate <> 'delivered' OR (opened_at IS NULL \
       AND (opens_at > ?2 OR id IN (SELECT gift_id FROM addressed_gifts))))",
    "UPDATE gifts SET fate = 'undelivered' WHERE receiver_id = ?1 AND fate = 'delivered' AND opened_at IS NULL \
       AND (opens_at > ?2 OR id IN (SELECT gift_id FROM addressed_gifts))",
];

impl ErasureRepository for SqlUnitOfWork {
    fn matches<'a>(&'a mut self, user: &'a UserId) -> StoreFuture<'a, Vec<Match>> {
        Box::pin(in_force(&mut self.tx, user, None, MAX_MATCHES))
    }

    fn lock_sessions<'a>(&'a mut self, user: &'a UserId) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query(
                "SELECT id FROM sessions WHERE id IN \
                 (SELECT session_id FROM participants WHERE user_id = ?1) ORDER BY id FOR UPDATE",
            )
            .bind(user.as_str())
            .fetch_all::<(String,)>(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn erase<'a>(
        &'a mut self,
        user: &'a UserId,
        email: &'a EmailAddress,
        now: UnixMs,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            for statement in GIFTS {
                self.run(query(statement).bind(user.as_str()).bind(now))
                    .await?;
            }
            for statement in DELETED {
                self.run(query(statement).bind(user.as_str())).await?;
            }
            for statement in NAMED {
                self.run(query(statement).bind(user.as_str()).bind(LEFT_NAME))
                    .await?;
            }
            self.forget_address(email).await?;
            self.forget_answers(user.as_str()).await?;
            self.forget_answers(email.text()).await?;
            Outbox::rewrite(&mut self.tx, user.as_str(), |event| {
                forget_name(&mut event.data, user);
            })
            .await?;
            self.leave_tenant(user).await?;
            Ok(self.tx.note_erasure().await?)
        })
    }
}

impl SqlUnitOfWork {
    async fn run(&mut self, statement: Statement<'_>) -> Result<(), StoreError> {
        statement.execute(&mut self.tx).await?;
        Ok(())
    }

    /// Mails and gifts to the address, and what the audit log says of it.
    async fn forget_address(&mut self, email: &EmailAddress) -> Result<(), StoreError> {
        let gifts = query("DELETE FROM addressed_gifts WHERE email_key = ?1");
        self.run(gifts.bind(email.key())).await?;
        let mails = query("DELETE FROM mails WHERE address_key = ?1");
        self.run(mails.bind(email.key())).await?;
        let subjects = query("UPDATE audit SET subject = ?1 WHERE subject = ?2");
        self.run(subjects.bind(LEFT_NAME).bind(email.text()))
            .await?;
        let details = query("UPDATE audit SET detail = ?1 WHERE detail LIKE ?2");
        let holding = format!("%{}%", email.text());
        self.run(details.bind(LEFT_NAME).bind(holding)).await
    }

    /// Answers to people that have that text: a repeat is a new command then.
    async fn forget_answers(&mut self, text: &str) -> Result<(), StoreError> {
        let answers = query("DELETE FROM idempotency WHERE application = ?1 AND answer LIKE ?2");
        let naming = format!("%{text}%");
        self.run(answers.bind(scheduler_core::PEOPLE).bind(naming))
            .await
    }

    async fn leave_tenant(&mut self, user: &UserId) -> Result<(), StoreError> {
        let statement = query(
            "UPDATE users SET application = ?1, name = ?2, email = NULL, locale = NULL, time_zone = NULL \
             WHERE id = ?3",
        );
        let statement = statement.bind(LEFT).bind(LEFT_NAME).bind(user.as_str());
        self.run(statement).await
    }
}
