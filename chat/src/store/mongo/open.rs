//! From a URL to a database with its indexes.

use std::time::{Duration, Instant};

use mongodb::bson::doc;
use mongodb::options::{
    Acknowledgment, ClientOptions, IndexOptions, ReadConcern, ReadPreference, SelectionCriteria,
    WriteConcern,
};
use mongodb::{Client, Database, IndexModel};
use tokio::time::timeout;

use super::append::RoomHeads;
use super::document::MessageDocument;
use super::failure::MessagesFailure;
use super::{ANCHORS, EXPIRIES, MESSAGES, MongoMessages, MongoUrl, PROBES, ROOMS, ReadCheck};

/// Longest wait for a connection, and for a server that takes writes, if the URL says nothing else.
const CONNECT_LIMIT: Duration = Duration::from_millis(1_500);
/// Connections of this process, if the URL says nothing else: reads go on beside the one writer.
const POOL: u32 = 16;
/// Longest wait at the start: the name of a cluster may have to be looked up.
const OPEN_LIMIT: Duration = Duration::from_secs(15);
/// Indexes, and the fields that no two messages have in common.
const INDEXES: [(&str, &[&str]); 2] = [
    ("room_seq", &["room", "seq"]),
    ("room_sender_client_id", &["room", "sender", "client_id"]),
];

/// Why a database can't be opened.
#[derive(Debug, thiserror::Error)]
#[error("the messages' database {url}: {reason}")]
pub struct MongoOpenError {
    url: String,
    reason: String,
}

/// What was found of a database that nothing was changed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MongoState {
    /// How long it took to answer.
    pub took: Duration,
    /// Whether all is there that [`MongoMessages::open`] makes.
    pub has_indexes: bool,
}

impl MongoMessages {
    /// Connects, and makes what is missing.
    ///
    /// # Errors
    /// When the server does not answer, or refuses.
    pub async fn open(url: &MongoUrl) -> Result<Self, MongoOpenError> {
        let opening = async {
            let (client, database) = connect(url).await?;
            let messages = database.collection::<MessageDocument>(MESSAGES);
            for (name, fields) in INDEXES {
                let keys = fields.iter().map(|field| ((*field).to_owned(), 1.into()));
                let options = IndexOptions::builder().unique(true).name(name.to_owned());
                let index = IndexModel::builder().keys(keys.collect::<mongodb::bson::Document>());
                let index = index.options(options.build()).build();
                messages.create_index(index).await?;
            }
            Ok(Self::of(client, &database))
        };
        limited(url, opening).await
    }

    /// Connects to what an earlier start has made, and changes nothing.
    ///
    /// # Errors
    /// When the server does not answer, or refuses.
    pub async fn attach(url: &MongoUrl) -> Result<Self, MongoOpenError> {
        limited(url, async {
            let (client, database) = connect(url).await?;
            Ok(Self::of(client, &database))
        })
        .await
    }

    fn of(client: Client, database: &Database) -> Self {
        Self {
            client,
            messages: database.collection(MESSAGES),
            anchors: database.collection(ANCHORS),
            rooms: database.collection(ROOMS),
            expiries: database.collection(EXPIRIES),
            probes: database.collection(PROBES),
            heads: RoomHeads::default(),
            check: ReadCheck::default(),
        }
    }

    /// Looks at a database, and changes nothing.
    ///
    /// # Errors
    /// When the server does not answer, or refuses.
    pub async fn look(url: &MongoUrl) -> Result<MongoState, MongoOpenError> {
        let looking = async {
            let (client, database) = connect(url).await?;
            let asked = Instant::now();
            database.run_command(doc! { "ping": 1 }).await?;
            let took = asked.elapsed();
            let is_there = !database
                .list_collection_names()
                .filter(doc! { "name": MESSAGES })
                .await?
                .is_empty();
            let messages = database.collection::<MessageDocument>(MESSAGES);
            let names = match is_there {
                true => messages.list_index_names().await?,
                false => Vec::new(),
            };
            client.shutdown().await;
            let has_indexes = INDEXES
                .iter()
                .all(|(name, _)| names.iter().any(|found| found == name));
            Ok(MongoState { took, has_indexes })
        };
        limited(url, looking).await
    }
}

async fn connect(url: &MongoUrl) -> Result<(Client, Database), mongodb::error::Error> {
    let mut options = ClientOptions::parse(url.connection.as_ref().clone()).await?;
    options.app_name.get_or_insert("rendezvous-chat".to_owned());
    options.connect_timeout.get_or_insert(CONNECT_LIMIT);
    options
        .server_selection_timeout
        .get_or_insert(CONNECT_LIMIT);
    options.max_pool_size.get_or_insert(POOL);
    // Whatever the URL says: what is answered for must survive any one server, and what is read must be that.
    options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
    options.read_concern = Some(ReadConcern::majority());
    let durable = WriteConcern::builder().w(Acknowledgment::Majority);
    options.write_concern = Some(durable.journal(true).build());
    let client = Client::with_options(options)?;
    let database = client.database(&url.database);
    Ok((client, database))
}

async fn limited<T>(
    url: &MongoUrl,
    opening: impl Future<Output = Result<T, mongodb::error::Error>>,
) -> Result<T, MongoOpenError> {
    let failure = match timeout(OPEN_LIMIT, opening).await {
        Ok(Ok(opened)) => return Ok(opened),
        Ok(Err(error)) => MessagesFailure::from(error),
        Err(_) => MessagesFailure::Late(OPEN_LIMIT),
    };
    Err(MongoOpenError {
        url: url.to_string(),
        reason: failure.to_string(),
    })
}
