use std::time::{Duration, Instant};

use wire::signaling::{Answer, Candidate, Extend, Offer};
use wire::{ErrorBody, ErrorCode, RawJson};

use super::*;

fn candidate(epoch: u64) -> ClientFrame {
    let candidate = RawJson::parse("null").unwrap();
    Candidate { epoch, candidate }.into()
}

fn offer(epoch: u64) -> ClientFrame {
    let sdp = "v=0".to_owned();
    Offer { epoch, sdp }.into()
}

fn answer(epoch: u64) -> ClientFrame {
    let sdp = "v=0".to_owned();
    Answer { epoch, sdp }.into()
}

/// What the server says to whoever comes back.
fn welcome(resumed: bool, last_id: u64, epoch: u64) -> Welcome {
    let fixtures = include_str!("../../../../wire/fixtures/signaling_server.json");
    let fixtures: Vec<serde_json::Value> = serde_json::from_str(fixtures).unwrap();
    let mut frames = fixtures.into_iter().map(|fixture| fixture["frame"].clone());
    let found = frames.find(|frame| frame["type"] == "welcome").unwrap();
    let welcome: Welcome = serde_json::from_value(found).unwrap();
    let epoch = Some(epoch);
    Welcome {
        resumed,
        last_id,
        epoch,
        ..welcome
    }
}

/// The `id` and `type` of each.
fn ids(texts: &[String]) -> Vec<(u64, String)> {
    let parsed = texts
        .iter()
        .map(|text| wire::Envelope::parse(text).unwrap());
    let ids = parsed.map(|envelope| {
        (
            envelope.id.unwrap().number().unwrap(),
            envelope.kind.into_owned(),
        )
    });
    ids.collect()
}

#[test]
fn rcl_4_after_a_resume_exactly_what_took_no_effect_is_sent_again() {
    let mut backlog = FrameBacklog::default();
    assert_eq!(backlog.resume(), None);
    for frame in [
        offer(7),
        candidate(7),
        candidate(7),
        Extend {}.into(),
        candidate(6),
    ] {
        assert!(backlog.number(frame).is_some());
    }
    backlog.acknowledge(1);
    let again = backlog.welcomed(&welcome(true, 2, 7));
    let expected = [(3, "candidate".to_owned()), (4, "extend".to_owned())];
    assert_eq!(ids(&again), expected, "not the one of an old epoch");
    assert!(backlog.resume().is_some());
}

#[test]
fn rcl_4_where_frames_were_lost_descriptions_are_not_sent_again_and_seq_begins_anew() {
    let mut backlog = FrameBacklog::default();
    assert!(backlog.is_new(Some(40)));
    for frame in [offer(7), answer(7), candidate(7)] {
        backlog.number(frame);
    }
    let again = backlog.welcomed(&welcome(false, 0, 7));
    assert_eq!(ids(&again), [(3, "candidate".to_owned())]);
    assert_eq!(backlog.last_seq(), 0);
    assert!(backlog.is_new(Some(1)));
}

#[test]
fn rcl_4_a_frame_that_came_before_is_not_new() {
    let mut backlog = FrameBacklog::default();
    let new: Vec<bool> = [1, 2, 2, 1, 5].map(|seq| backlog.is_new(Some(seq))).into();
    assert_eq!(new, [true, true, false, false, true]);
    assert!(backlog.is_new(None));
    assert_eq!(backlog.last_seq(), 5);
}

#[test]
fn rcl_4_an_offer_replaces_the_unanswered_one_before_it_and_the_backlog_is_bounded() {
    let mut backlog = FrameBacklog::default();
    backlog.number(offer(7));
    backlog.number(offer(7));
    assert_eq!(
        ids(&backlog.welcomed(&welcome(true, 0, 7))),
        [(2, "offer".to_owned())]
    );
    for _ in 0..MAX_BACKLOG + 10 {
        backlog.number(candidate(7));
    }
    assert_eq!(backlog.welcomed(&welcome(true, 0, 7)).len(), MAX_BACKLOG);
    assert_eq!(backlog.give_up_unanswered().len(), MAX_BACKLOG);
    assert_eq!(backlog.welcomed(&welcome(true, 0, 7)).len(), 0);
}

#[test]
fn rcl_5_what_was_too_much_at_once_is_sent_later_in_its_order() {
    let mut backlog = FrameBacklog::default();
    let now = Instant::now();
    backlog.number(candidate(7));
    backlog.number(candidate(7));
    let mut error = ErrorBody::new(ErrorCode::RateLimited, "Too fast.");
    error.retry_after_ms = Some(300);
    assert_eq!(backlog.refused(1, &error, now), None);
    assert_eq!(backlog.number(offer(7)), None, "behind what waits");
    let due = now + Duration::from_millis(300);
    assert_eq!(backlog.send_deferred_at(), Some(due));
    assert_eq!(backlog.take_deferred(now), Vec::<String>::new());
    let sent = backlog.take_deferred(due);
    let expected = [(3, "candidate".to_owned()), (4, "offer".to_owned())];
    assert_eq!(ids(&sent), expected);
    let stale = ErrorBody::new(ErrorCode::StaleEpoch, "Another epoch.");
    assert_eq!(
        backlog.refused(4, &stale, now),
        Some(offer(7)),
        "given back"
    );
    assert_eq!(backlog.refused(4, &stale, now), None);
}

#[test]
fn rcl_5_a_program_that_sends_too_much_waits_and_displaces_no_negotiation() {
    let mut backlog = FrameBacklog::default();
    backlog.number(offer(7));
    let mut taken = 0;
    while !backlog.is_congested() {
        backlog.number(Extend {}.into());
        taken += 1;
    }
    assert_eq!(taken, CONGESTED - 1);
    let again = ids(&backlog.welcomed(&welcome(true, 0, 7)));
    assert_eq!(again[0], (1, "offer".to_owned()));
    backlog.acknowledge(1);
    assert!(!backlog.is_congested());
}

#[test]
fn rcl_8_no_number_of_a_server_stops_the_counting() {
    let mut backlog = FrameBacklog::default();
    backlog.welcomed(&welcome(true, u64::MAX, 7));
    assert!(backlog.number(offer(7)).is_some());
    assert!(backlog.is_new(Some(u64::MAX)));
    assert!(!backlog.is_new(Some(1)));
}

#[test]
fn rcl_4_after_a_refusal_that_media_is_up_is_still_said() {
    let mut backlog = FrameBacklog::default();
    backlog.number(offer(7));
    backlog.number(wire::signaling::Connected { epoch: 7 }.into());
    assert_eq!(backlog.give_up_unanswered(), [offer(7)]);
    let again = ids(&backlog.welcomed(&welcome(true, 0, 7)));
    assert_eq!(again, [(2, "connected".to_owned())]);
}
