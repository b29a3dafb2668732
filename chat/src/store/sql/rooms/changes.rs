//! Changes as rows: each row once, in the order of its key, and as many as there are in one statement.
//!
//! Two processes may write at once, and a transaction sees what others have committed since it began. So it locks
//! the rooms that it changes, in the order of their ids, before it looks at anything of them; whoever writes a
//! room or its members holds that lock. Before them it locks the people that it names, so that nobody is named who is
//! being erased.

mod closed;
mod groups;
mod matches;
mod members;
mod people;
mod profiles;

use std::collections::{BTreeMap, BTreeSet};

use chat_core::MemberProgress;
use storage::{Inbox, Outbox, SqlConnection, query};
use wire::{Event, EventBatch, RoomId, SessionId, UnixMs, UserId};

use crate::removals::{KEPT_MS, Removal};
use crate::store::{
    BlockChange, GroupFact, MatchChange, Opening, ProfileChange, RoomChanges, SettledHead,
};

const OPEN: &str = "INSERT INTO rooms (room_id, epoch, active_at) VALUES ?rows
     ON CONFLICT (room_id) DO NOTHING";

const LOCK: &str = "SELECT rooms.room_id, rooms.revision, rooms.last_seq
     FROM (?1..) AS ids JOIN rooms ON rooms.room_id = ids.value
     ORDER BY rooms.room_id FOR UPDATE";

/// Of rows that are there: none is inserted.
const RAISE_ROOMS: &str =
    "INSERT INTO rooms (room_id, epoch, active_at, last_seq, revision) VALUES ?rows
     ON CONFLICT (room_id) DO UPDATE SET
         active_at = GREATEST(rooms.active_at, excluded.active_at),
         last_seq = GREATEST(rooms.last_seq, excluded.last_seq),
         revision = GREATEST(rooms.revision, excluded.revision)";

const REMOVE: &str = "INSERT INTO removals (session_id, user_id, removed_at) VALUES ?rows
     ON CONFLICT (session_id, user_id) DO UPDATE SET removed_at = GREATEST(removals.removed_at, excluded.removed_at)";

const FORGET_REMOVED: &str = "DELETE FROM removals WHERE removed_at < ?1";

/// Room and user.
type MemberKey<'a> = (&'a str, &'a str);

/// What one transaction writes.
pub(super) struct RowsToWrite<'a> {
    openings: BTreeMap<&'a RoomId, Vec<&'a Opening>>,
    /// Of each group the highest revision.
    groups: BTreeMap<&'a RoomId, &'a GroupFact>,
    settled: BTreeMap<&'a RoomId, SettledRow>,
    positions: BTreeMap<MemberKey<'a>, PositionsRow>,
    /// Of a session, or of none.
    removals: BTreeMap<(&'a str, &'a UserId), UnixMs>,
    closings: BTreeMap<&'a RoomId, UnixMs>,
    /// Of each pair the latest.
    blocks: BTreeMap<(&'a str, &'a str), &'a BlockChange>,
    /// Of each pair the latest.
    matches: BTreeMap<(&'a str, &'a str), &'a MatchChange>,
    /// Of each person the highest revision.
    profiles: BTreeMap<&'a str, &'a ProfileChange>,
    erasures: BTreeMap<&'a str, UnixMs>,
    taken: &'a [EventBatch],
    events: &'a [Event],
}

struct SettledRow {
    last_seq: u64,
    active_at: UnixMs,
}

#[derive(Default)]
struct PositionsRow {
    read_seq: u64,
    delivered_seq: u64,
    sent: u64,
    sent_read: u64,
}

/// A room that this transaction keeps from everybody else.
struct LockedRoom {
    /// Of the booking that names its members.
    revision: u64,
    last_seq: u64,
}

/// Those that are there.
type LockedRooms = BTreeMap<String, LockedRoom>;

