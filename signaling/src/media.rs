//! Media servers: who may be in their rooms, and who is.
//!
//! The one place that knows of LiveKit and OpenVidu. Sessions pass on what they want of it.

mod access_grants;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod ice;
mod livekit;
mod openvidu;
mod parsed_event;
mod room_name;
mod room_tasks;
mod room_tracker;
mod server;
mod webhook_inbox;
mod webhook_receiver;

pub(crate) use ice::IceServers;
pub use livekit::token::{LiveKitKey, LiveKitKeys};
pub use livekit::{LiveKitClient, LiveKitConfig};
pub use openvidu::{OpenViduClient, OpenViduConfig};
pub use server::{MediaError, MediaServer};

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use service::clock::now;
use service::health::Readiness;
use service::{Shutdown, StartError, Tasks};
use signaling_core::{AccessProvider, MediaView, RoomRequest};
use storage::{Database, Outbox, Schema};
use tokio::sync::Notify;
use wire::{MediaBackend, SessionId};

use self::access_grants::AccessGrants;
use self::room_tracker::RoomTracker;
use self::webhook_inbox::{InboxProcessor, ParseEvent};
use self::webhook_receiver::{WebhookAuth, WebhookReceiver};
use crate::session_waker::SessionWaker;
use crate::store::StoreError;
use crate::store::media::MediaStore;
use crate::store::sql::SqlStore;

/// The media servers of an installation; none by default.
#[derive(Debug, Clone, Default)]
pub struct MediaConfig {
    /// LiveKit, or OpenVidu 3, which speaks the same.
    pub livekit: Option<LiveKitConfig>,
    /// OpenVidu 2, through its REST API.
    pub openvidu: Option<OpenViduConfig>,
}

/// The rooms of every media server of the installation; clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct MediaRooms {
    servers: Vec<(MediaBackend, RoomTracker)>,
}

impl MediaRooms {
    /// Passes on what a session wants of its media server, if anything.
    pub(crate) fn note(&self, note: Option<RoomRequest>) {
        let Some(note) = note else { return };
        if let Some(rooms) = self.of(note.kind) {
            rooms.note(note, now());
        }
    }

    /// Who is in a session's room.
    pub(crate) fn view(&self, session: &SessionId) -> Option<MediaView> {
        self.servers
            .iter()
            .find_map(|(_, rooms)| rooms.view(session))
    }

    fn of(&self, kind: MediaBackend) -> Option<&RoomTracker> {
        let (_, rooms) = self.servers.iter().find(|(known, _)| *known == kind)?;
        Some(rooms)
    }
}

/// Everything about media servers, from the settings to the tasks.
#[derive(Debug)]
pub(crate) struct Media<M> {
    pub(crate) rooms: MediaRooms,
    pub(crate) access: Arc<dyn AccessProvider>,
    store: M,
    livekit: Option<(LiveKitConfig, Arc<LiveKitClient>)>,
    openvidu: Option<(OpenViduConfig, Arc<OpenViduClient>)>,
}

impl<M: MediaStore + Clone> Media<M> {
    /// Asks each server whether it takes our credentials, and finds what an earlier process left to be done.
    ///
    /// # Errors
    /// Where a server refuses our credentials. One that does not answer is waited for later.
    pub(crate) async fn open(
        config: &MediaConfig,
        ice: Arc<dyn AccessProvider>,
        store: M,
    ) -> Result<Self, StartError> {
        let mut rooms = MediaRooms::default();
        let mut livekit = None;
        if let Some(config) = &config.livekit {
            let server = Arc::new(LiveKitClient::new(config));
            let settings = (
                "livekit.api_key and livekit.api_secret",
                config.url.as_str(),
            );
            rooms
                .servers
                .push(connect(server.as_ref(), &store, settings).await?);
            livekit = Some((config.clone(), server));
        }
        let mut openvidu = None;
        if let Some(config) = &config.openvidu {
            let server = Arc::new(OpenViduClient::new(config));
            let settings = ("openvidu.secret", config.url.as_str());
            rooms
                .servers
                .push(connect(server.as_ref(), &store, settings).await?);
            openvidu = Some((config.clone(), server));
        }
        let token_cache = openvidu.as_ref().map(|(config, server)| {
            let url = config.url.replacen("http", "ws", 1);
            (url, server.token_cache())
        });
        let access = Arc::new(AccessGrants {
            ice,
            livekit: config.livekit.clone(),
            openvidu: token_cache,
        });
        Ok(Self {
            rooms,
            access,
            store,
            livekit,
            openvidu,
        })
    }

