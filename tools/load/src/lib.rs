//! The load generator: pairs of peers that join sessions, negotiate and stay to the end, or that chat, as many
//! as are asked for, against a running server that is known by its address alone.
//!
//! It is a client. No service is linked in here, and no browser either. In the scenarios, which are one file each in
//! `scenario/`, descriptions and candidates are of the right size and shape, and no media flows; with `--media` the
//! pairs are real peers, of the client in Rust (`native`). Three kinds of server are spoken to ([`LoadTarget`]), and three kinds of chat ([`ChatTarget`]), so that ours can
//! be compared with others by one and the same generator.

mod admission;
mod booking;
mod chat;
mod clock;
mod connection;
mod duration;
mod joining;
mod lifecycle;
mod meter;
mod native;
mod open_loop;
mod options;
mod pace;
mod pair;
mod pair_task;
mod plan;
mod progress;
mod protocol;
mod reminders;
mod report;
mod run;
mod scenario;
mod sdp;
mod table;
mod tally;
mod target;
mod turnstile;

pub use booking::{BookingError, SchedulerClient};
pub use chat::{ChatOptions, ChatScenario, ChatTarget, run_chat, run_chat_until_interrupted};
pub use duration::parse_duration;
pub use lifecycle::{LoadError, run, run_until_interrupted};
pub use options::{LoadMedia, Options, Scenario};
pub use reminders::{ReminderOptions, run_reminders, run_reminders_until_interrupted};
pub use report::{PhaseReport, Report, ReportOptions, Spread};
pub use table::table;
pub use target::LoadTarget;
