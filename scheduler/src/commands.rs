//! What the scheduler does to its store: each command loads, asks `scheduler-core`, writes what it
//! returned and commits, in one unit of work, which is run again where it lost to another one. Neither rules
//! nor SQL are here.

mod accounts;
mod applications;
mod apply;
mod audit;
mod booking;
mod calendar_feeds;
mod deliveries;
mod direct_writes;
mod due_jobs;
mod erasures;
mod events;
mod feedback;
mod mails;
mod matching;
mod neighbours;
mod push_subscriptions;
mod questions;

pub(crate) use accounts::{
    ChangeOutcome, SignupCommand, SignupOutcome, add_invite, change_account, change_password,
    end_login, extend_login, forget_accounts_past, log_in, sign_up,
};
pub(crate) use applications::{ApplicationOutcome, change_application};
pub(crate) use audit::{prune_audit, record_action, record_configuration};
pub(crate) use booking::{Executed, book, cancel, change, renew_link};
pub(crate) use calendar_feeds::{replace_calendar_feed, revoke_calendar_feed};
pub(crate) use deliveries::{claim_deliveries, settle_deliveries};
pub(crate) use direct_writes::{
    add_api_key, forget_answers, mark_key_used, mark_read, revoke_api_key, revoke_other_api_keys,
};
pub(crate) use due_jobs::{ClaimedBatch, claim_due, settle};
pub(crate) use erasures::erase;
pub(crate) use events::take_batch;
pub(crate) use feedback::{FeedbackOutcome, give_feedback};
pub(crate) use mails::{
    AskOutcome, ConfirmOutcome, ask_for_mail, claim_mail, confirm_email, refuse_mails,
    reset_password, settle_mail,
};
pub(crate) use matching::{
    MatchingExecuted, accept, block, claim_gifts_of, claim_recent_gifts, decline, end_match,
    make_match, open_due_gifts, peek, propose, read_gift, report, send_gift, send_to_address,
    unblock, withdraw_gift, withdraw_proposal,
};
pub(crate) use push_subscriptions::{
    PushSubscriptionCommand, subscribe_to_push, unsubscribe_from_push,
};
pub(crate) use questions::question_at;

use uuid::Uuid;

/// A new id: a UUIDv7, which sorts after every one that this process made before.
fn new_id() -> String {
    Uuid::now_v7().to_string()
}
