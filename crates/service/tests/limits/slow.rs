//! Bodies that come too slowly, and answers that nobody reads.

use std::time::Duration;

use service::limits::Limit;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::server::{LimitServer, SOON};

pub(crate) async fn body_time() {
    let server = LimitServer::start(|http, _| http.body_window_ms = 100).await;
    let begun = "POST /note HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                 content-length: 20\r\n\r\n{";
    let answer = String::from_utf8(server.raw(begun.as_bytes()).await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("\"code\":\"timeout\""), "{answer}");
}

pub(crate) async fn answer_time() {
    let server = LimitServer::start(|http, _| http.answer_window_ms = 100).await;
    let before = server.hits(Limit::AnswerTime).await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    silent
        .write_all(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let counted = async {
        while server.hits(Limit::AnswerTime).await == before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(SOON, counted).await.unwrap();
}
