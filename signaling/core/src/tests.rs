//! Transition tests: no I/O, no async; the clock is an argument, and stands at each boundary and 1 ms
//! before and after it.

mod countdown;
mod erased;
mod extension;
mod fixture;
mod hard_end;
mod join;
mod live;
mod lobby;
mod media;
mod negotiation;
mod operators;
mod pause;
mod probe;
mod renewal;
mod rescheduled;
mod restart;
mod resume;
mod takeover;
