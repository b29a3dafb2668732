//! How `up` hands a child its settings: through the pipe that is the child's standard input, so that no secret stands in its
//! arguments or environment, which others can read.

use std::io::{BufRead, Read};

use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::Settings;
use crate::failure::Failure;

/// Most that is read, in bytes: the settings of a long list of servers are a few KiB.
const MAX_BYTES: usize = 1024 * 1024;

/// Writes what [`read`] reads: the length in decimal, a line break, and the text.
///
/// # Errors
/// When the child's end is closed.
pub(crate) async fn write(to: &mut (impl AsyncWrite + Unpin), text: &str) -> std::io::Result<()> {
    to.write_all(format!("{}\n", text.len()).as_bytes()).await?;
    to.write_all(text.as_bytes()).await?;
    to.flush().await
}

/// The settings that the supervisor resolved; the rest of `from` is left to whoever watches it.
///
/// # Errors
/// When they are not what [`write()`] writes.
pub(super) fn read(from: &mut impl BufRead) -> Result<Settings, Failure> {
    let wrong = |why: &dyn std::fmt::Display| {
        Failure::config(format!(
            "--settings-from-stdin is for `up`, which hands them over: {why}"
        ))
    };
    let mut line = String::new();
    from.take(16)
        .read_line(&mut line)
        .map_err(|error| wrong(&error))?;
    let length = line
        .trim_end()
        .parse::<usize>()
        .ok()
        .filter(|length| *length <= MAX_BYTES);
    let length = length.ok_or_else(|| wrong(&"no length"))?;
    let mut text = vec![0; length];
    from.read_exact(&mut text).map_err(|error| wrong(&error))?;
    let text = String::from_utf8(text).map_err(|error| wrong(&error))?;
    toml::from_str(&text).map_err(|error| wrong(&error.message()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ops_36_settings_arrive_through_the_pipe_as_they_were() {
        let mut settings = Settings::default();
        settings.turn.secrets = vec!["x".repeat(40)];
        settings.signaling.grace_ms = 7;
        let mut pipe = Vec::new();
        write(&mut pipe, &toml::to_string(&settings).unwrap())
            .await
            .unwrap();
        assert_eq!(read(&mut pipe.as_slice()).unwrap(), settings);
    }

    #[test]
    fn ops_36_what_is_no_settings_is_refused_in_one_line() {
        for wrong in ["", "x\n", "99999999999\n", "3\nab", "2\n==", "-1\n"] {
            let Err(Failure::Config(line)) = read(&mut wrong.as_bytes()) else {
                panic!("{wrong:?} was taken");
            };
            assert!(
                line.starts_with("--settings-from-stdin is for `up`"),
                "{line}"
            );
        }
    }
}
