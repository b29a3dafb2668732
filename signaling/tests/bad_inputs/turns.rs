//! B20, B21 and B24: frames that are good, at the wrong time, in the wrong order, or to somebody else.

use testkit::{ANN, BO, SOON, TestPeer};
use wire::signaling::{Answer, Data, Offer, RelayedAnswer, RelayedData, RelayedOffer};
use wire::{ErrorBody, ErrorCode, RawJson};

use crate::descriptions::good_sdp;
use crate::stage::{BadInputStage, let_in, waiting};
use crate::talk::{data, hears, never_got, settled};

const REFUSED_JOIN: &str = "signaling_joins_refused_total{why=\"unauthenticated\"}";
const STALE: &str = "signaling_core_total{what=\"stale_epoch\"}";
const GLARE: &str = "signaling_core_total{what=\"glare\"}";

async fn told(peer: &mut TestPeer) -> ErrorBody {
    peer.expect::<ErrorBody>(SOON).await
}

#[tokio::test]
async fn sig_247_nothing_before_a_join_and_one_join_a_socket() {
    let stage = BadInputStage::start().await;
    let server = &stage.server;
    for text in [
        r#"{"type":"offer","epoch":1,"sdp":"v=0"}"#,
        r#"{"type":"data","payload":1}"#,
        r#"{"type":"ping","sent_at":1}"#,
        r#"{"type":"leave"}"#,
    ] {
        let played = async {
            let mut peer = TestPeer::connect(&server.url).await;
            peer.send_text(text).await;
            let (error, code) = peer.expect_refusal().await;
            assert_eq!((error.code, code), (ErrorCode::Unauthenticated, Some(4501)));
        };
        stage.row(20, text, REFUSED_JOIN, played).await;
    }
    for (name, user) in [
        ("again", ANN),
        ("as another", BO),
        ("as a stranger", "mallory"),
    ] {
        let played = async {
            let (mut ann, mut bo) = stage.pair().await;
            let session = ann.welcome.as_ref().unwrap().session.spec.clone();
            ann.send_join(&server.ticket(user, &session), None).await;
            assert_eq!(told(&mut ann).await.code, ErrorCode::AlreadyJoined);
            // She stays who she was.
            ann.send(data(1)).await;
            assert_eq!(bo.expect::<RelayedData>(SOON).await.from.as_str(), ANN);
            never_got(&mut bo, &["peer_joined", "peer_lost", "negotiate", "error"]);
        };
        stage.row(20, name, "", played).await;
    }
    stage.finish([20]).await;
}

fn offer(epoch: u64) -> Offer {
    Offer {
        epoch,
        sdp: good_sdp(),
    }
}

fn answer(epoch: u64) -> Answer {
    Answer {
        epoch,
        sdp: good_sdp(),
    }
}

