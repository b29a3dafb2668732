//! Clients that we did not write: each comes in, catches up, writes, is refused, and leaves.

use testkit::{ANN, BO, BookedRoom, SOON, StompLibrary};
use wire::chat::Message;

use crate::server::Server;

/// Emoji of several parts, and a syllable in two forms.
const TEXT: &str = "👩‍👩‍👧 🇰🇷 👍🏽 한글 \u{1112}\u{1161}\u{11ab}";

#[tokio::test]
async fn cht_146_stompjs_and_spring_chat() {
    let server = Server::start().await;
    let lives = StompLibrary::ALL.map(|library| lives_a_life(&server, library));
    let [stompjs, spring] = lives;
    tokio::join!(stompjs, spring);
}

async fn lives_a_life(server: &Server, library: StompLibrary) {
    let BookedRoom(room) = BookedRoom::new();
    let mut bo = server.peer(BO, &room).await;
    for n in 1..=3 {
        bo.say(&room.id, &format!("c-{n}"), &format!("{n} {TEXT}"))
            .await;
    }
    let (url, ticket) = (server.stomp_url(), server.ticket(ANN, &room));
    let living = library.live(&url, &ticket, room.id.as_str(), TEXT);
    let Some(life) = living.await else {
        return;
    };
    assert_eq!(life.user, ANN, "{library:?}");
    assert_eq!(life.sent, 4);
    let own = (4, ANN.to_owned(), TEXT.to_owned());
    let of_bo = |n| (n, BO.to_owned(), format!("{n} {TEXT}"));
    assert_eq!(life.received, [of_bo(1), of_bo(2), of_bo(3), own]);
    let refused = ["invalid_field", "keyless", "invalid_field"].map(str::to_owned);
    assert_eq!(life.refused, refused.into());
    assert!(life.beats > 0);
    assert_eq!(life.closed, 1000, "{library:?}");
    // Bo is in the room of the other life too.
    let told = loop {
        let told = bo.expect::<Message>(SOON).await;
        if told.room == room.id && told.seq == 4 {
            break told;
        }
    };
    assert_eq!((told.from.as_str(), told.body.as_str()), (ANN, TEXT));
}