impl<'a> RowsToWrite<'a> {
    /// The rows of changes: of several for one row, what all of them come to.
    pub(super) fn of(changes: &'a RoomChanges) -> Self {
        let mut rows = Self {
            openings: BTreeMap::new(),
            groups: BTreeMap::new(),
            settled: BTreeMap::new(),
            positions: BTreeMap::new(),
            removals: BTreeMap::new(),
            closings: BTreeMap::new(),
            blocks: BTreeMap::new(),
            matches: BTreeMap::new(),
            profiles: BTreeMap::new(),
            erasures: BTreeMap::new(),
            taken: &changes.taken,
            events: &changes.events,
        };
        for opening in &changes.openings {
            let openings = rows.openings.entry(&opening.room).or_default();
            openings.push(opening);
        }
        for group in &changes.groups {
            let highest = rows.groups.entry(&group.room).or_insert(group);
            if group.revision > highest.revision {
                *highest = group;
            }
        }
        for settled in &changes.settled {
            rows.settle(settled);
        }
        for update in &changes.positions {
            rows.move_to(update);
        }
        for Removal { session, user, at } in &changes.removals {
            // No session has such an id.
            let session = session.as_ref().map_or("", SessionId::as_str);
            let latest = rows.removals.entry((session, user)).or_insert(*at);
            *latest = (*latest).max(*at);
        }
        let closings = changes.closings.iter();
        rows.closings = closings
            .map(|closing| (&closing.room, closing.at))
            .collect();
        for change in &changes.blocks {
            let pair = (change.by.as_str(), change.user.as_str());
            let latest = rows.blocks.entry(pair).or_insert(change);
            if change.order > latest.order {
                *latest = change;
            }
        }
        rows.know_people(changes);
        let erasures = changes.erasures.iter();
        rows.erasures = erasures
            .map(|erased| (erased.user.as_str(), erased.at))
            .collect();
        rows
    }

    fn know_people(&mut self, changes: &'a RoomChanges) {
        for change in &changes.matches {
            let (low, high) = change.ids();
            let latest = self.matches.entry((low.as_str(), high.as_str()));
            let latest = latest.or_insert(change);
            if change.order > latest.order {
                *latest = change;
            }
        }
        for change in &changes.profiles {
            let highest = self.profiles.entry(change.user.as_str()).or_insert(change);
            if change.revision > highest.revision {
                *highest = change;
            }
        }
    }

    fn settle(&mut self, settled: &'a SettledHead) {
        let SettledHead {
            room,
            last_seq,
            active_at,
        } = settled;
        let row = self.settled.entry(room).or_insert(SettledRow {
            last_seq: *last_seq,
            active_at: *active_at,
        });
        row.last_seq = row.last_seq.max(*last_seq);
        row.active_at = row.active_at.max(*active_at);
    }

    fn move_to(&mut self, to: &'a MemberProgress) {
        let key = (to.room.as_str(), to.user.as_str());
        let row = self.positions.entry(key).or_default();
        row.read_seq = row.read_seq.max(to.read_seq);
        row.delivered_seq = row.delivered_seq.max(to.delivered_seq);
        row.sent = row.sent.max(to.sent);
        row.sent_read = row.sent_read.max(to.sent_read);
    }

    /// Writes them. The events come last: their lock keeps every other writer of events waiting.
    pub(super) async fn write(
        &self,
        connection: &mut dyn SqlConnection,
    ) -> Result<(), storage::Error> {
        let erased = self.lock_people(connection).await?;
        let left = self.rooms_left(connection).await?;
        self.open_rooms(connection).await?;
        let locked = self.lock_rooms(connection, &left).await?;
        let groups = self.known_groups(connection).await?;
        self.write_members(connection, &locked, &groups, &erased)
            .await?;
        self.raise_rooms(connection, &locked).await?;
        self.write_groups(connection, &locked, &groups, &erased)
            .await?;
        self.write_positions(connection, &locked).await?;
        self.write_closings(connection).await?;
        self.write_blocks(connection, &erased).await?;
        self.write_profiles(connection, &erased).await?;
        self.write_matches(connection, &erased).await?;
        self.take_out_erased(connection).await?;
        self.write_removals(connection).await?;
        for batch in self.taken {
            for event in &batch.events {
                Inbox::take(connection, event, service::clock::now()).await?;
            }
            Inbox::advance(connection, batch, service::clock::now()).await?;
        }
        Outbox::append_all(connection, self.events).await
    }

