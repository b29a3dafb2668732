//! One peer of a pair: how it connects and joins.

use std::future::pending;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::connection::{Fault, LoadConnection, Utf8Bytes};
use crate::plan::PairPlan;
use crate::protocol::{ReceivedFrame, ServerProtocol};
use crate::run::Run;
use crate::tally::Span;

/// Longest wait for `welcome`.
const JOIN_LIMIT: Duration = Duration::from_secs(30);

/// One of the two, connected.
pub(crate) struct ConnectedPeer {
    /// `None` once the server has closed it.
    pub(crate) connection: Option<LoadConnection>,
    pub(crate) last_seq: u64,
    pub(crate) last_id: u64,
    /// True once `ended` has come.
    pub(crate) over: bool,
}

impl ConnectedPeer {
    /// The next frame; pends for ever once it is closed. Cancel-safe.
    pub(crate) async fn next(&mut self) -> Result<Utf8Bytes, Fault> {
        match &mut self.connection {
            Some(connection) => connection.next().await,
            None => pending().await,
        }
    }
}

/// One of the two connects and joins; also gives how often the server wants an application ping.
pub(crate) async fn join(
    run: &Run,
    plan: &PairPlan,
    end: usize,
) -> Result<(ConnectedPeer, Option<Duration>), Fault> {
    run.admission.may_join().await;
    let (began, protocol, peer) = (Instant::now(), plan.protocol, &plan.peers[end]);
    let mut connection = LoadConnection::open(&peer.url, protocol.subprotocol()).await?;
    if let Some(join) = protocol.join(peer.ticket.as_deref()) {
        connection.send(join).await?;
    }
    let mut ping_every = None;
    if protocol.welcomes() {
        let welcome = timeout(JOIN_LIMIT, await_welcome(run, protocol, &mut connection));
        ping_every = match welcome.await {
            Ok(welcomed) => welcomed?,
            Err(_) => return Err(Fault::TimedOut("welcome")),
        };
    }
    run.tally.took(Span::Join, began.elapsed());
    let peer = ConnectedPeer {
        connection: Some(connection),
        last_seq: 0,
        last_id: 0,
        over: false,
    };
    Ok((peer, ping_every.filter(|_| run.options.pings)))
}

async fn await_welcome(
    run: &Run,
    protocol: ServerProtocol,
    connection: &mut LoadConnection,
) -> Result<Option<Duration>, Fault> {
    let asked = Instant::now();
    loop {
        let text = connection.next().await?;
        match protocol.read(&text) {
            ReceivedFrame::Welcome {
                ping_ms,
                server_now,
            } => {
                if let Some(server_now) = server_now {
                    run.learn_clock(asked.into(), server_now);
                }
                return Ok(ping_ms.map(Duration::from_millis));
            }
            frame => refused(frame)?,
        }
    }
}

/// An error of the server ends the pair; any other frame is passed over.
pub(crate) fn refused(frame: ReceivedFrame) -> Result<(), Fault> {
    match frame {
        ReceivedFrame::Refused { code } => Err(Fault::Refused(code)),
        _ => Ok(()),
    }
}
