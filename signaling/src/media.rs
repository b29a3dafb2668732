//! Media servers: who may be in their rooms, and who is.
//!
//! The one place that knows of LiveKit and OpenVidu. What a session is, and when it is over, it is told.

mod access;
mod heard;
mod ice;
mod inbox;
mod keep;
mod livekit;
mod openvidu;
mod receive;
mod room;
mod rooms;
mod server;
pub(crate) mod store;

pub(crate) use ice::IceServers;
pub use livekit::token::{Key, Keys};
pub use livekit::{LiveKit, LiveKitConfig};
pub use openvidu::{OpenVidu, OpenViduConfig};
pub use server::{MediaError, MediaServer};

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use service::clock::now;
use service::{Shutdown, StartError, Tasks};
use signaling_core::{MediaAccess, MediaView, RoomNote};
use storage::Database;
use tokio::sync::Notify;
use wire::{MediaBackend, SessionId};

use self::access::Grants;
use self::inbox::{Applier, Read};
use self::receive::{Proof, Receiver};
use self::rooms::Rooms;
use self::store::MediaStore;
use crate::registry::Registry;
use crate::store::StoreError;

/// The media servers of an installation; none by default.
#[derive(Debug, Clone, Default)]
pub struct MediaConfig {
    /// LiveKit, or OpenVidu 3, which speaks the same.
    pub livekit: Option<LiveKitConfig>,
    /// OpenVidu 2.
    pub openvidu: Option<OpenViduConfig>,
}

/// Where sessions say what they want of their media server; clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct MediaDesk {
    servers: Vec<(MediaBackend, Rooms)>,
}

impl MediaDesk {
    /// What a session wants, where it wants anything.
    pub(crate) fn note(&self, note: Option<RoomNote>) {
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

    fn of(&self, kind: MediaBackend) -> Option<&Rooms> {
        let (_, rooms) = self.servers.iter().find(|(known, _)| *known == kind)?;
        Some(rooms)
    }
}

/// Everything about media servers, from the settings to the tasks.
#[derive(Debug)]
pub(crate) struct Media {
    pub(crate) desk: MediaDesk,
    pub(crate) access: Arc<dyn MediaAccess>,
    store: MediaStore,
    livekit: Option<(LiveKitConfig, Arc<LiveKit>)>,
    openvidu: Option<(OpenViduConfig, Arc<OpenVidu>)>,
}

impl Media {
    /// Asks each server whether it takes our credentials, and finds what an earlier process left to be done.
    ///
    /// # Errors
    /// Where a server refuses our credentials. One that does not answer is waited for later.
    pub(crate) async fn open(
        config: &MediaConfig,
        ice: Arc<dyn MediaAccess>,
        database: Database,
    ) -> Result<Self, StartError> {
        let store = MediaStore::new(database);
        let mut desk = MediaDesk::default();
        let mut livekit = None;
        if let Some(config) = &config.livekit {
            let server = Arc::new(LiveKit::new(config));
            let settings = (
                "livekit.api_key and livekit.api_secret",
                config.url.as_str(),
            );
            desk.servers
                .push(take_up(server.as_ref(), &store, settings).await?);
            livekit = Some((config.clone(), server));
        }
        let mut openvidu = None;
        if let Some(config) = &config.openvidu {
            let server = Arc::new(OpenVidu::new(config));
            let settings = ("openvidu.secret", config.url.as_str());
            desk.servers
                .push(take_up(server.as_ref(), &store, settings).await?);
            openvidu = Some((config.clone(), server));
        }
        let purse = openvidu.as_ref().map(|(config, server)| {
            let url = config.url.replacen("http", "ws", 1);
            (url, server.purse())
        });
        let access = Arc::new(Grants {
            ice,
            livekit: config.livekit.clone(),
            openvidu: purse,
        });
        Ok(Self {
            desk,
            access,
            store,
            livekit,
            openvidu,
        })
    }

    /// Starts the tasks of each server, and gives the routes for their events.
    pub(crate) fn start(self, registry: &Registry, tasks: &Tasks, shutdown: &Shutdown) -> Router {
        let mut routes = Router::new();
        let parts = |proof, read| Parts {
            store: self.store.clone(),
            desk: self.desk.clone(),
            registry: registry.clone(),
            proof,
            read,
        };
        if let Some((config, server)) = self.livekit {
            let parts = parts(Proof::LiveKit(config.keys), livekit::webhook::read);
            routes = routes.merge(parts.start(server, tasks, shutdown));
        }
        if let Some((config, server)) = self.openvidu {
            let parts = parts(Proof::OpenVidu(config), openvidu::webhook::read);
            routes = routes.merge(parts.start(server, tasks, shutdown));
        }
        routes
    }
}

struct Parts {
    store: MediaStore,
    desk: MediaDesk,
    registry: Registry,
    proof: Proof,
    read: Read,
}

impl Parts {
    fn start<S: MediaServer>(self, server: Arc<S>, tasks: &Tasks, shutdown: &Shutdown) -> Router {
        let kind = server.kind();
        let Some(rooms) = self.desk.of(kind).cloned() else {
            return Router::new();
        };
        let arrived = Arc::new(Notify::new());
        let applier = Applier {
            kind,
            rooms: rooms.clone(),
            store: self.store.clone(),
            read: self.read,
            arrived: Arc::clone(&arrived),
        };
        until(shutdown, tasks, "media inbox", async move {
            applier.run().await
        });
        let (of, at, registry) = (rooms.clone(), Arc::clone(&server), self.registry);
        until(shutdown, tasks, "media opens", async move {
            keep::open_rooms(&of, &*at, |session| registry.media_is_ready(session)).await;
        });
        let (of, at) = (rooms.clone(), Arc::clone(&server));
        until(shutdown, tasks, "media polls", async move {
            keep::poll_rooms(&of, &*at).await
        });
        let store = self.store.clone();
        until(shutdown, tasks, "media closes", async move {
            keep::close_rooms(&rooms, &*server, &store).await;
        });
        let receiver = Receiver {
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

async fn take_up<S: MediaServer>(
    server: &S,
    store: &MediaStore,
    (settings, url): (&str, &str),
) -> Result<(MediaBackend, Rooms), StartError> {
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
    let rooms = Rooms::new(kind, server.token_reach_ms());
    let closings = store.closings(kind).await.map_err(|error| {
        StartError::Config(format!("the media rooms' rows can't be read: {error}"))
    })?;
    rooms.restore(closings, now());
    Ok((kind, rooms))
}

/// Whether an event told of a room of that name.
///
/// # Errors
/// When the store can't be opened or read.
pub async fn has_heard_of(data_dir: &Path, room: &str) -> Result<bool, StoreError> {
    let database = open(data_dir).await?;
    let heard = MediaStore::new(database.clone()).has_heard_of(room).await;
    database.close().await;
    heard
}

async fn open(data_dir: &Path) -> Result<Database, StoreError> {
    let path = data_dir.join("signaling").join("signaling.db");
    Database::open(&path, storage::Schema::signaling())
        .await
        .map_err(StoreError::new)
}

/// Makes every event new again that could not be read, beside a service that runs or not; says how many.
///
/// # Errors
/// When the store can't be opened or written.
pub async fn replay(data_dir: &Path) -> Result<u64, StoreError> {
    let database = open(data_dir).await?;
    let replayed = MediaStore::new(database.clone()).replay().await;
    database.close().await;
    replayed
}
