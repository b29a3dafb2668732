//! The same refusals, whatever carries the message; and who was refused goes on.

use testkit::{ANN, BO, BookedRoom};

use super::client::Transport;
use crate::closed::room_event;
use crate::events::tell;
use crate::server::Server;

#[tokio::test]
async fn cht_143_a_repeat_gets_the_first_answer_and_another_text_is_a_conflict() {
    let server = Server::start().await;
    for first in Transport::ALL {
        let BookedRoom(room) = BookedRoom::new();
        let mut ann = first.client(&server, ANN, &room).await;
        let stored = ann.send("c-1", "once").await;
        assert!(stored.is_ok(), "{first:?}: {stored:?}");
        for other in Transport::ALL {
            let mut again = other.client(&server, ANN, &room).await;
            assert_eq!(
                again.send("c-1", "once").await,
                stored,
                "{first:?} {other:?}"
            );
            let conflict = again.send("c-1", "twice").await;
            assert_eq!(conflict, Err("conflict".to_owned()), "{other:?}");
        }
        assert_eq!(ann.receive().await.body, "once");
        let (seq, _) = ann.send("c-2", "next").await.unwrap();
        assert_eq!(seq, 2, "nobody saw it twice");
        assert_eq!(ann.receive().await.body, "next");
    }
}

#[tokio::test]
async fn cht_143_refusals_have_one_code_and_the_client_goes_on() {
    let server = Server::start().await;
    for transport in Transport::ALL {
        let BookedRoom(room) = BookedRoom::new();
        let mut ann = transport.client(&server, ANN, &room).await;
        let long = "x".repeat(16 * 1024 + 1);
        for bad in ["", " \u{200d}\u{3164} ", long.as_str()] {
            let refused = ann.send("c-1", bad).await;
            assert_eq!(refused, Err("bad_text".to_owned()), "{transport:?}");
        }
        let keyless = ann.send("", "hi").await;
        assert_eq!(keyless, Err("invalid_field".to_owned()), "{transport:?}");
        assert_eq!(ann.send_nonsense().await, "malformed", "{transport:?}");
        let ticket = server.signer.chat("eve", &[]);
        let mut eve = transport.client_with(&server, &ticket, &room).await;
        let refused = eve.send("c-1", "let me in").await;
        assert_eq!(refused, Err("not_a_member".to_owned()), "{transport:?}");
        assert!(ann.send("c-1", "it lives").await.is_ok(), "{transport:?}");
        assert_eq!(ann.receive().await.body, "it lives");
        let closing = room_event("room.closed", &room, 2);
        assert_eq!(tell(&server, &[closing]).await, 200);
        let late = ann.send("c-2", "late").await;
        assert_eq!(late, Err("room_closed".to_owned()), "{transport:?}");
        let mut bo = transport.client(&server, BO, &room).await;
        let late = bo.send("c-2", "late").await;
        assert_eq!(late, Err("room_closed".to_owned()), "{transport:?}");
    }
}
