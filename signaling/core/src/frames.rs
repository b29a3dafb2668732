//! A frame of somebody who is in: numbered ones once only, each to the part that it is for.

use wire::signaling::{Accepted, ClientFrame, Pong};
use wire::{ConnectionId, FrameId, UnixMs};

use crate::reject_reason::RejectReason;
use crate::seat::Side;
use crate::step_outputs::StepOutputs;
use crate::{Session, SessionMetric};

impl Session {
    pub(crate) fn frame(
        &mut self,
        now: UnixMs,
        connection: ConnectionId,
        id: Option<u64>,
        frame: ClientFrame,
        out: &mut StepOutputs,
    ) {
        // A frame of a socket that was replaced meanwhile has no seat to speak for.
        let is_join = matches!(frame, ClientFrame::Join(_));
        let Some(side) = self.side_of_connection(connection) else {
            if is_join && self.is_waiting_to_join(connection) {
                let error = RejectReason::JoinedBefore.error();
                out.send(connection, error.for_frame(id.map(FrameId::from)));
            }
            return;
        };
        self.socket_is_alive(connection, out);
        let last_id = self.seats[side].last_id;
        if let Some(id) = id.filter(|id| !is_join && Some(*id) <= last_id) {
            out.count(SessionMetric::Repeated);
            return out.send(connection, Accepted { id });
        }
        let mark = out.mark();
        match self.apply_frame(side, connection, now, frame, out) {
            Ok(()) => {
                if let Some(id) = id {
                    // A seat of a session that just ended is reset; its number no longer matters.
                    self.seats[side].last_id = Some(id);
                    out.send_at(mark, connection, Accepted { id });
                }
            }
            Err(refusal) => {
                if let Some(metric) = refusal.metric() {
                    out.count(metric);
                }
                let error = refusal.error().for_frame(id.map(FrameId::from));
                out.send(connection, error);
            }
        }
    }

    /// What the frame does; on error nothing was done.
    fn apply_frame(
        &mut self,
        side: Side,
        connection: ConnectionId,
        now: UnixMs,
        frame: ClientFrame,
        out: &mut StepOutputs,
    ) -> Result<(), RejectReason> {
        match frame {
            ClientFrame::Join(_) => Err(RejectReason::JoinedBefore),
            ClientFrame::Offer(offer) => self.relay_offer(side, offer, out),
            ClientFrame::Answer(answer) => self.relay_answer(side, answer, out),
            ClientFrame::Candidate(candidate) => self.relay_candidate(side, candidate, out),
            ClientFrame::Connected(connected) => self.connected(side, connected, now, out),
            ClientFrame::Extend(_) => self.extend(side, out),
            ClientFrame::Data(data) => self.relay_data(side, data, out),
            ClientFrame::Refresh(_) => self.refresh(side, now, out),
            ClientFrame::Ping(ping) => {
                self.seats[side].resume_buffer.confirm(ping.last_seq);
                let pong = Pong {
                    sent_at: ping.sent_at,
                    server_now: now,
                };
                out.send(connection, pong);
                Ok(())
            }
            ClientFrame::Leave(_) => {
                self.leave(side, now, out);
                Ok(())
            }
        }
    }
}
