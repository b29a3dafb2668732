//! The shared accept loop and socket code with a handler that sends back each frame, text or binary:
//! what the Autobahn suite (`make autobahn`) is run against. No service, and nothing to deploy.
//!
//! Listens on a free port of the loopback, whose address is the first line on stdout, and ends when its
//! stdin does.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use service::http::{HttpError, Limits, serve, standard};
use service::origin::AllowedOrigins;
use service::socket::{Socket, SocketSettings, Upgrade};
use service::{Shutdown, Tasks};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

/// The suite's largest message is 16 MiB.
const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;
/// Two of the largest may wait to be written.
const QUEUE_BYTES: usize = 2 * MAX_MESSAGE_BYTES;
/// The suite compares all that it receives with what it expects: no ping of ours may come in between.
const NO_PING: Duration = Duration::from_secs(3_600);

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let shutdown = Shutdown::from_future(async {
        // Nothing is written there: any answer is the end.
        let _ = tokio::io::stdin().read(&mut [0]).await;
    });
    serve(listener, routes(), Limits::default(), shutdown).await
}

fn routes() -> Router {
    // No page is let in: the suite is a program, which sends no `Origin`.
    let origins = AllowedOrigins::default();
    let routes = Router::new()
        .route("/", get(upgrade))
        .with_state((origins.clone(), Tasks::new()));
    standard(routes, &origins)
}

async fn upgrade(
    State((origins, tasks)): State<(AllowedOrigins, Tasks)>,
    upgrade: Upgrade,
) -> Result<Response, HttpError> {
    upgrade.accept(&origins, settings(), &tasks, echo)
}

fn settings() -> SocketSettings {
    SocketSettings {
        max_frame_bytes: MAX_MESSAGE_BYTES,
        queue_bytes: QUEUE_BYTES,
        ping_every: NO_PING,
        ..SocketSettings::new("echo.v1")
    }
}

async fn echo(mut socket: Socket) -> Socket {
    let handle = socket.handle();
    while let Ok(frame) = socket.next_frame().await {
        if handle.try_send_frame(frame).is_err() {
            // The suite reads all the time: a queue that is full is a fault, seen as a close of its own.
            handle.close(wire::CloseCode::SlowConsumer);
        }
    }
    socket
}
