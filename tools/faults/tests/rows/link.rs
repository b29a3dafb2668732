//! Links that break, flap and crawl.

use std::time::Duration;

use faults::{FaultyLink, LinkCondition, LivePair, ServiceProcess, UnaffectedPair, row};
use rand::Rng;
use testkit::{
    Break, Cut, CutPeer, Proxy, SOON, Service, TestBooking, TestPeer, TicketSigner, Way,
};
use tokio::time::{Instant, sleep, timeout};
use wire::RawJson;
use wire::signaling::{
    Answer, Candidate, Data, Negotiate, Offer, PeerLost, PeerResumed, Ping, Pong, RelayedAnswer,
    RelayedCandidate, RelayedData, RelayedOffer, ServerFrame, Welcome,
};

/// Counts who came back and missed nothing.
const RESUMED: &str = "signaling_core_total{what=\"resumed\"}";

/// As long as a browser's, so that it takes its time on a slow link.
fn sdp() -> String {
    let head = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n\
        a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n\
        a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\n";
    head.to_owned() + &"a=rtpmap:111 opus/48000/2\r\n".repeat(100)
}

fn number(n: usize) -> Data {
    Data {
        payload: RawJson::parse(n.to_string()).unwrap(),
    }
}

#[test]
fn flt_25_a_frame_cut_after_one_byte_costs_a_resume_and_nothing_else() {
    row(async {
        let signer = TicketSigner::start().await;
        let signaling = ServiceProcess::new(Service::Signaling, &signer)
            .started()
            .await;
        let unaffected = UnaffectedPair::of(&signaling, &signer).await;
        let before = signaling.metrics().await;
        let proxy = Proxy::to(&signaling.ws()).await;
        let ways = [signaling.ws(), proxy.through(&signaling.ws())];
        let booking = TestBooking::new().duration_ms(600_000).countdown_ms(1);
        let [ann_url, bo_url] = &ways;
        let pair = LivePair::live_by([ann_url, bo_url], &signer, booking).await;
        let LivePair {
            mut ann, mut bo, ..
        } = pair;
        let mut said = 0;
        for way in [Way::ToClient, Way::ToServer] {
            for how in [Break::Reset, Break::HalfClose] {
                proxy.newest().cut(Cut { way, after: 1, how });
                let id = bo.send_numbered(number(said)).await;
                ann.send(number(said)).await;
                bo.expect_close(SOON * 3).await;
                let lost = ann.expect::<PeerLost>(SOON * 3).await;
                assert!(
                    lost.resume_until > testkit::now(),
                    "the seat is kept: {lost:?}"
                );

                // What came before the cut is not said again.
                let early = bo
                    .skipped()
                    .any(|frame| matches!(frame, ServerFrame::RelayedData(_)));
                bo = bo.resume().await;
                let welcome = bo.welcome.clone().unwrap();
                assert!(welcome.resumed, "{way:?} {how:?}");
                if welcome.last_id < id {
                    bo.send_numbered(number(said)).await;
                }
                ann.expect::<PeerResumed>(SOON).await;
                for (peer, received) in [(&mut ann, false), (&mut bo, early)] {
                    if !received {
                        let data = peer.expect::<RelayedData>(SOON).await;
                        assert_eq!(data.payload.text(), said.to_string(), "{way:?} {how:?}");
                    }
                }
                // Bo's first: then all that he sent has been relayed before Ann's is answered.
                for peer in [&mut bo, &mut ann] {
                    let (sent_at, last_seq) = (said.into(), peer.last_seq);
                    peer.send(Ping { sent_at, last_seq }).await;
                    peer.expect::<Pong>(SOON).await;
                }
                for peer in [&ann, &bo] {
                    peer.assert_none::<RelayedData>();
                }
                said += 1;
            }
        }
        unaffected.unharmed(SOON).await;
        let after = signaling.metrics().await;
        after.assert_rose(RESUMED, &before);
    });
}

