//! The rules, each on an empty store, and what they are written with.

mod chains;
mod feed;
mod groups;
mod messages;
mod people;
mod rooms;
mod upkeep;

use std::future::Future;

use chat::store::{
    Appended, ChainedMessages, FeedStore, GroupFact, MessageStore, NewMessage, Opening,
    RoomChanges, RoomStore, SettledHead, Stores,
};
use chat_core::{ChainSalt, HistoryPage, MemberProgress, MessageDraft, PositionKind};
use uuid::Uuid;
use wire::chat::Message;
use wire::{Event, Participant, RoomMember, RoomRole, UnixMs};

pub(crate) use chains::*;
pub(crate) use feed::*;
pub(crate) use groups::*;
pub(crate) use messages::*;
pub(crate) use people::*;
pub(crate) use rooms::*;
pub(crate) use upkeep::*;

/// Makes empty stores; what they stand on goes with it.
pub(crate) trait StoreFactory {
    /// The implementation that is to keep the rules.
    type Store: Stores + ChainedMessages;

    /// An empty store; `None`, and the test is left out, where there is no such server.
    fn make(&self) -> impl Future<Output = Option<Self::Store>>;
}

/// Makes empty stores of feeds, with what the scheduler tells.
pub(crate) trait FeedFactory {
    /// The implementation that is to keep the rules.
    type Feed: RoomStore + FeedStore;

    /// An empty store; `None`, and the test is left out, where there is no such server.
    fn make_feed(&self) -> impl Future<Output = Option<Self::Feed>>;
}

/// Every rule of messages as a test, on the stores of a factory.
macro_rules! keeps_messages {
    ($factory:expr) => {
        crate::contract::keeps! { $factory =>
            cht_40_seq_is_dense_by_room,
            cht_41_a_repeat_has_one_effect,
            cht_42_a_key_stands_for_one_text,
            cht_43_pages_lie_where_they_were_asked_for,
            cht_44_heads_are_the_two_ends,
            cht_45_the_last_messages_of_all_rooms,
            cht_83_a_repeat_is_found_without_storing_anything,
            cht_92_what_one_wrote_is_found_in_its_span,
            cht_154_what_one_wrote_in_a_span_is_counted,
            cht_100_a_batch_of_many_rooms_is_dense_whatever_is_in_it,
            cht_101_a_text_comes_back_byte_for_byte,
            cht_102_message_ids_are_kept_and_rise,
            cht_118_every_message_is_bound_to_the_one_before_it,
            cht_118_all_messages_come_room_by_room,
            cht_230_what_was_taken_back_is_gone_and_keeps_its_place,
            cht_230_only_ones_own_is_taken_back_and_once,
            cht_264_a_full_room_takes_what_went,
            cht_230_what_was_said_before_there_were_changes_counts_none,
            cht_242_what_has_expired_is_told_to_nobody,
            cht_243_what_has_expired_is_found_and_goes,
            cht_250_a_room_begins_after_what_was_too_old,
            cht_250_a_room_without_messages_goes_on_where_it_was,
            cht_251_whatever_was_done_last_is_done_again,
            cht_252_the_oldest_messages_come_first,
        }
    };
}
pub(crate) use keeps_messages;

/// Every rule of rooms as a test, on the stores of a factory.
macro_rules! keeps_rooms {
    ($factory:expr) => {
        crate::contract::keeps! { $factory =>
            cht_46_a_room_is_opened_once,
            cht_47_names_are_of_the_highest_revision,
            cht_47_names_of_one_commit_are_as_of_many,
            cht_48_positions_only_rise,
            cht_49_rooms_of_a_person_come_newest_first,
            cht_50_changes_twice_are_as_once,
            cht_50_what_comes_twice_in_one_commit_is_as_once,
            cht_65_removals_are_kept_with_their_latest_time,
            cht_81_a_closed_room_stays_closed,
            cht_85_of_blocks_the_latest_counts,
            cht_85_each_of_two_blocks_for_themselves,
            cht_87_who_is_erased_is_in_no_room,
            cht_88_who_is_erased_is_named_no_more,
            cht_92_rooms_of_a_person_come_by_their_ids,
            cht_154_what_members_wrote_is_counted_once,
            cht_161_a_groups_members_are_of_its_highest_revision,
            cht_162_who_joins_a_group_reads_from_its_head_on,
            cht_163_facts_of_groups_in_any_order_end_the_same,
            cht_164_nobody_comes_into_a_group_by_a_ticket_or_after_erasure,
        }
    };
}
pub(crate) use keeps_rooms;

/// Every rule of the feed as a test, on the stores of a factory.
macro_rules! keeps_feeds {
    ($factory:expr) => {
        crate::contract::keeps_feeds! { $factory =>
            cht_200_a_key_stands_for_one_post,
            cht_201_who_may_be_followed_is_followed_once,
            cht_202_a_feed_holds_what_was_posted_since,
            cht_203_the_matched_follow_each_other_until_it_is_over,
            cht_204_a_block_hides_both_ways_while_it_holds,
            cht_205_a_deleted_post_is_gone_and_its_key_is_not,
            cht_206_of_who_is_erased_nothing_is_left,
            cht_207_of_a_persons_facts_the_highest_counts,
            cht_208_facts_in_any_order_end_the_same,
            cht_209_pages_hold_each_post_once_in_order,
            cht_210_a_feed_is_what_a_naive_one_is,
            cht_220_old_posts_go_with_their_keys,
        }
    };
    ($factory:expr => $($rule:ident,)+) => {
        $(
            #[tokio::test]
            async fn $rule() {
                let factory = $factory;
                if let Some(feed) = crate::contract::FeedFactory::make_feed(&factory).await {
                    crate::contract::$rule(feed).await;
                }
            }
        )+
    };
}
pub(crate) use keeps_feeds;

