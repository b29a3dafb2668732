//! The places of a channel: each attempt in flight has one, from its claim until its answer is written.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use scheduler_core::{AttemptsInFlight, Delivery};

/// The places of one channel. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct DeliveryPlaces(Arc<Mutex<AttemptsInFlight>>);

/// The place of one attempt; dropping it frees the place.
pub(crate) struct DeliveryPlace {
    places: DeliveryPlaces,
    delivery: Delivery,
}

impl DeliveryPlaces {
    /// What is in flight now.
    pub(crate) fn in_flight(&self) -> AttemptsInFlight {
        self.lock().clone()
    }

    /// How many are taken.
    pub(crate) fn taken(&self) -> usize {
        self.lock().count()
    }

    /// Takes a place for an attempt.
    pub(crate) fn take(&self, delivery: Delivery) -> DeliveryPlace {
        self.lock().add(&delivery);
        DeliveryPlace {
            places: self.clone(),
            delivery,
        }
    }

    fn lock(&self) -> MutexGuard<'_, AttemptsInFlight> {
        // Each change is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DeliveryPlace {
    /// What is sent.
    pub(crate) fn delivery(&self) -> &Delivery {
        &self.delivery
    }
}

impl Drop for DeliveryPlace {
    fn drop(&mut self) {
        self.places.lock().remove(&self.delivery);
    }
}
