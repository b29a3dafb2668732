//! Rooms are read beside the one that writes them, leave memory and come back, in every order: what is in
//! memory is what has been told, and whoever is connected is told everything.

use std::collections::{BTreeMap, BTreeSet};

use chat_core::{
    FrameDelivery, Input, Output, PositionKind, PositionUpdate, Room, RoomBroker, Settings,
    WriteOutcome, WriteRequest,
};
use wire::chat::{ChatServerFrame, Message};
use wire::{ConnectionId, RoomId, UserId};

use crate::disorder::SeededRandom;
use crate::frames::{at, room};

const SEEDS: u64 = 1_000;
const STEPS: u64 = 400;
const PEOPLE: [&str; 4] = ["ann", "bo", "kim", "lee"];
const ROOMS: [&str; 5] = ["r0", "r1", "r2", "r3", "r4"];

/// A read of a room: begun, then done by the store, then brought to the broker.
struct PendingRead {
    room: RoomId,
    as_of: u64,
    found: Option<Option<Room>>,
}

/// How far the one write is.
enum Stage {
    Begun,
    Read {
        as_of: u64,
        found: Option<Box<Room>>,
    },
    InMemory,
    Committed {
        outcome: Box<WriteOutcome>,
        before: Option<Box<Room>>,
    },
    Published,
}

struct World {
    broker: RoomBroker,
    random: SeededRandom,
    /// What is durable.
    stored: BTreeMap<RoomId, Room>,
    reads: Vec<PendingRead>,
    write: Option<(RoomId, Stage)>,
    connections: BTreeMap<ConnectionId, UserId>,
    last_id: u64,
    refused_reads: u64,
}

impl World {
    fn new(seed: u64) -> Self {
        let rooms = ROOMS[..4].iter().map(|id| room(id, &PEOPLE[..2]));
        Self {
            // Two rooms fit: the others push each other out.
            broker: RoomBroker::new(Settings {
                max_rooms: 2,
                ..Settings::default()
            }),
            random: SeededRandom(seed),
            stored: rooms.map(|room| (room.id.clone(), room)).collect(),
            reads: Vec::new(),
            write: None,
            connections: BTreeMap::new(),
            last_id: 0,
            refused_reads: 0,
        }
    }

    fn step(&mut self) {
        match self.random.below(12) {
            0..=2 => self.begin_read(),
            3..=4 => self.read(),
            5..=6 => self.finish_read(),
            7 => self.connect_or_leave(),
            _ => self.go_on_writing(),
        }
        self.check_memory();
    }

    fn any_room(&mut self) -> RoomId {
        ROOMS[self.random.below(ROOMS.len() as u64) as usize].into()
    }

    fn begin_read(&mut self) {
        let (room, as_of) = (self.any_room(), self.broker.version());
        if !self.broker.knows(&room) {
            let found = None;
            self.reads.push(PendingRead { room, as_of, found });
        }
    }

    fn read(&mut self) {
        let waiting = self.reads.iter_mut().find(|read| read.found.is_none());
        if let Some(read) = waiting {
            read.found = Some(self.stored.get(&read.room).cloned());
        }
    }

    fn finish_read(&mut self) {
        if self.reads.is_empty() {
            return;
        }
        let index = self.random.below(self.reads.len() as u64) as usize;
        if self.reads[index].found.is_none() {
            return;
        }
        let read = self.reads.swap_remove(index);
        if let Some(room) = read.found.flatten() {
            self.bring_in(room, read.as_of);
        }
    }

    /// False where the read is to be done again.
    fn bring_in(&mut self, room: Room, as_of: u64) -> bool {
        let id = room.id.clone();
        self.handle(Input::Loaded { room, as_of });
        let outdated = self.broker.is_outdated(&id, as_of);
        self.refused_reads += u64::from(outdated);
        !outdated
    }

    fn connect_or_leave(&mut self) {
        if self.connections.len() > 1 {
            let (connection, _) = self.connections.pop_first().unwrap();
            let clean = true;
            self.handle(Input::Gone { connection, clean });
        } else {
            self.last_id += 1;
            let connection = ConnectionId(self.last_id);
            let user = UserId::from(PEOPLE[self.random.below(4) as usize]);
            self.connections.insert(connection, user.clone());
            self.handle(Input::Hello {
                connection,
                user,
                only: None,
                cursors: BTreeMap::new(),
            });
        }
    }

    fn go_on_writing(&mut self) {
        let Some((room, stage)) = self.write.take() else {
            let room = self.any_room();
            self.handle(Input::WriteBegun([room.clone()].into()));
            self.write = Some((room, Stage::Begun));
            return;
        };
        let next = match stage {
            Stage::Begun if self.broker.knows(&room) => Stage::InMemory,
            Stage::Begun => Stage::Read {
                as_of: self.broker.version(),
                found: self.stored.get(&room).cloned().map(Box::new),
            },
            Stage::Read { as_of, found } => {
                match found.is_none_or(|found| self.bring_in(*found, as_of)) {
                    true => Stage::InMemory,
                    false => Stage::Begun,
                }
            }
            Stage::InMemory => {
                let before = self.broker.room(&room).cloned().map(Box::new);
                let outcome = Box::new(self.commit(&room));
                Stage::Committed { outcome, before }
            }
            Stage::Committed { outcome, .. } => {
                self.tell(*outcome);
                Stage::Published
            }
            Stage::Published => {
                self.handle(Input::WriteDone([room].into()));
                return;
            }
        };
        self.write = Some((room, next));
    }

