//! One client's relay address: who has it, until when, and which peers it may speak with.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use wire::UnixMs;

use crate::rate_limit::Bucket;
use crate::stun::{StunKey, TransactionId};
use crate::{ClientEndpoint, Family};

/// How long a permission is good, in milliseconds (RFC 8656, section 9).
const PERMISSION_MS: i64 = 300_000;
/// How long a channel is bound, in milliseconds (RFC 8656, section 12).
const CHANNEL_MS: i64 = 600_000;
/// Peers that one allocation may have permissions for, and channels to: one person has some twenty candidates.
const MAX_PEERS: usize = 64;
/// Signed requests of one allocation within a second, and of one person without: one in a call makes a
/// handful a minute, and some dozens at its beginning.
pub(crate) const REQUESTS_PER_SECOND: u32 = 200;

/// An allocation, from the request on.
#[derive(Debug)]
pub(crate) struct Allocation {
    pub(crate) client: ClientEndpoint,
    pub(crate) username: String,
    /// Whose quota it counts against.
    pub(crate) person: String,
    pub(crate) key: StunKey,
    pub(crate) family: Family,
    /// Of the request that made it: one that comes again gets the same answer.
    pub(crate) transaction: TransactionId,
    pub(crate) expires_at: UnixMs,
    /// `None` while its relay address is being opened.
    pub(crate) relayed: Option<SocketAddr>,
    pub(crate) sent: Bucket,
    pub(crate) received: Bucket,
    /// Requests that are signed with its credential.
    pub(crate) requests: Bucket,
    permissions: BTreeMap<IpAddr, Permission>,
    channels: BTreeMap<u16, ChannelBinding>,
}

/// How far a permission goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// To other allocations of this server alone, and through no socket.
    Inside,
    /// To the address itself.
    Outside,
}

#[derive(Debug, Clone, Copy)]
struct Permission {
    reach: Reach,
    until: UnixMs,
}

#[derive(Debug, Clone, Copy)]
struct ChannelBinding {
    peer: SocketAddr,
    until: UnixMs,
}

/// Why a permission or channel was not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PermissionError {
    /// The allocation has as many as one may have.
    Full,
    /// The number or the peer is bound otherwise.
    Taken,
}

impl Allocation {
    /// One whose relay address is yet to come; `bytes_per_second` is for each direction.
    #[expect(clippy::too_many_arguments, reason = "each is a fact of the request")]
    pub(crate) fn opening(
        now: UnixMs,
        client: ClientEndpoint,
        username: String,
        person: String,
        key: StunKey,
        family: Family,
        transaction: TransactionId,
        expires_at: UnixMs,
        bytes_per_second: u32,
    ) -> Self {
        Self {
            client,
            username,
            person,
            key,
            family,
            transaction,
            expires_at,
            relayed: None,
            sent: Bucket::full(bytes_per_second, now),
            received: Bucket::full(bytes_per_second, now),
            requests: Bucket::full(REQUESTS_PER_SECOND, now),
            permissions: BTreeMap::new(),
            channels: BTreeMap::new(),
        }
    }

    /// How far it may reach this peer now; `None` without a permission.
    pub(crate) fn reach(&self, now: UnixMs, peer: IpAddr) -> Option<Reach> {
        let permission = self.permissions.get(&peer)?;
        (now < permission.until).then_some(permission.reach)
    }

    /// Lets it speak with each of `peers`, all of them or none.
    pub(crate) fn permit(
        &mut self,
        now: UnixMs,
        peers: &[(IpAddr, Reach)],
    ) -> Result<(), PermissionError> {
        self.permissions
            .retain(|_, permission| now < permission.until);
        let new = peers
            .iter()
            .filter(|(ip, _)| !self.permissions.contains_key(ip));
        if self.permissions.len() + new.count() > MAX_PEERS {
            return Err(PermissionError::Full);
        }
        let until = now + PERMISSION_MS;
        for (ip, reach) in peers {
            let reach = *reach;
            self.permissions.insert(*ip, Permission { reach, until });
        }
        Ok(())
    }

    /// Binds a channel to a peer, or prolongs that, with a permission for it.
    pub(crate) fn bind(
        &mut self,
        now: UnixMs,
        number: u16,
        peer: SocketAddr,
        reach: Reach,
    ) -> Result<(), PermissionError> {
        self.channels.retain(|_, channel| now < channel.until);
        let bound = self.channels.get(&number).map(|channel| channel.peer);
        if bound.is_some_and(|bound| bound != peer)
            || (bound.is_none() && self.number_of(now, peer).is_some())
        {
            return Err(PermissionError::Taken);
        }
        if bound.is_none() && self.channels.len() >= MAX_PEERS {
            return Err(PermissionError::Full);
        }
        self.permit(now, &[(peer.ip(), reach)])?;
        let until = now + CHANNEL_MS;
        self.channels.insert(number, ChannelBinding { peer, until });
        Ok(())
    }

    /// The peer of a channel.
    pub(crate) fn peer_of(&self, now: UnixMs, number: u16) -> Option<SocketAddr> {
        let channel = self.channels.get(&number)?;
        (now < channel.until).then_some(channel.peer)
    }

    /// The channel of a peer.
    pub(crate) fn number_of(&self, now: UnixMs, peer: SocketAddr) -> Option<u16> {
        let is_it = |channel: &ChannelBinding| channel.peer == peer && now < channel.until;
        let found = self.channels.iter().find(|(_, channel)| is_it(channel))?;
        Some(*found.0)
    }
}
