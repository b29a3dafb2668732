//! Who is connected, and the broker that says what each of them is sent.
//!
//! One lock holds the broker and the way to every socket: what the broker answers is queued before anybody
//! else asks it, so that frames leave in its order. Nothing waits while holding it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_core::{Input, Origin, Output, RoomBroker, Settings};
use service::clock::{now, sleep_until_maybe};
use service::limits::Limit;
use service::socket::{SocketHandle, Utf8Bytes};
use tokio::sync::Notify;
use wire::chat::{ChatServerFrame, Cursor};
use wire::{CloseCode, ConnectionId, ErrorCode, RoomId};

use crate::caller::Caller;
use crate::store_handle::{StoreCommand, StoreHandle};

/// When to try again where the writer's queue is full, in milliseconds.
const BUSY_RETRY_MS: u64 = 1_000;

/// Everybody who is connected. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Registry(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    writer: StoreHandle,
    /// The broker's next deadline is another one.
    rescheduled: Notify,
}

#[derive(Debug)]
struct State {
    broker: RoomBroker,
    subscribers: HashMap<ConnectionId, Subscriber>,
    last_id: u64,
}

/// The way to somebody.
#[derive(Debug)]
enum Subscriber {
    Socket(SocketHandle),
    /// A request that waits: it is woken, and looks for itself.
    Waiting(Arc<Notify>),
}

impl Registry {
    pub(crate) fn new(settings: Settings, writer: StoreHandle) -> Self {
        Self(Arc::new(Shared {
            state: Mutex::new(State {
                broker: RoomBroker::new(settings),
                subscribers: HashMap::new(),
                last_id: 0,
            }),
            writer,
            rescheduled: Notify::new(),
        }))
    }

    /// Tells the broker and does what it says. What only the caller can do is given back.
    pub(crate) fn handle(&self, input: Input) -> Vec<Output> {
        self.handle_all([input])
    }

    /// As [`Self::handle`], for several at once: nobody sees what is between.
    pub(crate) fn handle_all(&self, inputs: impl IntoIterator<Item = Input>) -> Vec<Output> {
        let mut state = self.state();
        let (due, let_go) = (state.broker.next_deadline(), state.broker.rooms_let_go());
        let mut left = Vec::new();
        for input in inputs {
            let outputs = state.broker.handle(now(), input);
            self.perform(&mut state, outputs, &mut left);
        }
        if state.broker.next_deadline() != due {
            self.0.rescheduled.notify_one();
        }
        for _ in let_go..state.broker.rooms_let_go() {
            Limit::Rooms.hit();
        }
        left
    }

    /// Asks the broker without changing it.
    pub(crate) fn ask<T>(&self, question: impl FnOnce(&RoomBroker) -> T) -> T {
        question(&self.state().broker)
    }

    /// Registers a socket. Gone when the guard is dropped.
    pub(crate) fn enter(
        &self,
        caller: &Caller,
        subscriber: SocketHandle,
        cursors: BTreeMap<RoomId, Cursor>,
    ) -> (Subscription, Vec<Output>) {
        let connection = self.add_line(Subscriber::Socket(subscriber));
        let Caller { user, only } = caller.clone();
        let left = self.handle(Input::Hello {
            connection,
            user,
            only,
            cursors,
        });
        (self.subscription(connection), left)
    }

    /// Registers a request that waits for news. Gone when the guard is dropped.
    pub(crate) fn wait(&self, caller: &Caller) -> (Subscription, Arc<Notify>) {
        let news = Arc::new(Notify::new());
        let connection = self.add_line(Subscriber::Waiting(Arc::clone(&news)));
        let Caller { user, only } = caller.clone();
        self.handle(Input::Waiting {
            connection,
            user,
            only,
        });
        (self.subscription(connection), news)
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
    pub(crate) fn drain(&self, mut farewell: impl FnMut() -> ChatServerFrame) {
        for subscriber in self.state().subscribers.values() {
            match subscriber {
                Subscriber::Socket(socket) => {
                    socket.try_send(farewell().to_text(None).into()).ok();
                    socket.close(CloseCode::GoingAway);
                }
                Subscriber::Waiting(news) => news.notify_one(),
            }
        }
    }

    fn subscription(&self, connection: ConnectionId) -> Subscription {
        Subscription {
            registry: self.clone(),
            connection,
            clean: false,
        }
    }

    fn add_line(&self, subscriber: Subscriber) -> ConnectionId {
        let mut state = self.state();
        let now_ms = u64::try_from(now().0).unwrap_or(0);
        state.last_id = now_ms.max(state.last_id + 1);
        let id = ConnectionId(state.last_id);
        state.subscribers.insert(id, subscriber);
        id
    }

    fn perform(&self, state: &mut State, outputs: Vec<Output>, left: &mut Vec<Output>) {
        for output in outputs {
            match output {
                Output::Send { to, frame } => state.send(&to, &frame),
                Output::Close { connection, code } => state.close(connection, code),
                Output::Append { origin, draft } => {
                    let command = StoreCommand::Append {
                        draft,
                        origin: Some(origin),
                        reply: None,
                    };
                    self.submit(state, command, left);
                }
                Output::MovePosition { origin, to } => {
                    let command = StoreCommand::MovePosition {
                        to,
                        origin: Some(origin),
                        reply: None,
                    };
                    self.submit(state, command, left);
                }
                Output::CatchUp { .. } | Output::History { .. } | Output::Unread { .. } => {
                    left.push(output);
                }
            }
        }
    }

    fn submit(&self, state: &mut State, command: StoreCommand, left: &mut Vec<Output>) {
        let Err(refused) = self.0.writer.try_submit(command) else {
            return;
        };
        if let Some(origin) = refused.origin() {
            let refusal = Input::Refused {
                origin: Origin::clone(origin),
                code: ErrorCode::StorageUnavailable,
                retry_after_ms: Some(BUSY_RETRY_MS),
            };
            let outputs = state.broker.handle(now(), refusal);
            self.perform(state, outputs, left);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic inside the broker would be a fault of its own; the rest of the process goes on.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn send(&self, to: &[ConnectionId], frame: &ChatServerFrame) {
        let mut text: Option<Utf8Bytes> = None;
        for subscriber in to.iter().filter_map(|id| self.subscribers.get(id)) {
            match subscriber {
                Subscriber::Socket(socket) => {
                    let text = text.get_or_insert_with(|| frame.to_text(None).into());
                    if socket.try_send(text.clone()).is_err() {
                        socket.close(CloseCode::SlowConsumer);
                    }
                }
                Subscriber::Waiting(news) => news.notify_one(),
            }
        }
    }

    fn close(&self, id: ConnectionId, code: CloseCode) {
        if let Some(Subscriber::Socket(socket)) = self.subscribers.get(&id) {
            socket.close(code);
        }
    }
}

/// A connection's place in the registry; dropping it gives the place up.
#[derive(Debug)]
pub(crate) struct Subscription {
    registry: Registry,
    connection: ConnectionId,
    clean: bool,
}

impl Subscription {
    pub(crate) fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// The client closed on purpose: its person is offline without a grace.
    pub(crate) fn closed_cleanly(&mut self) {
        self.clean = true;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.registry.state().subscribers.remove(&self.connection);
        self.registry.handle(Input::Gone {
            connection: self.connection,
            clean: self.clean,
        });
    }
}
