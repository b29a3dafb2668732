//! What a device missed, read and sent no faster than the device reads.

use std::collections::VecDeque;
use std::time::Duration;

use chat_core::{HistoryPage, MissedRange, PageFrom};
use wire::RoomId;
use wire::chat::Message;

use super::protocol::ChatFrameReader;
use crate::store::{MessageStore, StoreError};

/// Messages read at once.
const PAGE: u32 = 50;
/// How soon a socket that was full is looked at again.
const PAUSE: Duration = Duration::from_millis(5);

/// What a device that came back has yet to be sent of what it missed.
#[derive(Debug)]
pub(crate) struct CatchUp {
    spans: VecDeque<MissedRange>,
    read: VecDeque<Message>,
}

/// How far it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// The socket has no room at present.
    Waiting,
    /// Everything is sent.
    Done,
}

impl CatchUp {
    pub(super) fn new(missed: Vec<MissedRange>) -> Self {
        Self {
            spans: missed.into(),
            read: VecDeque::new(),
        }
    }

    /// Sends as much as the socket has room for.
    pub(super) async fn go_on(
        &mut self,
        reader: &ChatFrameReader,
        store: &impl MessageStore,
    ) -> Result<Progress, StoreError> {
        loop {
            while let Some(message) = self.read.pop_front() {
                if !reader.socket().has_room() {
                    self.read.push_front(message);
                    return Ok(Progress::Waiting);
                }
                reader.send(message);
            }
            let Some(span) = self.spans.front_mut() else {
                return Ok(Progress::Done);
            };
            self.read = read_on(span, store).await?.into();
            if self.read.is_empty() {
                self.spans.pop_front();
            }
        }
    }

    /// Lets a socket that was full write on.
    pub(crate) async fn pause() {
        tokio::time::sleep(PAUSE).await;
    }
}

/// The next messages of a span, which is shortened by them; none at its end.
pub(crate) async fn read_on(
    span: &mut MissedRange,
    store: &impl MessageStore,
) -> Result<Vec<Message>, StoreError> {
    if span.after >= span.through {
        return Ok(Vec::new());
    }
    let room: RoomId = span.room.clone();
    let page = HistoryPage {
        from: PageFrom::After(span.after),
        limit: PAGE,
    };
    let mut messages = store.page(&room, page).await?;
    messages.retain(|message| message.seq <= span.through);
    span.after = messages.last().map_or(span.through, |last| last.seq);
    Ok(messages)
}

/// Everything that was missed, for a caller that takes it at once.
pub(crate) async fn read_all(
    missed: Vec<MissedRange>,
    store: &impl MessageStore,
) -> Result<Vec<Message>, StoreError> {
    let mut all = Vec::new();
    for mut span in missed {
        loop {
            let messages = read_on(&mut span, store).await?;
            if messages.is_empty() {
                break;
            }
            all.extend(messages);
        }
    }
    Ok(all)
}
