//! What every store must do, one function a rule. It names no driver: a driver runs it by `run_store_contract!`. Each
//! rule runs on a store that stays open, and on one that is closed and opened again before every step, so that nothing
//! counts that is only in memory. Races run on one that stays open, with threads of their own.

pub(crate) mod accounts;
pub(crate) mod addressed_gifts;
pub(crate) mod api_keys;
pub(crate) mod applications;
pub(crate) mod audit;
pub(crate) mod calendar_feeds;
pub(crate) mod deliveries;
pub(crate) mod erasures;
pub(crate) mod events;
pub(crate) mod feedback;
pub(crate) mod harness;
pub(crate) mod idempotency;
pub(crate) mod job_failures;
pub(crate) mod jobs;
pub(crate) mod mail_addresses;
pub(crate) mod matching;
pub(crate) mod notifications;
pub(crate) mod occupancies;
pub(crate) mod published_facts;
pub(crate) mod push_subscriptions;
pub(crate) mod questions;
pub(crate) mod races;
pub(crate) mod reports;
pub(crate) mod retention;
pub(crate) mod rooms;
pub(crate) mod schedules;
pub(crate) mod sessions;
pub(crate) mod timeline;
pub(crate) mod unread_digests;
pub(crate) mod webhooks;

use std::future::Future;
use std::pin::Pin;

pub(crate) use harness::{StoreFactory, StoreHarness};

