//! Notifications of people, each stored once for its cause.

use std::collections::HashSet;

use scheduler_core::NewNotification;
use wire::{MatchId, Notification, NotificationKind, RoomId, SessionId, UnixMs, UserId};

use super::StoreFuture;

/// Reads committed notifications.
pub(crate) trait NotificationQueries: Send + Sync {
    /// A person's notifications, by id.
    fn list(&self, query: NotificationQuery) -> StoreFuture<'_, Vec<Notification>>;
}

/// Reads and writes notifications within a unit of work.
pub(crate) trait NotificationRepository: Send {
    /// Adds notifications, and returns the ids of those that were: nothing is written of one whose person has one of that
    /// cause.
    fn add<'a>(&'a mut self, new: &'a [NewNotification]) -> StoreFuture<'a, HashSet<String>>;

    /// The id of an unread notification of that kind that the person has for the session; it is locked.
    fn unread<'a>(
        &'a mut self,
        user: &'a UserId,
        session: &'a SessionId,
        kind: NotificationKind,
    ) -> StoreFuture<'a, Option<String>>;

    /// The id of an unread notification of that kind that the person has for the match; it is locked.
    fn unread_of_match<'a>(
        &'a mut self,
        user: &'a UserId,
        of: &'a MatchId,
        kind: NotificationKind,
    ) -> StoreFuture<'a, Option<String>>;

    /// The id of an unread notification of that kind that the person has for the group; it is locked.
    fn unread_of_group<'a>(
        &'a mut self,
        user: &'a UserId,
        room: &'a RoomId,
        kind: NotificationKind,
    ) -> StoreFuture<'a, Option<String>>;

    /// The notification of that id, while the person has not read it.
    fn find_unread<'a>(
        &'a mut self,
        user: &'a UserId,
        id: &'a str,
    ) -> StoreFuture<'a, Option<Notification>>;

    /// Notes how many messages a notification is told to stand for, in place of what was noted before.
    fn put_count<'a>(&'a mut self, id: &'a str, count: u32) -> StoreFuture<'a, ()>;

    /// Marks one as read, unless it is; false when the person has no such notification.
    fn mark_read<'a>(&'a mut self, read: &'a MarkRead) -> StoreFuture<'a, bool>;

    /// Marks as read whatever of a person's, or of them in that session, is not; how many.
    fn mark_all_read<'a>(
        &'a mut self,
        user: &'a UserId,
        session: Option<&'a SessionId>,
        now: UnixMs,
    ) -> StoreFuture<'a, u64>;
}

/// Which notifications to list.
#[derive(Debug, Clone)]
pub(crate) struct NotificationQuery {
    pub(crate) user: UserId,
    /// Only those of this session; `None` lists all.
    pub(crate) session: Option<SessionId>,
    pub(crate) page: NotificationPage,
    pub(crate) limit: u32,
}

/// Which part of the notifications, in which order.
#[derive(Debug, Clone)]
pub(crate) enum NotificationPage {
    /// Rising from the one after this id.
    After(String),
    /// Falling from the newest, or from the one before this id.
    Before(Option<String>),
}

/// A notification that a person has read.
#[derive(Debug, Clone)]
pub(crate) struct MarkRead {
    pub(crate) user: UserId,
    /// Only if it is of this session; `None` takes any.
    pub(crate) session: Option<SessionId>,
    pub(crate) id: String,
    pub(crate) now: UnixMs,
}
