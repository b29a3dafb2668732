//! A media server whose events are lost, doubled and reordered: one poll after quiet, the list is the truth.

use std::collections::BTreeSet;

use signaling_core::{MediaPerson, MediaRoom, MediaUpdate};
use wire::UnixMs;

const SEEDS: u64 = 1_000;
/// How long events are late at most, in milliseconds: LiveKit gives up after 1 + 2 + 4 + 8 s.
const MAX_LATE_MS: u64 = 15_000;
/// Apart of polls, in milliseconds.
const POLL_EVERY_MS: i64 = 10_000;
/// How long an answer is under way at most, in milliseconds.
const MAX_ANSWER_MS: u64 = 3_000;

/// SplitMix64: the same seed tells the same story.
struct Prng(u64);

impl Prng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }
}

/// The room as it really is, and what of it is under way to us: each delivery with its time.
#[derive(Default)]
struct Truth {
    inside: Vec<MediaPerson>,
    made: u64,
    instance: u64,
    under_way: Vec<(i64, MediaUpdate)>,
}

impl Truth {
    fn room_sid(&self) -> String {
        format!("RM_{}", self.instance)
    }

    /// 30 % never come, 20 % come twice, and each takes its own time.
    fn send(&mut self, now: i64, news: MediaUpdate, prng: &mut Prng) {
        if prng.percent(30) {
            return;
        }
        let copies = 1 + u64::from(prng.percent(20));
        for _ in 0..copies {
            let late = prng.below(MAX_LATE_MS).cast_signed();
            self.under_way.push((now + late, news.clone()));
        }
    }

    fn somebody_joins(&mut self, now: i64, prng: &mut Prng) {
        self.made += 1;
        let person = MediaPerson {
            sid: format!("PA_{}", self.made),
            user: ["ann", "bob"][prng.below(2) as usize].into(),
            joined_at: UnixMs(now),
        };
        self.inside.push(person.clone());
        let room_sid = self.room_sid();
        self.send(now, MediaUpdate::Joined { person, room_sid }, prng);
    }

    fn somebody_leaves(&mut self, now: i64, prng: &mut Prng) {
        if self.inside.is_empty() {
            return;
        }
        let at = prng.below(self.inside.len() as u64) as usize;
        let sid = self.inside.swap_remove(at).sid;
        self.send(now, MediaUpdate::Left { sid }, prng);
    }

    fn finishes(&mut self, now: i64, prng: &mut Prng) {
        for person in std::mem::take(&mut self.inside) {
            self.send(now, MediaUpdate::Left { sid: person.sid }, prng);
        }
        let room_sid = self.room_sid();
        self.instance += 1;
        self.send(now, MediaUpdate::Finished { room_sid }, prng);
    }

    fn answer(&mut self, now: i64, prng: &mut Prng) {
        let polled = MediaUpdate::Polled {
            asked_at: UnixMs(now),
            people: self.inside.clone(),
        };
        let late = prng.below(MAX_ANSWER_MS).cast_signed();
        self.under_way.push((now + late, polled));
    }

    fn sids(&self) -> BTreeSet<String> {
        self.inside
            .iter()
            .map(|person| person.sid.clone())
            .collect()
    }
}

/// Hands over what has arrived by `now`, in the order of arrival.
fn deliver(truth: &mut Truth, room: &mut MediaRoom, now: i64) {
    let (mut arrived, under_way): (Vec<_>, Vec<_>) = std::mem::take(&mut truth.under_way)
        .into_iter()
        .partition(|(at, _)| *at <= now);
    truth.under_way = under_way;
    arrived.sort_by_key(|(at, _)| *at);
    for (at, news) in arrived {
        room.handle(UnixMs(at), news);
    }
}

fn one_story(seed: u64) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut prng = Prng(seed);
    let (mut truth, mut room) = (Truth::default(), MediaRoom::default());
    let mut now = 0;
    let last = 20_000 + prng.below(100_000).cast_signed();
    let mut next_poll = prng.below(POLL_EVERY_MS as u64).cast_signed();
    while now < last {
        now += 1 + prng.below(1_500).cast_signed();
        if now >= next_poll {
            truth.answer(now, &mut prng);
            next_poll = now + POLL_EVERY_MS;
        }
        match prng.below(20) {
            0..9 => truth.somebody_joins(now, &mut prng),
            9..18 => truth.somebody_leaves(now, &mut prng),
            18 => truth.finishes(now, &mut prng),
            _ => {}
        }
        deliver(&mut truth, &mut room, now);
    }
    let quiet = now + MAX_LATE_MS.cast_signed() + 1;
    deliver(&mut truth, &mut room, quiet);
    truth.answer(quiet + 1, &mut prng);
    deliver(
        &mut truth,
        &mut room,
        quiet + 1 + MAX_ANSWER_MS.cast_signed(),
    );
    assert!(truth.under_way.is_empty());
    let told = room.people().map(|person| person.sid.clone()).collect();
    (told, truth.sids())
}

#[test]
fn med_12_one_poll_after_quiet_the_list_is_the_truth_whatever_was_lost_doubled_or_reordered() {
    let mut people = 0;
    for seed in 0..SEEDS {
        let (told, truth) = one_story(seed);
        assert_eq!(told, truth, "seed {seed}");
        people += truth.len();
    }
    assert!(people > SEEDS as usize, "the stories end with people in");
}

#[test]
fn med_12_without_polls_the_same_events_go_wrong() {
    let wrong = (0..SEEDS).filter(|seed| {
        let mut prng = Prng(*seed);
        let (mut truth, mut room) = (Truth::default(), MediaRoom::default());
        for now in 0..40 {
            match prng.below(2) {
                0 => truth.somebody_joins(now * 500, &mut prng),
                _ => truth.somebody_leaves(now * 500, &mut prng),
            }
        }
        deliver(&mut truth, &mut room, 60_000);
        let told: BTreeSet<_> = room.people().map(|person| person.sid.clone()).collect();
        told != truth.sids()
    });
    assert!(wrong.count() > SEEDS as usize / 2, "or nothing was tested");
}
