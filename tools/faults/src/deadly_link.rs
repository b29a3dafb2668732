//! A way to a server on which a process dies: it is killed as soon as so many packets of its own have gone on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::accept::accept_each;

/// More than a client sends before it waits for an answer.
const PACKET_BYTES: usize = 64 * 1024;

/// A listening proxy. Dropping it closes all that goes through it.
#[derive(Debug)]
pub struct DeadlyLink {
    port: u16,
    state: Arc<State>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    /// Who dies, after which packet; until it is known nothing goes on.
    death: watch::Sender<Option<(Pid, usize)>>,
    packets: AtomicUsize,
}

impl DeadlyLink {
    /// A way to a loopback port.
    ///
    /// # Panics
    /// When there is no port to listen on.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let state = Arc::new(State {
            death: watch::Sender::new(None),
            packets: AtomicUsize::new(0),
        });
        let own_port = listener.local_addr().unwrap().port();
        let accepting = Arc::clone(&state);
        let task = tokio::spawn(accept_each(listener, move |client| {
            carry(client, port, Arc::clone(&accepting))
        }));
        Self {
            port: own_port,
            task,
            state,
        }
    }

    /// The port to connect to instead.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Opens the way; `pid` is killed when its packet `packet`, of all its connections together, has gone on. Said again,
    /// that counts instead.
    ///
    /// # Panics
    /// When that is no process.
    pub fn kill(&self, pid: u32, packet: usize) {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
        self.state.death.send_replace(Some((pid.unwrap(), packet)));
    }

    /// Packets that have gone on.
    #[must_use]
    pub fn packets(&self) -> usize {
        self.state.packets.load(Ordering::Relaxed)
    }
}

impl Drop for DeadlyLink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(client: TcpStream, port: u16, state: Arc<State>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else {
        return;
    };
    for stream in [&client, &server] {
        stream.set_nodelay(true).ok();
    }
    let (client_in, mut client_out) = client.into_split();
    let (mut server_in, server_out) = server.into_split();
    tokio::join!(send(client_in, server_out, &state), async {
        tokio::io::copy(&mut server_in, &mut client_out).await.ok();
    });
}

/// What the client says, packet by packet.
async fn send(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, state: &State) -> Option<()> {
    let mut death = state.death.subscribe();
    death.wait_for(Option::is_some).await.ok()?;
    let mut buffer = vec![0; PACKET_BYTES];
    loop {
        let count = from
            .read(&mut buffer)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        to.write_all(&buffer[..count]).await.ok()?;
        let sent = state.packets.fetch_add(1, Ordering::Relaxed) + 1;
        match *death.borrow() {
            Some((pid, last)) if sent == last => {
                kill_process(pid, Signal::KILL).ok();
            }
            _ => {}
        }
    }
}
