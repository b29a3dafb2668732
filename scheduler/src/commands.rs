//! What the scheduler does to its store: each command loads, asks `scheduler-core`, writes what it
//! returned and commits, in one unit of work, which is run again where it lost to another one. Neither rules
//! nor SQL are here.

mod accounts;
mod appends;
mod applications;
mod apply;
mod audit;
mod booking;
mod calendar_feeds;
mod deliveries;
mod delivery_plans;
mod direct_writes;
mod due_jobs;
mod erasures;
mod events;
mod fact_backlogs;
mod feedback;
mod job_claims;
mod job_failures;
mod mail_addresses;
mod mails;
mod matching;
mod neighbours;
mod push_subscriptions;
mod questions;
mod redelivery;
mod retention;
mod retry_job;
mod rooms;
mod schedules;
mod webhooks;

pub(crate) use accounts::{
    ChangeOutcome, SignupCommand, SignupOutcome, add_invite, change_account, change_password,
    end_login, extend_login, log_in, sign_up,
};
pub(crate) use applications::{ApplicationOutcome, change_application};
pub(crate) use audit::{prune_audit, record_action, record_configuration};
pub(crate) use booking::{Executed, book, cancel, change, renew_link};
pub(crate) use calendar_feeds::{replace_calendar_feed, revoke_calendar_feed};
pub(crate) use deliveries::{claim_deliveries, release_lost_claims, settle_deliveries};
pub(crate) use direct_writes::{
    add_api_key, mark_all_read, mark_key_used, mark_read, revoke_api_key, revoke_other_api_keys,
};
pub(crate) use due_jobs::settle;
pub(crate) use erasures::erase;
pub(crate) use events::take_batch;
pub(crate) use fact_backlogs::tell_backlog;
pub(crate) use feedback::{FeedbackOutcome, give_feedback};
pub(crate) use job_claims::{ClaimedBatch, claim_due};
pub(crate) use job_failures::fail;
pub(crate) use mail_addresses::{admit_mail, resubscribe, unsubscribe};
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
pub(crate) use redelivery::{RedeliveryOutcome, redeliver};
pub(crate) use retention::sweep;
pub(crate) use retry_job::{RetryOutcome, retry_job};
pub(crate) use rooms::{
    GroupExecuted, add_members, change_group, close_group, make_group, remove_member,
};
pub(crate) use schedules::{begin_run, record_runs, register_tasks};
pub(crate) use webhooks::{
    TestOutcome, WebhookOutcome, add_webhook, change_webhook, delete_webhook, forget_listeners,
    keep_listener, rotate_webhook, settle_listened, test_webhook,
};

use uuid::Uuid;

#[cfg(test)]
pub(crate) use apply::apply;

/// A new id: a UUIDv7, which sorts after every one that this process made before.
pub(crate) fn new_id() -> String {
    Uuid::now_v7().to_string()
}
