//! Relay credentials that end while a session goes on: each person gets new ones before that, and when they
//! ask. A relay in use is never cut by it: the old ones are good until their end.

use wire::UnixMs;
use wire::signaling::IceServers;

use crate::Session;
use crate::reject_reason::RejectReason;
use crate::seat::{SIDES, Seat, Side};
use crate::step_outputs::StepOutputs;

/// A third of the life is left when new ones are sent: time for the frame, and for an ICE restart.
const LEFT_PARTS: i64 = 3;

impl Session {
    /// Notes that a person is being sent ICE servers, by whatever frame.
    pub(crate) fn ice_servers_are_sent(&mut self, side: Side, now: UnixMs) {
        let expires_at = self.access_expires_at(side, now);
        let life_ms = expires_at.map(|at| at.since(now)).filter(|ms| *ms > 0);
        let due_at = life_ms.map(|ms| now + (ms - ms / LEFT_PARTS).max(1));
        // What lives as long as the session needs no other after it.
        let latest_end = self.latest_end();
        let ends_before = expires_at.is_some_and(|at| at < latest_end);
        self.seats[side].renewal.due_at = due_at.filter(|_| ends_before);
    }

    /// Answers `refresh`.
    ///
    /// # Errors
    /// When it is asked for too often.
    pub(crate) fn refresh(
        &mut self,
        side: Side,
        now: UnixMs,
        out: &mut StepOutputs,
    ) -> Result<(), RejectReason> {
        self.seats[side].renewal.ask(now)?;
        self.send_ice_servers(side, now, out);
        Ok(())
    }

    /// When the next renewal is due, of somebody who is in.
    pub(crate) fn renewal_due(&self) -> Option<UnixMs> {
        let is_in = |seat: &&Seat| seat.is_in();
        let due = self.seats.iter().filter(is_in);
        due.filter_map(|seat| seat.renewal.due_at).min()
    }

    /// Sends new credentials to whom they are due.
    pub(crate) fn renew_credentials(&mut self, now: UnixMs, out: &mut StepOutputs) {
        for side in SIDES {
            let seat = &self.seats[side];
            if seat.is_in() && seat.renewal.due_at.is_some_and(|at| at <= now) {
                self.send_ice_servers(side, now, out);
            }
        }
    }

    fn send_ice_servers(&mut self, side: Side, now: UnixMs, out: &mut StepOutputs) {
        let ice_servers = IceServers {
            ice_servers: self.ice_servers(side, now),
            media: self.media(side, now),
        };
        self.ice_servers_are_sent(side, now);
        self.send_to(side, ice_servers, out);
    }
}
