//! Two native peers renegotiate again and again, also both at once, and restart ICE from either side: by perfect
//! negotiation (W3C WebRTC, section 10.7) with the `polite` that `welcome` gave.

use std::time::Duration;

use rendezvous_client::{Codec, LocalTrack, MediaState, SessionEvent};
use testkit::{ANN, BO, RtcPeer, exchange};
use tokio::time::timeout;

use crate::server::{SignalingServer, booking};

/// Rounds in which each side adds a track and takes it back: two offers of each, at once.
const ROUNDS: usize = 25;
/// Longest time for all of them, on two busy cores.
const ALL: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sig_252_two_rust_peers_renegotiate_at_once_and_restart_ice() {
    let server = SignalingServer::start().await;
    let session = booking().duration_ms(300_000).spec();
    let mut ann = server.native(ANN, &session);
    let mut bo = server.native(BO, &session);
    tokio::join!(ann.live(), bo.live());
    let (mut at_ann, mut at_bo) = tokio::join!(ann.channel(), bo.channel());
    ann.forget();
    bo.forget();

    let story = async {
        for _ in 0..ROUNDS {
            let (of_ann, of_bo) = (LocalTrack::new(Codec::Pcmu), LocalTrack::new(Codec::Vp8));
            let added = tokio::join!(ann.add_track(&of_ann), bo.add_track(&of_bo));
            assert_eq!(added, (Ok(()), Ok(())));
            exchange(&mut at_ann, &mut at_bo).await;
            let removed = tokio::join!(ann.remove_track(&of_ann), bo.remove_track(&of_bo));
            assert_eq!(removed, (Ok(()), Ok(())));
            exchange(&mut at_ann, &mut at_bo).await;
        }
        // Whichever side restarts ICE, the channel lives; and both sides at once.
        for restarting in [&[&ann][..], &[&bo], &[&ann, &bo], &[&bo, &ann]] {
            let restarted = restarting.iter().map(|peer| peer.restart_ice());
            for restarted in futures_util::future::join_all(restarted).await {
                assert_eq!(restarted, Ok(()));
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
            exchange(&mut at_ann, &mut at_bo).await;
        }
    };
    timeout(ALL, story).await.expect("no deadlock");
    for peer in [&mut ann, &mut bo] {
        assert_eq!(peer.snapshot().media, MediaState::Connected);
        nothing_failed(peer).await;
    }
}

/// Neither a refusal nor a connection from the beginning: all of it was within one epoch.
async fn nothing_failed(peer: &mut RtcPeer) {
    peer.close().await;
    while let Some(event) = peer.next_event().await {
        let is_well = !matches!(
            event,
            SessionEvent::Error(_) | SessionEvent::Media(MediaState::Connecting)
        );
        assert!(is_well, "{event:?}");
    }
}
