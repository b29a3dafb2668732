//! Clients of STOMP that we did not write, each living one life in a room.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::tools::{left_out, tools_home};

/// How long such a life may take: it ends after the server's first heart-beat, and Java starts slowly on two busy cores.
const LIFE: Duration = Duration::from_secs(40);

/// A page's origin that services let in unless they are told otherwise.
const ALLOWED_ORIGIN: &str = "http://localhost:8080";

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StompLibrary {
    /// `@stomp/stompjs` of npm.
    Stompjs,
    /// `WebSocketStompClient` of spring-websocket, over Tyrus.
    Spring,
}

/// What a client did and was told: it comes in, reads the room from its first message on, sends one, sends one
/// without a key, waits for a heart-beat, and leaves with a receipt.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub struct StompLife {
    /// `user-name` of `CONNECTED`.
    pub user: String,
    /// `seq` of the receipt of its message.
    pub sent: u64,
    /// `seq`, `from` and text of each message up to its own.
    pub received: Vec<(u64, String, String)>,
    /// Code and receipt of what was refused, and the code of the problem in the body.
    pub refused: (String, String, String),
    /// Heart-beats that came, at least.
    pub beats: u64,
    /// The close code.
    pub closed: u16,
}

impl StompLibrary {
    /// Each that there is.
    pub const ALL: [Self; 2] = [Self::Stompjs, Self::Spring];

    /// Lets it live in `room`, where it says `body`; `None` where it is not installed, which is a failure in CI.
    ///
    /// # Panics
    /// When it does not come to its end.
    pub async fn live(self, url: &str, ticket: &str, room: &str, body: &str) -> Option<StompLife> {
        let home = tools_home("stomp-clients");
        if !home.join("installed").is_file() {
            left_out("clients of STOMP: scripts/install-stomp-clients.sh");
            return None;
        }
        let mut command = match self {
            Self::Stompjs => stompjs(&home),
            Self::Spring => spring(&home, url, ticket, room, body),
        };
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let asked = json!({"url": url, "ticket": ticket, "room": room, "body": body});
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(asked.to_string().as_bytes()).await.ok();
        drop(stdin);
        let output = tokio::time::timeout(LIFE, child.wait_with_output()).await;
        let output = output.unwrap_or_else(|_| panic!("{self:?} does not end"));
        let output = output.unwrap();
        assert!(output.status.success(), "{self:?}: {output:?}");
        let told = String::from_utf8(output.stdout).unwrap();
        Some(match self {
            Self::Stompjs => serde_json::from_str(&told).unwrap(),
            Self::Spring => life_of_lines(&told),
        })
    }
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/stomp_clients")
}

fn stompjs(home: &Path) -> Command {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut node = Command::new(here.join("../../scripts/with-node"));
    node.arg("node").arg(sources().join("stompjs.mjs"));
    node.env("STOMP_CLIENTS", home);
    node
}

fn spring(home: &Path, url: &str, ticket: &str, room: &str, body: &str) -> Command {
    let mut java = Command::new("java");
    java.args([
        "-Dfile.encoding=UTF-8",
        "-Dstdout.encoding=UTF-8",
        "-Dsun.jnu.encoding=UTF-8",
        "-cp",
    ]);
    java.arg(format!("{0}/classes:{0}/jars/*", home.display()));
    java.args(["SpringClient", url, ALLOWED_ORIGIN, room, body]);
    java.env("CHAT_TICKET", ticket).env("LC_ALL", "C.UTF-8");
    java
}

/// Reads what the client of Spring prints: a name, a tab and a value on each line.
fn life_of_lines(told: &str) -> StompLife {
    let mut life = StompLife::default();
    for (name, value) in told.lines().filter_map(|line| line.split_once('\t')) {
        let mut words = value.splitn(3, ' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        match name {
            "user" => value.clone_into(&mut life.user),
            "sent" => life.sent = value.parse().unwrap(),
            "received" => life
                .received
                .push((word().parse().unwrap(), word(), word())),
            "refused" => life.refused = (word(), word(), word()),
            "beat" => life.beats += 1,
            "closed" => life.closed = value.parse().unwrap(),
            other => panic!("{other}: {value}"),
        }
    }
    life
}
