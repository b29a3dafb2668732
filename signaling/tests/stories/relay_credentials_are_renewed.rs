//! Credentials of the relay live shorter than a session: who is in gets new ones before they end.

use testkit::{BO, SOON, TestBooking};
use turn_core::{Secret, TurnCredentials};
use wire::IceServer;
use wire::signaling::IceServers;

use crate::server::SignalingServer;

/// How long they are good, in milliseconds: new ones come after two thirds.
const TTL_MS: i64 = 2_400;

/// When credentials end: the number in front of a relay's user name, in seconds.
fn ends(servers: &[IceServer]) -> i64 {
    let username = servers[0].username.as_deref().unwrap();
    username.split(':').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn sig_264_a_page_that_says_nothing_gets_new_credentials_before_the_old_ones_end() {
    let server = SignalingServer::with(|config| {
        config.turn_ttl_ms = TTL_MS;
        config.turn = Some(TurnCredentials {
            urls: vec!["turn:127.0.0.1:3478".to_owned()],
            secrets: vec![Secret::new(&"s".repeat(32)).unwrap()],
        });
    })
    .await;
    let session = TestBooking::starting_in(600_000).lobby_ms(700_000).spec();
    let mut bo = server.join(BO, &session).await;
    let mut good_until = ends(&bo.welcome.as_ref().unwrap().ice_servers);
    for _ in 0..2 {
        let fresh = bo.expect::<IceServers>(SOON).await;
        // The old ones are good for the rest of their life, and the whole second that a user name rounds by.
        assert!(testkit::now().0 < good_until * 1_000 + 1_000);
        let next = ends(&fresh.ice_servers);
        assert!(next > good_until, "{next} after {good_until}");
        good_until = next;
    }
}
