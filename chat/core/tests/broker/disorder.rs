//! People who lose sockets and answers, send again, and come back, while the store answers late: nobody
//! ever misses a message, sees one twice, or sees two in the wrong order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chat_core::{Output, ReadRequest};
use wire::ConnectionId;
use wire::chat::{ChatServerFrame, Cursor, MarkRead, Send};

use crate::harness::Harness;

const SEEDS: u64 = 1_000;
const STEPS: u64 = 120;
const PEOPLE: [&str; 3] = ["ann", "bo", "kim"];

/// Numbers that look random, the same for the same seed (SplitMix64).
pub(crate) struct SeededRandom(pub(crate) u64);

impl SeededRandom {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

/// A device as a good client keeps itself.
struct Device {
    user: &'static str,
    connection: Option<ConnectionId>,
    /// The last message that it has.
    seq: u64,
    greeted: bool,
    /// Keys of messages whose `sent` has not come.
    unanswered: BTreeSet<String>,
}

struct Simulation {
    chat: Harness,
    random: SeededRandom,
    devices: Vec<Device>,
    /// What the one writer has not committed yet.
    writes: VecDeque<Output>,
    /// What is being read for those who came back.
    reads: Vec<Output>,
    keys: u64,
    written: BTreeMap<String, String>,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let device = |n: usize| Device {
            user: PEOPLE[n % PEOPLE.len()],
            connection: None,
            seq: 0,
            greeted: false,
            unanswered: BTreeSet::new(),
        };
        Self {
            chat: Harness::with_room("r", &PEOPLE),
            random: SeededRandom(seed),
            devices: (0..5).map(device).collect(),
            writes: VecDeque::new(),
            reads: Vec::new(),
            keys: 0,
            written: BTreeMap::new(),
        }
    }

    fn step(&mut self) {
        let device = self.random.below(self.devices.len() as u64) as usize;
        match self.random.below(12) {
            0 => self.lose(device),
            1..=2 => self.come(device),
            3..=6 => self.write(device),
            7 => self.retry(device),
            8 => self.read(device),
            9..=10 => self.commit_one(),
            _ => self.read_one(),
        }
        self.look();
    }

    fn lose(&mut self, device: usize) {
        if let Some(connection) = self.devices[device].connection.take() {
            // What was on its way is lost with the socket.
            self.chat.took(connection);
            let clean = self.random.below(2) == 0;
            self.chat.gone(connection, clean);
        }
    }

    fn come(&mut self, device: usize) {
        self.lose(device);
        let Device {
            user, seq, greeted, ..
        } = self.devices[device];
        let cursor = Cursor {
            epoch: "e-r".to_owned(),
            seq,
        };
        let cursors = if greeted {
            vec![("r", cursor)]
        } else {
            Vec::new()
        };
        let (connection, left) = self.chat.hello_with(user, &cursors);
        self.devices[device].connection = Some(connection);
        self.sort(left);
    }

    fn write(&mut self, device: usize) {
        self.keys += 1;
        let key = format!("c-{}", self.keys);
        self.written
            .insert(key.clone(), self.devices[device].user.to_owned());
        self.devices[device].unanswered.insert(key.clone());
        self.send(device, key);
    }

    fn retry(&mut self, device: usize) {
        if let Some(key) = self.devices[device].unanswered.first().cloned() {
            self.send(device, key);
        }
    }

    fn send(&mut self, device: usize, key: String) {
        if let Some(connection) = self.devices[device].connection {
            let frame = Send {
                room: "r".into(),
                client_id: key,
                body: "hi".to_owned(),
                ttl_ms: None,
            };
            let left = self.chat.frame(connection, 1, frame.into());
            self.sort(left);
        }
    }

    fn read(&mut self, device: usize) {
        let seq = self.devices[device].seq + self.random.below(3);
        if let Some(connection) = self.devices[device].connection {
            let frame = MarkRead {
                room: "r".into(),
                seq,
            };
            let left = self.chat.frame(connection, 2, frame.into());
            self.sort(left);
        }
    }

    fn commit_one(&mut self) {
        if let Some(write) = self.writes.pop_front() {
            self.chat.commit(vec![write]);
        }
    }

    fn read_one(&mut self) {
        if !self.reads.is_empty() {
            let index = self.random.below(self.reads.len() as u64) as usize;
            let read = self.reads.swap_remove(index);
            self.chat.commit(vec![read]);
        }
    }

    fn sort(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Read(ReadRequest::CatchUp { .. }) => self.reads.push(output),
                other => self.writes.push_back(other),
            }
        }
    }

    /// Every device takes what it was sent, and is not surprised.
    fn look(&mut self) {
        for device in &mut self.devices {
            let Some(connection) = device.connection else {
                continue;
            };
            for frame in self.chat.took(connection) {
                if let ChatServerFrame::Welcome(welcome) = &frame {
                    let room = &welcome.rooms[0];
                    let unread = self.chat.stored().iter().filter(|message| {
                        message.from.as_str() != device.user
                            && (room.read_seq + 1..=room.last_seq).contains(&message.seq)
                    });
                    assert_eq!(room.unread, unread.count() as u64, "{}", device.user);
                }
                device.take(frame);
            }
        }
    }

    fn end(mut self) {
        while !self.writes.is_empty() || !self.reads.is_empty() {
            self.commit_one();
            self.read_one();
            self.look();
        }
        for device in 0..self.devices.len() {
            self.come(device);
            while !self.reads.is_empty() {
                self.read_one();
            }
            self.look();
        }
        let stored = self.chat.stored();
        for device in &self.devices {
            assert_eq!(
                device.seq,
                stored.len() as u64,
                "{} has everything",
                device.user
            );
        }
        let mut keys = BTreeSet::new();
        for (index, message) in stored.iter().enumerate() {
            assert_eq!(message.seq, index as u64 + 1, "dense");
            assert!(
                keys.insert(&message.client_id),
                "{} twice",
                message.client_id
            );
            assert_eq!(
                self.written.get(&message.client_id).map(String::as_str),
                Some(message.from.as_str())
            );
        }
    }
}

impl Device {
    fn take(&mut self, frame: ChatServerFrame) {
        match frame {
            ChatServerFrame::Welcome(welcome) => {
                let room = &welcome.rooms[0];
                assert!(room.read_seq <= room.last_seq);
                assert_eq!(room.recovered, self.greeted);
                if !self.greeted {
                    // A new device reads the history.
                    (self.greeted, self.seq) = (true, room.last_seq);
                }
            }
            ChatServerFrame::Message(message) => {
                assert_eq!(
                    message.seq,
                    self.seq + 1,
                    "a gap or a repeat for {}",
                    self.user
                );
                self.seq = message.seq;
                // Who sees their own message need not send it again.
                self.unanswered.remove(&message.client_id);
            }
            ChatServerFrame::ErrorBody(error) => panic!("{error:?}"),
            _ => {}
        }
    }
}

#[test]
fn cht_6_nobody_misses_repeats_or_reorders_a_message() {
    for seed in 0..SEEDS {
        let mut simulation = Simulation::new(seed);
        for _ in 0..STEPS {
            simulation.step();
        }
        simulation.end();
    }
}
