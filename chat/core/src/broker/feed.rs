//! Posts, as those who follow are told of them.

use wire::UserId;
use wire::chat::Post;

use super::RoomBroker;
use super::connections::DeliveryMode;
use crate::{Output, PresenceTracker};

impl<P: PresenceTracker> RoomBroker<P> {
    /// To each socket of the readers. A ticket of some rooms alone has no feed, and who waits over HTTP reads it there.
    pub(super) fn posted(&mut self, post: &Post, readers: &[UserId], out: &mut Vec<Output>) {
        let has_feed = |id: &_| {
            self.connections.get(id).is_some_and(|connection| {
                connection.only().is_none() && !matches!(connection.mode, DeliveryMode::WakeOnly)
            })
        };
        let people = readers.iter().filter_map(|reader| self.users.get(reader));
        let connections = people.flat_map(|person| person.connections.iter().copied());
        let to: Vec<_> = connections.filter(has_feed).collect();
        if !to.is_empty() {
            self.send(to, post.clone().into(), out);
        }
    }
}
