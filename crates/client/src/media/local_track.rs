//! A track that this peer sends.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rtc::media::Sample;
use rtc::media_stream::MediaStreamTrack;
use rtc::rtp_transceiver::rtp_sender::{RTCRtpCodingParameters, RTCRtpEncodingParameters};
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_sample::TrackLocalStaticSample;
use webrtc::peer_connection::PeerConnection;
use webrtc::rtp_transceiver::RtpSender;

use super::Codec;
use crate::SessionError;

/// A track of one's own, which stays the same while connections come and go. Clones are the same track; it belongs to
/// one session at a time.
#[derive(Clone)]
pub struct LocalTrack {
    inner: Arc<Inner>,
}

struct Inner {
    codec: Codec,
    stream: String,
    id: String,
    /// The session is live, or the track does not wait for that.
    open: AtomicBool,
    before_live: bool,
    muted: AtomicBool,
    binding: Mutex<Option<Arc<TrackBinding>>>,
}

/// The track in one connection.
struct TrackBinding {
    track: Arc<TrackLocalStaticSample>,
    sender: Arc<dyn RtpSender>,
    ssrc: u32,
}

impl LocalTrack {
    /// A track of this codec, silent until the session is live, as every track of a session is.
    #[must_use]
    pub fn new(codec: Codec) -> Self {
        Self::with(codec, false)
    }

    /// A track that is sent as soon as there is a connection, also in the lobby: for checks.
    #[must_use]
    pub fn sent_before_live(codec: Codec) -> Self {
        Self::with(codec, true)
    }

    fn with(codec: Codec, before_live: bool) -> Self {
        let number: u64 = rand::random();
        Self {
            inner: Arc::new(Inner {
                codec,
                stream: "rendezvous".to_owned(),
                id: format!("track-{number:016x}"),
                open: AtomicBool::new(before_live),
                before_live,
                muted: AtomicBool::new(false),
                binding: Mutex::default(),
            }),
        }
    }

    /// How it is encoded.
    #[must_use]
    pub fn codec(&self) -> Codec {
        self.inner.codec
    }

    /// Sends one sample, as the codec defines it, that lasts `duration`. False where it was dropped: the track is
    /// muted, the session is not live, or there is no connection at present.
    ///
    /// # Errors
    /// [`SessionError::CodecNotNegotiated`] where the other peer does not take the codec.
    pub async fn write(
        &self,
        sample: impl Into<Bytes>,
        duration: Duration,
    ) -> Result<bool, SessionError> {
        let open =
            self.inner.open.load(Ordering::Relaxed) && !self.inner.muted.load(Ordering::Relaxed);
        let Some(binding) = self.binding().filter(|_| open) else {
            return Ok(false);
        };
        let Ok(parameters) = binding.sender.get_parameters().await else {
            return Ok(false);
        };
        let parameters = parameters.rtp_parameters;
        if parameters.codecs.is_empty() {
            return Ok(false);
        }
        let wanted = self.inner.codec.mime_type();
        let mut codecs = parameters.codecs.iter();
        let codec = codecs.find(|codec| codec.rtp_codec.mime_type.eq_ignore_ascii_case(wanted));
        let payload_type = codec
            .ok_or(SessionError::CodecNotNegotiated(wanted))?
            .payload_type;
        let sample = Sample {
            data: sample.into(),
            duration,
            ..Sample::new(Instant::now())
        };
        let written = binding
            .track
            .write_sample(binding.ssrc, payload_type, &sample, &[]);
        // A connection that is gone, or whose transport is not up, drops it as a network would.
        Ok(written.await.is_ok())
    }

    /// Sends nothing until it is unmuted; the other peer is not told.
    pub fn set_muted(&self, muted: bool) {
        self.inner.muted.store(muted, Ordering::Relaxed);
    }

    /// The session became live, or is not any more.
    pub(crate) fn set_live(&self, live: bool) {
        let open = live || self.inner.before_live;
        self.inner.open.store(open, Ordering::Relaxed);
    }

    /// Makes it a track of this connection; what it was before ends.
    pub(crate) async fn bind(&self, connection: &dyn PeerConnection) -> Result<(), SessionError> {
        let ssrc: u32 = rand::random();
        let codec = self.inner.codec;
        let encoding = RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                ssrc: Some(ssrc),
                ..Default::default()
            },
            codec: codec.rtp_codec(),
            ..Default::default()
        };
        let (stream, id) = (self.inner.stream.clone(), self.inner.id.clone());
        let media = MediaStreamTrack::new(stream, id.clone(), id, codec.rtp_kind(), vec![encoding]);
        let track = Arc::new(TrackLocalStaticSample::new(Instant::now(), media)?);
        let sender = connection
            .add_track(Arc::clone(&track) as Arc<dyn TrackLocal>)
            .await?;
        self.set_binding(Some(Arc::new(TrackBinding {
            track,
            sender,
            ssrc,
        })));
        Ok(())
    }

    /// Stops being a track of `connection`; the other peer is told with the next offer.
    pub(crate) async fn unbind(&self, connection: &dyn PeerConnection) -> Result<(), SessionError> {
        let binding = self.binding();
        self.set_binding(None);
        match binding {
            Some(binding) => Ok(connection.remove_track(&binding.sender).await?),
            None => Ok(()),
        }
    }

    /// Its connection is gone.
    pub(crate) fn release(&self) {
        self.set_binding(None);
    }

    /// Whether both are the same track.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    fn binding(&self) -> Option<Arc<TrackBinding>> {
        let binding = self.inner.binding.lock();
        binding.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_binding(&self, binding: Option<Arc<TrackBinding>>) {
        *self
            .inner
            .binding
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = binding;
    }
}

impl std::fmt::Debug for LocalTrack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalTrack")
            .field("codec", &self.inner.codec)
            .field("id", &self.inner.id)
            .finish_non_exhaustive()
    }
}
