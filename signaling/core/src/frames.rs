//! A frame of somebody who is in: numbered ones once only, each to the part that it is for.

use wire::signaling::{Accepted, ClientFrame, IceServers, Pong};
use wire::{ConnectionId, FrameId, UnixMs};

use crate::effects::Effects;
use crate::refusal::Refusal;
use crate::seat::Side;
use crate::{Metric, Session};

impl Session {
    pub(crate) fn frame(
        &mut self,
        now: UnixMs,
        connection: ConnectionId,
        id: Option<u64>,
        frame: ClientFrame,
        fx: &mut Effects,
    ) {
        // A frame of a socket that was replaced meanwhile has no seat to speak for.
        let Some(side) = self.side_of_connection(connection) else {
            return;
        };
        let is_join = matches!(frame, ClientFrame::Join(_));
        let last_id = self.seats[side].last_id;
        if let Some(id) = id.filter(|id| !is_join && Some(*id) <= last_id) {
            fx.count(Metric::Repeated);
            return fx.send(connection, Accepted { id });
        }
        let mark = fx.mark();
        match self.act(side, connection, now, frame, fx) {
            Ok(()) => {
                if let Some(id) = id {
                    // A seat of a session that just ended is reset; its number no longer matters.
                    self.seats[side].last_id = Some(id);
                    fx.send_at(mark, connection, Accepted { id });
                }
            }
            Err(refusal) => {
                if let Some(metric) = refusal.metric() {
                    fx.count(metric);
                }
                let error = refusal.error().for_frame(id.map(FrameId::from));
                fx.send(connection, error);
            }
        }
    }

    /// What the frame does; on error nothing was done.
    fn act(
        &mut self,
        side: Side,
        connection: ConnectionId,
        now: UnixMs,
        frame: ClientFrame,
        fx: &mut Effects,
    ) -> Result<(), Refusal> {
        match frame {
            ClientFrame::Join(_) => Err(Refusal::JoinedBefore),
            ClientFrame::Offer(offer) => self.relay_offer(side, offer, fx),
            ClientFrame::Answer(answer) => self.relay_answer(side, answer, fx),
            ClientFrame::Candidate(candidate) => self.relay_candidate(side, candidate, fx),
            ClientFrame::Connected(connected) => self.connected(side, connected, now, fx),
            ClientFrame::Extend(_) => self.extend(side, fx),
            ClientFrame::Data(data) => self.relay_data(side, data, fx),
            ClientFrame::Refresh(_) => {
                let ice_servers = IceServers {
                    ice_servers: self.ice_servers(side, now),
                    media: self.media(side, now),
                };
                self.tell(side, ice_servers, fx);
                Ok(())
            }
            ClientFrame::Ping(ping) => {
                self.seats[side].stream.confirm(ping.last_seq);
                let pong = Pong {
                    sent_at: ping.sent_at,
                    server_now: now,
                };
                fx.send(connection, pong);
                Ok(())
            }
            ClientFrame::Leave(_) => {
                self.leave(side, now, fx);
                Ok(())
            }
        }
    }
}
