//! The loop of a proxy.

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Carries each connection that comes in a task of its own. Dropped, it ends all of them.
pub(crate) async fn accept_each<F>(listener: TcpListener, mut carry: impl FnMut(TcpStream) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else { return };
                connections.spawn(carry(client));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}
