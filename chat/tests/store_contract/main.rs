//! What every store promises, run on each implementation.

mod contract;
mod memory;
mod mongo;
mod races;
mod sql;
