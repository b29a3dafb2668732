//! The end of a run: no more trouble, and everybody must agree.

use signaling_core::Input;
use wire::UnixMs;

use crate::invariants::Cause;
use crate::network::Socket;
use crate::simulation::Simulation;

impl Simulation {
    /// No more trouble: everybody comes back, everything arrives, and all must agree; then time runs
    /// to the end of all deadlines, and all must agree again.
    pub(crate) fn calm_down(&mut self) {
        // Other tabs are closed: under the policy `reject` they would keep the seat.
        for socket in &mut self.sockets {
            socket.cut |= self.peers[socket.side].socket != Some(socket.id);
        }
        for side in 0..2 {
            let of_page = |socket: &&Socket| Some(socket.id) == self.peers[side].socket;
            if self.sockets.iter().find(of_page).is_some_and(|s| s.torn) {
                self.abandon(side);
            }
        }
        self.settle();
        self.agree();
        for _ in 0..64 {
            let Some(at) = self.core.next_deadline() else {
                break;
            };
            self.now = self.now.max(at.0);
            self.handle(Input::Tick, Cause::Time);
            self.settle();
            self.agree();
        }
        assert!(self.core.is_over().is_some(), "it ends some time");
    }

    fn agree(&self) {
        let view = self.core.view(UnixMs(self.now));
        for peer in &self.peers {
            match &view.outcome {
                Some(outcome) => assert_eq!(peer.over, Some(outcome.reason), "{}", peer.user),
                None => {
                    assert_eq!(peer.over, None, "{}", peer.user);
                    let told = peer.page.phase.map(as_told);
                    assert_eq!(told, Some(as_told(view.phase)), "{}", peer.user);
                }
            }
        }
    }

    /// Lets everybody come back and everything arrive.
    fn settle(&mut self) {
        for _ in 0..200 {
            for side in 0..2 {
                self.connect(side);
                self.page_sends(side);
            }
            let idle = |socket: &Socket| {
                socket.up.is_empty() && socket.down.is_empty() && !(socket.cut || socket.closed)
            };
            if self.sockets.iter().all(idle) && self.all_are_told() {
                return;
            }
            for _ in 0..20 {
                self.core_receives(false);
                self.client_receives(false);
            }
        }
        panic!("it never settles: {:?}", self.sockets);
    }

    fn all_are_told(&self) -> bool {
        self.peers
            .iter()
            .all(|peer| peer.over.is_some() || peer.page.welcomed)
    }
}

/// That a countdown is over is seen from the clock, no frame tells it.
fn as_told(phase: wire::Phase) -> wire::Phase {
    match phase {
        wire::Phase::Connecting => wire::Phase::Countdown,
        phase => phase,
    }
}
