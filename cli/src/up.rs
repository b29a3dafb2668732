//! `rendezvous up`: three children and the relay, each a process of its own, watched and started again. It serves
//! nothing itself and opens no store, so that it has no cause to fall over.

mod backoff;
mod child;
mod demo;
mod ports;
mod preflight;

use std::net::SocketAddr;
use std::time::Duration;

use service::Shutdown;

pub(crate) use self::ports::metrics_failure;
pub(crate) use self::preflight::{data_dir_failure, listen_failure};

use self::child::Child;
use crate::cli::UpArgs;
use crate::config::{Settings, reachable};
use crate::failure::Failure;
use crate::output;
use crate::supervised::SupervisedService;
use crate::test_clock;

/// Between two looks at a service that is starting.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long one look may take.
const LOOK_LIMIT: Duration = Duration::from_secs(2);
/// After so long without being ready, that is said, and again each time.
const SLOW_START: Duration = Duration::from_secs(15);

impl SupervisedService {
    /// Where it speaks HTTP; the relay does so to operators only.
    pub(crate) fn listen(self, settings: &Settings) -> &str {
        match self {
            SupervisedService::Scheduler => &settings.scheduler.listen,
            SupervisedService::Signaling => &settings.signaling.listen,
            SupervisedService::Chat => &settings.chat.listen,
            SupervisedService::Turn => &settings.turn.metrics_listen,
        }
    }

    /// Where `/metrics` is, which no stranger should reach.
    pub(crate) fn metrics_listen(self, settings: &Settings) -> &str {
        match self {
            SupervisedService::Scheduler => &settings.scheduler.metrics_listen,
            SupervisedService::Signaling => &settings.signaling.metrics_listen,
            SupervisedService::Chat => &settings.chat.metrics_listen,
            SupervisedService::Turn => &settings.turn.metrics_listen,
        }
    }

    fn metrics_listen_mut(self, settings: &mut Settings) -> &mut String {
        match self {
            SupervisedService::Scheduler => &mut settings.scheduler.metrics_listen,
            SupervisedService::Signaling => &mut settings.signaling.metrics_listen,
            SupervisedService::Chat => &mut settings.chat.metrics_listen,
            SupervisedService::Turn => &mut settings.turn.metrics_listen,
        }
    }

    fn may_serve_metrics_elsewhere(self, settings: &Settings) -> bool {
        match self {
            SupervisedService::Scheduler => settings.scheduler.may_serve_metrics_elsewhere,
            SupervisedService::Signaling => settings.signaling.may_serve_metrics_elsewhere,
            SupervisedService::Chat => settings.chat.may_serve_metrics_elsewhere,
            SupervisedService::Turn => settings.turn.may_serve_metrics_elsewhere,
        }
    }

    /// Empty for the relay, which has none.
    fn public_url(self, settings: &Settings) -> &str {
        match self {
            SupervisedService::Scheduler => &settings.scheduler.public_url,
            SupervisedService::Signaling => &settings.signaling.public_url,
            SupervisedService::Chat => &settings.chat.public_url,
            SupervisedService::Turn => "",
        }
    }

    /// Empty for the relay, which has none.
    fn internal_url(self, settings: &Settings) -> &str {
        match self {
            SupervisedService::Scheduler => &settings.scheduler.internal_url,
            SupervisedService::Signaling => &settings.signaling.internal_url,
            SupervisedService::Chat => &settings.chat.internal_url,
            SupervisedService::Turn => "",
        }
    }

    /// Where this machine reaches it, whatever its public address is.
    fn local_url(self, settings: &Settings) -> Result<String, Failure> {
        let address = reachable(self.listen(settings)).map_err(Failure::config)?;
        Ok(format!("http://{address}"))
    }
}

