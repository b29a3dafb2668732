//! Keeps a session up: everything that happens to it comes together here, one thing after the other. What it decides is
//! in `protocol` and `media`; this is who asks them.

mod commands;
mod frames;
mod line;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::time::sleep_until;
use wire::signaling::ClientFrame;
use wire::{EndReason, ErrorBody};

use crate::clock::ServerClock;
use crate::command::Command;
use crate::link::Link;
use crate::media::{Epoch, EpochEvent, EpochOutput, MediaEvent};
use crate::protocol::{Attempts, FrameBacklog, end};
use crate::{
    DataChannel, MediaState, Refusal, RemoteTrack, SessionEvent, SessionOptions, SessionSnapshot,
    SessionStage, SocketState,
};

/// What a connection tells before the driver looks.
const MAX_MEDIA_EVENTS: usize = 1_024;
/// Events that one step may make; with less room nothing more is taken in.
const EVENT_ROOM: usize = 64;
/// `ended` comes within 250 ms of the deadline. Without it, with or without a socket, media ends after this.
const DEADLINE_SLACK_MS: i64 = 1_000;
/// `live` comes at the end of the countdown; after this it is `connecting`.
const LIVE_SLACK_MS: i64 = 250;
/// Longest wait for what follows `leave`.
const LEAVE_LIMIT: Duration = Duration::from_secs(5);
/// With nothing planned the driver looks up this often.
const IDLE: Duration = Duration::from_secs(3_600);

pub(crate) struct SessionDriver {
    options: SessionOptions,
    clock: Arc<ServerClock>,
    commands: mpsc::Receiver<Command>,
    events: mpsc::Sender<SessionEvent>,
    snapshot: watch::Sender<SessionSnapshot>,
    media_events: mpsc::Receiver<EpochEvent>,
    tell_media_event: mpsc::Sender<EpochEvent>,
    link: Link,
    backlog: FrameBacklog,
    attempts: Attempts,
    epoch: Option<Epoch>,
    /// A replayed `negotiate` of an earlier epoch is skipped.
    min_epoch: u64,
    polite: bool,
    /// Local clock, µs.
    join_sent_at: i64,
    last_error: Option<ErrorBody>,
    /// The server drains, and named this delay.
    draining: Option<Duration>,
    unreachable: u32,
    leave_until: Option<Instant>,
    dropped: bool,
}

impl SessionDriver {
    pub(crate) fn new(
        options: SessionOptions,
        clock: Arc<ServerClock>,
        commands: mpsc::Receiver<Command>,
        events: mpsc::Sender<SessionEvent>,
        snapshot: watch::Sender<SessionSnapshot>,
    ) -> Self {
        let (tell_media_event, media_events) = mpsc::channel(MAX_MEDIA_EVENTS);
        Self {
            link: Link::new(Arc::clone(&options.tickets)),
            options,
            clock,
            commands,
            events,
            snapshot,
            media_events,
            tell_media_event,
            backlog: FrameBacklog::default(),
            attempts: Attempts::default(),
            epoch: None,
            min_epoch: 0,
            polite: false,
            join_sent_at: 0,
            last_error: None,
            draining: None,
            unreachable: 0,
            leave_until: None,
            dropped: false,
        }
    }

    /// Runs until the session is over, or nobody holds it any more.
    pub(crate) async fn run(mut self) {
        while !self.dropped && !self.snapshot.borrow().is_over() {
            self.step().await;
        }
        self.close_media().await;
        self.link.close().await;
    }

    async fn step(&mut self) {
        let has_room = self.events.is_closed() || self.events.capacity() >= EVENT_ROOM;
        let wake_at = self.next_deadline();
        tokio::select! {
            command = self.commands.recv() => match command {
                Some(command) => self.command(command).await,
                None => self.dropped = true,
            },
            told = self.media_events.recv(), if has_room => {
                if let Some(told) = told {
                    self.media_event(told).await;
                }
            }
            event = self.link.next(), if has_room => self.link_event(event).await,
            () = sleep_until(wake_at.into()) => self.due().await,
            () = room(&self.events), if !has_room => {}
        }
    }

    fn next_deadline(&self) -> Instant {
        let of_phase = match self.snapshot.borrow().phase {
            SessionStage::Live { deadline_at, .. } => Some(deadline_at + DEADLINE_SLACK_MS),
            SessionStage::Countdown { live_at } => Some(live_at + LIVE_SLACK_MS),
            _ => None,
        };
        let of_phase = of_phase.map(|at| self.clock.instant_of(at));
        let of_epoch = self.epoch.as_ref().and_then(Epoch::next_deadline);
        let of_backlog = self
            .backlog
            .send_deferred_at()
            .filter(|_| self.link.is_welcomed());
        let deadlines = [of_phase, of_epoch, of_backlog, self.leave_until];
        let next = deadlines.into_iter().flatten().min();
        next.unwrap_or_else(|| Instant::now() + IDLE)
    }

