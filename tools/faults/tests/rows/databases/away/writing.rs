//! Somebody who writes in a chat whose rooms are on the server that is away, all the time.

use std::time::{Duration, Instant};

use faults::{AcknowledgedMessages, MessageWriter, ServiceProcess};
use testkit::{ANN, BookedRoom, Service, TicketSigner};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use wire::{ErrorCode, RoomId};

/// Pause between two messages.
const EVERY: Duration = Duration::from_millis(150);
/// An answer of either kind is there within it.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);

pub(super) struct Writing {
    chat: ServiceProcess,
    room: RoomId,
    ticket: String,
    acknowledged: AcknowledgedMessages,
    stop: watch::Sender<bool>,
    task: JoinHandle<(usize, Duration)>,
}

impl Writing {
    pub(super) async fn start(signer: &TicketSigner, rooms: &str) -> Self {
        let chat = ServiceProcess::new(Service::Chat, signer)
            .with("RENDEZVOUS_CHAT_ROOMS_URL", rooms)
            .started()
            .await;
        let room = BookedRoom::new();
        let ticket = signer.chat(ANN, std::slice::from_ref(&room.0));
        let acknowledged = AcknowledgedMessages::default();
        let mut writer = MessageWriter::new("ann", &ticket, &room.id(), &acknowledged);
        writer.connect(&chat.ws()).await;
        let (stop, stopped) = watch::channel(false);
        Self {
            chat,
            room: room.id(),
            ticket,
            acknowledged,
            stop,
            task: tokio::spawn(write_until(writer, stopped)),
        }
    }

    /// Stops it. The socket lived, and what was acknowledged is there; what was, in words.
    pub(super) async fn end(self) -> String {
        self.stop.send_replace(true);
        let (refused, slowest) = self.task.await.expect("the socket lives");
        assert!(slowest <= ANSWER_LIMIT, "an answer took {slowest:?}");
        let base = self.chat.http();
        let checking = self.acknowledged.check(&base, &self.ticket, &self.room);
        let stored = checking.await;
        let acknowledged = self.acknowledged.len();
        format!(
            "{acknowledged} messages acknowledged, {refused} refused, {stored} stored, slowest {slowest:?}"
        )
    }
}

async fn write_until(
    mut writer: MessageWriter,
    mut stopped: watch::Receiver<bool>,
) -> (usize, Duration) {
    let mut slowest = Duration::ZERO;
    loop {
        let began = Instant::now();
        let acknowledged = writer.write_one().await.expect("the socket lives");
        slowest = slowest.max(began.elapsed());
        tokio::select! {
            // The last word is acknowledged: the store is back.
            _ = stopped.changed(), if acknowledged => break,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
    let of_the_store = |code: &ErrorCode| *code == ErrorCode::StorageUnavailable;
    assert!(
        writer.refusals.iter().all(of_the_store),
        "{:?}",
        writer.refusals
    );
    (writer.refusals.len(), slowest)
}
