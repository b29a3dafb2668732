//! Two people, a core, and a network that loses, doubles and reorders: one run a seed, no clock, no
//! socket, no thread. After every step the rules that must hold in any order are checked
//! (`invariants.rs`); in the end all is calm, and both people and the core must agree.
//!
//! `RENDEZVOUS_SEEDS` says how many seeds (1,000), `RENDEZVOUS_SEED` runs one and prints its steps.

mod bookings;
mod calm;
mod invariants;
mod network;
mod peer;
mod prng;
mod simulation;

use std::collections::BTreeMap;

use simulation::Simulation;

const DEFAULT_SEEDS: u64 = 1_000;
/// Steps of a run before all is calm.
const STEPS: u32 = 800;
/// Of these, steps after the end: late frames, joins, restarts.
const STEPS_AFTER_THE_END: u32 = 80;

#[test]
fn sig_50_in_whatever_order_things_come_the_rules_hold() {
    if let Some(seed) = number_from_env("RENDEZVOUS_SEED") {
        run(seed, true);
        return;
    }
    let seeds = number_from_env("RENDEZVOUS_SEEDS").unwrap_or(DEFAULT_SEEDS);
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for seed in 0..seeds {
        for (what, times) in run(seed, false) {
            *seen.entry(what).or_default() += times;
        }
    }
    println!("{seeds} seeds: {seen:?}");
    if seeds >= DEFAULT_SEEDS {
        assert_everything_was_met(&seen);
    }
}

#[test]
fn sig_50_a_seed_gives_the_same_run_every_time() {
    assert_eq!(run(7, false), run(7, false));
}

fn run(seed: u64, verbose: bool) -> BTreeMap<String, u64> {
    let _named = NameOnPanic(seed);
    let mut simulation = Simulation::new(seed, verbose);
    let mut after_the_end = 0;
    for _ in 0..STEPS {
        simulation.step();
        after_the_end += u32::from(simulation.is_over());
        if after_the_end > STEPS_AFTER_THE_END {
            break;
        }
    }
    simulation.calm_down();
    simulation.seen()
}

/// A run in which nothing happens breaks no rule: all that matters must have come up.
fn assert_everything_was_met(seen: &BTreeMap<String, u64>) {
    let phases = [
        "lobby",
        "countdown",
        "connecting",
        "live",
        "paused",
        "ended",
    ];
    let reasons = [
        "completed",
        "no_show",
        "left",
        "abandoned",
        "cancelled",
        "connect_failed",
        "kicked",
        "terminated",
    ];
    let others = [
        "resumed",
        "resume_refused",
        "taken_over",
        "dead_socket",
        "refused_already_joined",
        "buffer_dropped",
        "buffer_overflow",
        "repeated",
        "stale_epoch",
        "glare",
        "restart",
        "restart in live",
        "extended",
        "relayed",
        "replayed",
        "old socket's end",
        "relayed under relay",
        "shown out",
    ];
    for what in phases.iter().chain(&reasons).chain(&others) {
        assert!(seen.contains_key(*what), "never met: {what} in {seen:?}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test's own knob; the core reads no environment"
)]
fn number_from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

struct NameOnPanic(u64);

impl Drop for NameOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "failing seed: {0} (RENDEZVOUS_SEED={0} shows its steps)",
                self.0
            );
        }
    }
}
