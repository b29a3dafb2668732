//! What every store must do, one test a rule. It names no driver: a driver runs it by
//! `run_store_contract!(name, factory)`. Each rule runs on a store that stays open, and on one that is
//! closed and opened again before every step, so that nothing counts that is only in memory.

pub(crate) mod api_keys;
pub(crate) mod audit;
pub(crate) mod events;
mod harness;
pub(crate) mod idempotency;
pub(crate) mod jobs;
pub(crate) mod notifications;
pub(crate) mod sessions;
pub(crate) mod timeline;

pub(crate) use harness::{StoreFactory, StoreHarness};

/// Makes a test of each rule for the stores of one factory. The expression is a future of a new [`StoreFactory`], or
/// of `None` where that database is not there and its tests are left out.
macro_rules! run_store_contract {
    ($store:ident, $factory:expr) => {
        $crate::store::contract::run_store_contract!(@rules $store, $factory,
            sessions::sch_70_what_is_booked_is_read_back
            sessions::sch_70_what_is_not_committed_leaves_nothing_behind
            sessions::sch_72_a_move_replaces_the_jobs_of_the_revision_that_it_was_made_for
            sessions::sch_73_a_cancellation_calls_everything_off_once
            idempotency::sch_71_a_key_stands_for_its_first_command
            jobs::sch_74_a_claim_is_one_claimants_until_it_lapses
            jobs::sch_74_of_two_claims_at_once_each_job_goes_to_one
            jobs::sch_75_a_claimed_job_of_a_booking_that_moved_does_nothing
            jobs::sch_76_each_action_leaves_its_mark
            events::sch_77_facts_count_once_and_in_any_order
            notifications::sch_78_notifications_are_stored_once_and_read_by_their_owner
            api_keys::sch_79_a_key_is_known_by_its_hash_until_it_is_revoked
            api_keys::sch_80_a_key_keeps_its_scope_and_revokes_none_of_another
            api_keys::sch_94_a_key_is_revoked_once_and_its_use_is_noted
            audit::sch_97_rows_are_read_newest_first_page_by_page_and_pruned
            audit::sch_97_what_fails_leaves_no_row
            audit::sch_98_what_another_service_reports_stands_in_the_log_once
            audit::sch_99_a_changed_configuration_is_recorded_by_the_names_of_its_keys
            timeline::sch_81_facts_stand_in_the_timeline_once_each_in_the_order_of_time
            timeline::sch_81_bookings_stand_in_the_timeline
            timeline::sch_81_what_was_due_stands_in_the_timeline
        );
    };
    (@rules $store:ident, $factory:expr, $($subject:ident::$rule:ident)+) => {
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
        }
    };
}

pub(crate) use run_store_contract;
