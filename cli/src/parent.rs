//! A child's tie to `up`: its stdin is a pipe whose other end only the parent holds, so that the end
//! of the parent, whatever its cause, is the end of the pipe. A signal can be missed; this can't.

use std::os::fd::AsFd;

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;

use crate::failure::Failure;

/// Takes stdin, and returns what waits for the parent's end.
///
/// # Errors
/// When stdin is no pipe: then nobody holds the other end.
pub(crate) fn tie() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    let no_pipe = |error| Failure::config(format!("--supervised is for `up`: stdin: {error}"));
    let stdin = std::io::stdin().as_fd().try_clone_to_owned();
    let mut pipe = stdin.and_then(Receiver::from_owned_fd).map_err(no_pipe)?;
    Ok(async move {
        // Nobody writes to it; what came would mean nothing.
        let mut ignored = [0; 64];
        while matches!(pipe.read(&mut ignored).await, Ok(1..)) {}
    })
}
