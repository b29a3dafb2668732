//! What can stand in the way of starting, found before anything is started, and said in one line
//! that names the way out.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use tokio::net::TcpListener;

use crate::config::Settings;
use crate::failure::Failure;
use crate::supervised::SupervisedService;

/// Held by the `up` of a data directory.
const LOCK_FILE: &str = "up.lock";
/// Children of an `up` that was killed free their ports within this; asked again until then.
const PORT_PATIENCE: Duration = Duration::from_millis(1_500);
const ASK_EVERY: Duration = Duration::from_millis(100);

/// Keeps a second `up` off the data directory for as long as it lives.
pub(super) struct Lock {
    _file: File,
}

/// Checks directory and addresses, and takes the lock.
pub(super) async fn check(settings: &Settings) -> Result<Lock, Failure> {
    let lock = take_lock(&settings.data_dir)?;
    check_twins(settings)?;
    for service in SupervisedService::ALL {
        check_free(service, service.listen(settings)).await?;
    }
    Ok(lock)
}

/// The line for an address that can't be listened on.
pub(crate) fn listen_failure(
    service: SupervisedService,
    listen: &str,
    error: &io::Error,
) -> Failure {
    let name = service.name();
    let variable = format!("RENDEZVOUS_{}_LISTEN", name.to_uppercase());
    let why = match error.kind() {
        ErrorKind::AddrInUse => "is in use",
        ErrorKind::AddrNotAvailable => "is no address of this machine",
        ErrorKind::PermissionDenied => "needs more rights than this process has",
        _ => return Failure::config(format!("{name}: {listen} can't be listened on: {error}")),
    };
    Failure::config(format!(
        "{name}: {listen} {why}: stop what holds it, or set {variable} to another host:port"
    ))
}

/// The line for a data directory that can't be used.
pub(crate) fn data_dir_failure(data_dir: &Path, error: &io::Error) -> Failure {
    Failure::config(format!(
        "the data directory {} can't be written ({error}): choose another with --data-dir or RENDEZVOUS_DATA_DIR",
        data_dir.display()
    ))
}

fn take_lock(data_dir: &Path) -> Result<Lock, Failure> {
    let shown = data_dir.display();
    let unwritable = |error: io::Error| data_dir_failure(data_dir, &error);
    storage::claim_private_dir(data_dir).map_err(unwritable)?;
    let path = data_dir.join(LOCK_FILE);
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(unwritable)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(rustix::io::Errno::WOULDBLOCK) => {
            return Err(Failure::config(format!(
                "another `rendezvous up` runs on {shown}: stop it, or choose another with --data-dir"
            )));
        }
        Err(error) => return Err(unwritable(error.into())),
    }
    // Also shows that the disk takes a write.
    file.set_len(0).map_err(unwritable)?;
    writeln!(file, "{}", std::process::id()).map_err(unwritable)?;
    Ok(Lock { _file: file })
}

fn check_twins(settings: &Settings) -> Result<(), Failure> {
    let [a, b, c] = SupervisedService::ALL;
    for (one, other) in [(a, b), (a, c), (b, c)] {
        let listen = one.listen(settings);
        if listen == other.listen(settings) && !listen.ends_with(":0") {
            return Err(Failure::config(format!(
                "{}.listen and {}.listen are both {listen}: give each its own port",
                one.name(),
                other.name()
            )));
        }
    }
    Ok(())
}

async fn check_free(service: SupervisedService, listen: &str) -> Result<(), Failure> {
    if listen.ends_with(":0") {
        return Err(Failure::config(format!(
            "{}.listen: under `up` the port can't be 0, for the others must know it",
            service.name()
        )));
    }
    patiently(async || TcpListener::bind(listen).await)
        .await
        .map(drop)
        .map_err(|error| listen_failure(service, listen, &error))
}

/// Binds, again and again while what holds the address may be on its way out.
pub(super) async fn patiently<T>(bind: impl AsyncFn() -> io::Result<T>) -> io::Result<T> {
    let deadline = tokio::time::Instant::now() + PORT_PATIENCE;
    loop {
        match bind().await {
            Err(error)
                if error.kind() == ErrorKind::AddrInUse
                    && tokio::time::Instant::now() < deadline => {}
            bound => return bound,
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}