macro_rules! keeps {
    ($factory:expr => $($rule:ident,)+) => {
        $(
            #[tokio::test]
            async fn $rule() {
                let factory = $factory;
                if let Some(store) = crate::contract::StoreFactory::make(&factory).await {
                    crate::contract::$rule(store).await;
                }
            }
        )+
    };
}
pub(crate) use keeps;

pub(crate) fn new(room: &str, from: &str, client_id: &str, body: &str) -> NewMessage {
    NewMessage {
        draft: MessageDraft {
            room: room.into(),
            from: from.into(),
            client_id: client_id.into(),
            body: body.into(),
            ttl_ms: None,
        },
        message_id: Uuid::now_v7().to_string(),
        sent_at: UnixMs(1_700_000_000_000),
        salt: ChainSalt(*Uuid::new_v4().as_bytes()),
        room_bytes: u64::MAX,
    }
}

pub(crate) fn opening(room: &str, members: &[&str], revision: Option<u64>) -> Opening {
    Opening {
        room: room.into(),
        epoch: format!("epoch {}", revision.unwrap_or(0)),
        members: members
            .iter()
            .map(|name| Participant {
                user_id: name.to_lowercase().into(),
                name: (*name).to_owned(),
            })
            .collect(),
        revision,
        at: UnixMs(1_000),
    }
}

pub(crate) fn opened(openings: Vec<Opening>) -> RoomChanges {
    RoomChanges {
        openings,
        ..RoomChanges::default()
    }
}

pub(crate) fn moved(room: &str, user: &str, kind: PositionKind, seq: u64) -> RoomChanges {
    let to = MemberProgress {
        room: room.into(),
        user: user.into(),
        read_seq: if kind == PositionKind::Read { seq } else { 0 },
        delivered_seq: seq,
        sent: 0,
        sent_read: 0,
    };
    RoomChanges {
        positions: vec![to],
        ..RoomChanges::default()
    }
}

pub(crate) fn grouped(room: &str, members: &[&str], revision: u64) -> RoomChanges {
    let group = GroupFact {
        room: room.into(),
        epoch: format!("epoch {revision}"),
        name: Some(format!("name {revision}")),
        members: members.iter().map(|name| group_member(name)).collect(),
        revision,
        left: None,
        at: UnixMs(1_000),
    };
    RoomChanges {
        groups: vec![group],
        ..RoomChanges::default()
    }
}

/// Whoever is named in capitals owns the group.
fn group_member(name: &str) -> RoomMember {
    let is_owner = name.chars().all(char::is_uppercase);
    RoomMember {
        user_id: name.to_lowercase().into(),
        name: name.to_owned(),
        role: match is_owner {
            true => RoomRole::Owner,
            false => RoomRole::Member,
        },
    }
}

pub(crate) fn settled(room: &str, last_seq: u64, active_at: i64) -> RoomChanges {
    let settled = SettledHead {
        room: room.into(),
        last_seq,
        active_at: UnixMs(active_at),
    };
    RoomChanges {
        settled: vec![settled],
        ..RoomChanges::default()
    }
}

pub(crate) fn event(id: &str) -> Event {
    Event {
        id: id.to_owned(),
        kind: "session.scheduled".to_owned(),
        occurred_at: UnixMs(1),
        source: "scheduler".to_owned(),
        subject: "s".to_owned(),
        revision: Some(1),
        data: serde_json::Value::Null,
    }
}

pub(crate) fn stored(appended: &Appended) -> &Message {
    match appended {
        Appended::Stored(message) => message,
        other => panic!("not stored but {other:?}"),
    }
}

pub(crate) fn seqs(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|message| message.seq).collect()
}

pub(crate) async fn fill(store: &impl Stores, room: &str, count: u64) {
    for n in 1..=count {
        append(store, &[new(room, "ann", &format!("c-{n}"), "hi")]).await;
    }
}

/// What became of each message of a batch that a store in order takes.
pub(crate) async fn append(store: &impl MessageStore, batch: &[NewMessage]) -> Vec<Appended> {
    let outcomes = store.append(batch).await;
    assert_eq!(outcomes.len(), batch.len());
    outcomes.into_iter().map(Result::unwrap).collect()
}

/// A whole room, page by page.
pub(crate) async fn all(store: &impl MessageStore, room: &str) -> Vec<Message> {
    let mut found: Vec<Message> = Vec::new();
    loop {
        let after = found.last().map_or(0, |message| message.seq);
        let page = HistoryPage::asked(None, Some(after), Some(200)).unwrap();
        let more = store.page(&room.into(), page).await.unwrap();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}
