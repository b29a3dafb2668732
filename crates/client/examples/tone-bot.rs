//! A bot that comes to a session and answers with a tone of 440 Hz while it is live, until the session ends. What it
//! is sent over a data channel it sends back.
//!
//! ```sh
//! RENDEZVOUS_JOIN_LINK="$LINK" cargo run -p rendezvous-client --example tone-bot
//! ```
//!
//! The link is a secret: it stands in the environment, or is the first line of standard input, never an argument.

use std::error::Error;
use std::io::BufRead;

use rendezvous_client::{Codec, SessionError};
use rendezvous_client::{
    DataChannel, JoinLink, LocalTrack, RemoteTrack, Session, SessionEvent, SessionOptions, Tone,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let tickets = JoinLink::parse(&join_link()?)?.open().await?;
    let track = LocalTrack::new(Codec::Pcmu);
    let mut session = Session::join(SessionOptions::new(tickets).track(&track));
    let stay = stay(&mut session);
    tokio::select! {
        ended = stay => return ended.map(|ended| println!("{ended}")).map_err(Into::into),
        stopped = play(&track) => stopped?,
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    // Before the session is live it may come again; a live one ends for both.
    session.leave().await.ok();
    Ok(())
}

fn join_link() -> Result<String, Box<dyn Error>> {
    if let Ok(link) = std::env::var("RENDEZVOUS_JOIN_LINK") {
        return Ok(link);
    }
    let first = std::io::stdin().lock().lines().next();
    Ok(first.ok_or("no join link: set RENDEZVOUS_JOIN_LINK, or write it to standard input")??)
}

/// Says what happens, until it is over.
async fn stay(session: &mut Session) -> Result<String, String> {
    while let Some(event) = session.next_event().await {
        match event {
            SessionEvent::Track(track) => drop(tokio::spawn(listen(track))),
            SessionEvent::Channel(channel) => drop(tokio::spawn(echo(channel))),
            SessionEvent::Ended(end) => return Ok(format!("ended: {}", end.reason.name())),
            SessionEvent::Error(refusal) if refusal.is_final => {
                return Err(format!("refused ({}): {}", refusal.code, refusal.message));
            }
            other => println!("{other:?}"),
        }
    }
    Err("the session was closed".to_owned())
}

/// Writes the tone in real time. What is written before the session is live, or without a connection, is dropped.
async fn play(track: &LocalTrack) -> Result<(), SessionError> {
    let mut tone = Tone::new(440);
    let mut ticks = tokio::time::interval(Tone::FRAME);
    loop {
        ticks.tick().await;
        track.write(tone.next_frame(), Tone::FRAME).await?;
    }
}

async fn listen(mut track: RemoteTrack) {
    let kind = track.kind();
    let mut packets = 0_u64;
    while track.recv().await.is_some() {
        packets += 1;
        if packets == 50 {
            println!(
                "receiving {kind:?}: {}",
                track.mime_type().await.unwrap_or_default()
            );
        }
    }
    println!("{kind:?} ended after {packets} packets");
}

async fn echo(mut channel: DataChannel) {
    while let Some(message) = channel.recv().await {
        let sent = match std::str::from_utf8(&message.data) {
            Ok(text) if message.is_text => channel.send_text(text).await,
            _ => channel.send(&message.data).await,
        };
        if sent.is_err() {
            return;
        }
    }
}