    async fn open_rooms(&self, connection: &mut dyn SqlConnection) -> Result<(), storage::Error> {
        let first = self.openings.values().filter_map(|all| all.first());
        let opened = first.map(|first| (&first.room, (&first.epoch, first.at)));
        let groups = self.groups.values();
        let grouped = groups.map(|group| (&group.room, (&group.epoch, group.at)));
        // An opening that comes with a group's fact comes before it.
        let rooms: BTreeMap<_, _> = grouped.chain(opened).collect();
        let rows: Vec<_> = rooms
            .into_iter()
            .map(|(room, (epoch, at))| [room.as_str().into(), epoch.into(), at.into()])
            .collect();
        if !rows.is_empty() {
            query(OPEN).bind_rows(rows).execute(connection).await?;
        }
        Ok(())
    }

    /// Keeps everybody else from these rooms, until the transaction is over.
    async fn lock_rooms(
        &self,
        connection: &mut dyn SqlConnection,
        left: &[String],
    ) -> Result<LockedRooms, storage::Error> {
        let opened = self.openings.keys().map(|room| room.as_str());
        let settled = self.settled.keys().map(|room| room.as_str());
        let moved = self.positions.keys().map(|(room, _)| *room);
        let grouped = self.groups.keys().map(|room| room.as_str());
        let rooms = opened.chain(settled).chain(moved).chain(grouped);
        let rooms: BTreeSet<&str> = rooms.chain(left.iter().map(String::as_str)).collect();
        if rooms.is_empty() {
            return Ok(BTreeMap::new());
        }
        let locked = query(LOCK).bind_list(rooms);
        let locked: Vec<(String, u64, u64)> = locked.fetch_all(connection).await?;
        let room = |(id, revision, last_seq)| (id, LockedRoom { revision, last_seq });
        Ok(locked.into_iter().map(room).collect())
    }

    async fn raise_rooms(
        &self,
        connection: &mut dyn SqlConnection,
        locked: &LockedRooms,
    ) -> Result<(), storage::Error> {
        let revised = |openings: &Vec<&Opening>| openings.iter().filter_map(|o| o.revision).max();
        let rows: Vec<_> = locked
            .keys()
            .filter_map(|id| {
                let room = RoomId::from(id.as_str());
                let revision = self.openings.get(&room).and_then(revised);
                let settled = self.settled.get(&room);
                if revision.is_none() && settled.is_none() {
                    return None;
                }
                let active_at = settled.map_or(UnixMs(0), |settled| settled.active_at);
                let last_seq = settled.map_or(0, |settled| settled.last_seq);
                let revision = revision.unwrap_or_default();
                let epoch = "";
                Some([
                    id.into(),
                    epoch.into(),
                    active_at.into(),
                    last_seq.into(),
                    revision.into(),
                ])
            })
            .collect();
        if !rows.is_empty() {
            query(RAISE_ROOMS)
                .bind_rows(rows)
                .execute(connection)
                .await?;
        }
        Ok(())
    }

    async fn write_removals(
        &self,
        connection: &mut dyn SqlConnection,
    ) -> Result<(), storage::Error> {
        if self.removals.is_empty() {
            return Ok(());
        }
        let rows = self
            .removals
            .iter()
            .map(|((session, user), at)| [(*session).into(), user.as_str().into(), (*at).into()]);
        query(REMOVE).bind_rows(rows).execute(connection).await?;
        let oldest = service::clock::now() + -KEPT_MS;
        query(FORGET_REMOVED)
            .bind(oldest)
            .execute(connection)
            .await?;
        Ok(())
    }
}
