//! The handlers, by noun: who asks, what they ask, what is answered. Rules stand elsewhere.

pub(crate) mod application;
pub(crate) mod audit;
pub(crate) mod blocks;
pub(crate) mod calendar;
pub(crate) mod calendar_feed;
pub(crate) mod deliveries;
pub(crate) mod exports;
pub(crate) mod feedback;
pub(crate) mod gifts;
pub(crate) mod groups;
pub(crate) mod jobs;
pub(crate) mod join;
pub(crate) mod jwks;
pub(crate) mod links;
pub(crate) mod mail_refusals;
pub(crate) mod mail_unsubscriptions;
pub(crate) mod matches;
pub(crate) mod me;
pub(crate) mod notifications;
pub(crate) mod operators;
pub(crate) mod proofs;
pub(crate) mod proposals;
pub(crate) mod push;
pub(crate) mod questions;
pub(crate) mod reports;
pub(crate) mod rooms;
pub(crate) mod sessions;
pub(crate) mod signup;
pub(crate) mod status;
pub(crate) mod timeline;

mod query;
pub(crate) mod users;
pub(crate) mod webhook_deliveries;
pub(crate) mod webhook_listeners;
pub(crate) mod webhooks;
