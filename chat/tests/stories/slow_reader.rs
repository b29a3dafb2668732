//! One who does not read is dropped, harms nobody, and comes back without a loss.

use testkit::{ANN, BO, BookedRoom, SOON};
use wire::chat::Message;

use crate::server::Server;

#[tokio::test]
async fn cht_23_a_slow_reader_is_dropped_and_resumes_with_its_cursor() {
    let server = Server::with(|limits| limits.sockets.queue_bytes = 64 * 1024).await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut bo = server.peer(BO, &room).await;
    let mut kim = server.peer(BO, &room).await;
    bo.socket().stall(true).await;
    // More than the sockets' own buffers and the queue hold together.
    let body = "x".repeat(15_000);
    let count = 280;
    for n in 0..count {
        ann.say(&room.id, &format!("c-{n}"), &body).await;
        assert_eq!(kim.expect::<Message>(SOON).await.seq, n + 1);
    }
    bo.socket().stall(false).await;
    let code = bo.expect_close(SOON).await;
    assert!(matches!(code, Some(4002) | None), "{code:?}");
    let had = bo.cursors[&room.id].seq;
    assert!(had < count, "it was dropped");
    // What it missed is many times what its queue holds.
    let mut bo = bo.reconnect().await;
    assert!(bo.welcome.as_ref().unwrap().rooms[0].recovered);
    for seq in had + 1..=count {
        assert_eq!(bo.expect::<Message>(SOON).await.seq, seq);
    }
    ann.say(&room.id, "c-last", "still here").await;
    assert_eq!(bo.expect::<Message>(SOON).await.body, "still here");
}
