//! Who is connected, and the broker that says what each of them is sent.
//!
//! One lock holds the broker and the way to every socket: what the broker answers is queued before anybody
//! else asks it, so that frames leave in its order. Nothing waits while holding it.

mod subscription;

pub(crate) use subscription::Subscription;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bus::Fanout;
use chat_core::{
    FrameDelivery, Input, MessageRef, Output, ReadRequest, RoomBroker, Settings, WriteOutcome,
    WriteRequest,
};
use service::clock::{now, sleep_until_maybe};
use service::limits::Limit;
use service::socket::{Frame, SocketHandle, Utf8Bytes};
use tokio::sync::Notify;
use wire::chat::{ChatServerFrame, Cursor, GoingAway, Post};
use wire::{CloseCode, ConnectionId, ErrorCode, RoomId, UnixMs, UserId};

use crate::caller::Caller;
use crate::removals::{ErasedPeople, Removal, RemovedPeople};
use crate::stomp::StompSubscriber;
use crate::store_handle::StoreHandle;
use crate::subscriber::{ReadQueue, Subscriber};
use crate::unsent::UnsentMessages;

/// When to try again where the store actor's queue is full, in milliseconds.
const BUSY_RETRY_MS: u64 = 1_000;

/// Everybody who is connected. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Registry(Arc<SharedRegistry>);

#[derive(Debug)]
struct SharedRegistry {
    state: Mutex<RegistryState>,
    store: StoreHandle,
    removed: RemovedPeople,
    erased: ErasedPeople,
    /// The broker's next deadline is another one.
    rescheduled: Notify,
}

#[derive(Debug)]
struct RegistryState {
    broker: RoomBroker,
    subscribers: HashMap<ConnectionId, Subscriber>,
    /// Whose each of them is.
    callers: HashMap<ConnectionId, Caller>,
    last_id: u64,
}

impl Registry {
    pub(crate) fn new(settings: Settings, store: StoreHandle) -> Self {
        Self(Arc::new(SharedRegistry {
            state: Mutex::new(RegistryState {
                broker: RoomBroker::new(settings),
                subscribers: HashMap::new(),
                callers: HashMap::new(),
                last_id: 0,
            }),
            store,
            removed: RemovedPeople::default(),
            erased: ErasedPeople::default(),
            rescheduled: Notify::new(),
        }))
    }

    /// Tells the broker what happened, and hands on what it asks for.
    pub(crate) fn handle(&self, input: Input) {
        self.handle_all([input]);
    }

    /// As [`Self::handle`], for several at once: nobody sees what is between.
    pub(crate) fn handle_all(&self, inputs: impl IntoIterator<Item = Input>) {
        let mut state = self.state();
        let (due, let_go) = (state.broker.next_deadline(), state.broker.rooms_let_go());
        for input in inputs {
            let outputs = state.broker.handle(now(), input);
            self.dispatch(&mut state, outputs);
        }
        if state.broker.next_deadline() != due {
            self.0.rescheduled.notify_one();
        }
        for _ in let_go..state.broker.rooms_let_go() {
            Limit::Rooms.hit();
        }
    }

    /// Asks the broker without changing it.
    pub(crate) fn ask<T>(&self, question: impl FnOnce(&RoomBroker) -> T) -> T {
        question(&self.state().broker)
    }

    /// Who was active since this was last asked, and when: each person once in a minute.
    pub(crate) fn take_active(&self) -> Vec<(UserId, UnixMs)> {
        self.state().broker.take_active()
    }

    /// Registers a socket. Gone when the guard is dropped.
    pub(crate) fn enter(
        &self,
        caller: &Caller,
        socket: SocketHandle,
        cursors: BTreeMap<RoomId, Cursor>,
    ) -> (Subscription, Arc<ReadQueue>) {
        let reads = Arc::new(ReadQueue::default());
        let socket = Subscriber::Socket {
            socket,
            reads: Arc::clone(&reads),
            unsent: UnsentMessages::default(),
        };
        (self.say_hello(caller, socket, cursors), reads)
    }

    /// Registers a client of STOMP. Gone when the guard is dropped.
    pub(crate) fn enter_stomp(&self, caller: &Caller, socket: SocketHandle) -> Subscription {
        let subscriber = Box::new(StompSubscriber::new(caller.clone(), socket));
        self.say_hello(caller, Subscriber::Stomp(subscriber), BTreeMap::new())
    }

