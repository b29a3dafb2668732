//! What [`SnapshotStore`] and [`MediaStore`] promise, held on every implementation. A rule is told a
//! [`Factory`] and knows no implementation.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking"
)]

#[path = "store_contract/factories.rs"]
mod factories;
#[path = "store_contract/media.rs"]
mod media;
#[path = "store_contract/snapshots.rs"]
mod snapshots;

use signaling::store::SnapshotStore;
use signaling::store::media::MediaStore;
use wire::Event;

use self::factories::{InDatabase, InMemory};

/// Where the stores of one rule keep their rows.
trait Factory {
    type Store: SnapshotStore + MediaStore;

    /// A place without any rows.
    fn empty() -> Self;

    /// A store on what is in this place.
    async fn open(&self) -> Self::Store;

    /// Every fact in this place that no other service has yet, in order.
    async fn facts(&self) -> Vec<Event>;

    /// From now on the fact of that id is refused; false if this place can't be made to.
    async fn refuse_fact(&self, event_id: &str) -> bool;
}

macro_rules! contract {
    ($($subject:ident::$rule:ident,)+) => {
        mod in_memory {
            $( #[tokio::test] async fn $rule() {
                super::$subject::$rule::<super::InMemory>().await;
            } )+
        }
        mod in_database {
            $( #[tokio::test] async fn $rule() {
                super::$subject::$rule::<super::InDatabase>().await;
            } )+
        }
    };
}

contract! {
    snapshots::sig_180_a_row_replaces_the_row_of_the_same_session,
    snapshots::sig_181_a_batch_written_twice_is_written_once,
    snapshots::sig_182_facts_keep_the_order_of_their_batches,
    snapshots::sig_183_an_event_that_was_taken_is_known,
    snapshots::sig_184_pruning_spares_what_is_open_or_may_be_asked_for,
    snapshots::sig_185_what_was_committed_is_there_when_opened_again,
    snapshots::sig_186_a_batch_is_written_whole_or_not_at_all,
    media::med_38_an_event_is_stored_once_by_server_and_key,
    media::med_36_events_are_read_in_order_by_server_and_state,
    media::med_37_unreadable_events_are_new_again_when_replayed,
    media::med_38_done_and_unreadable_events_are_forgotten_in_time_and_no_others,
    media::med_25_a_closing_is_written_with_its_batch_until_it_is_forgotten,
}