#[test]
fn flt_26_a_slow_lossy_link_still_carries_an_offer_and_its_answer_in_time() {
    row(async {
        let signer = TicketSigner::start().await;
        let signaling = ServiceProcess::new(Service::Signaling, &signer)
            .started()
            .await;
        let unaffected = UnaffectedPair::of(&signaling, &signer).await;
        let link = FaultyLink::to(signaling.port()).await;
        link.set(LinkCondition::Slow {
            delay: Duration::from_millis(200),
            bytes_per_second: 8_000,
            loss_percent: 2,
        });
        let url = signaling.ws_at(link.port());
        let spec = TestBooking::starting_in(60_000).lobby_ms(70_000).spec();
        let tickets =
            [0, 1].map(|one| signer.signaling(spec.participants[one].user_id.as_str(), &spec));
        let mut ann = TestPeer::join(&url, &tickets[0]).await;
        let mut bo = TestPeer::join(&url, &tickets[1]).await;
        let epoch = ann.expect::<Negotiate>(SOON).await.epoch;
        bo.expect::<Negotiate>(SOON).await;

        let began = Instant::now();
        bo.send(Offer { epoch, sdp: sdp() }).await;
        ann.expect::<RelayedOffer>(SOON).await;
        ann.send(Answer { epoch, sdp: sdp() }).await;
        bo.expect::<RelayedAnswer>(SOON).await;
        let took = began.elapsed();
        println!("offer and answer took {took:?}");
        assert!(took <= Duration::from_secs(5), "{took:?}");
        // Late ones, after the answer, are taken too, and their end.
        let late = r#"{"candidate":"candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host","sdpMid":"0","sdpMLineIndex":0}"#;
        for candidate in [late, "null"] {
            let candidate = RawJson::parse(candidate).unwrap();
            bo.send(Candidate {
                epoch,
                candidate: candidate.clone(),
            })
            .await;
            let relayed = ann.expect::<RelayedCandidate>(SOON).await;
            assert_eq!(relayed.candidate, candidate);
        }
        unaffected.unharmed(SOON).await;
    });
}

/// A page that comes back as the SDK does, and notes what it received.
struct ReconnectingPage {
    received: Vec<usize>,
    resumes: usize,
}

impl ReconnectingPage {
    /// Listens until it has received `last`.
    async fn listen(&mut self, mut peer: TestPeer, last: usize) -> TestPeer {
        loop {
            match peer.next(Duration::from_secs(1)).await {
                Some(ServerFrame::RelayedData(data)) => {
                    let number = data.payload.text().parse().unwrap();
                    self.received.push(number);
                    if number == last {
                        return peer;
                    }
                }
                Some(_) => {}
                None if peer.closed().is_some() => {
                    peer = self.come_back(peer.cut().await).await;
                }
                None => {}
            }
        }
    }

    async fn come_back(&mut self, mut page: CutPeer) -> TestPeer {
        let mut pause_ms = 500_u64;
        loop {
            let jitter = rand::rng().random_range(0..=pause_ms / 2);
            sleep(Duration::from_millis(pause_ms / 2 + jitter)).await;
            pause_ms = (pause_ms * 2).min(3_000);
            page = match page.try_reopen().await {
                Ok(mut peer) => match peer.try_expect::<Welcome>(SOON).await {
                    Some(welcome) => {
                        assert!(welcome.resumed, "nothing was lost");
                        self.resumes += 1;
                        return peer;
                    }
                    None => peer.cut().await,
                },
                Err((page, _)) => page,
            };
        }
    }
}

mod long {
    use super::*;

    /// How long the link flaps, a second each way.
    const FLAPPING: Duration = Duration::from_secs(60);

    #[test]
    fn flt_24_on_a_flapping_link_all_arrives_once_in_order_and_without_a_storm() {
        row(async {
            let signer = TicketSigner::start().await;
            let signaling = ServiceProcess::new(Service::Signaling, &signer)
                .started()
                .await;
            let unaffected = UnaffectedPair::of(&signaling, &signer).await;
            let before = signaling.metrics().await;
            let link = FaultyLink::to(signaling.port()).await;
            let urls = [signaling.ws(), signaling.ws_at(link.port())];
            let booking = TestBooking::new().duration_ms(600_000).countdown_ms(1);
            let pair = LivePair::live_by([&urls[0], &urls[1]], &signer, booking).await;
            let LivePair { mut ann, bo, .. } = pair;
            let last = usize::try_from(FLAPPING.as_millis() / 100).unwrap();
            let talk = async {
                for n in 0..=last {
                    ann.send(number(n)).await;
                    sleep(Duration::from_millis(100)).await;
                }
            };
            let condition = async {
                for bad in [LinkCondition::Down, LinkCondition::Silent]
                    .into_iter()
                    .cycle()
                {
                    sleep(Duration::from_secs(1)).await;
                    link.set(bad);
                    sleep(Duration::from_secs(1)).await;
                    link.set(LinkCondition::Clear);
                }
            };
            let mut page = ReconnectingPage {
                received: Vec::new(),
                resumes: 0,
            };
            let story = async { tokio::join!(talk, page.listen(bo, last)) };
            tokio::select! {
                _ = timeout(FLAPPING + SOON * 6, story) => {}
                () = condition => {}
            }
            assert_eq!(page.received, (0..=last).collect::<Vec<_>>());
            let attempts = link.attempts();
            println!("{} resumes, {} attempts", page.resumes, attempts.len());
            assert!(page.resumes >= 5, "the link did flap");
            let a_second = Duration::from_secs(1);
            let is_storm = |four: &[Instant]| four[3] - four[0] < a_second;
            assert!(!attempts.windows(4).any(is_storm), "{attempts:?}");
            unaffected.unharmed(SOON).await;
            signaling.metrics().await.assert_rose(RESUMED, &before);
        });
    }
}
