//! What every store promises, run on each implementation.

mod contract;
mod damage;
mod memory;
mod mongo;
mod races;
mod sql;
