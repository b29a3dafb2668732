//! The way to a server, for all connections at once: open, closed, or so that nothing passes.

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What becomes of every connection, those that are there and those that come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkState {
    /// They reach the server.
    Open,
    /// They end, as where no server listens.
    Closed,
    /// They stay, and nothing passes.
    Frozen,
}

/// Forwards connections until dropped.
pub(crate) struct Link {
    state: watch::Sender<LinkState>,
    accepting: JoinHandle<()>,
}

impl Link {
    /// One to the server of a database's URL, and the URL that leads through it.
    pub(crate) async fn to(url: &str) -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().to_string();
        let (head, path) = url.rsplit_once('/').unwrap();
        let (user, server) = head.rsplit_once('@').unwrap();
        let state = watch::Sender::new(LinkState::Open);
        let accepting = tokio::spawn(accept(listener, server.to_owned(), state.clone()));
        let through = format!("{user}@{own}/{path}");
        (Self { state, accepting }, through)
    }

    pub(crate) fn set(&self, state: LinkState) {
        self.state.send_replace(state);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, server: String, state: watch::Sender<LinkState>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(forward(client, server.clone(), state.subscribe()));
    }
}

async fn forward(mut client: TcpStream, server: String, mut state: watch::Receiver<LinkState>) {
    // A new connection to a server that is frozen is accepted by its kernel, and nobody speaks.
    let came = state.wait_for(|state| *state != LinkState::Frozen).await;
    if !came.is_ok_and(|state| *state == LinkState::Open) {
        return;
    }
    let Ok(mut upstream) = TcpStream::connect(server).await else {
        return;
    };
    loop {
        tokio::select! {
            biased;
            changed = state.changed() => {
                if changed.is_err() || *state.borrow() == LinkState::Closed {
                    return;
                }
                let open = state.wait_for(|state| *state != LinkState::Frozen).await;
                if !open.is_ok_and(|state| *state == LinkState::Open) {
                    return;
                }
            }
            _ = copy_bidirectional(&mut client, &mut upstream) => return,
        }
    }
}
