use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::*;
use crate::Tasks;

/// Enough for an answer on a busy machine; no test waits for it to pass.
const AMPLE: EgressLimits = EgressLimits {
    timeout: Duration::from_secs(30),
    max_body: 64 * 1024,
};

/// A resolver that answers each question from a list of its own, in turn.
#[derive(Default)]
struct ScriptedLookup {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Lookup for ScriptedLookup {
    fn addresses(&self, _host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers.lock().unwrap().pop_front();
        Box::pin(async move { answer.ok_or_else(|| io::ErrorKind::NotFound.into()) })
    }
}

fn scripted(allow: &[&str], answers: &[&[&str]]) -> (EgressClient, Arc<ScriptedLookup>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let answers = answers
        .iter()
        .map(|answer| answer.iter().map(|ip| ip.parse().unwrap()).collect());
    let lookup = Arc::new(ScriptedLookup {
        answers: Mutex::new(answers.collect()),
        asked: AtomicUsize::new(0),
    });
    let policy = EgressPolicy::new(allow).unwrap();
    let client = EgressClient::looking_up(policy, &(Arc::clone(&lookup) as Arc<dyn Lookup>));
    (client, lookup)
}

async fn post(
    client: &EgressClient,
    url: &str,
    limits: EgressLimits,
) -> Result<EgressAnswer, EgressError> {
    let url = client.policy().check_url(url).unwrap();
    let body = Bytes::from_static(b"{}");
    client.post(&url, HeaderMap::new(), body, limits).await
}

/// Listens at `address`, counts who connects, and gives each the same answer.
async fn receiver(address: &str, answer: &'static str) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(address).await.unwrap();
    let address = listener.local_addr().unwrap();
    let connects = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connects);
    Tasks::new().spawn("receiver", async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            read_request(&mut stream).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (address, connects)
}

async fn read_request(stream: &mut TcpStream) {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n{}") {
        match stream.read_buf(&mut read).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

const DONE: &str = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn edg_156_a_name_with_one_address_inside_is_refused_and_nobody_is_connected_to() {
    let (at, connects) = receiver("127.0.0.1:0", DONE).await;
    let port = at.port();
    for answer in [
        ["1.1.1.1", "127.0.0.1"],
        ["127.0.0.1", "1.1.1.1"],
        ["1.1.1.1", "::ffff:127.0.0.1"],
        ["2606:4700::1111", "fd00::1"],
    ] {
        let (client, lookup) = scripted(&[], &[&answer]);
        let refused = post(&client, "https://hooks.example/", AMPLE).await;
        let refused = refused.map(|answer| answer.status);
        assert_eq!(refused, Err(EgressError::Refused(EgressRefusal::Address)));
        assert_eq!(lookup.asked.load(Ordering::SeqCst), 1);
    }
    // Neither does `http`, or another port, lead to a public address beside an exception.
    let (client, _) = scripted(&["127.0.0.1"], &[&["127.0.0.1", "1.1.1.1"]]);
    let refused = post(&client, &format!("http://hooks.example:{port}/"), AMPLE).await;
    assert!(matches!(refused, Err(EgressError::Refused(_))));
    assert_eq!(connects.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn edg_157_a_name_that_changes_its_address_is_asked_once_for_each_connection_and_checked() {
    let (inside, connects_inside) = receiver("127.0.0.1:0", DONE).await;
    let url = format!("http://rebinding.example:{}/", inside.port());
    // 127.0.0.2 is as good as public here: the policy allows it, and not what the name stands for later.
    let public = format!("127.0.0.2:{}", inside.port());
    let (_, connects) = receiver(&public, DONE).await;
    let script: [&[&str]; 3] = [&["127.0.0.2"], &["127.0.0.1"], &["127.0.0.2"]];
    let (client, lookup) = scripted(&["127.0.0.2"], &script);
    assert_eq!(post(&client, &url, AMPLE).await.unwrap().status, 204);
    let refused = post(&client, &url, AMPLE).await;
    assert!(matches!(refused, Err(EgressError::Refused(_))));
    assert_eq!(post(&client, &url, AMPLE).await.unwrap().status, 204);
    assert_eq!(lookup.asked.load(Ordering::SeqCst), 3, "one for each");
    assert_eq!(connects.load(Ordering::SeqCst), 2);
    assert_eq!(connects_inside.load(Ordering::SeqCst), 0);
    let unknown = post(&client, &url, AMPLE).await;
    assert_eq!(unknown.unwrap_err(), EgressError::Unresolved);
}

#[tokio::test]
async fn edg_156_an_address_that_another_policy_let_pass_is_checked_again() {
    let (at, connects) = receiver("127.0.0.1:0", DONE).await;
    let lenient = EgressPolicy::new(["127.0.0.0/8"]).unwrap();
    let (strict, _) = scripted(&[], &[]);
    for text in [format!("http://{at}/"), "https://127.0.0.1/".to_owned()] {
        let url = lenient.check_url(&text).unwrap();
        let refused = strict.post(&url, HeaderMap::new(), Bytes::new(), AMPLE);
        let refused = refused.await.unwrap_err();
        assert_eq!(refused.to_string(), "url_not_allowed:address");
    }
    assert_eq!(connects.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn edg_158_a_redirect_is_an_answer_and_not_followed() {
    let (inside, connects) = receiver("127.0.0.1:0", DONE).await;
    let location = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://{inside}/\r\nContent-Length: 0\r\n\r\n"
    );
    let (at, _) = receiver("127.0.0.1:0", location.leak()).await;
    let (client, _) = scripted(&["127.0.0.1"], &[]);
    let answer = post(&client, &format!("http://{at}/"), AMPLE).await;
    assert_eq!(answer.unwrap().status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(connects.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn edg_160_an_endless_body_is_cut_and_its_connection_ended() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (ended, has_ended) = oneshot::channel();
    Tasks::new().spawn("receiver", async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await;
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        while stream.write_all(&[b'a'; 16 * 1024]).await.is_ok() {}
        let _ = ended.send(());
    });
    let (client, _) = scripted(&["127.0.0.1"], &[]);
    let answer = post(&client, &format!("http://{at}/"), AMPLE).await;
    let answer = answer.unwrap();
    assert_eq!((answer.status, answer.is_cut), (StatusCode::OK, true));
    assert_eq!(answer.body.len(), AMPLE.max_body);
    has_ended.await.unwrap();
}

// Both ends are in this runtime: its clock moves on only once neither has anything to do.
#[tokio::test(start_paused = true)]
async fn edg_160_a_slow_body_is_cut_and_a_silent_server_is_left() {
    let limits = EgressLimits::default();
    assert_eq!(limits.timeout, Duration::from_secs(15));
    assert_eq!(limits.max_body, 65_536);
    let (client, _) = scripted(&["127.0.0.1"], &[]);
    let begun = Instant::now();
    let at = dripping("HTTP/1.1 201 Created\r\nContent-Length: 900\r\n\r\n").await;
    let answer = post(&client, &format!("http://{at}/"), limits).await;
    let answer = answer.unwrap();
    assert_eq!((answer.status, answer.is_cut), (StatusCode::CREATED, true));
    assert!(begun.elapsed() < Duration::from_secs(16), "by its clock");
    let at = dripping("HTTP/1.1 2").await;
    let silent = post(&client, &format!("http://{at}/"), limits).await;
    assert_eq!(silent.unwrap_err(), EgressError::Timeout);
}

/// Begins an answer, and goes on with a byte each second.
async fn dripping(begin: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    Tasks::new().spawn("receiver", async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await;
        let mut rest = stream.write_all(begin.as_bytes()).await;
        while rest.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
            rest = stream.write_all(b"0").await;
        }
    });
    at
}

#[tokio::test]
async fn edg_153_a_port_where_nobody_listens_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    drop(listener);
    let (client, _) = scripted(&["127.0.0.1"], &[]);
    let refused = post(&client, &format!("http://{at}/"), AMPLE).await;
    assert_eq!(refused.unwrap_err(), EgressError::Connect);
}

#[tokio::test]
async fn edg_161_a_url_that_is_kept_is_judged_as_one_that_is_called() {
    let (http, tls) = ("http://hooks.example:8080/", "https://hooks.example:8443/");
    for (url, answer, refusal) in [
        (http, ["1.1.1.1"], Some(EgressRefusal::Scheme)),
        (tls, ["1.1.1.1"], Some(EgressRefusal::Port)),
        (http, ["127.0.0.1"], None),
        (tls, ["127.0.0.1"], None),
    ] {
        let (client, _) = scripted(&["127.0.0.1"], &[&answer, &answer]);
        assert_eq!(client.check(url).await.err(), refusal, "{url} {answer:?}");
        let called = post(&client, url, AMPLE).await;
        let is_refused = matches!(called, Err(EgressError::Refused(_)));
        assert_eq!(is_refused, refusal.is_some(), "{url} {answer:?}");
    }
    let (client, lookup) = scripted(&["127.0.0.1"], &[]);
    assert!(client.check("https://hooks.example/").await.is_ok());
    assert_eq!(
        lookup.asked.load(Ordering::SeqCst),
        0,
        "any address will do"
    );
    assert!(client.check(http).await.is_ok(), "it may get an address");
    let (client, _) = scripted(&[], &[]);
    assert_eq!(client.check(tls).await.err(), Some(EgressRefusal::Port));
}
