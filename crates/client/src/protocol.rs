//! The client's side of the protocol: values and decisions. Pure: the time and every random value are arguments.

mod apply;
mod backlog;
mod clock;
mod negotiation;
mod reconnect;
mod spans;

pub(crate) use self::apply::{apply, end};
pub(crate) use self::backlog::FrameBacklog;
pub(crate) use self::clock::ClockEstimate;
pub(crate) use self::negotiation::{NegotiationStep, PeerSignal, PerfectNegotiation, Restart};
pub(crate) use self::reconnect::{AfterClose, Attempts, TicketChoice, is_frame_refusal};
pub(crate) use self::spans::{delay, span};
