//! Two peers of the `webrtc` crate find each other through the running service alone, and pass bytes
//! over a data channel.

use testkit::{ANN, BO};
use tokio::time::timeout;
use webrtc::peer_connection::PeerConnection;

use crate::rtc_peer::{UP, exchange, opened, person, theirs};
use crate::server::{SignalingServer, booking};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_190_two_rust_peers_exchange_bytes() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let ann = server.join(ANN, &session).await;
    let bo = server.join(BO, &session).await;
    let (mut ann, mut bo) = (person(ann).await, person(bo).await);

    let from_bo = bo.offer().await;
    let ((live, from_ann), (same, _)) = timeout(UP, async {
        tokio::join!(ann.until_live(), bo.until_live())
    })
    .await
    .expect("live in time");
    assert_eq!(live.deadline_at, same.deadline_at);

    let at_ann = theirs(&mut ann, from_ann).await;
    opened(&from_bo).await;
    exchange(&from_bo, &at_ann).await;

    ann.connection.close().await.unwrap();
    bo.connection.close().await.unwrap();
}
