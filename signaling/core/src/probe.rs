//! Under `duplicate: reject`: whether the socket that has a seat still lives, before another one of the
//! same person is refused for it. A dead one keeps nobody out.

use wire::{CloseCode, ConnectionId, UnixMs, UserId};

use crate::join::JoinParams;
use crate::reject_reason::RejectReason;
use crate::seat::Seat;
use crate::step_outputs::StepOutputs;
use crate::{Session, SessionMetric};

/// A join that waits for a sign of life of the socket that has its seat.
#[derive(Debug)]
pub(crate) struct SeatProbe {
    user: UserId,
    /// The socket that has the seat.
    holder: ConnectionId,
    /// When it counts as dead.
    pub(crate) until: UnixMs,
    join: JoinParams,
}

impl Session {
    /// Asks the socket that has the seat for a sign of life; the join waits for it. Of two that wait the
    /// newer one does.
    pub(crate) fn probe(
        &mut self,
        user: &UserId,
        join: JoinParams,
        now: UnixMs,
        out: &mut StepOutputs,
    ) {
        let seat = self.side_of(user).map(|side| &self.seats[side]);
        let Some(holder) = seat.and_then(Seat::connection) else {
            return;
        };
        let waiting = self.probes.iter_mut().find(|probe| probe.user == *user);
        if let Some(probe) = waiting {
            let older = std::mem::replace(&mut probe.join, join);
            return Self::refuse_join(older.connection, RejectReason::SeatTaken, out);
        }
        self.probes.push(SeatProbe {
            user: user.clone(),
            holder,
            until: now + self.settings.probe_ms,
            join,
        });
        out.probe(holder);
    }

    /// True for a socket whose join waits.
    pub(crate) fn is_waiting_to_join(&self, connection: ConnectionId) -> bool {
        let mut probes = self.probes.iter();
        probes.any(|probe| probe.join.connection == connection)
    }

    /// A socket has shown that it lives: whoever waits for its seat is refused.
    pub(crate) fn socket_is_alive(&mut self, connection: ConnectionId, out: &mut StepOutputs) {
        self.probes.retain(|probe| {
            let answered = probe.holder == connection;
            if answered {
                Self::refuse_join(probe.join.connection, RejectReason::SeatTaken, out);
            }
            !answered
        });
    }

    /// Whoever waited has gone.
    pub(crate) fn forget_waiting(&mut self, connection: ConnectionId) {
        self.probes
            .retain(|probe| probe.join.connection != connection);
    }

    /// Decides of each join that waits for nothing any longer: its seat's socket has shown no sign of life,
    /// or is gone, or the seat itself is no longer what it was.
    pub(crate) fn settle_probes(&mut self, now: UnixMs, out: &mut StepOutputs) {
        for probe in std::mem::take(&mut self.probes) {
            let side = self.side_of(&probe.user);
            let holder = side.and_then(|side| self.seats[side].connection());
            match holder {
                Some(holder) if holder != probe.holder => {
                    Self::refuse_join(probe.join.connection, RejectReason::SeatTaken, out);
                }
                Some(_) if now < probe.until => self.probes.push(probe),
                Some(dead) => {
                    out.count(SessionMetric::DeadSocket);
                    out.close(dead, CloseCode::HeartbeatTimeout);
                    for seat in self.seats.iter_mut() {
                        if seat.connection() == Some(dead) {
                            seat.lose(now, self.settings.grace_ms);
                        }
                    }
                    self.let_in(now, &probe.user, probe.join, out);
                }
                None => self.let_in(now, &probe.user, probe.join, out),
            }
        }
    }
}
