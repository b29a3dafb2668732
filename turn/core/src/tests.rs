//! The rules of the server, without a socket or a clock.

mod allocations;
mod codec;
mod floods;
mod harness;
mod permissions;
mod revocation;
mod strangers;
mod traffic;
