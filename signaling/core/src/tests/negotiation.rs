//! Epochs, turns, and what is relayed to whom.

use wire::signaling::{Connected, Negotiate, ServerFrame};
use wire::{ConnectionId, ErrorCode, MediaBackend, UserId};

use super::fixture::{ANN, BOB, Fixture, StepResult, answer, candidate, data, json, offer};
use crate::{Observation, Output, SessionMetric, SessionTiming};

fn negotiate(turn: &StepResult, socket: ConnectionId) -> Negotiate {
    match turn.one(socket, "negotiate") {
        ServerFrame::Negotiate(negotiate) => negotiate.clone(),
        frame => panic!("negotiate is due, not {frame:?}"),
    }
}

fn offerer(turn: &StepResult, socket: ConnectionId) -> Option<UserId> {
    negotiate(turn, socket).offerer
}

/// Offered by Bob, answered by Ann.
fn answered() -> (Fixture, ConnectionId, ConnectionId, u64) {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let epoch = fixture.epoch();
    assert_eq!(fixture.frame(bob, offer(epoch)).kinds(ann), ["offer"]);
    assert_eq!(fixture.frame(ann, answer(epoch)).kinds(bob), ["answer"]);
    (fixture, ann, bob, epoch)
}

#[test]
fn sig_15_the_later_arriver_offers() {
    for (first, second) in [(ANN, BOB), (BOB, ANN)] {
        let mut fixture = Fixture::new();
        let (one, _) = fixture.join(first);
        let (two, turn) = fixture.join(second);
        assert_eq!(offerer(&turn, one), offerer(&turn, two));
        assert_eq!(
            offerer(&turn, one),
            Some(super::fixture::NAMES[second].into())
        );
    }
}

#[test]
fn sig_15_a_fresh_join_begins_a_higher_epoch_and_offers() {
    let (mut fixture, ann, _) = Fixture::both_in();
    let before = fixture.epoch();
    let (bob, turn) = fixture.join(BOB);
    let after = negotiate(&turn, ann);
    assert!(after.epoch > before);
    assert_eq!(after, negotiate(&turn, bob));
    assert_eq!(after.offerer, Some("bob".into()));
}

#[test]
fn sig_15_a_fresh_join_while_the_other_is_lost_negotiates_when_they_are_back() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    fixture.lose(bob);
    let (ann, turn) = {
        fixture.lose(ann);
        fixture.join(ANN)
    };
    assert_eq!(turn.kinds(ann), ["welcome", "waiting"]);
    let (bob, turn) = fixture.resume(BOB, 2, 1);
    assert_eq!(
        turn.kinds(bob),
        ["welcome", "peer_lost", "peer_joined", "negotiate"]
    );
    assert_eq!(offerer(&turn, ann), Some("ann".into()));
}

#[test]
fn sig_16_an_epoch_is_the_clock_or_one_more_than_the_last() {
    let (mut fixture, ..) = Fixture::both_in();
    let first = fixture.epoch();
    assert_eq!(first, u64::try_from(fixture.now).expect("is positive"));
    // The same millisecond, and a clock that went back.
    fixture.join(BOB);
    assert_eq!(fixture.epoch(), first + 1);
    fixture.now -= 5_000;
    fixture.join(BOB);
    assert_eq!(fixture.epoch(), first + 2);
}

#[test]
fn sig_17_any_other_epoch_is_stale_before_role_and_shape() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let epoch = fixture.epoch();
    for wrong in [0, epoch - 1, epoch + 1] {
        // Not Ann's turn, and no SDP at all.
        let mut frame = offer(wrong);
        frame.sdp.clear();
        let turn = fixture.frame(ann, frame);
        assert_eq!(turn.error(ann).code, ErrorCode::StaleEpoch);
        assert_eq!(turn.error(ann).epoch, Some(epoch));
        assert!(turn.to(bob).is_empty());
        for turn in [
            fixture.frame(ann, answer(wrong)),
            fixture.frame(ann, candidate(wrong)),
            fixture.frame(ann, Connected { epoch: wrong }),
        ] {
            assert_eq!(turn.error(ann).code, ErrorCode::StaleEpoch);
        }
    }
}

#[test]
fn sig_18_until_the_first_answer_only_the_offerer_offers() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let epoch = fixture.epoch();
    let turn = fixture.frame(ann, offer(epoch));
    assert_eq!(turn.error(ann).code, ErrorCode::NotYourTurn);
    fixture.frame(bob, offer(epoch));
    let turn = fixture.frame(ann, offer(epoch));
    assert_eq!(turn.error(ann).code, ErrorCode::NotYourTurn);
    fixture.frame(ann, answer(epoch));
    assert_eq!(fixture.frame(ann, offer(epoch)).kinds(bob), ["offer"]);
}

#[test]
fn sig_18_an_answer_needs_an_offer() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let epoch = fixture.epoch();
    for socket in [ann, bob] {
        let turn = fixture.frame(socket, answer(epoch));
        assert_eq!(turn.error(socket).code, ErrorCode::NotYourTurn);
    }
    fixture.frame(bob, offer(epoch));
    let turn = fixture.frame(bob, answer(epoch));
    assert_eq!(turn.error(bob).code, ErrorCode::NotYourTurn);
    fixture.frame(ann, answer(epoch));
    let turn = fixture.frame(ann, answer(epoch));
    assert_eq!(turn.error(ann).code, ErrorCode::NotYourTurn);
}

