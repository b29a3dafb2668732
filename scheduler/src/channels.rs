//! The ways by which people and applications are told of something, each in a file of its own.

pub(crate) mod email;
pub(crate) mod push;
mod webhook;

use std::future::Future;
use std::pin::Pin;

use scheduler_core::{BackOff, ChannelAnswer, Delivery, DeliveryShares};
use wire::{NotificationChannel, UnixMs};

pub(crate) use webhook::WebhookChannel;

use crate::store::{StoreError, StoreFuture, UnitOfWork};

/// What an attempt comes to; an error where the store did not answer, before anybody was asked.
pub(crate) type AnswerFuture<'a> =
    Pin<Box<dyn Future<Output = Result<ChannelAnswer, StoreError>> + Send + 'a>>;

/// One way to tell somebody something. It may be asked to send the same twice, after a crash or where an answer was lost:
/// the key is the same then.
pub(crate) trait Channel: Send + Sync + 'static {
    /// Which deliveries it sends.
    fn name(&self) -> NotificationChannel;

    /// How long it waits after each attempt that failed.
    fn back_off(&self) -> BackOff;

    /// How many attempts it makes at once, and how these are shared.
    fn shares(&self) -> DeliveryShares;

    /// How long one attempt may take at most, in milliseconds: a claim holds a little longer.
    fn limit_ms(&self) -> i64;

    /// Sends a delivery once. `key` is the same for each attempt, and what the other side knows a second one by.
    fn send<'a>(&'a self, delivery: &'a Delivery, key: &'a str) -> AnswerFuture<'a>;

    /// What the answer means beyond the delivery, as that its target is gone; within the unit of work that settles it.
    fn settled<'a>(
        &'a self,
        _work: &'a mut dyn UnitOfWork,
        _delivery: &'a Delivery,
        _answer: &'a ChannelAnswer,
        _now: UnixMs,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}
