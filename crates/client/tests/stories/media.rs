//! Tracks, renegotiation, and the way that media takes.

use std::time::Duration;

use rendezvous_client::{
    CandidateKind, Codec, LocalTrack, MediaState, SessionError, Tone, TrackKind,
};
use serde_json::json;
use testkit::{MEDIA_UP, RtcPeer, exchange};
use tokio::time::{Instant, timeout};

use crate::stage::{Stage, with_notes};

/// Writes a tone until it is dropped.
async fn play(track: &LocalTrack) {
    let (mut tone, mut ticks) = (Tone::new(440), tokio::time::interval(Tone::FRAME));
    loop {
        ticks.tick().await;
        track.write(tone.next_frame(), Tone::FRAME).await.unwrap();
    }
}

/// Runs `story` while the tracks play.
async fn while_playing<T>(tracks: [&LocalTrack; 2], story: impl Future<Output = T>) -> T {
    tokio::select! {
        told = story => told,
        () = play(tracks[0]) => unreachable!("it plays on"),
        () = play(tracks[1]) => unreachable!("it plays on"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rcl_40_tracks_are_heard_and_seen_while_the_session_is_live() {
    let stage = Stage::booked(json!({"duration_ms": 60_000, "countdown_ms": 3_000})).await;
    let (tone, film) = (LocalTrack::new(Codec::Pcmu), LocalTrack::new(Codec::Vp8));
    let answer = LocalTrack::new(Codec::Pcmu);
    let mut ann = stage
        .join(0, |options| options.track(&tone).track(&film))
        .await;
    let mut bo = stage.join(1, |options| options.track(&answer)).await;
    tokio::join!(
        ann.media(MediaState::Connected),
        bo.media(MediaState::Connected)
    );
    let before = tone.write(Tone::new(440).next_frame(), Tone::FRAME).await;
    assert_eq!(before, Ok(false), "nothing is sent before it is live");
    tokio::join!(ann.live(), bo.live());
    let story = async {
        let mut heard = bo.track().await;
        assert_eq!(
            (heard.kind(), ann.track().await.kind()),
            (TrackKind::Audio, TrackKind::Audio)
        );
        let first = heard.recv().await.unwrap();
        assert_eq!(heard.mime_type().await.unwrap(), "audio/PCMU");
        let next = heard.recv().await.unwrap();
        assert_eq!(
            next.timestamp.wrapping_sub(first.timestamp),
            160,
            "20 ms at 8 kHz"
        );
        assert_eq!(next.payload.len(), 160);
        let picture = vec![0x55_u8; 5_000];
        let mut film_track = None;
        for _ in 0..100 {
            film.write(picture.clone(), Duration::from_millis(33))
                .await
                .unwrap();
            if let Ok(track) = timeout(Duration::from_millis(100), bo.track()).await {
                film_track = Some(track);
                break;
            }
        }
        let mut seen = film_track.expect("the film");
        assert_eq!(seen.kind(), TrackKind::Video);
        seen.request_keyframe().await.unwrap();
        film.write(picture, Duration::from_millis(33))
            .await
            .unwrap();
        let packet = timeout(MEDIA_UP, seen.recv()).await.unwrap().unwrap();
        assert!(packet.payload.len() > 1_000, "a frame is cut to packets");
        heard
    };
    let mut heard = while_playing([&tone, &answer], story).await;
    tone.set_muted(true);
    assert_eq!(
        tone.write(Tone::new(440).next_frame(), Tone::FRAME).await,
        Ok(false)
    );
    bo.leave().await.unwrap();
    let over = async { while heard.recv().await.is_some() {} };
    timeout(MEDIA_UP, over)
        .await
        .expect("it ends with its connection");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rcl_41_tracks_and_channels_come_and_go_while_both_offer_at_once() {
    let stage = Stage::booked(json!({"duration_ms": 120_000})).await;
    let mut ann = stage.join(0, with_notes).await;
    let mut bo = stage.join(1, with_notes).await;
    let (mut one, mut other) = tokio::join!(ann.channel(), bo.channel());
    tokio::join!(ann.live(), bo.live());
    // One after the other, and then both at once.
    comes_and_goes(&mut ann, &mut bo).await;
    comes_and_goes(&mut bo, &mut ann).await;
    for round in 0..5 {
        let (of_ann, of_bo) = (LocalTrack::new(Codec::Pcmu), LocalTrack::new(Codec::Pcmu));
        let added = tokio::join!(ann.add_track(&of_ann), bo.add_track(&of_bo));
        assert_eq!(added, (Ok(()), Ok(())));
        let story = async { tokio::join!(ann.track(), bo.track()) };
        let (mut at_ann, mut at_bo) = timeout(MEDIA_UP, while_playing([&of_ann, &of_bo], story))
            .await
            .unwrap_or_else(|_| panic!("no track in round {round}"));
        let story = async { tokio::join!(at_ann.recv(), at_bo.recv()) };
        let (heard, too) = while_playing([&of_ann, &of_bo], story).await;
        assert!(heard.is_some() && too.is_some());
        let removed = tokio::join!(ann.remove_track(&of_ann), bo.remove_track(&of_bo));
        assert_eq!(removed, (Ok(()), Ok(())));
        exchange(&mut one, &mut other).await;
    }
    let mut second = ann.open_channel("second").await.unwrap();
    second.opened().await.unwrap();
    let mut at_bo = bo.channel().await;
    assert_eq!(at_bo.label(), "second");
    exchange(&mut second, &mut at_bo).await;
    second.close().await.unwrap();
    assert_eq!(timeout(MEDIA_UP, at_bo.recv()).await.unwrap(), None);
    assert_eq!(ann.snapshot().media, MediaState::Connected);
}

/// A track of the one is heard by the other, and taken back.
async fn comes_and_goes(one: &mut RtcPeer, other: &mut RtcPeer) {
    let track = LocalTrack::new(Codec::Pcmu);
    one.add_track(&track).await.unwrap();
    let story = async { other.track().await.recv().await.unwrap() };
    let heard = tokio::select! {
        heard = story => heard,
        () = play(&track) => unreachable!("it plays on"),
    };
    assert_eq!(heard.payload.len(), 160);
    one.remove_track(&track).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rcl_42_ice_restarts_from_either_side_and_the_channel_stays() {
    let stage = Stage::booked(json!({"duration_ms": 120_000})).await;
    let mut ann = stage.join(0, with_notes).await;
    let mut bo = stage.join(1, with_notes).await;
    let (mut one, mut other) = tokio::join!(ann.channel(), bo.channel());
    tokio::join!(ann.live(), bo.live());
    let before = port(&ann).await;
    for both in [false, true, true] {
        ann.restart_ice().await.unwrap();
        if both {
            bo.restart_ice().await.unwrap();
        }
        let until = Instant::now() + Duration::from_secs(2);
        while Instant::now() < until {
            exchange(&mut one, &mut other).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    assert!(before.is_some());
    assert_eq!(ann.snapshot().media, MediaState::Connected);
}

async fn port(peer: &RtcPeer) -> Option<String> {
    peer.path().await?.local_address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rcl_43_the_path_is_told_directly_and_over_the_relay() {
    for (ice, kind) in [
        ("all", CandidateKind::Host),
        ("relay", CandidateKind::Relay),
    ] {
        let stage = Stage::booked(json!({"duration_ms": 60_000, "ice": ice})).await;
        let mut ann = stage.join(0, with_notes).await;
        assert_eq!(ann.path().await, None);
        assert_eq!(
            ann.open_channel("early").await.unwrap_err(),
            SessionError::NotConnected
        );
        let mut bo = stage.join(1, with_notes).await;
        let (mut one, mut other) = tokio::join!(ann.channel(), bo.channel());
        exchange(&mut one, &mut other).await;
        let path = ann.path().await.unwrap();
        assert_eq!(path.local, kind, "{path:?}");
        assert_eq!(path.is_relayed(), ice == "relay", "{path:?}");
    }
}
