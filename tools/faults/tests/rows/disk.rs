//! Disks that fail, fill up, or take their time: what waits for them is refused, and what doesn't goes on.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use faults::{
    AcknowledgedMessages, LivePair, MessageWriter, SYNC, ServiceProcess, SyscallFault,
    UnaffectedPair, read_room, row,
};
use testkit::{
    ANN, BO, BookedRoom, ChatPeer, SOON, Service, TestBooking, TestPeer, TicketSigner, has_tool,
    until,
};
use wire::signaling::{Ended, Leave};
use wire::{ErrorCode, Phase, RoomId};

/// From the end of a fault to being as before.
const HEAL_LIMIT: Duration = Duration::from_secs(5);
/// Longest wait of somebody whose way does not lead over the disk. It is far below what the disk takes
/// here, and far above what a busy machine does.
const UNHINDERED: Duration = Duration::from_secs(1);
/// Counts what went out without having been stored.
const HELD: &str = "signaling_held_too_long_total";
/// A sync that takes 2 s, as `strace` is told it.
const SLOW_SYNC: &str = "delay_enter=2000000";

/// A chat, a room in it, and somebody who writes there.
struct ChatRig {
    service: ServiceProcess,
    room: RoomId,
    ticket: String,
    bo_ticket: String,
    acknowledged: AcknowledgedMessages,
    ann: MessageWriter,
}

impl ChatRig {
    async fn start(signer: &TicketSigner) -> Self {
        let service = ServiceProcess::new(Service::Chat, signer).started().await;
        let room = BookedRoom::new();
        let [ticket, bo_ticket] =
            [ANN, BO].map(|who| signer.chat(who, std::slice::from_ref(&room.0)));
        let acknowledged = AcknowledgedMessages::default();
        let mut ann = MessageWriter::new("ann", &ticket, &room.id(), &acknowledged);
        ann.connect(&service.ws()).await;
        for _ in 0..10 {
            assert_eq!(ann.write_one().await, Some(true));
        }
        Self {
            service,
            room: room.id(),
            ticket,
            bo_ticket,
            acknowledged,
            ann,
        }
    }

    /// While nothing can be written: Ann is told `code`, Bo comes in and reads, and ready says no.
    async fn refuses_to_write(&mut self, code: ErrorCode) {
        for _ in 0..5 {
            assert_eq!(self.ann.write_one().await, Some(false));
        }
        assert_eq!(self.ann.refusals, [code; 5]);
        let began = Instant::now();
        let bo = ChatPeer::hello(&self.service.ws(), &self.bo_ticket, "tablet").await;
        let read = read_room(&self.service.http(), &self.bo_ticket, &self.room).await;
        assert!(read.len() >= 10, "{} can be read", read.len());
        assert!(began.elapsed() < SOON, "reading took {:?}", began.elapsed());
        drop(bo);
        let service = &self.service;
        until("no longer ready", SOON, async || {
            (!service.is_ready().await).then_some(())
        })
        .await;
    }

    /// It heals by itself, and what was acknowledged is there.
    async fn heals(&mut self) {
        let service = &self.service;
        until("ready again", HEAL_LIMIT, async || {
            service.is_ready().await.then_some(())
        })
        .await;
        for _ in 0..10 {
            assert_eq!(self.ann.write_one().await, Some(true));
        }
        let stored = self
            .acknowledged
            .check(&service.http(), &self.ticket, &self.room)
            .await;
        // What was refused may be there or not; written again it is there once.
        assert_eq!(stored, self.acknowledged.len());
    }
}

#[test]
fn flt_6_a_sync_that_fails_is_told_and_the_store_is_opened_anew() {
    if !has_tool("strace") {
        return;
    }
    row(async {
        let signer = TicketSigner::start().await;
        let mut chat = ChatRig::start(&signer).await;
        let before = chat.service.metrics().await;
        let fault =
            SyscallFault::of_seen(chat.service.pid(), SYNC, "error=EIO", "close,openat").await;
        chat.refuses_to_write(ErrorCode::StorageUnavailable).await;
        let trace = fault.end().await;
        chat.heals().await;

        let after = chat.service.metrics().await;
        for counter in [
            "storage_errors_total",
            "storage_io_errors_total",
            "storage_reopened_total",
        ] {
            after.assert_rose(counter, &before);
        }
        assert_no_sync_is_tried_again(&trace);
    });
}

