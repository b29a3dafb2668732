//! A client of STOMP for stories: one frame a message, and what comes is read whichever way it is cut.

use std::collections::VecDeque;

use testkit::{Arrival, SOON, TestSocket};
use tokio::time::{Instant, timeout_at};
use wire::stomp::{STOMP_SUBPROTOCOL, StompCommand, StompDecoder, StompEncoder, StompFrame};

/// What is refused comes here.
pub(crate) const ERRORS: &str = "/user/queue/errors";

/// A client. Frames that are not waited for are kept.
pub(crate) struct StompPeer {
    pub(crate) socket: TestSocket,
    decoder: StompDecoder,
    kept: VecDeque<StompFrame>,
    /// Messages that brought no frame.
    pub(crate) beats: usize,
    closed: Option<Option<u16>>,
}

impl StompPeer {
    /// Opens a socket and sends nothing.
    pub(crate) async fn open(url: &str) -> Self {
        Self::on(TestSocket::connect(url, STOMP_SUBPROTOCOL).await)
    }

    pub(crate) fn on(socket: TestSocket) -> Self {
        Self {
            socket,
            decoder: StompDecoder::default(),
            kept: VecDeque::new(),
            beats: 0,
            closed: None,
        }
    }

    /// Comes in with a ticket, and listens to what is refused.
    pub(crate) async fn connect(url: &str, ticket: &str) -> Self {
        let mut peer = Self::open(url).await;
        peer.say_hello(&[("passcode", ticket)]).await;
        peer.expect("CONNECTED", |frame| {
            frame.command == StompCommand::Connected
        })
        .await;
        let errors = [("id", "errors"), ("destination", ERRORS)];
        peer.send(StompCommand::Subscribe, &errors, "").await;
        peer
    }

    /// Sends `CONNECT` for version 1.2.
    pub(crate) async fn say_hello(&self, headers: &[(&str, &str)]) {
        let version = ("accept-version", "1.2");
        let headers: Vec<(&str, &str)> = headers.iter().copied().chain([version]).collect();
        self.send(StompCommand::Connect, &headers, "").await;
    }

    pub(crate) async fn send(&self, command: StompCommand, headers: &[(&str, &str)], body: &str) {
        self.socket.send_text(text(command, headers, body)).await;
    }

    /// Subscribes, and waits until that is in force.
    pub(crate) async fn subscribe(&mut self, id: &str, destination: &str, more: &[(&str, &str)]) {
        let receipt = format!("subscribed {id}");
        let own = [
            ("id", id),
            ("destination", destination),
            ("receipt", receipt.as_str()),
        ];
        let headers: Vec<(&str, &str)> = own.iter().chain(more).copied().collect();
        self.send(StompCommand::Subscribe, &headers, "").await;
        self.receipt(&receipt).await;
    }

    /// The first frame, kept or to come, that is `wanted`.
    pub(crate) async fn expect(
        &mut self,
        what: &str,
        wanted: impl Fn(&StompFrame) -> bool,
    ) -> StompFrame {
        if let Some(at) = self.kept.iter().position(&wanted) {
            return self.kept.remove(at).unwrap();
        }
        let until = Instant::now() + SOON;
        loop {
            let next = timeout_at(until, self.next()).await;
            match next.unwrap_or_else(|_| panic!("no {what}; unread: {:?}", self.kept)) {
                Some(frame) if wanted(&frame) => return frame,
                Some(frame) => self.kept.push_back(frame),
                None => panic!(
                    "closed with {:?} before {what}: {:?}",
                    self.closed, self.kept
                ),
            }
        }
    }

    pub(crate) async fn receipt(&mut self, id: &str) -> StompFrame {
        self.expect(&format!("receipt {id}"), |frame| {
            frame.command == StompCommand::Receipt && frame.header("receipt-id") == Some(id)
        })
        .await
    }

    /// The next message of a subscription.
    pub(crate) async fn message(&mut self, subscription: &str) -> StompFrame {
        self.expect(&format!("message of {subscription}"), |frame| {
            frame.command == StompCommand::Message
                && frame.header("subscription") == Some(subscription)
        })
        .await
    }

    /// The next refusal's code and receipt.
    pub(crate) async fn refusal(&mut self) -> (String, Option<String>) {
        let frame = self
            .expect("a refusal", |frame| {
                frame.command == StompCommand::Message
                    && frame.header("destination") == Some(ERRORS)
            })
            .await;
        let code = frame.header("code").unwrap().to_owned();
        (code, frame.header("receipt-id").map(str::to_owned))
    }

    /// The code of the `ERROR` and of the close that follows it.
    pub(crate) async fn end(&mut self) -> (String, Option<u16>) {
        let error = self
            .expect("ERROR", |frame| frame.command == StompCommand::Error)
            .await;
        (error.header("code").unwrap().to_owned(), self.close().await)
    }

    /// Returns once a heart-beat has come.
    pub(crate) async fn beat(&mut self) {
        while self.beats == 0 {
            match self.socket.next(2 * SOON).await {
                Some(Arrival::Text { text, .. }) => self.take(&text),
                other => panic!("no heart-beat: {other:?}"),
            }
        }
    }

    /// With which code it is closed.
    pub(crate) async fn close(&mut self) -> Option<u16> {
        while let Some(frame) = self.next().await {
            self.kept.push_back(frame);
        }
        self.closed.expect("it is closed")
    }

    /// How many frames are kept of those that are `wanted`.
    pub(crate) fn count(&self, wanted: impl Fn(&StompFrame) -> bool) -> usize {
        self.kept.iter().filter(|frame| wanted(frame)).count()
    }

    fn take(&mut self, text: &str) {
        self.beats += usize::from(text == "\n");
        self.decoder.push(text.as_bytes());
    }

    /// The next frame; none at the end.
    async fn next(&mut self) -> Option<StompFrame> {
        loop {
            if let Some(frame) = self.decoder.next_frame().unwrap() {
                return Some(frame);
            }
            match self.socket.next(2 * SOON).await {
                Some(Arrival::Text { text, .. }) => {
                    self.take(&text);
                }
                Some(Arrival::Closed { code, .. }) => {
                    self.closed = Some(code);
                    return None;
                }
                None => return None,
            }
        }
    }
}

/// A frame's text.
pub(crate) fn text(command: StompCommand, headers: &[(&str, &str)], body: &str) -> String {
    let mut encoder = StompEncoder::new(command);
    for (name, value) in headers {
        encoder = encoder.header(name, value);
    }
    match body.is_empty() {
        true => encoder.end(),
        false => encoder.body("text/plain", body),
    }
}
