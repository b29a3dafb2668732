//! Open notification streams. What no stream is open for is stored all the same, and listed later.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use futures_util::Stream;
use service::http::HttpError;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio_stream::wrappers::ReceiverStream;
use wire::{Notification, SessionId, UserId};

/// Streams at once; each is a connection, and the listener's cap is twice this.
const MAX_LISTENERS: usize = 10_000;
/// Streams of one person at once: more tabs than anyone has.
const MAX_LISTENERS_PER_PERSON: usize = 20;
/// Notifications that wait for a slow reader; then its stream ends and may be resumed.
const QUEUE: usize = 64;
/// When to try again where there are too many streams, in milliseconds.
const RETRY_AFTER_MS: u64 = 5_000;

/// A notification that was committed, and whom it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StreamedNotification {
    pub(crate) user: UserId,
    pub(crate) notification: Notification,
}

/// All open streams. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct NotificationBroadcaster {
    listeners: Arc<Mutex<StreamListeners>>,
}

#[derive(Default)]
struct StreamListeners {
    last_id: u64,
    count: usize,
    of: HashMap<UserId, Vec<StreamListener>>,
}

/// By what right a stream is open, and what it carries therefore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StreamScope {
    /// The access to one session: what concerns that session.
    Session(SessionId),
    /// A login, by its id: all of a person's.
    Login(String),
}

struct StreamListener {
    id: u64,
    scope: StreamScope,
    queue: mpsc::Sender<Notification>,
}

/// One open stream; dropping it closes it.
pub(crate) struct NotificationStream {
    broadcaster: NotificationBroadcaster,
    user: UserId,
    id: u64,
    notifications: ReceiverStream<Notification>,
}

impl NotificationBroadcaster {
    /// Opens a stream of what `user` is notified of; 429 when there are too many.
    pub(crate) fn subscribe(
        &self,
        user: &UserId,
        scope: StreamScope,
    ) -> Result<NotificationStream, HttpError> {
        let mut listeners = self.lock();
        let own = listeners.of.get(user).map_or(0, Vec::len);
        if listeners.count >= MAX_LISTENERS || own >= MAX_LISTENERS_PER_PERSON {
            metrics::counter!("notification_streams_refused_total").increment(1);
            return Err(HttpError::rate_limited(RETRY_AFTER_MS));
        }
        listeners.last_id += 1;
        listeners.count += 1;
        let id = listeners.last_id;
        let (queue, notifications) = mpsc::channel(QUEUE);
        listeners
            .of
            .entry(user.clone())
            .or_default()
            .push(StreamListener { id, scope, queue });
        Ok(NotificationStream {
            broadcaster: self.clone(),
            user: user.clone(),
            id,
            notifications: ReceiverStream::new(notifications),
        })
    }

    /// Queues for the open streams, without waiting for a slow one.
    pub(crate) fn publish(&self, streamed: Vec<StreamedNotification>) {
        if streamed.is_empty() {
            return;
        }
        let mut listeners = self.lock();
        for StreamedNotification { user, notification } in streamed {
            listeners.deliver(&user, &notification);
        }
    }

    /// Ends the open streams of a person in a session: their access has been revoked.
    pub(crate) fn close(&self, user: &UserId, session: &SessionId) {
        let closed = StreamScope::Session(session.clone());
        self.lock()
            .retain(user, |listener| listener.scope != closed);
    }

    /// Ends the open streams of a login that has ended.
    pub(crate) fn close_login(&self, user: &UserId, login: &str) {
        let closed = StreamScope::Login(login.to_owned());
        self.lock()
            .retain(user, |listener| listener.scope != closed);
    }

    /// Ends the open streams of every login of a person but one.
    pub(crate) fn close_other_logins(&self, user: &UserId, but: &str) {
        self.lock()
            .retain(user, |listener| !listener.is_of_another_login(but));
    }

    /// Ends the open streams of every login of a person.
    pub(crate) fn close_logins(&self, user: &UserId) {
        let is_login = |scope: &StreamScope| matches!(scope, StreamScope::Login(_));
        self.lock()
            .retain(user, |listener| !is_login(&listener.scope));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, StreamListeners> {
        self.listeners.lock().expect("no holder panics")
    }
}

impl StreamListeners {
    fn deliver(&mut self, user: &UserId, notification: &Notification) {
        let Some(listeners) = self.of.get_mut(user) else {
            return;
        };
        let before = listeners.len();
        listeners.retain(|listener| {
            if !listener.carries(notification) {
                return true;
            }
            let sent = listener.queue.try_send(notification.clone());
            if let Err(TrySendError::Full(_)) = sent {
                metrics::counter!("notification_streams_slow_total").increment(1);
            }
            sent.is_ok()
        });
        self.count -= before - listeners.len();
        if listeners.is_empty() {
            self.of.remove(user);
        }
    }