    /// Runs `act` with the broker and a client of STOMP, between what others are told: none where there is no such
    /// client.
    pub(crate) fn with_stomp<T>(
        &self,
        connection: ConnectionId,
        act: impl FnOnce(&RoomBroker, &mut StompSubscriber) -> T,
    ) -> Option<T> {
        let mut state = self.state();
        let RegistryState {
            broker,
            subscribers,
            ..
        } = &mut *state;
        match subscribers.get_mut(&connection) {
            Some(Subscriber::Stomp(subscriber)) => Some(act(broker, subscriber)),
            _ => None,
        }
    }

    /// Registers a request that waits for news. Gone when the guard is dropped.
    pub(crate) fn wait(&self, caller: &Caller) -> (Subscription, Arc<Notify>) {
        let news = Arc::new(Notify::new());
        let connection = self.add_subscriber(caller, Subscriber::LongPoll(Arc::clone(&news)));
        let Caller { user, only, .. } = caller.clone();
        self.handle(Input::LongPoll {
            connection,
            user,
            only,
        });
        (self.subscription(connection), news)
    }

    /// Closes whoever was removed, or came by the link of somebody who was, now and from here on.
    pub(crate) fn remove(&self, removals: &[Removal]) {
        self.0.removed.note(removals, now());
        let state = self.state();
        for (id, caller) in &state.callers {
            if removals.iter().any(|removal| removal.concerns(caller)) {
                state.close(*id, CloseCode::Kicked);
            }
        }
    }

    /// True for whoever was removed, or came by the link of somebody who was.
    pub(crate) fn has_removed(&self, caller: &Caller) -> bool {
        self.0.removed.has(caller)
    }

    /// Tells those of the readers who are connected of a post.
    pub(crate) fn tell_post(&self, post: Post, readers: Vec<UserId>) {
        self.handle(Input::Posted { post, readers });
    }

    /// Closes whoever was erased, now and from here on.
    pub(crate) fn erase(&self, people: &[(UserId, UnixMs)]) {
        self.0.erased.note(people, now());
        let state = self.state();
        for (id, caller) in &state.callers {
            if people.iter().any(|(user, _)| user == &caller.user) {
                state.close(*id, CloseCode::Unauthenticated);
            }
        }
    }

    /// True for whoever was erased.
    pub(crate) fn has_erased(&self, user: &UserId) -> bool {
        self.0.erased.has(user)
    }

    /// Runs the broker's deadlines for ever.
    pub(crate) async fn keep_time(&self) {
        loop {
            let due = self.ask(RoomBroker::next_deadline);
            tokio::select! {
                () = sleep_until_maybe(due) => {
                    self.handle(Input::Tick);
                }
                () = self.0.rescheduled.notified() => {}
            }
        }
    }

    /// Says goodbye to every socket, and wakes every request that waits.
    pub(crate) fn drain(&self, mut retry_after_ms: impl FnMut() -> u64) {
        for subscriber in self.state().subscribers.values() {
            match subscriber {
                Subscriber::Socket { socket, .. } => {
                    let retry_after_ms = retry_after_ms();
                    let farewell = ChatServerFrame::from(GoingAway { retry_after_ms });
                    socket.try_send(farewell.to_text(None).into()).ok();
                    socket.close(CloseCode::GoingAway);
                }
                Subscriber::Stomp(subscriber) => subscriber.go_away(retry_after_ms()),
                Subscriber::LongPoll(news) => news.notify_one(),
            }
        }
    }

    fn say_hello(
        &self,
        caller: &Caller,
        subscriber: Subscriber,
        cursors: BTreeMap<RoomId, Cursor>,
    ) -> Subscription {
        let connection = self.add_subscriber(caller, subscriber);
        let Caller { user, only, .. } = caller.clone();
        self.handle(Input::Hello {
            connection,
            user,
            only,
            cursors,
        });
        self.subscription(connection)
    }

    fn subscription(&self, connection: ConnectionId) -> Subscription {
        Subscription::new(self.clone(), connection)
    }

    fn add_subscriber(&self, caller: &Caller, subscriber: Subscriber) -> ConnectionId {
        let mut state = self.state();
        let now_ms = u64::try_from(now().0).unwrap_or(0);
        state.last_id = now_ms.max(state.last_id + 1);
        let id = ConnectionId(state.last_id);
        state.subscribers.insert(id, subscriber);
        state.callers.insert(id, caller.clone());
        // Under the lock: who is removed from here on is found among the subscribers.
        if self.0.removed.has(caller) {
            state.close(id, CloseCode::Kicked);
        }
        if self.0.erased.has(&caller.user) {
            state.close(id, CloseCode::Unauthenticated);
        }
        id
    }

