//! A relay in front of a database server that writes down what is asked of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use storage::DatabaseUrl;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::recording::{Question, RecordedWork};

const CHUNK_BYTES: usize = 16 * 1024;

/// Understands one connection of a server's protocol.
pub(crate) trait Listener: Send + 'static {
    /// Hears what the client said next; what it has asked thereby.
    ///
    /// # Errors
    /// When that can't be understood.
    fn client(&mut self, bytes: &[u8]) -> Result<Vec<Question>, String>;

    /// Hears what the server said next.
    fn server(&mut self, bytes: &[u8]);
}

/// The relay, until it is dropped.
#[derive(Debug)]
pub(crate) struct Tap {
    url: DatabaseUrl,
    heard: Arc<Mutex<ParsedMessage>>,
    serving: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct ParsedMessage {
    work: RecordedWork,
    trouble: Option<String>,
}

impl Tap {
    /// One in front of the server of `url`, which names user, host, port and database. It ends with its listener.
    ///
    /// # Errors
    /// When the URL is another, or no port is free.
    pub(crate) async fn before<L: Listener>(
        url: &str,
        listener: impl Fn() -> L + Send + 'static,
    ) -> Result<Self, String> {
        let parts = url.split_once('@').and_then(|(user, rest)| {
            let (address, database) = rest.split_once('/')?;
            Some((user, address.to_owned(), database))
        });
        let (user, server, database) = parts.ok_or("a server's URL names a user and a database")?;
        let socket = TcpListener::bind("127.0.0.1:0").await;
        let socket = socket.map_err(|error| error.to_string())?;
        let own = socket.local_addr().map_err(|error| error.to_string())?;
        let url = DatabaseUrl::parse(&format!("{user}@{own}/{database}"));
        let heard = Arc::new(Mutex::new(ParsedMessage::default()));
        let writing = Arc::clone(&heard);
        let serving = tokio::spawn(async move {
            while let Ok((client, _)) = socket.accept().await {
                let Ok(server) = TcpStream::connect(&server).await else {
                    return;
                };
                relay(client, server, Arc::clone(&writing), listener());
            }
        });
        Ok(Self {
            url: url.map_err(|error| error.to_string())?,
            heard,
            serving,
        })
    }

    /// Where to connect.
    pub(crate) fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// What was asked since the last call.
    ///
    /// # Errors
    /// When some of it was not understood.
    pub(crate) fn take(&self) -> Result<RecordedWork, String> {
        let heard = std::mem::take(&mut *lock(&self.heard));
        heard.trouble.map_or(Ok(heard.work), Err)
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Starts one connection's two directions; each ends when either side closes.
fn relay<L: Listener>(
    client: TcpStream,
    server: TcpStream,
    heard: Arc<Mutex<ParsedMessage>>,
    listener: L,
) {
    // Without it each small packet would wait for the answer to the one before.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let listener = Arc::new(Mutex::new(listener));
    let hearing = Arc::clone(&listener);
    tokio::spawn(pump(from_client, to_server, move |bytes| {
        let asked = lock(&hearing).client(bytes);
        let mut heard = lock(&heard);
        match asked {
            Ok(questions) => heard.work.extend(questions),
            Err(trouble) => heard.trouble = Some(trouble),
        }
    }));
    tokio::spawn(pump(from_server, to_client, move |bytes| {
        lock(&listener).server(bytes);
    }));
}

/// Hears before it passes on, so that whoever has an answer finds the question written down.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut hear: impl FnMut(&[u8])) {
    let mut chunk = vec![0; CHUNK_BYTES];
    while let Ok(count @ 1..) = from.read(&mut chunk).await {
        hear(&chunk[..count]);
        if to.write_all(&chunk[..count]).await.is_err() {
            return;
        }
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
