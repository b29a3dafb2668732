//! Without descriptors. Alone in its process, since it takes all of them.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use service::http::{Limits, serve};
use service::{Shutdown, descriptors, health};
use tokio::net::TcpListener;

/// So many that the test is quick, and enough for the runtimes.
const DESCRIPTORS: u64 = 200;
/// Long enough on two busy cores.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn edg_49_without_descriptors_new_ones_are_closed_and_old_ones_served() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let few = Rlimit {
        current: Some(DESCRIPTORS),
        maximum,
    };
    setrlimit(Resource::Nofile, few).unwrap();
    let address = start();
    let mut old = TcpStream::connect(address).unwrap();
    old.set_read_timeout(Some(SOON)).unwrap();
    assert!(ask(&mut old, "/health/live").starts_with("HTTP/1.1 200"));

    let mut taken: Vec<_> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    assert!(taken.len() > 20, "{}", taken.len());
    for _ in 0..3 {
        // For this end of the connection; there is none for the other.
        drop(taken.pop());
        let mut new = TcpStream::connect(address).unwrap();
        new.set_read_timeout(Some(SOON)).unwrap();
        let ended = new.read(&mut [0; 1]);
        assert!(
            matches!(ended, Ok(0)),
            "closed, and not left hanging: {ended:?}"
        );
        drop(new);
        taken.extend(File::open("/dev/null"));
    }
    assert!(ask(&mut old, "/health/live").starts_with("HTTP/1.1 200"));

    drop(taken);
    let mut new = TcpStream::connect(address).unwrap();
    new.set_read_timeout(Some(SOON)).unwrap();
    let metrics = ask(&mut new, "/metrics");
    assert!(count(&metrics, "limit_hits_total{limit=\"descriptors\"}") >= 3);
    let failed = count(&metrics, "accept_errors_total");
    assert!(
        (1..100).contains(&failed),
        "the loop does not spin: {failed}"
    );

    assert_eq!(descriptors::raise(), maximum, "raised as far as it goes");
    assert_eq!(getrlimit(Resource::Nofile).current, maximum);
}

/// A server in a runtime of its own, which goes on till the process ends.
fn start() -> SocketAddr {
    let (tell, told) = std::sync::mpsc::sync_channel(1);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            let app = health::private_routes(health::Readiness::new());
            serve(listener, app, Limits::default(), Shutdown::new())
                .await
                .unwrap();
        });
    });
    told.recv().unwrap()
}

/// One answer of a connection that stays.
fn ask(stream: &mut TcpStream, path: &str) -> String {
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&answer).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split("content-length: ").nth(1).unwrap();
            let length: usize = length.lines().next().unwrap().trim().parse().unwrap();
            if body.len() >= length {
                return String::from_utf8(answer).unwrap();
            }
        }
        let count = stream.read(&mut chunk).unwrap();
        assert!(count > 0, "closed after {text}");
        answer.extend_from_slice(&chunk[..count]);
    }
}

fn count(metrics: &str, name: &str) -> u64 {
    let value = metrics.lines().find_map(|line| line.strip_prefix(name));
    value.map_or(0, |value| value.trim().parse().unwrap())
}