/// After a sync failed on a descriptor, that one is closed before anything is synced by its number.
fn assert_no_sync_is_tried_again(trace: &str) {
    let (mut failed, mut failures) = (HashMap::new(), 0);
    let mut begun: HashMap<&str, &str> = HashMap::new();
    for line in trace.lines() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        let Some((_, call)) = rest.trim_start().split_once(' ') else {
            continue;
        };
        let descriptor = descriptor_of(call).or_else(|| begun.get(thread).copied());
        let Some(descriptor) = descriptor else {
            continue;
        };
        let starts = !call.starts_with("<... ");
        let is_sync = call.contains("sync");
        if starts {
            begun.insert(thread, descriptor);
            if is_sync {
                assert!(!failed.contains_key(descriptor), "tried again: {line}");
            } else if call.starts_with("close") {
                failed.remove(descriptor);
            }
        }
        if is_sync && call.contains("EIO") {
            failed.insert(descriptor, line);
            failures += 1;
        }
    }
    assert!(failures > 0, "no sync failed:\n{trace}");
}

/// The number in `fsync(12</path>)`.
fn descriptor_of(call: &str) -> Option<&str> {
    let (_, arguments) = call.split_once('(')?;
    let end = arguments.find(|letter: char| !letter.is_ascii_digit())?;
    (end > 0).then(|| &arguments[..end])
}

#[test]
fn flt_6_a_session_goes_on_while_syncs_fail_and_is_stored_afterwards() {
    if !has_tool("strace") {
        return;
    }
    row(async {
        let signer = TicketSigner::start().await;
        let mut signaling = ServiceProcess::new(Service::Signaling, &signer)
            .started()
            .await;
        let unaffected = UnaffectedPair::of(&signaling, &signer).await;
        let before = signaling.metrics().await;
        let fault = SyscallFault::of(signaling.pid(), SYNC, "error=EIO").await;
        let pair = lives_without_the_disk(&signaling, &signer).await;
        fault.end().await;
        unaffected.unharmed(UNHINDERED).await;
        let after = signaling.metrics().await;
        after.assert_rose("signaling_store_failures_total", &before);
        after.assert_rose(HELD, &before);
        is_stored_afterwards(&mut signaling, &signer, pair).await;
    });
}

#[test]
fn flt_7_a_full_disk_refuses_messages_and_nothing_else() {
    if !has_tool("strace") {
        return;
    }
    row(async {
        let signer = TicketSigner::start().await;
        let mut chat = ChatRig::start(&signer).await;
        let before = chat.service.metrics().await;
        let fault = SyscallFault::of(chat.service.pid(), "pwrite64", "error=ENOSPC").await;
        chat.refuses_to_write(ErrorCode::StorageFull).await;
        fault.end().await;
        chat.heals().await;
        let after = chat.service.metrics().await;
        after.assert_rose("storage_errors_total", &before);
    });
}

#[test]
fn flt_7_a_session_goes_on_while_the_disk_is_full_and_is_stored_afterwards() {
    if !has_tool("strace") {
        return;
    }
    row(async {
        let signer = TicketSigner::start().await;
        let mut signaling = ServiceProcess::new(Service::Signaling, &signer)
            .started()
            .await;
        let unaffected = UnaffectedPair::of(&signaling, &signer).await;
        let before = signaling.metrics().await;
        let fault = SyscallFault::of(signaling.pid(), "pwrite64", "error=ENOSPC").await;
        let pair = lives_without_the_disk(&signaling, &signer).await;
        fault.end().await;
        unaffected.unharmed(UNHINDERED).await;
        let after = signaling.metrics().await;
        after.assert_rose("signaling_store_failures_total", &before);
        is_stored_afterwards(&mut signaling, &signer, pair).await;
    });
}