#[test]
fn sig_18_both_offers_of_a_glare_are_relayed_and_one_answer_settles_it() {
    let (mut fixture, ann, bob, epoch) = answered();
    assert_eq!(fixture.frame(ann, offer(epoch)).kinds(bob), ["offer"]);
    let turn = fixture.frame(bob, offer(epoch));
    assert_eq!(turn.kinds(ann), ["offer"]);
    assert!(
        turn.0
            .contains(&Output::Observe(Observation::Count(SessionMetric::Glare)))
    );
    // Bob is polite: he takes his own back and answers Ann's.
    assert_eq!(fixture.frame(bob, answer(epoch)).kinds(ann), ["answer"]);
    let turn = fixture.frame(ann, answer(epoch));
    assert_eq!(turn.error(ann).code, ErrorCode::NotYourTurn);
    assert_eq!(fixture.frame(bob, offer(epoch)).kinds(ann), ["offer"]);
}

#[test]
fn sig_18_an_offer_that_follows_another_is_answered_too() {
    let (mut fixture, ann, bob, epoch) = answered();
    for _ in 0..2 {
        assert_eq!(fixture.frame(ann, offer(epoch)).kinds(bob), ["offer"]);
    }
    for _ in 0..2 {
        assert_eq!(fixture.frame(bob, answer(epoch)).kinds(ann), ["answer"]);
    }
    let turn = fixture.frame(bob, answer(epoch));
    assert_eq!(turn.error(bob).code, ErrorCode::NotYourTurn);
}

#[test]
fn sig_52_both_restart_ice_at_once_fifty_times_and_neither_is_stuck() {
    let (mut fixture, ann, bob, epoch) = answered();
    for round in 0..50 {
        // Both gather anew at once; the polite one takes its own offer back, then offers again.
        let (first, second) = if round % 2 == 0 {
            (ann, bob)
        } else {
            (bob, ann)
        };
        fixture.frame(first, offer(epoch));
        fixture.frame(second, offer(epoch));
        for (from, to) in [(ann, bob), (bob, ann)] {
            for _ in 0..90 {
                assert_eq!(
                    fixture.frame(from, candidate(epoch)).kinds(to),
                    ["candidate"]
                );
            }
        }
        assert_eq!(fixture.frame(bob, answer(epoch)).kinds(ann), ["answer"]);
        assert_eq!(fixture.frame(bob, offer(epoch)).kinds(ann), ["offer"]);
        assert_eq!(fixture.frame(ann, answer(epoch)).kinds(bob), ["answer"]);
    }
    assert_eq!(fixture.epoch(), epoch);
}

#[test]
fn sig_18_either_renegotiates_fifty_times_in_one_epoch() {
    let (mut fixture, ann, bob, epoch) = answered();
    for _ in 0..50 {
        for (from, to) in [(ann, bob), (bob, ann)] {
            assert_eq!(fixture.frame(from, offer(epoch)).kinds(to), ["offer"]);
            for _ in 0..3 {
                assert_eq!(
                    fixture.frame(from, candidate(epoch)).kinds(to),
                    ["candidate"]
                );
            }
            assert_eq!(fixture.frame(to, answer(epoch)).kinds(from), ["answer"]);
        }
    }
    assert_eq!(fixture.epoch(), epoch);
}

#[test]
fn sig_19_what_is_relayed_says_from_whom_and_goes_to_the_other_one_alone() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let epoch = fixture.epoch();
    let turn = fixture.frame(bob, offer(epoch));
    assert!(turn.to(bob).is_empty());
    let ServerFrame::RelayedOffer(relayed) = turn.one(ann, "offer") else {
        unreachable!("asked for by its type")
    };
    assert_eq!(relayed.from, "bob".into());
    assert_eq!(relayed.sdp, super::fixture::SDP);
    assert_eq!(relayed.epoch, epoch);
}

#[test]
fn sig_19_to_an_empty_seat_nothing_is_relayed() {
    let mut fixture = Fixture::new();
    let (ann, _) = fixture.join(ANN);
    for turn in [
        fixture.frame(ann, offer(1)),
        fixture.frame(ann, answer(1)),
        fixture.frame(ann, candidate(1)),
        fixture.frame(ann, Connected { epoch: 1 }),
        fixture.frame(ann, data("1")),
    ] {
        assert_eq!(turn.error(ann).code, ErrorCode::PeerAbsent);
    }
}

#[test]
fn sig_19_for_the_lost_it_is_kept() {
    let (mut fixture, ann, bob, epoch) = answered();
    fixture.lose(bob);
    assert!(fixture.frame(ann, candidate(epoch)).to(ann).is_empty());
    let (bob, turn) = fixture.resume(BOB, 2, 2);
    assert_eq!(turn.kinds(bob), ["welcome", "candidate"]);
}

