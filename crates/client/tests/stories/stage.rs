//! A running stack with a session that is booked, and people who come in by their join links.

use std::sync::Arc;

use rendezvous_client::{JoinLink, JoinedLink, SessionOptions};
use serde_json::Value;
use testkit::{Http, Proxy, RtcPeer, Service, Stack};
use wire::SessionView;

pub(crate) struct Stage {
    pub(crate) stack: Stack,
    pub(crate) application: Http,
    pub(crate) session: SessionView,
}

impl Stage {
    /// A session of Ann and Bo; `more` overrides fields of the booking.
    pub(crate) async fn booked(more: Value) -> Self {
        Self::booked_then(|| more).await
    }

    /// The same, with times that count from when the stack runs.
    pub(crate) async fn booked_then(more: impl FnOnce() -> Value) -> Self {
        let stack = Stack::start().await;
        let application = stack.application();
        let session = stack.book(&application, more()).await;
        Self {
            stack,
            application,
            session,
        }
    }

    /// The join link of the n-th participant, opened.
    pub(crate) async fn link(&self, participant: usize) -> JoinedLink {
        let url = self.session.participants[participant]
            .join_url
            .clone()
            .unwrap();
        JoinLink::parse(&url).unwrap().open().await.unwrap()
    }

    /// The n-th participant, in a session of their own.
    pub(crate) async fn join(
        &self,
        participant: usize,
        more: impl FnOnce(SessionOptions) -> SessionOptions,
    ) -> RtcPeer {
        RtcPeer::join(self.link(participant).await, more)
    }

    /// The same, over a proxy that can be cut.
    pub(crate) async fn join_through(
        &self,
        participant: usize,
        more: impl FnOnce(SessionOptions) -> SessionOptions,
    ) -> (RtcPeer, Arc<Proxy>) {
        let link = self.link(participant).await;
        let proxy = Arc::new(Proxy::to(&self.stack.url(Service::Signaling)).await);
        let way = Arc::clone(&proxy);
        let tickets = move || {
            let (link, way) = (link.clone(), Arc::clone(&way));
            async move {
                let mut ticket = rendezvous_client::TicketSource::ticket(&link).await?;
                ticket.url = way.through(&ticket.url);
                Ok(ticket)
            }
        };
        (RtcPeer::join(tickets, more), proxy)
    }
}

/// Both with a data channel.
pub(crate) fn with_notes(options: SessionOptions) -> SessionOptions {
    options.channel("notes")
}
