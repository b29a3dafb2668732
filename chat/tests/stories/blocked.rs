//! Two people of whom one blocks the other.

use serde_json::{Value, json};
use testkit::{ANN, BO, BookedRoom, SOON, now};
use wire::chat::{Message, RoomView, Typing, TypingBy};
use wire::{ErrorBody, Participant};

use crate::closed::{refusal, room_event};
use crate::events::tell;
use crate::server::{Server, settle};

fn block(by: &str, user: &str, blocked: bool) -> Value {
    json!({
        "id": uuid::Uuid::now_v7().to_string(), "type": "user.blocked", "occurred_at": now(), "source": "scheduler",
        "subject": by, "data": {"by": by, "user_id": user, "blocked": blocked},
    })
}

#[tokio::test]
async fn cht_84_a_block_looks_like_a_closed_room_and_ends_when_it_is_lifted() {
    let mut server = Server::start().await;
    let (BookedRoom(room), BookedRoom(mut group)) = (BookedRoom::new(), BookedRoom::new());
    group.members.push(Participant {
        user_id: "kim".into(),
        name: "Kim".to_owned(),
    });
    let grants = [room.clone(), group.clone()];
    let peer = async |server: &Server, user: &str| {
        let ticket = server.signer.chat(user, &grants);
        testkit::ChatPeer::hello(&server.socket_url(), &ticket, "device").await
    };
    let (mut ann, mut bo) = (peer(&server, ANN).await, peer(&server, BO).await);
    assert_eq!(tell(&server, &[block(BO, ANN, true)]).await, 200);
    for peer in [&mut ann, &mut bo] {
        let view = peer.expect::<RoomView>(SOON).await;
        assert!(view.room == room.id && view.closed);
    }
    let mut refused: Vec<ErrorBody> = Vec::new();
    for round in 0..2 {
        for peer in [&mut ann, &mut bo] {
            refused.push(refusal(peer, &room, &format!("c-{round}")).await);
        }
        ann.send(Typing {
            room: room.id.clone(),
        })
        .await;
        ann.send(Typing {
            room: group.id.clone(),
        })
        .await;
        assert_eq!(bo.expect::<TypingBy>(SOON).await.room, group.id);
        ann.say(&group.id, &format!("c-{round}"), "all of you")
            .await;
        assert_eq!(bo.expect::<Message>(SOON).await.room, group.id);
        server.restart().await;
        (ann, bo) = (ann.reconnect().await, bo.reconnect().await);
    }
    // Lifted, and told late once more that it had begun.
    let mut began = block(BO, ANN, true);
    began["occurred_at"] = json!(now().0 - 1_000);
    assert_eq!(tell(&server, &[block(BO, ANN, false), began]).await, 200);
    assert!(!bo.expect::<RoomView>(SOON).await.closed);
    ann.say(&room.id, "c-9", "again").await;
    assert_eq!(bo.expect::<Message>(SOON).await.body, "again");
    assert_eq!(
        tell(&server, &[room_event("room.closed", &room, 2)]).await,
        200
    );
    settle(&mut ann).await;
    let closed = refusal(&mut ann, &room, "c-10").await;
    assert!(refused.iter().all(|error| error == &closed), "{refused:?}");
}
