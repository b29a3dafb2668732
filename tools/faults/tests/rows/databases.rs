//! Database servers under a scheduler: away and back, with two schedulers on one, brought up to date by processes
//! that die, and set so that a crash loses what they have committed.

mod account_mails;
mod attempts;
mod away;
mod clocks;
mod durability;
mod migrations;
mod outage;
mod two_schedulers;