    /// The one place where what the broker asks for is given to who does it, in its order.
    fn dispatch(&self, state: &mut RegistryState, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Deliver(delivery) => {
                    for input in state.send(&delivery) {
                        let outputs = state.broker.handle(now(), input);
                        self.dispatch(state, outputs);
                    }
                }
                Output::Close { connection, code } => state.close(connection, code),
                Output::Persist(request) => self.persist(state, request),
                Output::Read(request) => state.queue_read(request),
            }
        }
    }

    fn persist(&self, state: &mut RegistryState, request: WriteRequest) {
        let tenant = match &request {
            WriteRequest::Append { origin, .. } => {
                let caller = state.callers.get(&origin.connection);
                caller.and_then(|caller| caller.tenant.clone())
            }
            _ => None,
        };
        if let Err(origin) = self.0.store.submit(request, tenant) {
            let refused = WriteOutcome::Refused {
                origin: *origin,
                code: ErrorCode::StorageUnavailable,
                retry_after_ms: Some(BUSY_RETRY_MS),
            };
            let outputs = state.broker.handle(now(), Input::Written(refused));
            self.dispatch(state, outputs);
        }
    }

    fn state(&self) -> MutexGuard<'_, RegistryState> {
        // A panic inside the broker would be a fault of its own; the other rooms go on.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everybody who can be told is connected to this process.
impl Fanout<WriteOutcome> for Registry {
    fn publish(&self, outcomes: Vec<WriteOutcome>) {
        self.handle_all(outcomes.into_iter().map(Input::Written));
    }
}

impl RegistryState {
    /// A connection that is gone needs nothing read.
    fn queue_read(&self, request: ReadRequest) {
        let connection = request.connection();
        if let Some(Subscriber::Socket { reads, .. }) = self.subscribers.get(&connection)
            && !reads.push(request)
        {
            self.close(connection, CloseCode::SlowConsumer);
        }
    }

    /// Queues a frame; returns what the broker must know of those that do not take it.
    fn send(&mut self, delivery: &FrameDelivery) -> Vec<Input> {
        let FrameDelivery { to, frame } = delivery;
        let is_passing = matches!(
            frame,
            ChatServerFrame::TypingBy(_) | ChatServerFrame::Presence(_) | ChatServerFrame::Post(_)
        );
        let message = match frame {
            ChatServerFrame::Message(message) => Some(Arc::new(MessageRef::from(message))),
            _ => None,
        };
        let mut text: Option<Utf8Bytes> = None;
        let mut untaken = Vec::new();
        for id in to {
            let Some(subscriber) = self.subscribers.get_mut(id) else {
                continue;
            };
            match subscriber {
                // What is of use only now makes way for messages.
                Subscriber::Socket { socket, .. } if is_passing && !socket.has_room() => {
                    metrics::counter!("chat_passing_frames_dropped_total").increment(1);
                }
                Subscriber::Socket { socket, unsent, .. } => {
                    let text = text.get_or_insert_with(|| frame.to_text(None).into());
                    let sent = socket.try_send_numbered(Frame::Text(text.clone()));
                    if let Some(message) = &message {
                        let number = sent.unwrap_or(u64::MAX);
                        unsent.push(number, Arc::clone(message), socket.written());
                    }
                    if sent.is_err() {
                        socket.close(CloseCode::SlowConsumer);
                    }
                }
                Subscriber::Stomp(subscriber) => {
                    subscriber.deliver(frame, message.as_ref(), &self.broker);
                    if let Some(message) = message.as_ref().filter(|it| !subscriber.takes(&it.room))
                    {
                        untaken.push(Input::Unsent {
                            connection: *id,
                            messages: vec![Arc::clone(message)],
                        });
                    }
                }
                Subscriber::LongPoll(news) => news.notify_one(),
            }
        }
        untaken
    }

    fn close(&self, id: ConnectionId, code: CloseCode) {
        match self.subscribers.get(&id) {
            Some(Subscriber::Socket { socket, .. }) => socket.close(code),
            Some(Subscriber::Stomp(subscriber)) => subscriber.close(code),
            Some(Subscriber::LongPoll(news)) => news.notify_one(),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests;
