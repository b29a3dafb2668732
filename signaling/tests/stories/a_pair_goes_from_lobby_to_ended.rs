//! Two people, one session, from the first join to the refusal of who comes back afterwards.

use crate::server::{SignalingServer, booking, connected};
use testkit::{ANN, BO, SOON, TestPeer};
use wire::signaling::{
    Answer, Candidate, Countdown, Data, Ended, Ending, Live, Negotiate, Offer, PeerJoined,
    RelayedAnswer, RelayedCandidate, RelayedData, RelayedOffer, Waiting,
};
use wire::{EndReason, ErrorCode, Phase, RawJson, UserId};

/// A description as the core takes it: one data channel, one fingerprint.
pub(crate) const SDP: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 \
    00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n\
    m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n\
    a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\na=sctp-port:5000\r\n";

#[tokio::test]
async fn sig_101_a_pair_goes_from_lobby_to_ended() {
    let server = SignalingServer::start().await;
    let session = booking().duration_ms(1_000).spec();

    let mut ann = server.join(ANN, &session).await;
    let welcome = ann.welcome.clone().unwrap();
    assert_eq!(welcome.session.phase, Phase::Lobby);
    assert_eq!(welcome.session.spec, session);
    assert_eq!(welcome.peer.name, "Bo");
    assert!(!welcome.peer.present && !welcome.you.polite && !welcome.resumed);
    let waiting = ann.expect::<Waiting>(SOON).await;
    assert_eq!(waiting.absent, [UserId::from(BO)]);

    let mut bo = server.join(BO, &session).await;
    assert!(bo.welcome.as_ref().unwrap().you.polite);
    assert_eq!(ann.expect::<PeerJoined>(SOON).await.user_id.as_str(), BO);
    let negotiate = ann.expect::<Negotiate>(SOON).await;
    assert_eq!(bo.expect::<Negotiate>(SOON).await, negotiate);
    assert_eq!(
        negotiate.offerer,
        Some(UserId::from(BO)),
        "the later one offers"
    );

    negotiate_media(&mut ann, &mut bo, negotiate.epoch).await;

    let live_at = ann.expect::<Countdown>(SOON).await.live_at;
    assert_eq!(bo.expect::<Countdown>(SOON).await.live_at, live_at);
    let live = ann.expect::<Live>(SOON).await;
    assert_eq!(bo.expect::<Live>(SOON).await.deadline_at, live.deadline_at);
    assert_eq!(live.deadline_at, live.started_at + 1_000);
    assert!(ann.last_at >= live_at, "never early");

    for peer in [&mut ann, &mut bo] {
        assert_eq!(
            peer.expect::<Ending>(SOON).await.deadline_at,
            live.deadline_at
        );
        assert_eq!(
            peer.expect::<Ended>(SOON).await.reason,
            EndReason::Completed
        );
        assert_eq!(peer.expect_close(SOON).await, Some(4504));
    }
    let (error, code) = TestPeer::refused(&server.url, &server.ticket(ANN, &session)).await;
    assert_eq!((error.code, code), (ErrorCode::SessionOver, Some(4504)));
    assert_eq!(error.reason.as_deref(), Some("completed"));
}

#[tokio::test]
async fn sig_102_what_happened_is_told_to_the_scheduler_in_order() {
    let server = SignalingServer::start().await;
    let session = booking().duration_ms(1_000).spec();
    let (mut ann, _bo, live) = server.live_pair(&session).await;
    ann.expect::<Ended>(SOON).await;

    let ended = server.scheduler.received(&session, "session.ended").await;
    assert_eq!(ended.data["reason"], "completed");
    assert_eq!(ended.source, "signaling");
    let events = server.scheduler.events(&session);
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(
        kinds[..3],
        ["session.joined", "session.joined", "session.live"]
    );
    assert_eq!(events[0].data["user_id"], ANN);
    assert_eq!(events[2].data["deadline_at"], live.deadline_at.0);
}

async fn negotiate_media(ann: &mut TestPeer, bo: &mut TestPeer, epoch: u64) {
    let sdp = SDP.to_owned();
    bo.send_numbered(Offer {
        epoch,
        sdp: sdp.clone(),
    })
    .await;
    let offer = ann.expect::<RelayedOffer>(SOON).await;
    assert_eq!(
        (offer.sdp.as_str(), offer.from.as_str(), offer.epoch),
        (SDP, BO, epoch)
    );
    ann.send_numbered(Answer { epoch, sdp }).await;
    assert_eq!(bo.expect::<RelayedAnswer>(SOON).await.from.as_str(), ANN);

    let text = r#"{"candidate":"candidate:1 1 udp 2113937151 192.0.2.7 54400 typ host","sdpMid":"0","sdpMLineIndex":0, "odd":[1e2]}"#;
    let candidate = RawJson::parse(text).unwrap();
    bo.send(Candidate {
        epoch,
        candidate: candidate.clone(),
    })
    .await;
    assert_eq!(
        ann.expect::<RelayedCandidate>(SOON).await.candidate.text(),
        text,
        "relayed as it came, byte by byte"
    );
    let null = RawJson::parse("null").unwrap();
    ann.send(Candidate {
        epoch,
        candidate: null,
    })
    .await;
    assert!(
        bo.expect::<RelayedCandidate>(SOON)
            .await
            .candidate
            .is_null()
    );

    let payload = RawJson::parse(r#"{"mute" : true}"#).unwrap();
    ann.send(Data {
        payload: payload.clone(),
    })
    .await;
    assert_eq!(bo.expect::<RelayedData>(SOON).await.payload, payload);
    connected(ann).await;
    connected(bo).await;
}
