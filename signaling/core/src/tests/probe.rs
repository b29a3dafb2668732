//! `duplicate: reject`: a seat is kept by a socket that lives, and by no other.

use wire::{CloseCode, ConnectionId, DuplicatePolicy, ErrorCode};

use super::fixture::{ANN, Fixture, LIVE, START, StepResult, ping};
use crate::{DeadlineKind, Input, Output, SocketOutput};

/// How long a socket may take to show that it lives.
const PROBE: i64 = 2_000;

fn rejecting() -> (Fixture, ConnectionId, ConnectionId) {
    Fixture::with(|spec| spec.duplicate = DuplicatePolicy::Reject).seated()
}

fn probed(step: &StepResult) -> Vec<ConnectionId> {
    let probed = |output: &Output| match output {
        Output::Deliver(SocketOutput::Probe { connection }) => Some(*connection),
        _ => None,
    };
    step.0.iter().filter_map(probed).collect()
}

fn is_refused(step: &StepResult, socket: ConnectionId) {
    let error = step.error(socket);
    assert_eq!(error.code, ErrorCode::AlreadyJoined);
    assert!(error.retry_after_ms.is_some_and(|ms| ms > 0));
    assert_eq!(step.closed(socket), Some(CloseCode::RateLimited));
}

#[test]
fn sig_261_the_second_is_refused_once_the_first_has_shown_that_it_lives() {
    let signs: [fn(&mut Fixture, ConnectionId) -> StepResult; 2] = [
        |fixture, ann| fixture.take(Input::Alive { connection: ann }),
        |fixture, ann| fixture.frame(ann, ping(0)),
    ];
    for sign in signs {
        let (mut fixture, ann, bob) = rejecting();
        let (second, step) = fixture.join(ANN);
        assert_eq!(probed(&step), [ann]);
        assert!(step.to(second).is_empty(), "not yet: {:?}", step.0);
        fixture.now += PROBE - 1;
        let step = sign(&mut fixture, ann);
        let refused = StepResult(
            step.0
                .iter()
                .filter(|output| !matches!(output, Output::Deliver(SocketOutput::Send { connection, .. }) if *connection == ann))
                .cloned()
                .collect(),
        );
        is_refused(&refused, second);
        assert_eq!(step.closed(ann), None);
        assert!(step.to(bob).is_empty());
        assert!(
            fixture.tick(START - 1).0.is_empty(),
            "nothing is left of it"
        );
    }
}

#[test]
fn sig_261_a_dead_one_keeps_nobody_out() {
    let (mut fixture, ann, bob) = rejecting();
    fixture.both_connected(ann, bob);
    fixture.tick(LIVE);
    let (second, _) = fixture.join(ANN);
    assert_eq!(fixture.session.next_due().unwrap().1, DeadlineKind::Probe);
    assert!(fixture.session.has_running_timer());
    assert!(fixture.tick(LIVE + PROBE - 1).0.is_empty());
    let step = fixture.tick(LIVE + PROBE);
    assert_eq!(step.closed(ann), Some(CloseCode::HeartbeatTimeout));
    assert_eq!(step.kinds(second), ["welcome", "negotiate"]);
    assert_eq!(step.kinds(bob), ["peer_joined", "negotiate"]);
    assert!(fixture.is(wire::Phase::Live));
    // Its end, and what it still brings, mean nothing.
    assert!(fixture.lose(ann).0.is_empty());
    assert!(fixture.frame(ann, ping(0)).0.is_empty());
    let (_, step) = fixture.resume(ANN, 1, 0);
    assert_eq!(
        step.closed(ConnectionId(second.0 + 1)),
        Some(CloseCode::Replaced)
    );
}

#[test]
fn sig_261_one_that_is_gone_meanwhile_lets_the_second_in_at_once() {
    let (mut fixture, ann, _) = rejecting();
    let (second, _) = fixture.join(ANN);
    let step = fixture.lose(ann);
    assert_eq!(step.kinds(second), ["welcome", "negotiate"]);
}

#[test]
fn sig_262_of_those_that_wait_the_newest_does_and_who_goes_is_forgotten() {
    let (mut fixture, ann, _) = rejecting();
    let (second, _) = fixture.join(ANN);
    let (third, step) = fixture.join(ANN);
    is_refused(&step, second);
    assert!(probed(&step).is_empty(), "one question is enough");
    fixture.lose(third);
    let step = fixture.tick(START - 1);
    assert_eq!(step.closed(ann), None);
    assert!(step.0.is_empty());
}

#[test]
fn sig_262_who_waits_learns_of_the_end_and_of_who_came_back() {
    let (mut fixture, ..) = rejecting();
    let (second, _) = fixture.join(ANN);
    let step = fixture.take(Input::End);
    assert_eq!(step.error(second).code, ErrorCode::SessionOver);
    assert_eq!(step.closed(second), Some(CloseCode::SessionOver));

    let (mut fixture, ..) = rejecting();
    let (second, _) = fixture.join(ANN);
    let (third, step) = fixture.resume(ANN, 1, 0);
    assert!(step.welcome(third).resumed);
    is_refused(&step, second);

    let (mut fixture, ..) = rejecting();
    let (second, _) = fixture.join(ANN);
    let again = wire::signaling::Join {
        ticket: String::new(),
        resume: None,
    };
    let step = fixture.frame(second, again);
    assert_eq!(step.error(second).code, ErrorCode::AlreadyJoined);
    assert_eq!(step.closed(second), None);
}
