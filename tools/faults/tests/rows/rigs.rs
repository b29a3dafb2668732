//! The rigs themselves: a link that is not what it says would make its rows say nothing.

use std::io;
use std::time::Duration;

use faults::{FaultyLink, LinkCondition, Metrics};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

#[test]
fn series_of_one_name_are_added_and_others_are_not() {
    let metrics = Metrics::read("# TYPE a counter\na{x=\"1\"} 2\na{x=\"2\"} 3\na_total 7\nb 1\n");
    assert!((metrics.sum("a") - 5.0).abs() < f64::EPSILON);
    assert!((metrics.sum("b") - 1.0).abs() < f64::EPSILON);
    assert!(metrics.sum("c").abs() < f64::EPSILON);
}

/// What an echo by way of the link gives back, until it ends.
async fn echoed(link: impl FnOnce(&FaultyLink), text: &[u8]) -> (Vec<u8>, io::Result<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = FaultyLink::to(listener.local_addr().unwrap().port()).await;
    link(&proxy);
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (mut from, mut to) = stream.into_split();
        tokio::io::copy(&mut from, &mut to).await.ok();
    });
    let mut client = TcpStream::connect(("127.0.0.1", proxy.port()))
        .await
        .unwrap();
    client.write_all(text).await.ok();
    client.shutdown().await.ok();
    let mut back = Vec::new();
    let end = client.read_to_end(&mut back).await;
    (back, end)
}

#[tokio::test]
async fn a_clear_link_carries_everything_and_the_end() {
    let (back, end) = echoed(|_| {}, b"hello").await;
    assert_eq!((back.as_slice(), end.unwrap()), (&b"hello"[..], 5));
}

#[tokio::test]
async fn a_link_that_is_down_resets() {
    let (back, end) = echoed(|link| link.set(LinkCondition::Down), b"hello").await;
    assert!(back.is_empty() && end.is_err(), "{back:?} {end:?}");
}

#[tokio::test]
async fn a_slow_link_is_late() {
    let slow = LinkCondition::Slow {
        delay: Duration::from_millis(60),
        bytes_per_second: 1_000_000,
        loss_percent: 0,
    };
    let began = Instant::now();
    let (back, _) = echoed(|link| link.set(slow), b"hello").await;
    assert_eq!(back, b"hello");
    assert!(began.elapsed() >= Duration::from_millis(120));
}
