use super::*;

const EPOCH: u64 = 7;

fn offer(sdp: &str) -> PeerSignal {
    PeerSignal::Offer(sdp.to_owned())
}

fn answer(sdp: &str) -> PeerSignal {
    PeerSignal::Answer(sdp.to_owned())
}

fn candidate(name: &str) -> RawJson {
    RawJson::parse(format!(r#"{{"candidate":"{name}"}}"#)).unwrap()
}

/// One whose first exchange is complete.
fn answered(polite: bool) -> PerfectNegotiation {
    let (mut negotiation, _) = PerfectNegotiation::begin(EPOCH, false, polite);
    negotiation.receive(EPOCH, offer("first"));
    negotiation
}

#[test]
fn rcl_3_until_the_first_answer_only_the_named_one_offers() {
    let (offerer, steps) = PerfectNegotiation::begin(EPOCH, true, false);
    assert_eq!(steps, [NegotiationStep::Offer(Restart::No)]);
    assert!(offerer.is_offering());
    let (mut other, steps) = PerfectNegotiation::begin(EPOCH, false, true);
    assert_eq!(steps, []);
    assert_eq!(other.want_offer(Restart::Ice), [], "not yet");
    let steps = other.receive(EPOCH, offer("theirs"));
    let accept = NegotiationStep::AcceptOffer("theirs".to_owned());
    assert_eq!(
        steps,
        [accept, NegotiationStep::Offer(Restart::Ice)],
        "and then it is due"
    );
}

#[test]
fn rcl_3_of_two_offers_that_cross_the_polite_ones_goes_back_and_comes_again() {
    let mut polite = answered(true);
    assert_eq!(
        polite.want_offer(Restart::Ice),
        [NegotiationStep::Offer(Restart::Ice)]
    );
    let steps = polite.receive(EPOCH, offer("theirs"));
    let again = [
        NegotiationStep::Rollback,
        NegotiationStep::AcceptOffer("theirs".to_owned()),
        NegotiationStep::Offer(Restart::Ice),
    ];
    assert_eq!(steps, again);
    let mut impolite = answered(false);
    impolite.want_offer(Restart::No);
    assert_eq!(impolite.receive(EPOCH, offer("theirs")), [], "ignored");
    let steps = impolite.receive(EPOCH, answer("to mine"));
    assert_eq!(steps, [NegotiationStep::AcceptAnswer("to mine".to_owned())]);
}

#[test]
fn rcl_3_candidates_wait_for_a_description_and_are_bounded() {
    let (mut negotiation, _) = PerfectNegotiation::begin(EPOCH, true, false);
    for number in 0..MAX_EARLY_CANDIDATES + 50 {
        let early = candidate(&number.to_string());
        assert_eq!(negotiation.receive(EPOCH, PeerSignal::Candidate(early)), []);
    }
    let steps = negotiation.receive(EPOCH, answer("theirs"));
    assert_eq!(steps.len(), 1 + MAX_EARLY_CANDIDATES);
    assert_eq!(steps[1], NegotiationStep::AddCandidate(candidate("0")));
    let late = candidate("late");
    let steps = negotiation.receive(EPOCH, PeerSignal::Candidate(late.clone()));
    assert_eq!(steps, [NegotiationStep::AddCandidate(late)]);
}

#[test]
fn rcl_3_what_is_of_another_epoch_or_answers_nothing_changes_nothing() {
    let mut negotiation = answered(true);
    assert_eq!(negotiation.receive(EPOCH - 1, offer("old")), []);
    assert_eq!(negotiation.receive(EPOCH + 1, offer("new")), []);
    assert_eq!(negotiation.receive(EPOCH, answer("to what?")), []);
    assert_eq!(negotiation.offer_again(), []);
    assert_eq!(negotiation.take_offer_back(), []);
}

#[test]
fn rcl_3_a_lost_answer_is_asked_for_again_and_a_refused_offer_goes_back() {
    let mut negotiation = answered(false);
    negotiation.want_offer(Restart::Ice);
    assert_eq!(
        negotiation.offer_again(),
        [
            NegotiationStep::Rollback,
            NegotiationStep::Offer(Restart::Ice)
        ]
    );
    assert!(negotiation.is_offering());
    assert_eq!(negotiation.take_offer_back(), [NegotiationStep::Rollback]);
    assert!(!negotiation.is_offering());
    assert_eq!(
        negotiation.receive(EPOCH, answer("late")),
        [],
        "of no offer that stands"
    );
}

#[test]
fn rcl_3_several_wishes_during_an_exchange_make_one_offer() {
    let mut negotiation = answered(false);
    negotiation.want_offer(Restart::No);
    for restart in [Restart::No, Restart::Ice, Restart::No] {
        assert_eq!(negotiation.want_offer(restart), []);
    }
    let steps = negotiation.receive(EPOCH, answer("theirs"));
    let accept = NegotiationStep::AcceptAnswer("theirs".to_owned());
    assert_eq!(steps, [accept, NegotiationStep::Offer(Restart::Ice)]);
}
