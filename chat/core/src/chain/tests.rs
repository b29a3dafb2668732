//! What the chain shows, and what it does not depend on.

use wire::UnixMs;

use super::*;
use crate::room::tests::message;

const SALT: ChainSalt = ChainSalt([7; SALT_BYTES]);

/// A room's messages, each after the one before.
fn chained(count: u64) -> Vec<StoredMessage> {
    let mut previous = ChainHash::GENESIS;
    (1..=count)
        .map(|seq| {
            let stored = StoredMessage::new(message("r", seq, "ann"), SALT, previous);
            previous = stored.link.unwrap().chain;
            stored
        })
        .collect()
}

fn walked(messages: &[StoredMessage]) -> Vec<Verdict> {
    let mut walk = ChainWalk::new(None, None);
    messages.iter().map(|one| walk.step(one).verdict).collect()
}

#[test]
fn cht_111_a_change_of_any_field_is_seen() {
    let stored = chained(2).remove(1);
    assert_eq!(stored.verdict(None), Verdict::Sound);
    let changes: [fn(&mut Message); 8] = [
        |m| m.room = "q".into(),
        |m| m.seq += 1,
        |m| m.message_id.push('x'),
        |m| m.from = "bo".into(),
        |m| m.client_id.push('x'),
        |m| m.body.push('x'),
        |m| m.sent_at = UnixMs(m.sent_at.0 + 1),
        |m| m.expires_at = Some(UnixMs(1)),
    ];
    for change in changes {
        let mut changed = stored.clone();
        change(&mut changed.message);
        assert_eq!(changed.verdict(None), Verdict::Corrupt);
    }
}

#[test]
fn cht_111_a_change_of_any_bit_of_the_link_is_seen() {
    let stored = chained(2).remove(1);
    let link = stored.link.unwrap();
    for bit in 0..HASH_BYTES * 8 {
        let flipped = |hash: ChainHash| {
            let mut hash = hash;
            hash.0[bit / 8] ^= 1 << (bit % 8);
            hash
        };
        let mut salt = SALT;
        salt.0[bit / 8 % SALT_BYTES] ^= 1 << (bit % 8);
        let changed = [
            ChainLink {
                previous: flipped(link.previous),
                ..link
            },
            ChainLink {
                chain: flipped(link.chain),
                ..link
            },
            ChainLink {
                text: TextProof::Salted(salt),
                ..link
            },
        ];
        assert!(changed.iter().all(|link| !link.holds(&stored.message)));
    }
}

#[test]
fn cht_111_no_two_messages_have_the_same_bytes() {
    let at = |id: &str, from: &str| {
        let message = Message {
            message_id: id.to_owned(),
            from: from.into(),
            ..message("r", 1, "ann")
        };
        ChainLink::new(&message, SALT, ChainHash::GENESIS).chain
    };
    assert_ne!(at("ab", "c"), at("a", "bc"));
    assert_ne!(at("", "abc"), at("abc", ""));
}

#[test]
fn cht_112_two_histories_are_told_apart() {
    let one = chained(3);
    let mut other = message("r", 2, "ann");
    other.body = "another".to_owned();
    let other = StoredMessage::new(other, SALT, one[0].link.unwrap().chain);
    assert_eq!(other.verdict(None), Verdict::Sound);
    assert_eq!(walked(&one), [Verdict::Sound; 3]);
    let mixed = [one[0].clone(), other, one[2].clone()];
    assert_eq!(
        walked(&mixed),
        [Verdict::Sound, Verdict::Sound, Verdict::Broken]
    );
    let mut walk = ChainWalk::new(
        Some(ChainAnchor {
            seq: 1,
            chain: ChainHash([9; HASH_BYTES]),
        }),
        Some(0),
    );
    assert_eq!(
        walk.step(&one[1]).verdict,
        Verdict::Broken,
        "it begins with another anchor"
    );
}

#[test]
fn cht_113_a_text_that_is_gone_leaves_the_chain_whole_and_nothing_of_itself() {
    let all = chained(3);
    let mut gone = all[1].clone();
    let link = gone.link.as_mut().unwrap();
    link.text = link.text.forgetting(&gone.message.body);
    gone.message.body.clear();
    assert!(matches!(gone.link.unwrap().text, TextProof::Gone(_)));
    assert_eq!(gone.verdict(None), Verdict::Sound);
    let with_gone = [all[0].clone(), gone.clone(), all[2].clone()];
    assert_eq!(walked(&with_gone), [Verdict::Sound; 3]);
    assert_eq!(gone.has_text("body 2"), None, "nobody can say what it was");
    gone.message.from = "bo".into();
    assert_eq!(gone.verdict(None), Verdict::Corrupt);
}

#[test]
fn cht_114_what_is_from_before_lies_up_to_its_rooms_anchor() {
    let anchor = ChainAnchor {
        seq: 2,
        chain: ChainHash::GENESIS,
    };
    let old = |seq| StoredMessage {
        message: message("r", seq, "ann"),
        link: None,
    };
    assert_eq!(old(2).verdict(Some(anchor)), Verdict::Unchained);
    assert_eq!(old(3).verdict(Some(anchor)), Verdict::Corrupt);
    assert_eq!(
        old(1).verdict(Some(ChainAnchor::default())),
        Verdict::Corrupt
    );
    let walked = walked(&[chained(3).remove(2), old(4)]);
    assert_eq!(walked, [Verdict::Sound, Verdict::Corrupt]);
}

#[test]
fn cht_115_a_retry_knows_its_text_although_it_was_changed() {
    let mut stored = chained(1).remove(0);
    assert_eq!(stored.has_text("body 1"), Some(true));
    assert_eq!(stored.has_text("other"), Some(false));
    stored.message.body = "c0dy 1".to_owned();
    assert_eq!(stored.has_text("body 1"), Some(true));
    assert_eq!(stored.has_text("c0dy 1"), None);
    let shown = served(
        stored.message.clone(),
        stored.verdict(None),
        wire::UnixMs(0),
    );
    assert!(shown.corrupt && shown.body.is_empty());
}

#[test]
fn cht_116_what_is_missing_is_named_and_what_was_pruned_is_not() {
    let all = chained(9);
    let chain = |at: usize| all[at - 1].link.unwrap().chain;
    let missing = |anchor: ChainAnchor, after, seqs: &[usize]| -> Vec<_> {
        let mut walk = ChainWalk::new(Some(anchor), Some(after));
        let steps = seqs.iter().map(|seq| walk.step(&all[seq - 1]));
        let steps = steps.inspect(|step| assert_eq!(step.verdict, Verdict::Sound));
        steps.filter_map(|step| step.missing).collect()
    };
    let whole = ChainAnchor::default();
    assert_eq!(missing(whole, 0, &[1, 2, 3]), []);
    assert_eq!(missing(whole, 0, &[3, 4, 7]), [1..=2, 5..=6]);
    assert_eq!(missing(whole, 3, &[6]), [4..=5]);
    let pruned = ChainAnchor {
        seq: 5,
        chain: chain(5),
    };
    assert_eq!(missing(pruned, 0, &[6, 7]), []);
    assert_eq!(missing(pruned, 0, &[8]), [6..=7]);
    assert_eq!(
        missing(pruned, 0, &[4, 6]),
        [5..=5],
        "it was not pruned yet"
    );
}
