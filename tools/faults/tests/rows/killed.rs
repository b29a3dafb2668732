//! Processes that die in the middle of their work.

use std::time::Duration;

use faults::{
    AcknowledgedMessages, LivePair, MessageWriter, SYNC, ServiceProcess, SyscallFault, read_room,
    row, thorough,
};
use rand::Rng;
use testkit::{
    ANN, BO, BookedRoom, ChatPeer, SOON, Service, TestBooking, TestPeer, TicketSigner, has_tool,
};
use wire::signaling::{Ended, Leave, Welcome};
use wire::{ErrorCode, Phase};

/// When a service is killed after the writers began, in milliseconds.
const KILL_AFTER_MS: std::ops::RangeInclusive<u64> = 5..=60;

/// A room, what was promised about it, and four who write in it: two people on two devices each.
struct WritingRoom {
    room: BookedRoom,
    ticket: String,
    acknowledged: AcknowledgedMessages,
    scribes: Vec<MessageWriter>,
}

impl WritingRoom {
    fn new(signer: &TicketSigner) -> Self {
        let (room, acknowledged) = (BookedRoom::new(), AcknowledgedMessages::default());
        let writer = |(who, device): (&str, &str)| {
            let ticket = signer.chat(who, std::slice::from_ref(&room.0));
            MessageWriter::new(
                &format!("{who}-{device}"),
                &ticket,
                &room.id(),
                &acknowledged,
            )
        };
        let writers = [(ANN, "phone"), (ANN, "desk"), (BO, "phone"), (BO, "desk")];
        let scribes = writers.map(writer).into();
        let ticket = signer.chat(ANN, std::slice::from_ref(&room.0));
        Self {
            room,
            ticket,
            acknowledged,
            scribes,
        }
    }

    /// All write at once until the connection is gone; `chat` is killed in the middle of it.
    async fn write_while_killing(&mut self, chat: &mut ServiceProcess, after: Duration) {
        for writer in &mut self.scribes {
            writer.connect(&chat.ws()).await;
        }
        let [one, two, three, four] = &mut self.scribes[..] else {
            panic!("four scribes");
        };
        let kill = async {
            tokio::time::sleep(after).await;
            chat.kill();
        };
        tokio::join!(
            one.write_on(),
            two.write_on(),
            three.write_on(),
            four.write_on(),
            kill
        );
    }

    async fn check(&self, chat: &ServiceProcess) -> usize {
        let base = chat.http();
        self.acknowledged
            .check(&base, &self.ticket, &self.room.id())
            .await
    }
}

#[test]
fn flt_1_kills_under_writes_lose_nothing_that_was_acknowledged() {
    row(async {
        let cycles = if thorough() { 300 } else { 30 };
        let signer = TicketSigner::start().await;
        let mut chat = ServiceProcess::new(Service::Chat, &signer).started().await;
        let mut writing = WritingRoom::new(&signer);
        for _ in 0..cycles {
            let after = Duration::from_millis(rand::rng().random_range(KILL_AFTER_MS));
            writing.write_while_killing(&mut chat, after).await;
            chat.start().await;
        }
        let stored = writing.check(&chat).await;
        let acknowledged = writing.acknowledged.len();
        assert!(acknowledged > cycles, "{acknowledged} acknowledged in all");
        println!("{cycles} kills: {acknowledged} acknowledged, {stored} stored, 0 lost");
    });
}

#[test]
fn flt_1_a_session_whose_live_was_told_outlives_a_kill_with_its_deadline() {
    row(async {
        let cycles = if thorough() { 60 } else { 8 };
        let signer = TicketSigner::start().await;
        let mut signaling = ServiceProcess::new(Service::Signaling, &signer)
            .started()
            .await;
        let long = || TestBooking::new().duration_ms(600_000).countdown_ms(1);
        let mut old = LivePair::live(&signaling.ws(), &signer, long()).await;
        for _ in 0..cycles {
            let mut over = LivePair::live(&signaling.ws(), &signer, long()).await;
            over.ann.send(Leave {}).await;
            over.bo.expect::<Ended>(SOON).await;
            let new = LivePair::live(&signaling.ws(), &signer, long()).await;
            let after = Duration::from_millis(rand::rng().random_range(0..=20));
            tokio::time::sleep(after).await;
            signaling.kill();
            signaling.start().await;

            old = still_live(old).await;
            still_live(new).await;
            let ticket = over.ticket(&signer, 1);
            let (error, code) = TestPeer::refused(&signaling.ws(), &ticket).await;
            assert_eq!((error.code, code), (ErrorCode::SessionOver, Some(4504)));
        }
        old.round_trip("and nobody had to do anything").await;
    });
}

