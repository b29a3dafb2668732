//! Whether and when to connect again, by the range of the close code.

use std::time::Duration;

use wire::CloseCode;

/// First delay, doubled with each attempt: short, because the server keeps a seat for 30 s only.
const FIRST_DELAY: Duration = Duration::from_millis(200);
/// Longest delay between two attempts.
const MAX_DELAY: Duration = Duration::from_secs(3);
/// Closes in a row by what was sent, before nothing more is tried.
const MAX_REFUSALS: u32 = 5;
/// Tickets in a row that the service may reject, before nothing more is tried.
const MAX_TICKETS: u32 = 3;
/// Closes by what was sent: the same frames on another socket end the same way (RFC 6455, section 7.4.1).
const FRAME_REFUSALS: [u16; 5] = [
    CloseCode::ProtocolError as u16,
    CloseCode::UnsupportedData as u16,
    CloseCode::InvalidPayload as u16,
    CloseCode::TooLarge as u16,
    CloseCode::Malformed as u16,
];

/// The session is on another node, which a fresh ticket names; the servers of this tree do not say so yet.
const MOVED: u16 = 4006;

/// What has been tried since the last `welcome`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Attempts {
    /// Sockets, or tickets, that were tried.
    pub(crate) made: u32,
    /// Closes in a row by what was sent; a `welcome` alone does not end them.
    refusals: u32,
    /// Tickets in a row that the service rejected.
    rejections: u32,
}

/// With which ticket the next attempt is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TicketChoice {
    /// The one that there is, while it counts.
    Same,
    /// A fresh one, which may name another node; where nobody gives one, the one that there is.
    Fresh,
    /// A fresh one: the service rejected the one that there is.
    Replaced,
}

/// What follows a close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterClose {
    /// Connect again after a while.
    Retry {
        delay: Duration,
        ticket: TicketChoice,
    },
    /// Something must change first.
    Stop,
}

impl Attempts {
    /// `asked` is the server's own delay, if it named one; `jitter` is in [0, 1).
    pub(crate) fn after_close(
        &mut self,
        code: u16,
        draining: bool,
        asked: Option<Duration>,
        jitter: f64,
    ) -> AfterClose {
        self.refusals = match is_frame_refusal(code) {
            true => self.refusals + 1,
            false => 0,
        };
        let is_rejected = code == CloseCode::Unauthenticated.code();
        self.rejections = match is_rejected {
            true => self.rejections + 1,
            false => 0,
        };
        let rejected = is_rejected && self.rejections <= MAX_TICKETS;
        let is_final = (4500..5000).contains(&code) && !rejected;
        if is_final || self.refusals >= MAX_REFUSALS {
            return AfterClose::Stop;
        }
        AfterClose::Retry {
            delay: asked.unwrap_or_default() + self.next_delay(jitter),
            ticket: match code {
                _ if rejected => TicketChoice::Replaced,
                _ if draining || code == CloseCode::GoingAway.code() || code == MOVED => {
                    TicketChoice::Fresh
                }
                _ => TicketChoice::Same,
            },
        }
    }

    /// The delay before the next attempt: exponential and capped, its upper half jitter.
    pub(crate) fn next_delay(&mut self, jitter: f64) -> Duration {
        let doublings = self.made.max(self.refusals).min(10);
        self.made += 1;
        let ceiling = MAX_DELAY.min(FIRST_DELAY * (1 << doublings));
        ceiling / 2 + (ceiling / 2).mul_f64(jitter.clamp(0.0, 1.0))
    }

    /// A socket was welcomed.
    pub(crate) fn welcomed(&mut self) {
        self.made = 0;
    }
}

/// Whether the server closed because of what was sent.
pub(crate) fn is_frame_refusal(code: u16) -> bool {
    FRAME_REFUSALS.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(attempts: &mut Attempts, code: u16) -> AfterClose {
        attempts.after_close(code, false, None, 0.5)
    }

    #[test]
    fn rcl_2_the_range_of_a_close_code_decides() {
        for code in [1001, 1006, 1011, 4000, 4001, 4002, 4003, 4004, 4005, 4499] {
            let next = after(&mut Attempts::default(), code);
            assert!(matches!(next, AfterClose::Retry { .. }), "{code}");
        }
        for code in [4500, 4502, 4503, 4504, 4505, 4506, 4507, 4999] {
            assert_eq!(
                after(&mut Attempts::default(), code),
                AfterClose::Stop,
                "{code}"
            );
        }
    }

    #[test]
    fn rcl_2_a_rejected_ticket_is_replaced_three_times_at_most() {
        let mut attempts = Attempts::default();
        for _ in 0..3 {
            let next = after(&mut attempts, 4501);
            assert!(
                matches!(
                    next,
                    AfterClose::Retry {
                        ticket: TicketChoice::Replaced,
                        ..
                    }
                ),
                "{next:?}"
            );
        }
        assert_eq!(after(&mut attempts, 4501), AfterClose::Stop);
    }

    #[test]
    fn rcl_2_a_ticket_that_is_rejected_after_a_long_outage_is_replaced_as_well() {
        let mut attempts = Attempts::default();
        for _ in 0..20 {
            after(&mut attempts, 1006);
        }
        let next = after(&mut attempts, 4501);
        assert!(
            matches!(
                next,
                AfterClose::Retry {
                    ticket: TicketChoice::Replaced,
                    ..
                }
            ),
            "{next:?}"
        );
    }

    #[test]
    fn rcl_2_what_was_refused_five_times_is_not_tried_again_although_each_socket_was_welcomed() {
        let mut attempts = Attempts::default();
        for _ in 0..4 {
            assert!(matches!(
                after(&mut attempts, 1009),
                AfterClose::Retry { .. }
            ));
            attempts.welcomed();
        }
        assert_eq!(after(&mut attempts, 1009), AfterClose::Stop);
    }

    #[test]
    fn rcl_2_delays_double_up_to_three_seconds_and_the_servers_own_is_added() {
        let mut attempts = Attempts::default();
        let delays: Vec<u128> = (0..7)
            .map(|_| attempts.next_delay(1.0).as_millis())
            .collect();
        assert_eq!(delays, [200, 400, 800, 1_600, 3_000, 3_000, 3_000]);
        assert_eq!(Attempts::default().next_delay(0.0).as_millis(), 100);
        let moved = after(&mut Attempts::default(), 4006);
        assert!(matches!(
            moved,
            AfterClose::Retry {
                ticket: TicketChoice::Fresh,
                ..
            }
        ));
        let asked = Some(Duration::from_secs(7));
        let next = Attempts::default().after_close(4000, true, asked, 0.0);
        let delay = Duration::from_millis(7_100);
        assert_eq!(
            next,
            AfterClose::Retry {
                delay,
                ticket: TicketChoice::Fresh
            }
        );
    }
}