/// Runs until a signal, then stops the children.
///
/// # Errors
/// When something stands in the way of starting, or the demo can't be booked.
pub(crate) async fn run(settings: &Settings, args: &UpArgs) -> Result<(), Failure> {
    let stop =
        Shutdown::from_signals().map_err(|error| Failure::crash(format!("no signals: {error}")))?;
    if args.test_clock {
        test_clock::check(settings)?;
    }
    let _lock = preflight::check(settings).await?;
    if args.test_clock {
        test_clock::warn(&test_clock::open(settings)?).await;
    }
    let ports = ports::choose(settings).await?;
    let settings = &with_local_urls(ports.settings.clone())?;
    let program = std::env::current_exe()
        .map_err(|error| Failure::crash(format!("the own program can't be found: {error}")))?;
    let log_format = settings.log_format()?;
    let operators = settings.operator_address()?;
    let child = |service| -> Result<Child, Failure> {
        let mut settings = settings.clone();
        if let Some(first) = operators {
            settings.operator.listen = operator_address_of(first, service).to_string();
        }
        let child = Child::new(service, &program, &settings, log_format, &stop)?;
        Ok(
            match args.test_clock && SupervisedService::ALL.contains(&service) {
                true => child.with_argument("--test-clock"),
                false => child,
            },
        )
    };
    let mut scheduler = child(SupervisedService::Scheduler)?;
    let mut signaling = child(SupervisedService::Signaling)?;
    let mut chat = child(SupervisedService::Chat)?;
    let mut turn = child(SupervisedService::Turn)?;
    let relay = async {
        match settings.turn.is_embedded() {
            true => turn.keep().await,
            false => Ok(()),
        }
    };
    let kept = async { tokio::try_join!(scheduler.keep(), signaling.keep(), chat.keep(), relay) };
    tokio::pin!(kept);
    let announced = tokio::select! {
        ended = &mut kept => return ended.map(drop),
        announced = announce(settings, args) => announced,
    };
    if announced.is_err() {
        stop.start();
    }
    kept.await?;
    announced
}

/// Each of the three is a process with a listener of its own: they follow each other, from the scheduler's on.
fn operator_address_of(first: SocketAddr, service: SupervisedService) -> SocketAddr {
    let offset = match service {
        SupervisedService::Signaling => 1,
        SupervisedService::Chat => 2,
        SupervisedService::Scheduler | SupervisedService::Turn => 0,
    };
    SocketAddr::new(first.ip(), first.port().saturating_add(offset))
}

/// The children are on one machine: unless told otherwise they reach each other directly, and not
/// through whatever stands at their public addresses.
fn with_local_urls(mut settings: Settings) -> Result<Settings, Failure> {
    for service in SupervisedService::ALL {
        if service.internal_url(&settings) == service.public_url(&settings) {
            let url = service.local_url(&settings)?;
            match service {
                SupervisedService::Scheduler => settings.scheduler.internal_url = url,
                SupervisedService::Signaling => settings.signaling.internal_url = url,
                SupervisedService::Chat => settings.chat.internal_url = url,
                SupervisedService::Turn => {}
            }
        }
    }
    Ok(settings)
}

/// Says what is up once all three are, and makes the demo.
async fn announce(settings: &Settings, args: &UpArgs) -> Result<(), Failure> {
    let client = reqwest::Client::builder()
        .timeout(LOOK_LIMIT)
        .no_proxy()
        .build()
        .map_err(|error| Failure::crash(format!("no HTTP client: {error}")))?;
    tokio::try_join!(
        ready(&client, SupervisedService::Scheduler, settings),
        ready(&client, SupervisedService::Signaling, settings),
        ready(&client, SupervisedService::Chat, settings),
    )?;
    if settings.turn.is_embedded() {
        ready(&client, SupervisedService::Turn, settings).await?;
    }
    for service in SupervisedService::ALL {
        let url = service.public_url(settings);
        output::line(&format!("{:<9}  {url}  ready", service.name())).await;
    }
    if settings.turn.is_embedded() {
        let name = SupervisedService::Turn.name();
        output::line(&format!("{name:<9}  turn:{}  ready", settings.turn.listen)).await;
    }
    announce_private(settings).await?;
    if args.demo {
        let base = SupervisedService::Scheduler.local_url(settings)?;
        for line in demo::book(&client, settings, &base, args.demo_in).await? {
            output::line(&line).await;
        }
        for line in demo::seed_people(&client, settings, &base).await? {
            output::line(&line).await;
        }
    }
    Ok(())
}

/// Says where metrics and operators' routes are: another port may have been taken.
async fn announce_private(settings: &Settings) -> Result<(), Failure> {
    let relay = settings
        .turn
        .is_embedded()
        .then_some(SupervisedService::Turn);
    for service in SupervisedService::ALL.into_iter().chain(relay) {
        let (name, address) = (service.name(), service.metrics_listen(settings));
        output::line(&format!("{name:<9}  http://{address}/metrics  private")).await;
    }
    if let Some(first) = settings.operator_address()? {
        for service in SupervisedService::ALL {
            let (name, address) = (service.name(), operator_address_of(first, service));
            output::line(&format!("{name:<9}  http://{address}  operators")).await;
        }
    }
    Ok(())
}

async fn ready(
    client: &reqwest::Client,
    service: SupervisedService,
    settings: &Settings,
) -> Result<(), Failure> {
    let url = format!("{}/health/ready", service.local_url(settings)?);
    let look = async || {
        while !matches!(client.get(&url).send().await, Ok(answer) if answer.status().is_success()) {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    while tokio::time::timeout(SLOW_START, look()).await.is_err() {
        output::line(&format!("{} is still not ready", service.name())).await;
    }
    Ok(())
}
