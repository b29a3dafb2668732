//! Posts on sockets: told to those who follow, below the limit.

use chat::FeedSettings;
use testkit::{ANN, BO, ChatPeer, SOON};
use wire::chat::Post;

use super::{changed, feed, follow, match_event, person, post, ticket, told};
use crate::server::{Server, settle};

async fn socket(server: &Server, user: &str) -> ChatPeer {
    ChatPeer::hello(&server.socket_url(), &ticket(server, user), "device").await
}

#[tokio::test]
async fn cht_215_who_follows_is_told_of_a_post_on_each_socket() {
    let server = Server::start().await;
    told(
        &server,
        &[changed(ANN, true, 1), match_event("match.created", ANN, BO)],
    )
    .await;
    let ann = person(&server, ANN);
    assert_eq!(follow(&server, &person(&server, "kim"), ANN).await, 204);
    let (mut bo, mut kim, mut lee) = (
        socket(&server, BO).await,
        socket(&server, "kim").await,
        socket(&server, "lee").await,
    );
    let mut tablet = socket(&server, BO).await;
    let mut own = socket(&server, ANN).await;
    let stored = post(&server, &ann, "c-1").await;
    for peer in [&mut bo, &mut tablet, &mut kim] {
        assert_eq!(peer.expect::<Post>(SOON).await, stored);
    }
    // Had they been told, that would have come before the answer to a ping.
    for peer in [&mut lee, &mut own] {
        settle(peer).await;
        peer.assert_none::<Post>();
    }
    assert_eq!(feed(&server, &person(&server, BO), 10).await, ["c-1"]);
}

#[tokio::test]
async fn cht_216_above_the_limit_nobody_is_told_and_everybody_reads_it() {
    let mut server = Server::with_feed(FeedSettings {
        fanout_limit: 1,
        ..FeedSettings::default()
    })
    .await;
    told(&server, &[changed(ANN, true, 1)]).await;
    let (ann, bo, kim) = (
        person(&server, ANN),
        person(&server, BO),
        person(&server, "kim"),
    );
    assert_eq!(follow(&server, &bo, ANN).await, 204);
    let mut waiting = socket(&server, BO).await;
    post(&server, &ann, "one follows").await;
    assert_eq!(waiting.expect::<Post>(SOON).await.body, "one follows");
    assert_eq!(follow(&server, &kim, ANN).await, 204);
    post(&server, &ann, "two follow").await;
    let url = server.url(&format!("/v1/following/{ANN}"));
    assert_eq!(kim.delete(&url).await.status, 204);
    post(&server, &ann, "one follows again").await;
    let next = waiting.expect::<Post>(SOON).await.body;
    assert!(
        next == "one follows again" || next == "two follow",
        "{next}"
    );
    let all = ["one follows again", "two follow", "one follows"];
    assert_eq!(feed(&server, &bo, 1).await, all);
    server.restart().await;
    assert_eq!(feed(&server, &bo, 2).await, all);
}
