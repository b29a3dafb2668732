//! The rooms in memory: which read of a room is taken, and which room leaves when there are too many.

use std::collections::{BTreeSet, HashMap};

use wire::{RoomId, UnixMs, UserId};

use crate::Room;

/// Rooms by id, each with what must be known to let it go and to bring it in again.
#[derive(Debug)]
pub(super) struct LoadedRooms {
    rooms: HashMap<RoomId, LoadedRoom>,
    /// Rooms that are being written; they stay.
    kept: BTreeSet<RoomId>,
    /// Counts what is told of rooms.
    version: u64,
    /// The version at which something was told last of a room that is not in memory.
    last_told: HashMap<RoomId, u64>,
    /// Up to this version, `last_told` may lack rooms.
    forgotten: u64,
    /// Counts uses of rooms, to find the one that is longest unused.
    uses: u64,
    let_go: u64,
    max_rooms: usize,
}

/// A room in memory.
#[derive(Debug)]
pub(super) struct LoadedRoom {
    pub(super) room: Room,
    /// Since when each of its members types.
    pub(super) typing: HashMap<UserId, UnixMs>,
    used: u64,
    /// The version at which something was told of it last.
    told_at: u64,
}

impl LoadedRooms {
    pub(super) fn new(max_rooms: usize) -> Self {
        Self {
            rooms: HashMap::new(),
            kept: BTreeSet::new(),
            version: 0,
            last_told: HashMap::new(),
            forgotten: 0,
            uses: 0,
            let_go: 0,
            max_rooms,
        }
    }

    pub(super) fn get(&self, id: &RoomId) -> Option<&Room> {
        self.rooms.get(id).map(|loaded| &loaded.room)
    }

    pub(super) fn get_mut(&mut self, id: &RoomId) -> Option<&mut LoadedRoom> {
        self.rooms.get_mut(id)
    }

    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// How many were let go of so far.
    pub(super) fn let_go(&self) -> u64 {
        self.let_go
    }

    /// Keeps rooms that are about to be written.
    pub(super) fn keep(&mut self, rooms: BTreeSet<RoomId>) {
        self.kept.extend(rooms);
    }

    pub(super) fn release(&mut self, rooms: &BTreeSet<RoomId>) {
        self.kept.retain(|id| !rooms.contains(id));
    }

    /// Notes that a room is used.
    pub(super) fn touch(&mut self, id: &RoomId) {
        self.uses += 1;
        if let Some(loaded) = self.rooms.get_mut(id) {
            loaded.used = self.uses;
        }
    }

    /// Notes that something is told of a room, in memory or not.
    pub(super) fn note_told(&mut self, id: &RoomId) {
        self.version += 1;
        self.uses += 1;
        match self.rooms.get_mut(id) {
            Some(loaded) => (loaded.used, loaded.told_at) = (self.uses, self.version),
            None => self.remember(id.clone(), self.version),
        }
    }

    /// Whatever of a room that is not in memory was read before now is read again.
    pub(super) fn outdate_reads(&mut self) {
        self.version += 1;
        self.last_told.clear();
        self.forgotten = self.version;
    }

    /// True where nothing was told of a room since `as_of`, as far as is known.
    pub(super) fn is_current(&self, id: &RoomId, as_of: u64) -> bool {
        as_of >= self.last_told.get(id).copied().unwrap_or(self.forgotten)
    }

    /// Takes a room as it is now.
    pub(super) fn insert(&mut self, room: Room) {
        self.uses += 1;
        let last_told = self.last_told.remove(&room.id);
        let known = self.rooms.get(&room.id).map(|loaded| loaded.told_at);
        let loaded = LoadedRoom {
            typing: HashMap::new(),
            used: self.uses,
            told_at: known.or(last_told).unwrap_or(self.forgotten),
            room,
        };
        self.rooms.insert(loaded.room.id.clone(), loaded);
    }

    /// Where there are too many: the longest unused tenth of those that `is_idle` and are not being written.
    pub(super) fn surplus(&self, is_idle: impl Fn(&Room) -> bool) -> Vec<RoomId> {
        if self.rooms.len() <= self.max_rooms {
            return Vec::new();
        }
        let may_go = |loaded: &&LoadedRoom| {
            loaded.used < self.uses && !self.kept.contains(&loaded.room.id) && is_idle(&loaded.room)
        };
        let mut idle: Vec<(u64, &RoomId)> = self
            .rooms
            .values()
            .filter(may_go)
            .map(|loaded| (loaded.used, &loaded.room.id))
            .collect();
        idle.sort_unstable();
        idle.truncate(self.tenth());
        idle.into_iter().map(|(_, id)| id.clone()).collect()
    }

    /// Lets go of a room.
    pub(super) fn remove(&mut self, id: &RoomId) -> Option<Room> {
        let loaded = self.rooms.remove(id)?;
        self.let_go += 1;
        if loaded.told_at > self.forgotten {
            self.remember(id.clone(), loaded.told_at);
        }
        Some(loaded.room)
    }

    fn remember(&mut self, id: RoomId, told_at: u64) {
        if self.last_told.len() >= self.tenth() {
            // Reads that have begun are done again, once.
            self.last_told.clear();
            self.forgotten = self.version;
        } else {
            self.last_told.insert(id, told_at);
        }
    }

    fn tenth(&self) -> usize {
        self.max_rooms / 10 + 1
    }
}
