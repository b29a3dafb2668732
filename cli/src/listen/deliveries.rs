//! The stream of a listener's deliveries: server-sent events, of which the data of each is one delivery.

use std::time::Duration;

use reqwest::Response;
use wire::ListenedDelivery;

use super::error::{ApiError, unreachable};

/// Longest silence: the scheduler sends a comment every 10 s.
const MAX_SILENCE: Duration = Duration::from_secs(30);
/// Longest line, in bytes: an event with its signature is far shorter.
const MAX_LINE_BYTES: usize = 1024 * 1024;

/// One open stream.
pub(crate) struct Deliveries {
    answer: Response,
    /// The scheduler's address, for messages.
    at: String,
    read: Vec<u8>,
}

impl Deliveries {
    pub(super) fn of(answer: Response, at: String) -> Self {
        Self {
            answer,
            at,
            read: Vec::new(),
        }
    }

    /// The next delivery; `None` where the stream has ended.
    pub(crate) async fn next(&mut self) -> Result<Option<ListenedDelivery>, ApiError> {
        loop {
            while let Some(line) = self.line() {
                if let Some(delivery) = delivery(&line) {
                    return Ok(Some(delivery));
                }
            }
            if self.read.len() > MAX_LINE_BYTES {
                let why = "the scheduler sends what is no stream of deliveries";
                return Err(ApiError::Refused(why.to_owned()));
            }
            let chunk = tokio::time::timeout(MAX_SILENCE, self.answer.chunk()).await;
            let silent = || ApiError::Unreachable("the stream fell silent".to_owned());
            match chunk.map_err(|_| silent())? {
                Ok(Some(chunk)) => self.read.extend_from_slice(&chunk),
                Ok(None) => return Ok(None),
                Err(error) => return Err(unreachable(&self.at, &error)),
            }
        }
    }

    /// The next whole line that has come.
    fn line(&mut self) -> Option<Vec<u8>> {
        let end = self.read.iter().position(|byte| *byte == b'\n')?;
        let mut line: Vec<u8> = self.read.drain(..=end).collect();
        line.pop();
        Some(line)
    }
}

/// What a line of data says; comments and the other fields say nothing.
fn delivery(line: &[u8]) -> Option<ListenedDelivery> {
    let data = line.strip_prefix(b"data:")?;
    serde_json::from_slice(data).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ops_66_a_line_of_data_is_a_delivery_and_every_other_line_is_passed_over() {
        let data = r#"data: {"delivery_id":"d","type":"session.live","webhook_id":"e","webhook_timestamp":"1","webhook_signature":"v1,x","body":"{}"}"#;
        assert_eq!(delivery(data.as_bytes()).unwrap().webhook_id, "e");
        for other in [": listening", "", "event: delivery", "id: d", "data: {}"] {
            assert_eq!(delivery(other.as_bytes()), None, "{other}");
        }
    }
}