/// Both come back to the same session with the same deadline.
async fn still_live(pair: LivePair) -> LivePair {
    let pair = pair.back().await;
    for peer in [&pair.ann, &pair.bo] {
        let Welcome { session, .. } = peer.welcome.as_ref().unwrap();
        assert_eq!(session.phase, Phase::Live);
        assert_eq!(session.deadline_at, Some(pair.live.deadline_at));
        assert_eq!(session.started_at, Some(pair.live.started_at));
    }
    pair
}

#[test]
fn flt_2_killed_between_commit_and_answer_a_retry_gets_the_same_message() {
    if !has_tool("strace") {
        return;
    }
    row(async {
        let signer = TicketSigner::start().await;
        let mut chat = ServiceProcess::new(Service::Chat, &signer).started().await;
        let room = BookedRoom::new();
        let ticket = signer.chat(ANN, std::slice::from_ref(&room.0));
        let mut ann = ChatPeer::hello(&chat.ws(), &ticket, "phone").await;
        ann.say(&room.id(), "first", "Are you there?").await;
        settled(&chat).await;

        // The commit is written when its sync begins; that is where the process dies.
        let kill = SyscallFault::of(chat.pid(), SYNC, "signal=KILL:when=1").await;
        ann.send_numbered(wire::chat::Send {
            room: room.id(),
            client_id: "second".to_owned(),
            body: "Hello?".to_owned(),
            ttl_ms: None,
        })
        .await;
        assert_eq!(
            ann.expect_close(SOON).await,
            None,
            "no answer, and no goodbye"
        );
        chat.gone(SOON).await;
        drop(kill);
        chat.start().await;

        let stored = read_room(&chat.http(), &ticket, &room.id()).await;
        assert_eq!(stored.len(), 2, "committed, and never answered: {stored:?}");
        let mut ann = ChatPeer::hello(&chat.ws(), &ticket, "phone").await;
        let sent = ann.say(&room.id(), "second", "Hello?").await;
        assert_eq!(sent.message_id, stored[1].message_id);
        assert_eq!((sent.seq, stored[1].seq), (2, 2));
        let again = read_room(&chat.http(), &ticket, &room.id()).await;
        assert_eq!(again, stored, "the retry added nothing");
    });
}

#[test]
fn flt_41_no_message_is_acknowledged_before_its_commit_is_on_disk() {
    if !has_tool("strace") {
        return;
    }
    row(async {
        let signer = TicketSigner::start().await;
        let chat = ServiceProcess::new(Service::Chat, &signer).started().await;
        let room = BookedRoom::new();
        let ticket = signer.chat(ANN, std::slice::from_ref(&room.0));
        let mut ann = ChatPeer::hello(&chat.ws(), &ticket, "phone").await;
        let calls = format!("{SYNC},pwrite64,sendto,write,writev,sendmsg");
        let watch = SyscallFault::watch(chat.pid(), &calls).await;
        for number in 0..5 {
            let key = format!("watched-{number}");
            ann.say(&room.id(), &key, "Is it safe?").await;
            settled(&chat).await;
        }
        let trace = watch.end().await;
        let mut unsynced = false;
        let mut acknowledged = 0;
        for line in trace.lines() {
            if line.contains("pwrite64(") && line.contains("-wal>") {
                unsynced = true;
            } else if is_done(line) {
                unsynced = false;
            } else if line.contains("\\\"type\\\":\\\"sent\\\"") {
                assert!(!unsynced, "answered before it was safe:\n{trace}");
                acknowledged += 1;
            }
        }
        assert_eq!(acknowledged, 5, "{trace}");
    });
}

/// A sync that has returned, in one line or as the second half of one that was interrupted.
fn is_done(line: &str) -> bool {
    SYNC.split(',').any(|call| {
        // That of the high-water mark is another file's.
        let is_of_store = !line.contains("-mark>");
        let whole = line.contains(&format!("{call}(")) && line.ends_with("= 0") && is_of_store;
        let resumed = line.contains(&format!("<... {call} resumed>")) && line.ends_with("= 0");
        whole || resumed
    })
}

/// What follows from a message is written a little later: waits until the store is at rest.
async fn settled(chat: &ServiceProcess) {
    let quiet = Duration::from_millis(150);
    let mut before = wal_state(chat);
    loop {
        tokio::time::sleep(quiet).await;
        let now = wal_state(chat);
        if now == before {
            return;
        }
        before = now;
    }
}

fn wal_state(chat: &ServiceProcess) -> Option<std::time::SystemTime> {
    let wal = chat.data_dir().join("chat/chat.db-wal");
    std::fs::metadata(wal).and_then(|meta| meta.modified()).ok()
}
