//! A data channel to the other peer (RFC 8831).

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use webrtc::data_channel::{DataChannel as RawChannel, DataChannelEvent};

use crate::SessionError;

/// Messages that are kept for whoever waits for the channel to open before reading.
const MAX_EARLY_MESSAGES: usize = 256;

/// One message of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelMessage {
    /// The bytes that came.
    pub data: Bytes,
    /// It was sent as text, and is UTF-8 if the other peer keeps to the standard.
    pub is_text: bool,
}

/// A reliable, ordered channel. It lasts as long as its connection: with the next one another comes.
pub struct DataChannel {
    label: String,
    channel: Arc<dyn RawChannel>,
    early: VecDeque<ChannelMessage>,
    opened: bool,
}

/// Sends on a channel, from wherever.
#[derive(Clone)]
pub struct DataSender {
    channel: Arc<dyn RawChannel>,
}

impl DataChannel {
    pub(crate) fn new(label: String, channel: Arc<dyn RawChannel>) -> Self {
        Self {
            label,
            channel,
            early: VecDeque::new(),
            opened: false,
        }
    }

    /// What the peer that opened it called it.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Waits until it is open.
    ///
    /// # Errors
    /// [`SessionError::NotConnected`] where it closes before.
    pub async fn opened(&mut self) -> Result<(), SessionError> {
        while !self.opened {
            match self.channel.poll().await {
                Some(DataChannelEvent::OnOpen) => self.opened = true,
                Some(DataChannelEvent::OnMessage(message))
                    if self.early.len() < MAX_EARLY_MESSAGES =>
                {
                    self.early.push_back(received(message));
                    self.opened = true;
                }
                Some(DataChannelEvent::OnClose) | None => return Err(SessionError::NotConnected),
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// The next message; none once it is closed.
    pub async fn recv(&mut self) -> Option<ChannelMessage> {
        if let Some(message) = self.early.pop_front() {
            return Some(message);
        }
        loop {
            match self.channel.poll().await? {
                DataChannelEvent::OnMessage(message) => return Some(received(message)),
                DataChannelEvent::OnOpen => self.opened = true,
                DataChannelEvent::OnClose => return None,
                _ => {}
            }
        }
    }

    /// Sends bytes. Waits while 1 MiB are on their way.
    ///
    /// # Errors
    /// Where it is not open yet, or not any more.
    pub async fn send(&self, data: &[u8]) -> Result<(), SessionError> {
        self.sender().send(data).await
    }

    /// Sends text.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn send_text(&self, text: &str) -> Result<(), SessionError> {
        self.sender().send_text(text).await
    }

    /// The sending half.
    #[must_use]
    pub fn sender(&self) -> DataSender {
        let channel = Arc::clone(&self.channel);
        DataSender { channel }
    }

    /// Closes it for both.
    ///
    /// # Errors
    /// Where its connection is gone.
    pub async fn close(&self) -> Result<(), SessionError> {
        Ok(self.channel.close().await?)
    }
}

impl DataSender {
    /// As [`DataChannel::send`].
    ///
    /// # Errors
    /// As [`DataChannel::send`].
    pub async fn send(&self, data: &[u8]) -> Result<(), SessionError> {
        Ok(self.channel.send(BytesMut::from(data)).await?)
    }

    /// As [`DataChannel::send_text`].
    ///
    /// # Errors
    /// As [`DataChannel::send`].
    pub async fn send_text(&self, text: &str) -> Result<(), SessionError> {
        Ok(self.channel.send_text(text).await?)
    }
}

fn received(message: webrtc::data_channel::RTCDataChannelMessage) -> ChannelMessage {
    ChannelMessage {
        data: message.data.freeze(),
        is_text: message.is_string,
    }
}

impl std::fmt::Debug for DataChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataChannel")
            .field("label", &self.label)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for DataSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataSender").finish_non_exhaustive()
    }
}