/// Runs every rule on the stores of one factory. The expression is a future of a new [`StoreFactory`], or of `None`
/// where that database is not there and its tests are left out.
///
/// `each` makes a test of each rule, with a store of its own. `in_turn` runs all in three tests, each with one store
/// that the factory's `emptied` empties between them: for databases that take long to be made. Each rule is boxed there,
/// see [`boxed`]: together their states are more than the stack of a test holds.
macro_rules! run_store_contract {
    ($way:ident $store:ident, $factory:expr) => {
        $crate::store::contract::run_store_contract!(@$way $store, $factory,
            sessions::sch_70_what_is_booked_is_read_back
            sessions::sch_70_what_is_not_committed_leaves_nothing_behind
            sessions::sch_72_a_move_replaces_the_jobs_of_the_revision_that_it_was_made_for
            sessions::sch_73_a_cancellation_calls_everything_off_once
            occupancies::sch_201_a_session_ends_where_the_next_one_begins
            occupancies::sch_202_who_is_busy_is_not_booked_where_no_overlap_is_allowed
            occupancies::sch_202_what_is_moved_is_looked_at_as_what_is_booked
            idempotency::sch_71_a_key_stands_for_its_first_command
            jobs::sch_74_a_claim_is_one_claimants_until_it_lapses
            jobs::sch_74_of_two_claims_at_once_each_job_goes_to_one
            jobs::sch_114_what_was_taken_over_is_told_from_what_is_over
            jobs::sch_410_a_claim_from_before_the_clock_was_set_back_is_taken_over
            jobs::sch_75_a_claimed_job_of_a_booking_that_moved_does_nothing
            jobs::sch_76_each_action_leaves_its_mark
            jobs::sch_420_a_job_that_closes_others_closes_those_behind_it_in_its_batch
            job_failures::sch_261_a_session_is_erased_with_its_jobs_and_a_late_claim_finds_nothing
            job_failures::sch_262_a_job_that_fails_is_put_off_alone_and_given_up_at_last
            job_failures::sch_270_jobs_are_listed_by_state_and_kind_page_by_page
            job_failures::sch_271_a_job_that_was_given_up_is_tried_again_once_and_others_are_not
            unread_digests::sch_275_unread_messages_of_a_room_are_told_once_a_quarter_unless_they_are_read
            events::sch_77_facts_count_once_and_in_any_order
            notifications::sch_78_notifications_are_stored_once_and_read_by_their_owner
            notifications::sch_421_of_many_at_once_each_is_stored_that_its_person_has_not
            deliveries::sch_368_a_notification_is_stored_with_its_deliveries_once
            deliveries::sch_369_a_delivery_is_one_claimants_until_it_lapses_and_over_once_it_is_settled
            deliveries::sch_369_what_is_of_no_use_any_more_is_ended_and_claimed_by_nobody
            deliveries::sch_395_what_is_not_wanted_any_more_is_suppressed_and_not_sent
            deliveries::sch_411_claims_from_before_the_clock_was_set_back_are_released_and_waits_are_kept
            deliveries::sch_411_what_is_under_way_here_is_not_claimed_again_when_the_clock_is_set_ahead
            deliveries::sch_370_deliveries_of_a_lane_go_out_one_after_the_other
            deliveries::sch_372_a_target_with_all_its_attempts_in_flight_holds_up_no_other
            deliveries::sch_373_of_many_deliveries_of_one_application_none_delays_anothers
            deliveries::sch_374_what_is_sent_again_counts_its_attempts_on_and_is_tried_as_often_as_at_first
            deliveries::sch_358_deliveries_are_listed_newest_first_by_whose_they_are_and_how_they_stand
            deliveries::sch_361_what_waits_in_each_channel_is_counted_with_the_longest_due
            notifications::sch_355_all_are_read_at_once_and_each_first_time_counts
            mail_addresses::sch_319_mails_to_an_address_are_counted_by_the_day
            mail_addresses::sch_320_a_refused_address_gets_none_until_its_person_confirms_it
            mail_addresses::sch_320_whoever_wants_no_mails_gets_none
            api_keys::sch_79_a_key_is_known_by_its_hash_until_it_is_revoked
            api_keys::sch_80_a_key_keeps_its_scope_and_revokes_none_of_another
            api_keys::sch_94_a_key_is_revoked_once_and_its_use_is_noted
            calendar_feeds::sch_242_a_feed_is_found_by_its_last_secret_until_it_is_revoked
            calendar_feeds::sch_244_a_reset_takes_the_feed_of_an_address_that_nobody_proved
            push_subscriptions::sch_288_an_endpoint_is_that_of_who_subscribed_last
            push_subscriptions::sch_288_of_many_browsers_of_one_person_the_newest_ten_stay
            push_subscriptions::sch_291_a_subscription_ends_with_its_login_or_its_link
            feedback::sch_247_feedback_is_read_back_as_it_was_said_last
            applications::sch_252_an_application_is_changed_by_what_it_is
            audit::sch_97_rows_are_read_newest_first_page_by_page_and_pruned
            audit::sch_97_what_fails_leaves_no_row
            audit::sch_98_what_another_service_reports_stands_in_the_log_once
            audit::sch_99_a_changed_configuration_is_recorded_by_the_names_of_its_keys
            timeline::sch_81_facts_stand_in_the_timeline_once_each_in_the_order_of_time
            timeline::sch_81_bookings_stand_in_the_timeline
            timeline::sch_81_what_was_due_stands_in_the_timeline
            accounts::sch_145_an_account_is_found_by_its_address_its_person_and_its_login
            accounts::sch_145_an_invitation_opens_one_account_while_its_time_lasts
            accounts::sch_145_logins_are_listed_extended_and_ended
            accounts::sch_145_of_many_logins_the_newest_fifty_stay
            accounts::sch_145_a_changed_account_is_read_back_and_found_by_its_name
            published_facts::sch_461_a_change_is_told_with_it_under_a_rising_revision
            published_facts::sch_462_what_was_there_before_is_told_once
            accounts::sch_145_a_mail_is_claimed_by_one_and_its_token_counts_once
            accounts::sch_145_a_reset_gives_a_password_and_ends_every_login
            accounts::sch_145_a_persons_sessions_are_those_in_which_they_take_part
            matching::sch_182_gifts_are_read_back_by_those_whom_they_concern
            matching::sch_182_gifts_open_by_their_time_once_unless_they_were_taken_back
            matching::sch_186_the_sessions_of_a_match_share_its_room_and_end_with_it
            matching::sch_186_a_message_in_the_room_of_a_match_is_told_until_it_is_read
            matching::sch_187_a_block_lets_nothing_pass_until_it_is_lifted
            questions::sch_161_a_place_of_a_session_keeps_its_question
            questions::sch_162_a_pair_has_none_again_before_it_had_all_over_all_of_its_sessions
            erasures::sch_212_of_whoever_was_erased_no_column_holds_name_address_or_sealed_letter
            erasures::sch_213_others_keep_what_they_have_from_someone_who_has_left
            erasures::sch_214_an_address_that_was_erased_is_free_again
            erasures::sch_220_leaving_takes_nothing_of_an_address_that_was_never_shown_to_be_theirs
            addressed_gifts::sch_228_a_gift_waits_for_its_address_and_is_claimed_once_it_is_shown
            addressed_gifts::sch_228_a_gift_that_was_taken_back_comes_to_nobody_and_counts_in_its_day
            addressed_gifts::sch_230_an_address_gets_five_mails_a_day_and_none_once_they_are_refused
            addressed_gifts::sch_221_no_mail_tells_of_a_gift_from_somebody_who_is_blocked
            addressed_gifts::sch_239_a_peek_is_one_a_day_over_daylight_saving_and_a_change_of_zone
            retention::sch_339_what_is_too_old_goes_batch_by_batch_and_nothing_younger
            retention::sch_339_answers_of_one_moment_go_batch_by_batch
            retention::sch_339_a_mail_that_is_to_be_sent_stays_whatever_its_age
            retention::sch_339_notifications_go_with_their_subjects
            retention::sch_339_every_table_is_swept_by_statements_that_it_understands
            schedules::sch_340_a_task_keeps_its_schedule_and_its_last_run
            schedules::sch_335_a_run_of_all_nodes_begins_once_in_its_time
            rooms::sch_440_a_group_is_read_back_as_it_was_made_and_changed
            rooms::sch_440_groups_are_listed_newest_first_by_whose_they_are
            rooms::sch_440_a_key_stands_for_one_group
            rooms::sch_441_who_is_blocked_or_unmatched_is_put_into_no_group_and_stays_in_those_that_are_there
            rooms::sch_442_messages_of_a_group_are_told_once_a_quarter_to_who_is_in_it
            rooms::sch_443_whoever_is_erased_is_in_no_group
            reports::sch_233_a_report_is_read_by_operators_and_stops_all_between_the_two
            webhooks::sch_310_an_endpoint_is_read_back_as_it_was_written
            webhooks::sch_310_an_application_has_so_many_of_each_kind
            webhooks::sch_377_of_five_listeners_one_without_a_stream_gives_way_to_a_new_one
            webhooks::sch_310_an_event_makes_a_delivery_for_each_endpoint_that_hears_of_it
            webhooks::sch_308_a_delivery_is_sent_again_once_it_is_over;
            sch_117_each_job_goes_to_one_claimant
            sch_117_a_claim_that_was_taken_over_writes_nothing
            sch_117_what_a_move_replaces_is_not_done
            sch_266_a_job_that_always_fails_delays_none_of_a_thousand_others
            sch_267_a_thousand_due_in_one_second_are_done_once_by_two_runners
            sch_269_what_is_erased_while_a_thousand_jobs_are_done_leaves_none_of_its_own
            sch_276_of_a_move_or_a_cancellation_and_a_job_at_once_nobody_hears_of_a_dead_time
            sch_118_a_key_that_comes_twice_at_once_stands_for_one_booking
            sch_118_somebody_new_in_two_bookings_at_once_is_one_person
            sch_203_of_overlapping_bookings_at_once_one_is_refused
            sch_203_of_a_booking_and_a_move_at_once_one_is_refused
            sch_119_a_watermark_never_goes_back
            sch_119_an_event_that_comes_twice_at_once_counts_once
            sch_119_facts_that_come_at_once_stand_both_in_the_record
            sch_120_the_first_reading_of_a_notification_counts
            sch_120_of_two_configurations_at_once_one_is_left_whole
            sch_144_of_two_hundred_sign_ups_at_once_with_one_address_one_is_done
            sch_144_an_invitation_that_is_used_twice_at_once_opens_one_account
            sch_144_a_token_that_is_used_twice_at_once_counts_once
            sch_183_gifts_that_cross_at_once_make_one_match
            sch_184_of_two_answers_at_once_one_counts
            sch_184_one_acceptance_that_comes_twice_at_once_books_once
            sch_184_of_an_end_and_an_acceptance_at_once_no_session_stays
            sch_185_neither_a_peek_nor_the_last_gift_of_a_day_counts_twice
            sch_187_of_a_block_and_a_gift_that_would_cross_no_match_stays
            sch_163_two_who_ask_at_once_get_the_same
            sch_163_in_two_sessions_of_the_same_two_they_get_another
            sch_215_of_an_erasure_and_a_login_at_once_no_login_stays
            sch_215_of_an_erasure_and_an_acceptance_at_once_no_session_stays
            sch_215_of_an_erasure_and_a_booking_at_once_no_session_stays
            sch_229_two_claims_that_cross_at_once_make_one_match
            sch_229_a_claim_and_a_gift_that_cross_at_once_make_one_match
            sch_229_a_gift_that_is_claimed_and_taken_back_at_once_is_one_of_both
            sch_230_the_last_mail_of_a_day_is_not_sent_twice
            sch_231_a_key_that_comes_twice_at_once_makes_one_thing
            sch_439_of_two_owners_who_change_the_members_at_once_neither_is_lost
            sch_439_of_all_who_leave_at_once_somebody_owns_or_the_room_is_closed
            sch_439_of_an_end_and_a_joining_at_once_nobody_stays_in_what_is_closed
            sch_439_of_a_block_and_a_group_at_once_each_is_done_as_it_came
            sch_439_of_an_erasure_and_a_joining_at_once_nobody_stays_who_has_left
            sch_439_a_key_that_comes_twice_at_once_makes_one_group
            sch_335_of_two_nodes_at_once_one_begins_a_run
        );
    };
    (@each $store:ident, $factory:expr, $($subject:ident::$rule:ident)+; $($race:ident)+) => {
        mod $store {
            mod open {
                use $crate::store::contract as suite;
                use super::super::*;
                $( #[tokio::test] async fn $rule() {
                    if let Some(factory) = $factory.await {
                        suite::$subject::$rule(suite::StoreHarness::kept_open(factory)).await;
                    }
                } )+
            }
            mod reopened {
                use $crate::store::contract as suite;
                use super::super::*;
                $( #[tokio::test] async fn $rule() {
                    if let Some(factory) = $factory.await {
                        suite::$subject::$rule(suite::StoreHarness::reopened(factory)).await;
                    }
                } )+
            }
            mod races {
                use $crate::store::contract as suite;
                use super::super::*;
                $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $race() {
                    if let Some(factory) = $factory.await {
                        suite::races::$race(suite::StoreHarness::kept_open(factory)).await;
                    }
                } )+
            }
        }
    };
    (@in_turn $store:ident, $factory:expr, $($subject:ident::$rule:ident)+; $($race:ident)+) => {
        mod $store {
            use super::*;
            use $crate::store::contract as suite;
            #[tokio::test] async fn open() {
                let Some(factory) = $factory.await else { return };
                $( println!("{}", stringify!($rule));
                let emptied = factory.emptied().await;
                suite::boxed(|| suite::$subject::$rule(suite::StoreHarness::kept_open(emptied))).await; )+
            }
            #[tokio::test] async fn reopened() {
                let Some(factory) = $factory.await else { return };
                $( println!("{}", stringify!($rule));
                let emptied = factory.emptied().await;
                suite::boxed(|| suite::$subject::$rule(suite::StoreHarness::reopened(emptied))).await; )+
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn races() {
                let Some(factory) = $factory.await else { return };
                $( println!("{}", stringify!($race));
                let emptied = factory.emptied().await;
                suite::boxed(|| suite::races::$race(suite::StoreHarness::kept_open(emptied))).await; )+
            }
        }
    };
}

pub(crate) use run_store_contract;

/// A rule on the heap. It is made in a frame of its own: in the frame of whoever awaits all of them each would have a place.
pub(crate) fn boxed<R>(rule: impl FnOnce() -> R) -> Pin<Box<dyn Future<Output = ()>>>
where
    R: Future<Output = ()> + 'static,
{
    Box::pin(rule())
}
