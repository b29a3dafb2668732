//! The body of a request, which its sender must send at a least rate and within a time: on every route, since it
//! is put around the body before any route sees it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::Request;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::Instant;

use super::Limits;
use super::progress::TransferProgress;
use crate::limits::Limit;

/// Whether the body of a request was given up; an extension of the request.
#[derive(Debug, Clone, Default)]
pub(super) struct BodyTimeout(Arc<AtomicBool>);

impl BodyTimeout {
    pub(super) fn has_passed(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Why a body ended early.
#[derive(Debug, thiserror::Error)]
#[error("the body comes too slowly")]
struct BodyTooSlow;

struct TimedBody {
    body: Incoming,
    progress: TransferProgress,
    timeout: BodyTimeout,
}

/// Puts the limits around the body of a request.
pub(super) fn timed(request: Request<Incoming>, limits: &Limits) -> Request<Body> {
    let timeout = BodyTimeout::default();
    let deadline = Instant::now() + limits.body_timeout();
    let progress = TransferProgress::new(limits.body_rate(), Some(deadline));
    let mut request = request.map(|body| match body.is_end_stream() {
        true => Body::empty(),
        false => Body::new(TimedBody {
            body,
            progress,
            timeout: timeout.clone(),
        }),
    });
    request.extensions_mut().insert(timeout);
    request
}

impl HttpBody for TimedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        if this.timeout.has_passed() {
            return Poll::Ready(Some(Err(axum::Error::new(BodyTooSlow))));
        }
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                this.progress.moved(frame.data_ref().map_or(0, Bytes::len));
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(other) => Poll::Ready(other.map(|end| end.map_err(axum::Error::new))),
            Poll::Pending => match this.progress.poll_too_slow(cx) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(()) => {
                    Limit::BodyTime.hit();
                    this.timeout.0.store(true, Ordering::Relaxed);
                    Poll::Ready(Some(Err(axum::Error::new(BodyTooSlow))))
                }
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