    /// Starts the tasks of each server, and gives the routes for their events. `readiness` learns which of them answers.
    pub(crate) fn start(
        self,
        sessions: &(impl SessionWaker + Clone),
        readiness: &Readiness,
        (tasks, shutdown): (&Tasks, &Shutdown),
    ) -> Router {
        let mut routes = Router::new();
        let parts = |proof, read| ServerTasks {
            store: self.store.clone(),
            rooms: self.rooms.clone(),
            sessions: sessions.clone(),
            readiness: readiness.clone(),
            proof,
            read,
        };
        if let Some((config, server)) = self.livekit {
            let parts = parts(WebhookAuth::LiveKit(config.keys), livekit::webhook::read);
            routes = routes.merge(parts.start(server, tasks, shutdown));
        }
        if let Some((config, server)) = self.openvidu {
            let parts = parts(WebhookAuth::OpenVidu(config), openvidu::webhook::read);
            routes = routes.merge(parts.start(server, tasks, shutdown));
        }
        routes
    }
}

/// What the tasks of one server need.
struct ServerTasks<M, W> {
    store: M,
    rooms: MediaRooms,
    sessions: W,
    readiness: Readiness,
    proof: WebhookAuth,
    read: ParseEvent,
}

impl<M: MediaStore + Clone, W: SessionWaker> ServerTasks<M, W> {
    fn start<S: MediaServer>(self, server: Arc<S>, tasks: &Tasks, shutdown: &Shutdown) -> Router {
        let kind = server.kind();
        let Some(rooms) = self.rooms.of(kind).cloned() else {
            return Router::new();
        };
        let arrived = Arc::new(Notify::new());
        let applier = InboxProcessor {
            kind,
            rooms: rooms.clone(),
            store: self.store.clone(),
            read: self.read,
            arrived: Arc::clone(&arrived),
        };
        until(shutdown, tasks, "media inbox", async move {
            applier.run().await
        });
        let (of, at, sessions) = (rooms.clone(), Arc::clone(&server), self.sessions);
        until(shutdown, tasks, "media opens", async move {
            room_tasks::open_rooms(&of, &*at, |session| sessions.media_is_ready(session)).await;
        });
        let (of, at, readiness) = (rooms.clone(), Arc::clone(&server), self.readiness);
        until(shutdown, tasks, "media polls", async move {
            room_tasks::poll_rooms(&of, &*at, &readiness).await
        });
        let store = self.store.clone();
        until(shutdown, tasks, "media closes", async move {
            room_tasks::close_rooms(&rooms, &*server, &store).await;
        });
        let receiver = WebhookReceiver {
            kind,
            proof: self.proof,
            store: self.store,
            arrived,
        };
        receiver.routes()
    }
}

fn until(
    shutdown: &Shutdown,
    tasks: &Tasks,
    name: &'static str,
    work: impl Future<Output = ()> + Send + 'static,
) {
    let shutdown = shutdown.clone();
    tasks.spawn(name, async move {
        tokio::select! {
            () = work => {}
            () = shutdown.started() => {}
        }
    });
}

async fn connect<S: MediaServer>(
    server: &S,
    store: &impl MediaStore,
    (settings, url): (&str, &str),
) -> Result<(MediaBackend, RoomTracker), StartError> {
    let kind = server.kind();
    match server.rooms(Some(&["rendezvous".to_owned()])).await {
        Ok(_) => {}
        Err(MediaError::Refused(status)) => {
            return Err(StartError::Config(format!(
                "{settings}: the server at {url} refuses them ({status}): put in those of its own configuration"
            )));
        }
        Err(error) => tracing::warn!(%url, %error, "the media server is waited for"),
    }
    let rooms = RoomTracker::new(kind, server.token_reach_ms());
    let closings = store.room_closings(kind).await.map_err(|error| {
        StartError::Config(format!("the media rooms' rows can't be read: {error}"))
    })?;
    rooms.restore(closings, now());
    Ok((kind, rooms))
}

/// True if an event about a room of that name has been received.
///
/// # Errors
/// When the store can't be opened or read.
pub async fn has_event_about(data_dir: &Path, room: &str) -> Result<bool, StoreError> {
    let database = open(data_dir).await?;
    let found = store_in(&database).has_event_with(room).await;
    database.close().await;
    found
}

/// Makes every event new again that could not be parsed, beside a service that runs or not; returns how many.
///
/// # Errors
/// When the store can't be opened or written.
pub async fn replay(data_dir: &Path) -> Result<u64, StoreError> {
    let database = open(data_dir).await?;
    let replayed = store_in(&database).replay_unreadable().await;
    database.close().await;
    replayed
}

async fn open(data_dir: &Path) -> Result<Database, StoreError> {
    let path = data_dir.join("signaling").join("signaling.db");
    Database::open_file(&path, Schema::signaling())
        .await
        .map_err(StoreError::new)
}

fn store_in(database: &Database) -> SqlStore {
    SqlStore::new(database.clone(), Outbox::new(database.clone()))
}
