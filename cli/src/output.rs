//! What is printed. A reader that went away, as with `| head`, is no reason to fall over.

use tokio::io::{AsyncWrite, AsyncWriteExt};

/// Prints a line on stdout.
pub(crate) async fn line(text: &str) {
    self::text(&format!("{text}\n")).await;
}

/// Prints text as it is on stdout.
pub(crate) async fn text(text: &str) {
    write(tokio::io::stdout(), text.as_bytes()).await;
}

/// Writes a whole line at once, so that lines of several children don't mix.
pub(crate) async fn write(mut out: impl AsyncWrite + Unpin, line: &[u8]) {
    if out.write_all(line).await.is_ok() {
        // Lost output can be reported nowhere.
        drop(out.flush().await);
    }
}