    fn commit(&mut self, id: &RoomId) -> WriteOutcome {
        let kind = self.random.below(4);
        let fresh = || room(id.as_str(), &[]);
        let stored = self.stored.entry(id.clone()).or_insert_with(fresh);
        if kind == 0 || stored.members.is_empty() {
            let count = 2 + self.random.below(3) as usize;
            let members = stored.members.len().max(count);
            let mut opened = room(id.as_str(), &PEOPLE[..members]);
            let changed = opened.members.len() != stored.members.len();
            for (member, known) in opened.members.iter_mut().zip(&stored.members) {
                member.clone_from(known);
            }
            stored.members = opened.members;
            let room = stored.clone();
            return WriteOutcome::RoomOpened { room, changed };
        }
        let user = UserId::from(PEOPLE[self.random.below(2) as usize]);
        if kind == 1 && stored.last_seq > 0 {
            let update = PositionUpdate {
                room: id.clone(),
                user,
                kind: PositionKind::Read,
                seq: stored.last_seq,
            };
            let sent_read = stored.member(&update.user).unwrap().sent;
            stored.moved(&update, sent_read);
            let origin = None;
            return WriteOutcome::PositionMoved {
                update,
                sent_read,
                origin,
            };
        }
        let seq = stored.last_seq + 1;
        let message = Message {
            room: id.clone(),
            seq,
            message_id: format!("m-{id}-{seq}"),
            from: user,
            client_id: format!("c-{seq}"),
            body: "hi".to_owned(),
            sent_at: at(0),
            expires_at: None,
            deleted: false,
            corrupt: false,
        };
        stored.stored(&message);
        let origin = None;
        WriteOutcome::Stored { message, origin }
    }

    /// Whoever is connected hears of a message and of a room; who is not is named.
    fn tell(&mut self, outcome: WriteOutcome) {
        let (room, wanted, from) = match &outcome {
            WriteOutcome::Stored { message, .. } => (&message.room, "message", Some(&message.from)),
            WriteOutcome::RoomOpened {
                room,
                changed: true,
            } => (&room.id, "room", None),
            _ => {
                self.handle(Input::Written(outcome));
                return;
            }
        };
        let (room, from) = (room.clone(), from.cloned());
        let (mut reached, mut unread) = (BTreeSet::new(), BTreeSet::new());
        for output in self.handle(Input::Written(outcome)) {
            match output {
                Output::Deliver(FrameDelivery { to, frame }) if frame.kind() == wanted => {
                    assert!(
                        !matches!(&frame, ChatServerFrame::RoomView(view) if view.room != room)
                    );
                    reached.extend(to);
                }
                Output::Persist(WriteRequest::NoteUnread { users, .. }) => unread.extend(users),
                _ => {}
            }
        }
        for member in &self.stored[&room].members {
            let user = &member.user_id;
            let mut theirs = self.connections.iter().filter(|(_, of)| *of == user);
            let connected = theirs.clone().next().is_some();
            assert!(
                theirs.all(|(id, _)| reached.contains(id)),
                "{user} missed a {wanted} of {room}"
            );
            let is_named = wanted == "message" && !connected && Some(user) != from.as_ref();
            assert_eq!(unread.contains(user), is_named, "{user} of {room}");
        }
    }

    /// A room in memory is the durable one, but for what is committed and not told yet.
    fn check_memory(&self) {
        for (id, stored) in &self.stored {
            let Some(known) = self.broker.room(id) else {
                continue;
            };
            match &self.write {
                Some((room, Stage::Committed { before, .. })) if room == id => {
                    // A room that nobody knew may be read before it is told of.
                    assert!(
                        before.as_ref().is_none_or(|before| **before == *known),
                        "{id}"
                    );
                }
                _ => assert_eq!(known, stored, "{id}"),
            }
        }
    }

    fn handle(&mut self, input: Input) -> Vec<Output> {
        self.broker.handle(at(0), input)
    }
}

#[test]
fn cht_6_a_read_that_races_with_a_commit_loses_and_brings_back_nothing() {
    let (mut refused, mut let_go) = (0, 0);
    for seed in 0..SEEDS {
        let mut world = World::new(seed);
        for _ in 0..STEPS {
            world.step();
        }
        refused += world.refused_reads;
        let_go += world.broker.rooms_let_go();
    }
    assert!(refused > SEEDS / 4 && let_go > SEEDS, "{refused} {let_go}");
}
