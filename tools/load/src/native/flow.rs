//! What flows between the two of a pair, and what is measured of it.

use std::time::Duration;

use rendezvous_client::{ChannelMessage, DataChannel, DataSender, RemoteTrack, SessionEvent, Tone};
use tokio::time::{Instant, interval, timeout, timeout_at};

use super::NativePeer;
use crate::options::LoadMedia;
use crate::run::Run;
use crate::tally::Span;

/// Longest wait for the first packet, or for a channel to open.
const OPEN_LIMIT: Duration = Duration::from_secs(30);
/// Longest wait for a message to come back.
const BACK_LIMIT: Duration = Duration::from_secs(10);
/// A pause between two messages of one side.
const MESSAGE_EVERY: Duration = Duration::from_millis(50);
/// A message, in bytes: a cursor, a chat line, a small state.
const MESSAGE_BYTES: usize = 256;

/// The receiving ends of both.
pub(super) enum FlowEnds {
    Data(Box<[DataChannel; 2]>),
    Audio(Box<[RemoteTrack; 2]>),
}

/// Waits until something can flow. A track is there with its first packet.
pub(super) async fn ends(pair: &mut [NativePeer; 2], media: LoadMedia) -> Result<FlowEnds, String> {
    let [one, other] = pair;
    match media {
        LoadMedia::Data => {
            let (one, other) = tokio::try_join!(channel(one), channel(other))?;
            Ok(FlowEnds::Data(Box::new([one, other])))
        }
        LoadMedia::Audio => {
            let (first, second) = (one.tone.clone(), other.tone.clone());
            let tracks = async { tokio::try_join!(track(one), track(other)) };
            tokio::select! {
                tracks = tracks => {
                    let (one, other) = tracks?;
                    Ok(FlowEnds::Audio(Box::new([one, other])))
                }
                code = play(&first) => Err(code),
                code = play(&second) => Err(code),
            }
        }
    }
}

/// Lets it flow until then.
pub(super) async fn run(
    run: &Run,
    pair: &[NativePeer; 2],
    ends: &mut FlowEnds,
    until: Instant,
) -> Result<(), String> {
    match ends {
        FlowEnds::Data(channels) => {
            let [one, other] = channels.as_mut();
            let sender = other.sender();
            tokio::select! {
                asked = ask(run, one, until) => asked,
                code = echo(other, &sender) => Err(code),
            }
        }
        FlowEnds::Audio(tracks) => {
            let [one, other] = tracks.as_mut();
            let heard = async { tokio::try_join!(hear(run, one, until), hear(run, other, until)) };
            tokio::select! {
                heard = heard => heard.map(|_| ()),
                code = play(&pair[0].tone) => Err(code),
                code = play(&pair[1].tone) => Err(code),
            }
        }
    }
}

async fn channel(peer: &mut NativePeer) -> Result<DataChannel, String> {
    let opening = async {
        while let Some(event) = peer.session.next_event().await {
            if let SessionEvent::Channel(mut channel) = event {
                channel
                    .opened()
                    .await
                    .map_err(|_| "channel_closed".to_owned())?;
                return Ok(channel);
            }
        }
        Err("session_over".to_owned())
    };
    timeout(OPEN_LIMIT, opening)
        .await
        .map_err(|_| "timeout_channel".to_owned())?
}

async fn track(peer: &mut NativePeer) -> Result<RemoteTrack, String> {
    let coming = async {
        while let Some(event) = peer.session.next_event().await {
            if let SessionEvent::Track(track) = event {
                return Ok(track);
            }
        }
        Err("session_over".to_owned())
    };
    timeout(OPEN_LIMIT, coming)
        .await
        .map_err(|_| "timeout_track".to_owned())?
}

/// Sends message after message, and waits for each to come back.
async fn ask(run: &Run, channel: &mut DataChannel, until: Instant) -> Result<(), String> {
    let mut pace = interval(MESSAGE_EVERY);
    let payload = vec![0x42_u8; MESSAGE_BYTES];
    while Instant::now() < until {
        pace.tick().await;
        let asked = Instant::now();
        channel
            .send(&payload)
            .await
            .map_err(|_| "channel_closed".to_owned())?;
        let back = timeout(BACK_LIMIT, channel.recv()).await;
        let back = back.map_err(|_| "timeout_back".to_owned())?;
        let ChannelMessage { data, .. } = back.ok_or_else(|| "channel_closed".to_owned())?;
        if data != payload {
            run.tally.failed("changed");
        }
        run.tally.took(Span::RoundTrip, asked.elapsed());
        run.tally.done();
    }
    Ok(())
}

/// Sends everything back; ends with the reason why it can't any more.
async fn echo(channel: &mut DataChannel, sender: &DataSender) -> String {
    while let Some(message) = channel.recv().await {
        if sender.send(&message.data).await.is_err() {
            break;
        }
    }
    "channel_closed".to_owned()
}

/// Sends a tone; ends with the reason why it can't any more.
async fn play(track: &rendezvous_client::LocalTrack) -> String {
    let (mut tone, mut pace) = (Tone::new(440), interval(Tone::FRAME));
    loop {
        pace.tick().await;
        if let Err(error) = track.write(tone.next_frame(), Tone::FRAME).await {
            return match error {
                rendezvous_client::SessionError::CodecNotNegotiated(_) => "codec_not_negotiated",
                _ => "track_closed",
            }
            .to_owned();
        }
    }
}

/// Counts packets, the time between them, and those that are missing.
async fn hear(run: &Run, track: &mut RemoteTrack, until: Instant) -> Result<(), String> {
    let mut last: Option<(u16, Instant)> = None;
    while let Ok(packet) = timeout_at(until, track.recv()).await {
        let packet = packet.ok_or_else(|| "track_ended".to_owned())?;
        let now = Instant::now();
        if let Some((number, at)) = last {
            run.tally.took(Span::PacketGap, now - at);
            let ahead = packet.sequence_number.wrapping_sub(number);
            // One that came late was counted as missing, and is a repeat or behind: the newest stays the newest.
            if ahead == 0 || ahead > u16::MAX / 2 {
                run.tally.done();
                continue;
            }
            (1..ahead).for_each(|_| run.tally.failed("packet_late_or_lost"));
        }
        last = Some((packet.sequence_number, now));
        run.tally.done();
    }
    match last {
        Some(_) => Ok(()),
        None => Err("nothing_heard".to_owned()),
    }
}