    fn remove(&mut self, user: &UserId, id: u64) {
        self.retain(user, |listener| listener.id != id);
    }

    fn retain(&mut self, user: &UserId, keep: impl FnMut(&StreamListener) -> bool) {
        let Some(listeners) = self.of.get_mut(user) else {
            return;
        };
        let before = listeners.len();
        listeners.retain(keep);
        self.count -= before - listeners.len();
        if listeners.is_empty() {
            self.of.remove(user);
        }
    }
}

impl StreamListener {
    fn carries(&self, notification: &Notification) -> bool {
        match &self.scope {
            StreamScope::Session(session) => notification.session_id.as_ref() == Some(session),
            StreamScope::Login(_) => true,
        }
    }

    fn is_of_another_login(&self, but: &str) -> bool {
        matches!(&self.scope, StreamScope::Login(login) if login != but)
    }
}

impl Stream for NotificationStream {
    type Item = Notification;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Notification>> {
        Pin::new(&mut self.notifications).poll_next(cx)
    }
}

impl Drop for NotificationStream {
    fn drop(&mut self) {
        self.broadcaster.lock().remove(&self.user, self.id);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;
    use wire::{NotificationKind, UnixMs};

    use super::*;

    fn delivery(user: &str, session: &str, id: usize) -> StreamedNotification {
        StreamedNotification {
            user: user.into(),
            notification: Notification {
                id: format!("{id:04}"),
                kind: NotificationKind::SessionReminder,
                created_at: UnixMs(0),
                session_id: Some(session.into()),
                gift_id: None,
                match_id: None,
                room_id: None,
                starts_at: None,
                with: None,
                count: None,
                read_at: None,
            },
        }
    }

    fn session(id: &str) -> StreamScope {
        StreamScope::Session(id.into())
    }

    #[tokio::test]
    async fn sch_136_a_login_hears_of_every_session_until_it_ends() {
        let broadcaster = NotificationBroadcaster::default();
        let open = |login: &str| {
            let scope = StreamScope::Login(login.to_owned());
            broadcaster.subscribe(&"ana".into(), scope).unwrap()
        };
        let (mut phone, laptop, tablet) = (open("phone"), open("laptop"), open("tablet"));
        let page = broadcaster.subscribe(&"ana".into(), session("s")).unwrap();
        broadcaster.publish(vec![delivery("ana", "s", 1), delivery("ana", "t", 2)]);
        assert_eq!(phone.next().await.unwrap().id, "0001");
        assert_eq!(phone.next().await.unwrap().id, "0002");
        broadcaster.close_login(&"ana".into(), "laptop");
        assert_eq!(laptop.count().await, 2);
        broadcaster.close_other_logins(&"ana".into(), "phone");
        assert_eq!(tablet.count().await, 2);
        assert_eq!(broadcaster.lock().count, 2);
        drop((phone, page));
    }

    #[tokio::test]
    async fn sch_30_a_stream_has_what_is_for_its_person_and_of_its_session() {
        let broadcaster = NotificationBroadcaster::default();
        let mut ana = broadcaster.subscribe(&"ana".into(), session("s")).unwrap();
        broadcaster.publish(vec![
            delivery("bo", "s", 1),
            delivery("ana", "t", 2),
            delivery("ana", "s", 3),
        ]);
        assert_eq!(ana.next().await.unwrap().id, "0003");
        drop(ana);
        assert_eq!(broadcaster.lock().count, 0);
        assert!(broadcaster.lock().of.is_empty());
    }

    #[tokio::test]
    async fn sch_30_a_slow_stream_is_closed_and_delays_no_other() {
        let broadcaster = NotificationBroadcaster::default();
        let slow = broadcaster.subscribe(&"ana".into(), session("s")).unwrap();
        for id in 0..=QUEUE {
            broadcaster.publish(vec![delivery("ana", "s", id)]);
        }
        assert_eq!(slow.count().await, QUEUE);
        assert_eq!(broadcaster.lock().count, 0);
    }

    #[tokio::test]
    async fn sch_30_one_person_has_so_many_streams_and_no_more() {
        let broadcaster = NotificationBroadcaster::default();
        let open: Vec<_> = (0..MAX_LISTENERS_PER_PERSON)
            .map(|_| broadcaster.subscribe(&"ana".into(), session("s")).unwrap())
            .collect();
        assert!(broadcaster.subscribe(&"ana".into(), session("s")).is_err());
        assert!(broadcaster.subscribe(&"bo".into(), session("s")).is_ok());
        drop(open);
        assert!(broadcaster.subscribe(&"ana".into(), session("s")).is_ok());
    }
}
