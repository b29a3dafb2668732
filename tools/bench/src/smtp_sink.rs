//! A mail server that takes everything and keeps only when it came: what the scheduler's mails are sent to while they are
//! counted.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Mails whose times are kept; of more only the first ones.
const MAX_MAILS: usize = 1_000_000;
/// Longest line that is read, in bytes (RFC 5321 has 1,000).
const MAX_LINE: usize = 64 * 1024;

type Times = Arc<Mutex<Vec<i64>>>;

/// Takes mails until `stop` resolves, and then writes to `result` how many came and when: Unix milliseconds of the first, the
/// last and those between.
///
/// # Errors
/// When the result can't be written.
pub async fn serve(
    listener: TcpListener,
    stop: impl Future<Output = ()>,
    result: &Path,
) -> std::io::Result<()> {
    let times = Times::default();
    let taking = async {
        loop {
            if let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&times)));
            }
        }
    };
    tokio::select! {
        () = taking => {}
        () = stop => {}
    }
    let times = {
        let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
        times.sort_unstable();
        times.clone()
    };
    let at =
        |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1)));
    let summary = json!({
        "count": times.len(), "first_ms": times.first(), "p50_ms": at(50), "p99_ms": at(99), "last_ms": times.last(),
    });
    std::fs::write(result, format!("{summary}\n"))
}

/// One connection (RFC 5321), to its end.
async fn converse(stream: TcpStream, times: Times) -> Option<()> {
    let (from, mut to) = stream.into_split();
    let mut from = BufReader::new(from);
    to.write_all(b"220 sink ready\r\n").await.ok()?;
    loop {
        let line = line(&mut from).await?;
        let verb: String = line.chars().take(4).collect::<String>().to_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            "DATA" => {
                to.write_all(b"354 go on\r\n").await.ok()?;
                while line_of_mail(&mut from).await? {}
                note(&times);
                "250 taken\r\n"
            }
            "QUIT" => {
                to.write_all(b"221 bye\r\n").await.ok()?;
                return None;
            }
            _ => "250 ok\r\n",
        };
        to.write_all(answer.as_bytes()).await.ok()?;
    }
}

/// False for the dot that ends a mail.
async fn line_of_mail(from: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> Option<bool> {
    Some(line(from).await? != ".\r\n")
}

async fn line(from: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> Option<String> {
    let mut line = Vec::new();
    let read = from.read_until(b'\n', &mut line).await.ok()?;
    (read > 0 && read <= MAX_LINE).then(|| String::from_utf8_lossy(&line).into_owned())
}

fn note(times: &Times) {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
    if times.len() < MAX_MAILS {
        times.push(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    }
}
