//! What the program asks for.

use std::time::Instant;

use tokio::sync::oneshot;
use wire::signaling::{Data, Extend};

use super::{LEAVE_LIMIT, SessionDriver};
use crate::command::Command;
use crate::options::MAX_TRACKS;
use crate::{DataChannel, LocalTrack, SessionError};

impl SessionDriver {
    pub(super) async fn command(&mut self, command: Command) {
        match command {
            Command::Leave => self.leave().await,
            Command::Close => self.dropped = true,
            Command::Extend => self.send(Extend {}.into()).await,
            Command::Send(payload, answer) => {
                let is_congested = self.backlog.is_congested();
                if !is_congested {
                    self.send(Data { payload }.into()).await;
                }
                let answered = match is_congested {
                    true => Err(SessionError::Congested),
                    false => Ok(()),
                };
                // Whoever asked may have stopped waiting.
                answer.send(answered).ok();
            }
            Command::AddTrack(track) => self.add_track(track).await,
            Command::RemoveTrack(track) => self.remove_track(&track).await,
            Command::OpenChannel(label, answer) => self.open_channel(&label, answer).await,
            Command::RestartIce => {
                if let Some(epoch) = &mut self.epoch {
                    let output = epoch.restart();
                    self.pass_on(output).await;
                }
            }
            Command::Reconnect => {
                self.link.hurry();
                self.recover().await;
            }
            Command::Path(answer) => {
                let path = match &self.epoch {
                    Some(epoch) => epoch.path().await,
                    None => None,
                };
                // Whoever asked may have stopped waiting.
                answer.send(path).ok();
            }
        }
    }

    /// `leave` is the last thing that is said. Without a socket it needs one more, where the seat is kept.
    async fn leave(&mut self) {
        if self.leave_until.is_some() {
            return;
        }
        if self.backlog.resume().is_none() {
            return self.left();
        }
        self.leave_until = Some(Instant::now() + LEAVE_LIMIT);
        match self.link.is_welcomed() {
            true => self.say_leave().await,
            false => self.link.hurry(),
        }
    }

    async fn add_track(&mut self, track: LocalTrack) {
        let tracks = &self.options.tracks;
        if tracks.len() >= MAX_TRACKS || tracks.iter().any(|known| known.is(&track)) {
            return;
        }
        track.set_live(self.snapshot.borrow().is_live());
        if let Some(epoch) = &mut self.epoch {
            let output = epoch.add_track(&track, Instant::now()).await;
            self.pass_on(output).await;
        }
        self.options.tracks.push(track);
    }

    async fn remove_track(&mut self, track: &LocalTrack) {
        self.options.tracks.retain(|known| !known.is(track));
        if let Some(epoch) = &mut self.epoch {
            let output = epoch.remove_track(track, Instant::now()).await;
            self.pass_on(output).await;
        }
    }

    async fn open_channel(
        &mut self,
        label: &str,
        answer: oneshot::Sender<Result<DataChannel, SessionError>>,
    ) {
        let Some(epoch) = &mut self.epoch else {
            answer.send(Err(SessionError::NotConnected)).ok();
            return;
        };
        let (opened, output) = epoch.open_channel(label, Instant::now()).await;
        answer.send(opened).ok();
        self.pass_on(output).await;
    }
}
