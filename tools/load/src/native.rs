//! A pair of real peers: each with a session of the client in Rust, connected to each other as two people's browsers are.

mod flow;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rendezvous_client::{
    Codec, LocalTrack, MediaState, Session, SessionOptions, SessionSnapshot, Ticket, UnixMs,
};
use tokio::time::{Instant, timeout};

use crate::options::LoadMedia;
use crate::pair_task::PhaseSignals;
use crate::plan::{LoadPeer, PairPlan};
use crate::run::Run;
use crate::tally::Span;

/// A socket to the service and one of media, each twice, and what the runtime needs to wake them.
pub(crate) const DESCRIPTORS_OF_A_PAIR: u64 = 8;
/// Longest wait for a connection: many at once share two cores.
const CONNECT_LIMIT: Duration = Duration::from_secs(60);
/// The label of the channel that both have.
const CHANNEL: &str = "load";

/// One of a pair, and what it sends.
struct NativePeer {
    session: Session,
    tone: LocalTrack,
}

/// One pair from joining to leaving.
pub(crate) async fn run_pair(
    run: Arc<Run>,
    plan: PairPlan,
    media: LoadMedia,
    signals: PhaseSignals,
) {
    let mut arrived = signals.arrived.pass();
    let mut worked = signals.worked.pass();
    let session = async {
        let mut pair = connect(&run, plan, media).await?;
        arrived.now();
        let mut ends = flow::ends(&mut pair, media).await?;
        signals.start.cancelled().await;
        let until = Instant::now() + run.options.duration;
        tokio::select! {
            flowed = flow::run(&run, &pair, &mut ends, until) => flowed?,
            () = run.stop.cancelled() => {}
        }
        worked.now();
        signals.finish.cancelled().await;
        for peer in &pair {
            peer.session.leave().await.ok();
        }
        Ok::<_, String>(())
    };
    if let Err(code) = session.await {
        run.tally.failed(&code);
    }
}

async fn connect(
    run: &Arc<Run>,
    plan: PairPlan,
    media: LoadMedia,
) -> Result<[NativePeer; 2], String> {
    let _slot = run.admission.slot().await;
    if run.stop.is_cancelled() {
        return Err("stopped".to_owned());
    }
    for _ in &plan.peers {
        run.admission.may_join().await;
    }
    let began = Instant::now();
    let pair = plan.peers.map(|peer| NativePeer::join(&peer, media));
    let both = async {
        for peer in &pair {
            peer.connected().await?;
        }
        Ok::<_, String>(())
    };
    let connected = timeout(CONNECT_LIMIT, both).await;
    connected.map_err(|_| "timeout_connect".to_owned())??;
    run.tally.took(Span::Connected, began.elapsed());
    Ok(pair)
}

impl NativePeer {
    fn join(peer: &LoadPeer, media: LoadMedia) -> Self {
        let given = Ticket {
            ticket: peer.ticket.clone().unwrap_or_default(),
            url: peer.url.clone(),
            expires_at: UnixMs(i64::MAX),
        };
        let is_near = ["ws://127.", "ws://localhost", "ws://[::1]"]
            .iter()
            .any(|near| peer.url.starts_with(near));
        let options = SessionOptions::new(move || std::future::ready(Ok(given.clone())));
        let tone = LocalTrack::sent_before_live(Codec::Pcmu);
        let options = match media {
            LoadMedia::Data => options.channel(CHANNEL),
            LoadMedia::Audio => options.track(&tone),
        };
        // A server on this machine is tried on loopback alone.
        let options = match is_near {
            true => options.bind([SocketAddr::from((Ipv4Addr::LOCALHOST, 0))]),
            false => options,
        };
        Self {
            session: Session::join(options),
            tone,
        }
    }

    async fn connected(&self) -> Result<(), String> {
        let is_up =
            |state: &SessionSnapshot| state.media == MediaState::Connected || state.is_over();
        let state = self
            .session
            .wait_until(is_up)
            .await
            .map_err(|_| "closed".to_owned())?;
        match state.refusal {
            Some(refusal) => Err(refusal.code),
            None if state.is_over() => Err("session_over".to_owned()),
            None => Ok(()),
        }
    }
}
