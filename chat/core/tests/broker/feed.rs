//! Posts, as those who follow are told of them.

use chat_core::{Input, Output, RoomBroker, Settings};
use wire::chat::{ChatServerFrame, Post};
use wire::{ConnectionId, Participant, UnixMs};

use crate::frames::at;

fn hello(broker: &mut RoomBroker, id: u64, user: &str, only: bool) {
    let hello = Input::Hello {
        connection: ConnectionId(id),
        user: user.into(),
        only: only.then(|| ["r".into()].into()),
        cursors: [].into(),
    };
    broker.handle(at(0), hello);
}

#[test]
fn cht_198_a_post_is_told_to_the_sockets_of_its_readers() {
    let mut broker = RoomBroker::new(Settings::default());
    for (id, user, only) in [
        (1, "bo", false),
        (2, "bo", false),
        (3, "bo", true),
        (4, "kim", false),
        (5, "lee", false),
    ] {
        hello(&mut broker, id, user, only);
    }
    let waiting = Input::LongPoll {
        connection: ConnectionId(6),
        user: "bo".into(),
        only: None,
    };
    broker.handle(at(0), waiting);
    let post = Post {
        post_id: "p".to_owned(),
        author: Participant {
            user_id: "ann".into(),
            name: "Ann".to_owned(),
        },
        body: "hi".to_owned(),
        sent_at: UnixMs(1),
    };
    let readers = ["bo", "kim", "nobody"].map(Into::into).to_vec();
    let posted = Input::Posted {
        post: post.clone(),
        readers,
    };
    let outputs = broker.handle(at(1), posted);
    let [Output::Deliver(delivery)] = outputs.as_slice() else {
        panic!("{outputs:?}");
    };
    assert_eq!(delivery.frame, ChatServerFrame::Post(post));
    assert_eq!(delivery.to, [1, 2, 4].map(ConnectionId));
}
