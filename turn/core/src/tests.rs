//! The rules of the server, without a socket or a clock.

mod allocations;
mod codec;
mod harness;
mod permissions;
mod strangers;
mod traffic;
