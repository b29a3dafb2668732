//! What a handle asks of the driver.

use tokio::sync::oneshot;
use wire::RawJson;

use crate::{DataChannel, LocalTrack, MediaPath, SessionError};

/// A wish of the program; some are answered.
pub(crate) enum Command {
    Leave,
    Close,
    Extend,
    Send(RawJson, oneshot::Sender<Result<(), SessionError>>),
    AddTrack(LocalTrack),
    RemoveTrack(LocalTrack),
    OpenChannel(String, oneshot::Sender<Result<DataChannel, SessionError>>),
    RestartIce,
    Reconnect,
    Path(oneshot::Sender<Option<MediaPath>>),
}