    async fn due(&mut self) {
        let now = Instant::now();
        if self.leave_until.is_some_and(|limit| limit <= now) {
            return self.left();
        }
        let server_now = self.clock.now();
        let phase = self.snapshot.borrow().phase.clone();
        match phase {
            SessionStage::Live { deadline_at, .. }
                if server_now >= deadline_at + DEADLINE_SLACK_MS =>
            {
                self.update(|state| end(state, EndReason::Completed, Vec::new(), server_now));
            }
            SessionStage::Countdown { live_at } if server_now >= live_at + LIVE_SLACK_MS => {
                self.update(|state| state.phase = SessionStage::Connecting);
            }
            _ => {}
        }
        if self.link.is_welcomed() {
            for text in self.backlog.take_deferred(now) {
                self.link.send(text).await;
            }
        }
        let online = self.link.is_welcomed();
        let peer_is_here = self.snapshot.borrow().is_peer_here();
        if let Some(epoch) = &mut self.epoch {
            let output = epoch.due(now, online, peer_is_here).await;
            self.pass_on(output).await;
        }
    }

    /// Something that the connection to the other peer told.
    async fn media_event(&mut self, told: EpochEvent) {
        let Some(epoch) = self
            .epoch
            .as_mut()
            .filter(|epoch| epoch.number() == told.epoch)
        else {
            return;
        };
        match told.event {
            MediaEvent::Candidate(candidate) => {
                if let Some(frame) = epoch.found(candidate.as_ref()) {
                    self.send(frame).await;
                }
            }
            MediaEvent::State(state) => {
                let (media, frames) = epoch.changed(state, Instant::now());
                if let Some(media) = media {
                    self.update(|state| state.media = media);
                }
                for frame in frames {
                    self.send(frame).await;
                }
            }
            MediaEvent::Channel(channel) => {
                let label = channel.label().await.unwrap_or_default();
                self.emit(SessionEvent::Channel(DataChannel::new(label, channel)));
            }
            MediaEvent::Track(track) => {
                let track = RemoteTrack::new(track).await;
                self.emit(SessionEvent::Track(track));
            }
        }
    }

    /// Sends what the connection asks for, and tells what failed.
    async fn pass_on(&mut self, output: EpochOutput) {
        for frame in output.frames {
            self.send(frame).await;
        }
        if let Some(failure) = output.failure {
            let refusal = Refusal::passing("negotiation_failed", failure.to_string());
            self.emit(SessionEvent::Error(refusal));
        }
    }

    /// Sends a numbered frame now, or once there is a socket again.
    async fn send(&mut self, frame: ClientFrame) {
        if let Some(text) = self.backlog.number(frame)
            && self.link.is_welcomed()
        {
            self.link.send(text).await;
        }
    }

    async fn close_media(&mut self) {
        if let Some(epoch) = self.epoch.take() {
            epoch.close(&self.options.tracks).await;
        }
    }

    /// The last event of one who left: the end of a live session, or that it was left.
    fn left(&mut self) {
        let now = self.clock.now();
        self.update(|state| match state.started_at() {
            Some(_) => end(state, EndReason::Left, Vec::new(), now),
            None => state.phase = SessionStage::Left,
        });
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.update(|state| {
            state.phase = SessionStage::Refused;
            state.refusal = Some(refusal);
        });
    }

    /// The one way in which the state changes: tracks follow it, and whoever joined is told.
    fn update(&mut self, change: impl FnOnce(&mut SessionSnapshot)) {
        let before = self.snapshot.borrow().clone();
        let mut after = before.clone();
        change(&mut after);
        if after.is_over() {
            (after.socket, after.media) = (SocketState::Closed, MediaState::None);
        }
        if before == after {
            return;
        }
        for track in &self.options.tracks {
            track.set_live(after.is_live());
        }
        let events = before.events_to(&after);
        self.snapshot.send_replace(after);
        for event in events {
            self.emit(event);
        }
    }

    fn emit(&self, event: SessionEvent) {
        // Nobody who listens, or one who took nothing for a thousand events: neither is waited for.
        self.events.try_send(event).ok();
    }
}

/// Waits until the program has taken enough events, or takes none any more.
async fn room(events: &mpsc::Sender<SessionEvent>) {
    drop(events.reserve_many(EVENT_ROOM).await);
}
