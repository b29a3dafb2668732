//! When a socket is pinged, and when it is given up: silence and stalled writes.

use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::Sink;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use wire::CloseCode;

use super::Socket;
use crate::limits::Limit;

/// How long nothing is read after a read that brought next to nothing: long beside what a read costs, short
/// beside what anybody notices.
const SMALL_READ_PAUSE: Duration = Duration::from_millis(5);
/// Sockets are pinged together, so many times in the interval between two pings of one: a thread that is
/// awake for one socket serves the next for far less than it costs to wake it again.
const PINGS_TOGETHER: u32 = 20;

impl Socket {
    /// Ready when something was done and the loop must go round again.
    pub(super) fn poll_timers(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.timer.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        let now = Instant::now();
        if (self.stall.as_ref())
            .is_some_and(|stall| now >= stall.since + self.settings.write_timeout)
        {
            Limit::WriteTimeout.hit();
            self.end(CloseCode::SlowConsumer);
            return Poll::Ready(());
        }
        if self.stall.is_none() && now >= self.last_received + self.settings.silent_after {
            Limit::Silence.hit();
            self.end(CloseCode::HeartbeatTimeout);
            return Poll::Ready(());
        }
        self.paused_until = self.paused_until.filter(|until| now < *until);
        if now >= self.ping_at {
            self.ping_at = next_ping(now, self.settings.ping_every);
            self.ping(cx);
        }
        self.reset_timer();
        Poll::Ready(())
    }

    /// Reads nothing for a moment, so that more comes together.
    pub(super) fn pause(&mut self) {
        self.paused_until = Some(Instant::now() + SMALL_READ_PAUSE);
        self.reset_timer();
    }

    pub(super) fn reset_timer(&mut self) {
        let next = self.next_timer();
        self.timer.as_mut().reset(next);
    }

    /// A stalled socket gets no ping: it would only wait with the rest.
    pub(super) fn ping(&mut self, cx: &mut Context<'_>) {
        let mut stream = Pin::new(&mut *self.stream);
        if self.stall.is_none() && matches!(stream.as_mut().poll_ready(cx), Poll::Ready(Ok(()))) {
            // An error shows again at the flush, which follows at once.
            drop(stream.start_send(Message::Ping(bytes::Bytes::new())));
            self.unflushed = true;
        }
    }

    fn next_timer(&self) -> Instant {
        // Of a stalled socket the stall decides: nothing is read of it, however much it says.
        let lost = match &self.stall {
            Some(stall) => stall.since + self.settings.write_timeout,
            None => self.last_received + self.settings.silent_after,
        };
        let next = self.ping_at.min(lost);
        self.paused_until.map_or(next, |until| next.min(until))
    }
}

/// When a socket is pinged next: after `every`, or a little sooner, together with others.
pub(super) fn next_ping(now: Instant, every: Duration) -> Instant {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let step = every / PINGS_TOGETHER;
    let since_start = (now + every).saturating_duration_since(*START).as_nanos();
    let past_step = since_start.checked_rem(step.as_nanos()).unwrap_or_default();
    now + every - Duration::from_nanos(u64::try_from(past_step).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_19_sockets_are_pinged_together_and_never_late() {
        let (now, every) = (Instant::now(), Duration::from_secs(5));
        let step = every / PINGS_TOGETHER;
        let mut moments = Vec::new();
        for ms in 0..250 {
            let came = now + Duration::from_millis(ms);
            let wait = next_ping(came, every) - came;
            assert!(wait <= every && wait > every - step, "{wait:?}");
            moments.push(came + wait);
        }
        moments.dedup();
        assert!(moments.len() <= 2, "{moments:?}");
    }
}
