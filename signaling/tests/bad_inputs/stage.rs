//! Where the rows are played: a running service, and two bystanders who talk all the time. A row counts
//! only if its metric has moved and the bystanders have gone on, on the sockets that they had.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use signaling::Config;
use testkit::{ANN, Http, SOON, TestBooking, TestPeer};
use tokio::sync::{MutexGuard, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use wire::SessionSpec;

use crate::server::SignalingServer;
use crate::talk::{data, hears, never_got};

/// Metrics are the process's own: one table is played after the other, so that each row moves its own.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Between two exchanges of the bystanders: they talk, and don't flood.
const PAUSE: Duration = Duration::from_millis(5);

/// The service with its bystanders.
pub(crate) struct BadInputStage {
    pub(crate) server: SignalingServer,
    http: Http,
    bystanders: SteadyPair,
    played: Mutex<BTreeSet<u8>>,
    _alone: MutexGuard<'static, ()>,
}

impl BadInputStage {
    pub(crate) async fn start() -> Self {
        Self::with(generous).await
    }

    pub(crate) async fn with(change: fn(&mut Config)) -> Self {
        let alone = ONE_AT_A_TIME.lock().await;
        let server = SignalingServer::with(change).await;
        let bystanders = SteadyPair::start(&server).await;
        Self {
            server,
            http: Http::new(),
            bystanders,
            played: Mutex::default(),
            _alone: alone,
        }
    }

    /// Plays a row: `number` is that of B1 to B24, `metric` begins the line that must have risen, or is
    /// empty where nothing is counted.
    pub(crate) async fn row(
        &self,
        number: u8,
        name: &str,
        metric: &str,
        played: impl Future<Output = ()>,
    ) {
        let before = self.counted(metric).await;
        let row = format!("B{number} {name}");
        // The runner shows this of a row that fails.
        println!("{row}");
        played.await;
        let after = self.counted(metric).await;
        assert!(
            metric.is_empty() || after > before,
            "{row}: {metric} is {after}"
        );
        self.bystanders.went_on(&row).await;
        self.played.lock().unwrap().insert(number);
    }

    /// Checks that each of these rows was played, and that the service is well.
    pub(crate) async fn finish(self, numbers: impl IntoIterator<Item = u8>) {
        let due: BTreeSet<u8> = numbers.into_iter().collect();
        assert_eq!(*self.played.lock().unwrap(), due);
        let ready = format!("{}/health/ready", self.server.http);
        assert_eq!(self.http.get(&ready).await.status, 200);
    }

    /// A pair that is in, told to negotiate, and whose start is far.
    pub(crate) async fn pair(&self) -> (TestPeer, TestPeer) {
        let (mut ann, mut bo) = self.server.pair(&waiting()).await;
        ann.forget();
        bo.forget();
        (ann, bo)
    }

    async fn counted(&self, metric: &str) -> f64 {
        if metric.is_empty() {
            return 0.0;
        }
        let page = self.http.get(&self.server.metrics).await;
        let text = page.body.as_str().unwrap();
        let lines = text.lines().filter(|line| line.starts_with(metric));
        let values = lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok());
        values.sum()
    }
}

/// A session whose lobby is open and whose start is far.
pub(crate) fn waiting() -> SessionSpec {
    TestBooking::starting_in(600_000).lobby_ms(700_000).spec()
}

/// The whole table is one address.
pub(crate) fn generous(config: &mut Config) {
    let limits = &mut config.limits.sockets;
    (limits.joins_per_second, limits.joins_burst) = (10_000, 10_000);
    (limits.frames_per_second, limits.frames_burst) = (10_000, 10_000);
    config.loopback_candidates = false;
}

/// Two people who talk to each other all the time.
struct SteadyPair {
    exchanged: watch::Receiver<usize>,
    talking: JoinHandle<()>,
}

impl SteadyPair {
    async fn start(server: &SignalingServer) -> Self {
        let (mut ann, mut bo) = server.pair(&waiting()).await;
        ann.forget();
        bo.forget();
        let (tell, exchanged) = watch::channel(0);
        let talking = tokio::spawn(async move {
            for n in 1.. {
                ann.send(data(n)).await;
                hears(&mut bo, n).await;
                bo.send(data(n)).await;
                hears(&mut ann, n).await;
                for peer in [&mut ann, &mut bo] {
                    // Nothing but what they say to each other ever reaches them.
                    assert_eq!(peer.skipped().count(), 0);
                    never_got(peer, &[]);
                }
                tell.send_replace(n);
                tokio::time::sleep(PAUSE).await;
            }
        });
        Self { exchanged, talking }
    }

    /// Waits until they have said something more to each other.
    async fn went_on(&self, row: &str) {
        let mut exchanged = self.exchanged.clone();
        let so_far = *exchanged.borrow_and_update();
        let more = timeout(SOON, exchanged.wait_for(|n| *n > so_far + 1)).await;
        assert!(matches!(more, Ok(Ok(_))), "{row} disturbed the bystanders");
    }
}

impl Drop for SteadyPair {
    fn drop(&mut self) {
        self.talking.abort();
    }
}

/// Ann, alone in a session of her own.
pub(crate) async fn let_in(server: &SignalingServer) -> TestPeer {
    server.join(ANN, &waiting()).await
}
