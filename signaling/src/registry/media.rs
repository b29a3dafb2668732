//! Wakes sessions whose media room is ready, and adds the room to operators' views.

use signaling_core::{Input, OperatorView};
use wire::SessionId;

use super::Registry;
use crate::session_waker::SessionWaker;

impl SessionWaker for Registry {
    fn media_is_ready(&self, session: &SessionId) {
        // A session that is no longer in memory waits for nothing.
        self.0.send_input(session, Input::Tick);
    }
}

impl Registry {
    /// A view with who is in the media room.
    pub(super) fn with_media(&self, view: OperatorView) -> OperatorView {
        let media = self.0.media.view(&view.id);
        OperatorView { media, ..view }
    }
}
