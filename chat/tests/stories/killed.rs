//! `kill -9` in the middle of writing: what was acknowledged is there, and a retry has one effect.

mod files;
mod writers;

use std::path::Path;
use std::process::{Child, Command, Stdio};

use chat::MessagesUrl;
use testkit::{ANN, BO, BookedRoom, ChatPeer, Http, SOON, TicketSigner};
use wire::UnixMs;
use wire::chat::{AskPresence, Message, Presence, PresenceState, Send, Sent};

use crate::server::{config, generous};

/// Set for the process that is to be killed: where its data is, and who signs.
const CHILD_DATA: &str = "CHAT_STORY_DATA";
const CHILD_SCHEDULER: &str = "CHAT_STORY_SCHEDULER";
/// And where its messages are, if not there.
const CHILD_MESSAGES: &str = "CHAT_STORY_MESSAGES";
/// How often it is killed.
const KILLS: u64 = 5;

/// The process that is killed: this test, alone, in another process. Here it has nothing to do.
#[tokio::test]
async fn serves_until_killed_where_a_story_asks_for_it() {
    let (Ok(data), Ok(scheduler)) = (std::env::var(CHILD_DATA), std::env::var(CHILD_SCHEDULER))
    else {
        return;
    };
    drop(Http::new());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let draft = Path::new(&data).join("port.new");
    std::fs::write(&draft, port).unwrap();
    std::fs::rename(draft, Path::new(&data).join("port")).unwrap();
    let mut config = config(Path::new(&data), &scheduler, generous());
    let messages = std::env::var(CHILD_MESSAGES).unwrap_or_default();
    if !messages.is_empty() {
        config.messages = MessagesUrl::parse(&messages).unwrap();
    }
    chat::run(listener, config, service::Shutdown::new())
        .await
        .unwrap();
}

struct Victim {
    child: Child,
    port: String,
}

impl Victim {
    async fn start(data: &Path, scheduler: &str, messages: &str) -> Self {
        let file = data.join("port");
        std::fs::remove_file(&file).ok();
        let child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "killed::serves_until_killed_where_a_story_asks_for_it",
            ])
            .env(CHILD_DATA, data)
            .env(CHILD_SCHEDULER, scheduler)
            .env(CHILD_MESSAGES, messages)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let port =
            testkit::until("a port", SOON, async || std::fs::read_to_string(&file).ok()).await;
        let url = format!("http://127.0.0.1:{port}/health/ready");
        testkit::until("ready", SOON, async || {
            (Http::new().get(&url).await.status == 200).then_some(())
        })
        .await;
        Self { child, port }
    }

    fn url(&self) -> String {
        format!("ws://127.0.0.1:{}/v1/chat", self.port)
    }

    fn http_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[tokio::test]
async fn cht_266_when_somebody_was_last_active_outlives_a_kill() {
    let signer = TicketSigner::start().await;
    let data = tempfile::tempdir().unwrap();
    let BookedRoom(room) = BookedRoom::new();
    let ticket = |user| signer.chat(user, std::slice::from_ref(&room));
    let began = testkit::now();
    let mut victim = Victim::start(data.path(), signer.url(), "").await;
    let mut ann = ChatPeer::hello(&victim.url(), &ticket(ANN), "device").await;
    ann.say(&room.id, "c-1", "hi").await;
    let export = format!("{}/v1/export", victim.http_url());
    let http = Http::bearer(&ticket(ANN));
    let stored = testkit::until("it is stored", SOON, async || {
        http.get(&export).await.body["last_active_at"].as_i64()
    });
    let stored = UnixMs(stored.await);
    assert!(stored >= began && stored <= testkit::now());
    victim.kill();
    let victim = Victim::start(data.path(), signer.url(), "").await;
    let mut bo = ChatPeer::hello(&victim.url(), &ticket(BO), "device").await;
    let ask = AskPresence {
        users: vec![ANN.into(), "stranger".into()],
        subscribe: false,
    };
    bo.send_numbered(ask).await;
    for (user, last_active_at) in [(ANN, Some(stored)), ("stranger", None)] {
        let told = bo.expect::<Presence>(SOON).await;
        let expected = Presence {
            user_id: user.into(),
            state: PresenceState::Offline,
            last_active_at,
        };
        assert_eq!(told, expected);
    }
}

#[tokio::test]
async fn cht_9_kill_9_loses_no_acknowledged_message() {
    let signer = TicketSigner::start().await;
    let data = tempfile::tempdir().unwrap();
    let BookedRoom(room) = BookedRoom::new();
    let ticket = |user| signer.chat(user, std::slice::from_ref(&room));
    let mut acknowledged: Vec<Sent> = Vec::new();
    let mut victim = Victim::start(data.path(), signer.url(), "").await;
    for round in 0..KILLS {
        let mut ann = ChatPeer::hello(&victim.url(), &ticket(ANN), "device").await;
        for n in 0..20 {
            let client_id = format!("c-{round}-{n}");
            let frame = Send {
                room: room.id.clone(),
                client_id,
                body: "hi".to_owned(),
                ttl_ms: None,
            };
            ann.send_numbered(frame).await;
        }
        let wanted = 5 + 3 * round;
        while (acknowledged.len() as u64) < round * 20 + wanted {
            acknowledged.push(ann.expect::<Sent>(SOON).await);
        }
        victim.kill();
        while let Some(frame) = ann.next(SOON).await {
            if let wire::chat::ChatServerFrame::Sent(sent) = frame {
                acknowledged.push(sent);
            }
        }
        victim = Victim::start(data.path(), signer.url(), "").await;
        let mut ann = ChatPeer::hello(&victim.url(), &ticket(ANN), "device").await;
        acknowledged.truncate((round * 20) as usize);
        // Sent again, answered or not: each has one effect.
        for n in 0..20 {
            acknowledged.push(ann.say(&room.id, &format!("c-{round}-{n}"), "hi").await);
        }
        let known: Vec<u64> = acknowledged.iter().map(|sent| sent.seq).collect();
        let total = (round + 1) * 20;
        assert_eq!(
            known,
            (1..=total).collect::<Vec<_>>(),
            "dense, in order, each once"
        );
        let view = ann.welcome.clone().unwrap().rooms.remove(0);
        assert_eq!(
            view.read_seq, view.last_seq,
            "sending moved the sender's own position"
        );
    }
    let http = Http::bearer(&ticket(BO));
    let url = format!(
        "http://127.0.0.1:{}/v1/rooms/{}/messages?limit=200",
        victim.port, room.id
    );
    let page = http.get(&url).await;
    let stored: Vec<Message> = serde_json::from_value(page.body["messages"].clone()).unwrap();
    assert_eq!(stored.len() as u64, KILLS * 20);
    for (sent, message) in acknowledged.iter().zip(&stored) {
        assert_eq!(
            (sent.seq, &sent.message_id),
            (message.seq, &message.message_id)
        );
    }
}
