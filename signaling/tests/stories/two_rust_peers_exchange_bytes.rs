//! Two native peers find each other through the running service alone, and pass bytes over a data channel.

use testkit::{ANN, BO, exchange};

use crate::server::{SignalingServer, booking};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_190_two_rust_peers_exchange_bytes() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let mut ann = server.native(ANN, &session);
    let mut bo = server.native(BO, &session);
    let ((_, deadline), (_, same)) = tokio::join!(ann.live(), bo.live());
    assert_eq!(deadline, same);
    let (mut at_ann, mut at_bo) = tokio::join!(ann.channel(), bo.channel());
    exchange(&mut at_bo, &mut at_ann).await;
}