#[test]
fn flt_8_joins_and_relays_do_not_wait_for_a_slow_disk() {
    if !has_tool("strace") {
        return;
    }
    row(async {
        let signer = TicketSigner::start().await;
        let mut signaling = ServiceProcess::new(Service::Signaling, &signer)
            .started()
            .await;
        let unaffected = UnaffectedPair::of(&signaling, &signer).await;
        let before = signaling.metrics().await;
        let fault = SyscallFault::of(signaling.pid(), SYNC, SLOW_SYNC).await;
        let mut joins = Vec::new();
        for _ in 0..20 {
            let spec = TestBooking::new().spec();
            let ticket = signer.signaling(ANN, &spec);
            let began = Instant::now();
            let peer = TestPeer::join(&signaling.ws(), &ticket).await;
            joins.push(began.elapsed());
            drop(peer);
        }
        joins.sort_unstable();
        println!("joins: median {:?}, slowest {:?}", joins[10], joins[19]);
        assert!(joins[19] < UNHINDERED, "{joins:?}");
        let pair = lives_without_the_disk(&signaling, &signer).await;
        until("a slow commit is counted", SOON * 2, async || {
            let now = signaling.metrics().await;
            (now.sum("storage_slow_total") > before.sum("storage_slow_total")).then_some(())
        })
        .await;
        fault.end().await;
        unaffected.unharmed(UNHINDERED).await;
        let after = signaling.metrics().await;
        after.assert_rose(HELD, &before);
        is_stored_afterwards(&mut signaling, &signer, pair).await;
    });
}

/// A pair that begins now goes live, talks, and another one ends, each as if there were a disk.
async fn lives_without_the_disk(signaling: &ServiceProcess, signer: &TicketSigner) -> LivePair {
    let booking = || TestBooking::new().countdown_ms(1).duration_ms(600_000);
    let began = Instant::now();
    let mut pair = LivePair::live(&signaling.ws(), signer, booking()).await;
    let took = began.elapsed();
    assert!(took < UNHINDERED * 2, "{took:?} until live");
    pair.round_trip("can you hear me").await;

    let mut over = LivePair::live(&signaling.ws(), signer, booking()).await;
    let began = Instant::now();
    over.ann.send(Leave {}).await;
    over.bo.expect::<Ended>(SOON).await;
    assert!(began.elapsed() < UNHINDERED, "{:?}", began.elapsed());
    pair
}

/// What could not be written is written by itself, so that a kill afterwards loses nothing.
async fn is_stored_afterwards(
    signaling: &mut ServiceProcess,
    signer: &TicketSigner,
    pair: LivePair,
) {
    let began = Instant::now();
    // The store takes one change after another: when a new one is not waited for in vain, the old
    // ones are there.
    loop {
        let before = signaling.metrics().await;
        let booking = TestBooking::new().countdown_ms(1);
        LivePair::live(&signaling.ws(), signer, booking).await;
        let now = signaling.metrics().await;
        if now.sum(HELD) <= before.sum(HELD) && signaling.is_ready().await {
            break;
        }
        assert!(began.elapsed() < HEAL_LIMIT, "the store does not heal");
    }
    signaling.kill();
    signaling.start().await;
    let mut pair = pair.back().await;
    let session = &pair.ann.welcome.as_ref().unwrap().session;
    assert_eq!(session.phase, Phase::Live);
    assert_eq!(session.deadline_at, Some(pair.live.deadline_at));
    pair.round_trip("here we are").await;
}

mod long {
    use super::*;
    use wire::chat::{Send, Sent};

    #[test]
    fn flt_8_messages_are_slow_on_a_slow_disk_and_stay_in_order() {
        if !has_tool("strace") {
            return;
        }
        row(async {
            let signer = TicketSigner::start().await;
            let chat = ChatRig::start(&signer).await;
            let mut bo = ChatPeer::hello(&chat.service.ws(), &chat.bo_ticket, "tablet").await;
            let before = chat.service.metrics().await;
            let fault = SyscallFault::of(chat.service.pid(), SYNC, SLOW_SYNC).await;
            let began = Instant::now();
            for number in 0..6 {
                bo.send_numbered(Send {
                    room: chat.room.clone(),
                    client_id: format!("slow-{number}"),
                    body: format!("Number {number}."),
                    ttl_ms: None,
                })
                .await;
            }
            let mut seqs = Vec::new();
            for _ in 0..6 {
                let sent = bo.expect::<Sent>(Duration::from_secs(30)).await;
                seqs.push(sent.seq);
            }
            assert!(began.elapsed() >= Duration::from_secs(2), "it was not slow");
            fault.end().await;
            assert!(seqs.is_sorted() && seqs.windows(2).all(|two| two[0] + 1 == two[1]));
            let after = chat.service.metrics().await;
            after.assert_rose("storage_slow_total", &before);
        });
    }
}
