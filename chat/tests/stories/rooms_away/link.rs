//! The way to a server, for all connections at once: open, closed, or so that nothing passes.

use tokio::io::{copy, copy_bidirectional, sink};
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
    /// What is asked reaches the server, and no answer comes back. Such a connection is never open again.
    Unanswered,
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
        let (scheme, rest) = url.split_once("://").unwrap();
        let (authority, path) = rest.split_once('/').unwrap();
        let server = authority.rsplit('@').next().unwrap_or_default();
        let state = watch::Sender::new(LinkState::Open);
        let accepting = tokio::spawn(accept(listener, server.to_owned(), state.clone()));
        let authority = authority.replace(server, &own);
        let through = format!("{scheme}://{authority}/{path}");
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
    if !came.is_ok_and(|state| *state != LinkState::Closed) {
        return;
    }
    let Ok(mut upstream) = TcpStream::connect(server).await else {
        return;
    };
    loop {
        if *state.borrow_and_update() == LinkState::Unanswered {
            return ask_in_vain(client, upstream, state).await;
        }
        tokio::select! {
            biased;
            changed = state.changed() => {
                if changed.is_err() || *state.borrow() == LinkState::Closed {
                    return;
                }
                let open = state.wait_for(|state| *state != LinkState::Frozen).await;
                if !open.is_ok_and(|state| *state != LinkState::Closed) {
                    return;
                }
            }
            _ = copy_bidirectional(&mut client, &mut upstream) => return,
        }
    }
}

async fn ask_in_vain(
    mut client: TcpStream,
    mut upstream: TcpStream,
    mut state: watch::Receiver<LinkState>,
) {
    let ((mut asked, _), (mut answered, mut server)) = (client.split(), upstream.split());
    let mut nobody = sink();
    tokio::select! {
        _ = state.changed() => {}
        _ = copy(&mut asked, &mut server) => {}
        _ = copy(&mut answered, &mut nobody) => {}
    }
}
