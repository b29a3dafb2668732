//! The outputs of one step, collected.

use crate::{AllocationId, ClientEndpoint, Dropped, Metric, Output, RefusalCause};

/// What is to be done so far.
#[derive(Debug, Default)]
pub(crate) struct Effects(Vec<Output>);

impl Effects {
    pub(crate) fn tell(&mut self, client: ClientEndpoint, bytes: Vec<u8>) {
        self.0.push(Output::ToClient { client, bytes });
    }

    pub(crate) fn push(&mut self, output: Output) {
        self.0.push(output);
    }

    pub(crate) fn close(&mut self, allocation: AllocationId) {
        self.0.push(Output::Close { allocation });
    }

    pub(crate) fn count(&mut self, metric: Metric) {
        self.0.push(Output::Count(metric));
    }

    pub(crate) fn dropped(&mut self, why: Dropped) {
        self.count(Metric::Dropped(why));
    }

    pub(crate) fn refused(&mut self, why: RefusalCause) {
        self.count(Metric::Refused(why));
    }

    pub(crate) fn into_outputs(self) -> Vec<Output> {
        self.0
    }
}
