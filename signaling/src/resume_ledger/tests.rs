//! However buffers grow and shrink, the budget holds and the oldest goes first.

use super::*;

const BUDGET: usize = 64 * 1024;
const SESSIONS: usize = 40;

/// SplitMix64: the same seed gives the same run.
struct Prng(u64);

impl Prng {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}

fn name(at: usize) -> SessionId {
    SessionId(format!("s{at}"))
}

#[test]
fn sig_263_whatever_seats_hold_the_process_keeps_its_budget_and_the_oldest_goes_first() {
    for seed in 0..200 {
        let (mut prng, ledger) = (Prng(seed), ResumeLedger::new(BUDGET));
        let mut accounts: Vec<_> = (0..SESSIONS).map(|at| ledger.open(&name(at))).collect();
        let mut held = [[0; 2]; SESSIONS];
        // When each began to hold anything, by this test's own count.
        let mut began = [[0_usize; 2]; SESSIONS];
        for step in 1..500 {
            let (at, side) = (prng.below(SESSIONS), prng.below(2));
            let more = [0, 256, 4_096, 40_000][prng.below(4)];
            held[at][side] = if more == 0 { 0 } else { held[at][side] + more };
            if held[at][side] == more && more > 0 {
                began[at][side] = step;
            }
            if accounts[at].set(held[at]).is_err() {
                held[at] = [0; 2];
                assert_eq!(accounts[at].set(held[at]), Ok(()));
            }
            assert!(ledger.used() <= BUDGET, "seed {seed}, step {step}");
            assert_eq!(ledger.used(), held.iter().flatten().sum::<usize>());
            while let Some((session, side)) = ledger.take_oldest() {
                let at = (0..SESSIONS).find(|at| name(*at) == session).unwrap();
                assert!(held[at][side] > 0, "an empty buffer is none");
                let older = (0..SESSIONS).flat_map(|at| [(at, 0), (at, 1)]);
                let oldest = older
                    .filter(|(at, side)| held[*at][*side] > 0)
                    .min_by_key(|(at, side)| (began[*at][*side], *side));
                let (oldest_at, oldest_side) = oldest.unwrap();
                assert_eq!(began[at][side], began[oldest_at][oldest_side]);
                held[at][side] = 0;
                accounts[at].set(held[at]).unwrap();
            }
            assert!(ledger.used() <= BUDGET / 8 * RELIEF_EIGHTHS);
        }
        drop(accounts);
        assert_eq!(ledger.used(), 0, "who is gone holds nothing");
        assert!(ledger.lock().is_empty());
    }
}