#[test]
fn sig_19_with_a_media_server_nobody_offers_and_nothing_is_relayed() {
    let (mut fixture, ann, bob) = Fixture::with(|spec| spec.media = MediaBackend::Livekit).seated();
    let epoch = fixture.epoch();
    assert_eq!(
        fixture.session.snapshot().round.expect("is on").offerer,
        None
    );
    for turn in [
        fixture.frame(ann, offer(epoch)),
        fixture.frame(ann, answer(epoch)),
        fixture.frame(ann, candidate(epoch)),
    ] {
        assert_eq!(turn.error(ann).code, ErrorCode::NotP2p);
    }
    fixture.both_connected(ann, bob);
    fixture.tick(super::fixture::LIVE);
    assert!(fixture.is(wire::Phase::Live));
}

#[test]
fn sig_20_a_bad_description_is_refused_with_its_reason_and_not_relayed() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let mut frame = offer(fixture.epoch());
    frame.sdp = frame.sdp.replace("sha-256", "sha-1");
    let turn = fixture.numbered(bob, 1, frame);
    assert_eq!(turn.error(bob).code, ErrorCode::BadSdp);
    assert_eq!(turn.error(bob).reason.as_deref(), Some("weak_fingerprint"));
    assert!(turn.to(ann).is_empty());
}

#[test]
fn sig_21_a_bad_candidate_is_refused_with_its_reason_and_not_relayed() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let mut frame = candidate(fixture.epoch());
    frame.candidate = json(r#"{"candidate":"candidate:1 1 udp 1 192.0.2.1 0 typ host"}"#);
    let turn = fixture.frame(bob, frame);
    assert_eq!(turn.error(bob).code, ErrorCode::BadCandidate);
    assert_eq!(turn.error(bob).reason.as_deref(), Some("bad_port"));
    assert!(turn.to(ann).is_empty());
}

#[test]
fn sig_21_the_end_of_candidates_is_relayed_as_null() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let mut frame = candidate(fixture.epoch());
    frame.candidate = json("null");
    let turn = fixture.frame(bob, frame);
    assert!(matches!(
        turn.one(ann, "candidate"),
        ServerFrame::RelayedCandidate(relayed) if relayed.candidate.is_null()
    ));
}

#[test]
fn sig_53_the_time_until_both_are_connected_is_measured_from_negotiate() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let epoch = fixture.epoch();
    fixture.now += 700;
    fixture.frame(bob, Connected { epoch });
    fixture.now += 50;
    let took = Output::Observe(Observation::Measure(SessionTiming::BothConnected, 750));
    assert!(fixture.frame(ann, Connected { epoch }).0.contains(&took));
    let again = fixture.frame(ann, Connected { epoch });
    assert!(
        !again
            .0
            .iter()
            .any(|output| matches!(output, Output::Observe(Observation::Measure(..))))
    );
}

#[test]
fn sig_23_a_hundred_candidates_of_one_side_are_relayed_and_no_more() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let epoch = fixture.epoch();
    for _ in 0..100 {
        assert_eq!(
            fixture.frame(bob, candidate(epoch)).kinds(ann),
            ["candidate"]
        );
    }
    let turn = fixture.frame(bob, candidate(epoch));
    assert_eq!(turn.error(bob).code, ErrorCode::TooManyCandidates);
    // That there are no more is none of them.
    for end in ["null", r#"{"candidate":"","sdpMid":"0"}"#] {
        let mut frame = candidate(epoch);
        frame.candidate = json(end);
        assert_eq!(fixture.frame(bob, frame).kinds(ann), ["candidate"]);
    }
    assert_eq!(
        fixture.frame(ann, candidate(epoch)).kinds(bob),
        ["candidate"]
    );
}

#[test]
fn sig_257_relayed_and_reflexive_candidates_pass_however_many_interfaces_there_are() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let epoch = fixture.epoch();
    let mut send = |typ: &str| {
        let line = format!("candidate:1 1 udp 1 192.0.2.1 5000 typ {typ}");
        let mut frame = candidate(epoch);
        frame.candidate = json(&format!(r#"{{"candidate":"{line}","sdpMid":"0"}}"#));
        fixture.frame(bob, frame).kinds(ann).len()
    };
    let passed: usize = (0..300).map(|_| send("host")).sum();
    assert_eq!(passed, 100);
    for typ in ["srflx", "relay", "prflx", "RELAY"] {
        assert_eq!(send(typ), 1, "{typ}");
    }
}

#[test]
fn sig_24_data_up_to_4_kib_is_relayed_untouched() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let fits = format!("\"{}\"", "x".repeat(4_094));
    let turn = fixture.frame(ann, data(&fits));
    let ServerFrame::RelayedData(relayed) = turn.one(bob, "data") else {
        unreachable!("asked for by its type")
    };
    assert_eq!(relayed.payload.text(), fits);
    assert_eq!(relayed.from, "ann".into());
    let turn = fixture.frame(ann, data(&format!("\"{}\"", "x".repeat(4_095))));
    assert_eq!(turn.error(ann).code, ErrorCode::TooLarge);
    assert!(turn.to(bob).is_empty());
}