#[tokio::test]
async fn sig_248_offers_and_answers_have_their_turns() {
    let stage = BadInputStage::start().await;
    let alone = async {
        let mut ann = let_in(&stage.server).await;
        ann.send(offer(1)).await;
        assert_eq!(told(&mut ann).await.code, ErrorCode::PeerAbsent);
    };
    stage.row(21, "an offer to nobody", "", alone).await;

    let early = async {
        let (mut ann, mut bo) = stage.pair().await;
        let epoch = ann.epoch.unwrap();
        // Bo came last, and offers.
        ann.send(offer(epoch)).await;
        assert_eq!(told(&mut ann).await.code, ErrorCode::NotYourTurn);
        ann.send(answer(epoch)).await;
        assert_eq!(told(&mut ann).await.code, ErrorCode::NotYourTurn);
        bo.send(answer(epoch)).await;
        assert_eq!(told(&mut bo).await.code, ErrorCode::NotYourTurn);
        never_got(&mut bo, &["offer", "answer"]);
        never_got(&mut ann, &["offer", "answer"]);
    };
    stage.row(21, "out of turn", "", early).await;

    let stale = async {
        let (mut ann, mut bo) = stage.pair().await;
        let epoch = bo.epoch.unwrap();
        for wrong in [0, epoch - 1, epoch + 1, u64::MAX] {
            // Before anything else about it is looked at: it is out of turn, and no description.
            let sdp = "nonsense".to_owned();
            ann.send(Offer { epoch: wrong, sdp }).await;
            let error = told(&mut ann).await;
            assert_eq!(
                (error.code, error.epoch),
                (ErrorCode::StaleEpoch, Some(epoch))
            );
        }
        settled(&mut bo).await;
        never_got(&mut bo, &["offer"]);
    };
    stage.row(21, "another epoch", STALE, stale).await;

    let glare = async {
        let (mut ann, mut bo) = stage.pair().await;
        let epoch = bo.epoch.unwrap();
        bo.send(offer(epoch)).await;
        ann.expect::<RelayedOffer>(SOON).await;
        ann.send(answer(epoch)).await;
        bo.expect::<RelayedAnswer>(SOON).await;
        // Both are relayed, and the polite one answers.
        ann.send(offer(epoch)).await;
        bo.send(offer(epoch)).await;
        ann.expect::<RelayedOffer>(SOON).await;
        bo.expect::<RelayedOffer>(SOON).await;
        bo.send(answer(epoch)).await;
        ann.expect::<RelayedAnswer>(SOON).await;
        ann.send(answer(epoch)).await;
        assert_eq!(told(&mut ann).await.code, ErrorCode::NotYourTurn);
    };
    stage.row(21, "glare", GLARE, glare).await;
    stage.finish([21]).await;
}

#[tokio::test]
async fn sig_249_nobody_reaches_a_third_person_or_another_session() {
    let stage = BadInputStage::start().await;
    let server = &stage.server;
    let (mut ann, mut bo) = stage.pair().await;
    let (mut cleo, mut dan) = stage.pair().await;
    let theirs = cleo.welcome.as_ref().unwrap().session.spec.clone();
    let addressed = async {
        let epoch = cleo.epoch.unwrap();
        for to in [theirs.id.as_str(), "mallory", BO] {
            ann.send_text(format!(
                r#"{{"type":"data","payload":1,"to":"{to}","session":"{0}","session_id":"{0}"}}"#,
                theirs.id
            ))
            .await;
            hears(&mut bo, 1).await;
        }
        // Their epoch is not ours.
        ann.send(offer(epoch)).await;
        let code = told(&mut ann).await.code;
        assert!(
            matches!(code, ErrorCode::StaleEpoch | ErrorCode::NotYourTurn),
            "{code:?}"
        );
        for peer in [&mut cleo, &mut dan] {
            settled(peer).await;
            never_got(peer, &["data", "offer", "error"]);
        }
    };
    stage.row(24, "with an address", "", addressed).await;

    let intruder = async {
        let ticket = server.ticket("mallory", &theirs);
        let (error, code) = TestPeer::refused(&server.url, &ticket).await;
        assert_eq!((error.code, code), (ErrorCode::NotAParticipant, Some(4502)));
        for peer in [&mut cleo, &mut dan] {
            settled(peer).await;
            never_got(
                peer,
                &["data", "peer_joined", "peer_lost", "waiting", "error"],
            );
        }
    };
    stage.row(24, "by a ticket of theirs", "", intruder).await;

    let token = async {
        // Ann's token of one session is nothing in another, not even in her own hands.
        let other = waiting();
        let mine = ann.welcome.as_ref().unwrap().resume_token.clone();
        let mut again = TestPeer::connect(&server.url).await;
        let resume = wire::signaling::Resume {
            token: mine,
            last_seq: 0,
        };
        again
            .send_join(&server.ticket(ANN, &other), Some(resume))
            .await;
        let welcome = again.expect::<wire::signaling::Welcome>(SOON).await;
        assert!(!welcome.resumed && welcome.session.spec.id == other.id);
        let payload = RawJson::parse("2").unwrap();
        ann.send(Data { payload }).await;
        hears(&mut bo, 2).await;
    };
    stage.row(24, "by a token of theirs", "", token).await;
    stage.finish([24]).await;
}
