//! What a store must do when several do the same at once: [`ROUNDS`] rounds of each, in one database.

mod accounts;
mod addressed_gifts;
mod batches;
mod bookings;
mod claims;
mod erasures;
mod events;
mod matching;
mod questions;
mod rooms;
mod rows;
mod schedules;

pub(crate) use accounts::{
    sch_144_a_token_that_is_used_twice_at_once_counts_once,
    sch_144_an_invitation_that_is_used_twice_at_once_opens_one_account,
    sch_144_of_two_hundred_sign_ups_at_once_with_one_address_one_is_done,
};
pub(crate) use addressed_gifts::{
    sch_229_a_claim_and_a_gift_that_cross_at_once_make_one_match,
    sch_229_a_gift_that_is_claimed_and_taken_back_at_once_is_one_of_both,
    sch_229_two_claims_that_cross_at_once_make_one_match,
    sch_230_the_last_mail_of_a_day_is_not_sent_twice,
    sch_231_a_key_that_comes_twice_at_once_makes_one_thing,
};
pub(crate) use batches::{
    sch_266_a_job_that_always_fails_delays_none_of_a_thousand_others,
    sch_267_a_thousand_due_in_one_second_are_done_once_by_two_runners,
    sch_269_what_is_erased_while_a_thousand_jobs_are_done_leaves_none_of_its_own,
};
pub(crate) use bookings::{
    overlaps, sch_118_a_key_that_comes_twice_at_once_stands_for_one_booking,
    sch_118_somebody_new_in_two_bookings_at_once_is_one_person,
    sch_203_of_a_booking_and_a_move_at_once_one_is_refused,
    sch_203_of_overlapping_bookings_at_once_one_is_refused,
};
pub(crate) use claims::{
    changed_while_due, sch_117_a_claim_that_was_taken_over_writes_nothing,
    sch_117_each_job_goes_to_one_claimant, sch_117_what_a_move_replaces_is_not_done,
    sch_276_of_a_move_or_a_cancellation_and_a_job_at_once_nobody_hears_of_a_dead_time,
};
pub(crate) use erasures::{
    sch_215_of_an_erasure_and_a_booking_at_once_no_session_stays,
    sch_215_of_an_erasure_and_a_login_at_once_no_login_stays,
    sch_215_of_an_erasure_and_an_acceptance_at_once_no_session_stays,
};
pub(crate) use events::{
    sch_119_a_watermark_never_goes_back, sch_119_an_event_that_comes_twice_at_once_counts_once,
    sch_119_facts_that_come_at_once_stand_both_in_the_record, take,
};
pub(crate) use matching::{
    crossings, sch_183_gifts_that_cross_at_once_make_one_match,
    sch_184_of_an_end_and_an_acceptance_at_once_no_session_stays,
    sch_184_of_two_answers_at_once_one_counts,
    sch_184_one_acceptance_that_comes_twice_at_once_books_once,
    sch_185_neither_a_peek_nor_the_last_gift_of_a_day_counts_twice,
    sch_187_of_a_block_and_a_gift_that_would_cross_no_match_stays,
};
pub(crate) use questions::{
    sch_163_in_two_sessions_of_the_same_two_they_get_another,
    sch_163_two_who_ask_at_once_get_the_same,
};
pub(crate) use rooms::{
    sch_439_a_key_that_comes_twice_at_once_makes_one_group,
    sch_439_of_a_block_and_a_group_at_once_each_is_done_as_it_came,
    sch_439_of_all_who_leave_at_once_somebody_owns_or_the_room_is_closed,
    sch_439_of_an_end_and_a_joining_at_once_nobody_stays_in_what_is_closed,
    sch_439_of_an_erasure_and_a_joining_at_once_nobody_stays_who_has_left,
    sch_439_of_two_owners_who_change_the_members_at_once_neither_is_lost,
};
pub(crate) use rows::{
    sch_120_of_two_configurations_at_once_one_is_left_whole,
    sch_120_the_first_reading_of_a_notification_counts,
};
pub(crate) use schedules::sch_335_of_two_nodes_at_once_one_begins_a_run;

use std::future::Future;
use std::sync::Arc;

use scheduler_core::{BookCommand, BookedSession};
use tokio::sync::Barrier;

use super::harness::{NOW, booking_of, done};
use crate::commands;
use crate::store::SchedulerStore;

const ROUNDS: usize = 200;

type Store = Arc<dyn SchedulerStore>;

/// Lets both begin in the same moment, on threads of their own, and waits for what comes of them.
async fn at_once<A, B>(
    one: impl Future<Output = A> + Send + 'static,
    other: impl Future<Output = B> + Send + 'static,
) -> (A, B)
where
    A: Send + 'static,
    B: Send + 'static,
{
    let start = Arc::new(Barrier::new(2));
    let start_too = Arc::clone(&start);
    let one = tokio::spawn(async move {
        start.wait().await;
        one.await
    });
    let other = tokio::spawn(async move {
        start_too.wait().await;
        other.await
    });
    (one.await.unwrap(), other.await.unwrap())
}

/// Books, as a task of its own may.
async fn book(store: Store, command: BookCommand) -> commands::Executed {
    commands::book(&*store, command, NOW).await.unwrap()
}

/// A session of two who have no other.
async fn booked(store: &Store, round: usize) -> BookedSession {
    let (ana, bo) = (format!("ana-{round}"), format!("bo-{round}"));
    let command = booking_of("shop", [&ana, &bo], None);
    done(book(Arc::clone(store), command).await).0
}
