//! Taking a person out of every table that holds anything of them.
//!
//! A new table with a name, an address or a text of somebody has a statement here, and rows in the rule of the contract
//! that looks into every column afterwards.

use scheduler_core::{Account, EmailAddress, LEFT, Match, forget_name};
use storage::{Outbox, Statement, query};
use wire::{LEFT_NAME, UnixMs, UserId};

use super::matches::in_force;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{ErasureRepository, StoreError, StoreFuture, address_hash};

/// Matches of one person: 20 gifts a day for 13 years.
const MAX_MATCHES: u32 = 100_000;

/// What is deleted; `?1` is the person.
const DELETED: &[&str] = &[
    "DELETE FROM searchable_names WHERE user_id = ?1",
    "DELETE FROM push_subscriptions WHERE user_id = ?1",
    "DELETE FROM logins WHERE user_id = ?1",
    "DELETE FROM account_tokens WHERE user_id = ?1",
    "DELETE FROM accounts WHERE user_id = ?1",
    "DELETE FROM due_jobs WHERE user_id = ?1 AND subject_kind = 'session' \
     AND subject_id IN (SELECT session_id FROM participants WHERE user_id = ?1)",
    // Of the rooms of their sessions and matches, also of those that are over.
    "DELETE FROM due_jobs WHERE user_id = ?1 AND subject_kind = 'room' \
     AND subject_id IN (SELECT s.room_id FROM sessions s JOIN participants p ON p.session_id = s.id WHERE p.user_id = ?1 \
       UNION SELECT room_id FROM matches WHERE low_id = ?1 UNION SELECT room_id FROM matches WHERE high_id = ?1)",
    // Of the groups that they were in: nothing is left of who was.
    "DELETE FROM due_jobs WHERE user_id = ?1 AND subject_kind = 'room' \
     AND subject_id IN (SELECT g.room_id FROM notification_rooms g \
       JOIN notifications n ON n.id = g.notification_id WHERE n.user_id = ?1)",
    "DELETE FROM room_members WHERE user_id = ?1",
    "DELETE FROM notifications WHERE user_id = ?1",
    "DELETE FROM deliveries WHERE user_id = ?1",
    "DELETE FROM peeks WHERE user_id = ?1",
    "DELETE FROM person_revisions WHERE user_id = ?1",
    "DELETE FROM email_optouts WHERE user_id = ?1",
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
const NAMED: [&str; 3] = [
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
];

/// The words of `?1`'s reports: that there was one stays. What others report of them is others' own.
const REPORTED: [&str; 2] = [
    "UPDATE audit SET detail = 'erased' WHERE detail IS NOT NULL \
     AND subject IN (SELECT id FROM reports WHERE by_id = ?1)",
    "UPDATE reports SET reason = 'erased', text = NULL WHERE by_id = ?1",
];

/// Takes the address `?2` out of mails: `?1`, its hash, stays in its place.
macro_rules! forget_mails {
    ($which:literal) => {
        concat!(
            "UPDATE mails SET address = '', address_key = ?1, user_id = NULL, detail = NULL, reason = NULL, \
             state = CASE WHEN state = 'due' THEN 'dead' ELSE state END WHERE address_key = ?2",
            $which
        )
    };
}

/// Mails of `?3`'s to an address of their own.
const FORGET_OWN_MAILS: &str = forget_mails!(" AND user_id = ?3 AND kind <> 'gift'");
const FORGET_ALL_MAILS: &str = forget_mails!("");

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

    fn erase<'a>(&'a mut self, account: &'a Account, now: UnixMs) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let Account { user, email, .. } = account;
            self.forget_mails(account).await?;
            for statement in REPORTED {
                self.run(query(statement).bind(user.as_str())).await?;
            }
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
            self.forget_address(account).await?;
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

    /// Their mails to addresses of their own, and to an address that they have shown to be theirs those of others, too. Each
    /// stays without its address, under the hash of it: whoever signs up and leaves again gets no more mails for that.
    async fn forget_mails(&mut self, account: &Account) -> Result<(), StoreError> {
        let user = account.user.as_str();
        let theirs = "SELECT DISTINCT address FROM mails WHERE user_id = ?1 AND kind <> 'gift'";
        let theirs: Vec<(String,)> = query(theirs).bind(user).fetch_all(&mut self.tx).await?;
        let theirs = theirs
            .iter()
            .filter_map(|(text,)| EmailAddress::parse(text));
        for address in theirs {
            let own = query(FORGET_OWN_MAILS).bind(address_hash(&address));
            self.run(own.bind(address.key()).bind(user)).await?;
        }
        let email = &account.email;
        if account.email_verified {
            let all = query(FORGET_ALL_MAILS).bind(address_hash(email));
            self.run(all.bind(email.key())).await?;
        }
        let of_gifts = query(
            "UPDATE mails SET user_id = NULL, detail = NULL, \
             state = CASE WHEN state = 'due' THEN 'dead' ELSE state END WHERE user_id = ?1",
        );
        self.run(of_gifts.bind(user)).await
    }

    /// Gifts to the address, if it is theirs for certain, and what the audit log says of it.
    async fn forget_address(&mut self, account: &Account) -> Result<(), StoreError> {
        let email = &account.email;
        if account.email_verified {
            let gifts = query("DELETE FROM addressed_gifts WHERE email_key = ?1");
            self.run(gifts.bind(email.key())).await?;
        }
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
