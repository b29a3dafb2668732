//! What a session is joined with.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use crate::{LocalTrack, TicketSource};

/// Most tracks of one's own; more would make descriptions larger than the service relays.
pub(crate) const MAX_TRACKS: usize = 16;
/// Most data channels of one's own that are opened with each connection.
pub(crate) const MAX_CHANNELS: usize = 16;

/// What a session is joined with: whose tickets, and what is sent.
#[derive(Clone)]
pub struct SessionOptions {
    pub(crate) tickets: Arc<dyn TicketSource>,
    pub(crate) tracks: Vec<LocalTrack>,
    pub(crate) channels: Vec<String>,
    pub(crate) bind: Option<Vec<SocketAddr>>,
}

impl SessionOptions {
    /// Joins with tickets of `tickets`, sends nothing, and receives whatever the other one sends.
    pub fn new(tickets: impl TicketSource) -> Self {
        Self {
            tickets: Arc::new(tickets),
            tracks: Vec::new(),
            channels: Vec::new(),
            bind: None,
        }
    }

    /// Sends this track, from the first offer on. Beyond sixteen they are left out.
    #[must_use]
    pub fn track(mut self, track: &LocalTrack) -> Self {
        if self.tracks.len() < MAX_TRACKS {
            self.tracks.push(track.clone());
        }
        self
    }

    /// A data channel of this label with each connection, opened by whichever peer offers it: both get
    /// [`crate::SessionEvent::Channel`], and no second exchange is needed. Beyond sixteen they are left out.
    #[must_use]
    pub fn channel(mut self, label: impl Into<String>) -> Self {
        if self.channels.len() < MAX_CHANNELS {
            self.channels.push(label.into());
        }
        self
    }

    /// The UDP addresses that media is sent from and received at; port 0 is any free one. Default: each address of
    /// each interface but loopback.
    #[must_use]
    pub fn bind(mut self, addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        self.bind = Some(addresses.into_iter().collect());
        self
    }

    pub(crate) fn udp_addresses(&self) -> Vec<SocketAddr> {
        self.bind.clone().unwrap_or_else(every_interface)
    }
}

/// The wildcard of IPv4, and of IPv6 where the machine has it.
fn every_interface() -> Vec<SocketAddr> {
    let v4 = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let v6 = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0));
    let has_v6 = UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    [Some(v4), has_v6.then_some(v6)]
        .into_iter()
        .flatten()
        .collect()
}

impl fmt::Debug for SessionOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionOptions")
            .field("tracks", &self.tracks.len())
            .field("channels", &self.channels)
            .field("bind", &self.bind)
            .finish_non_exhaustive()
    }
}
