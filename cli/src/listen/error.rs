//! Why the scheduler gave no good answer.

/// Why there is no good answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// It will not be otherwise next time.
    #[error("{0}")]
    Refused(String),
    /// It may be there again.
    #[error("{0}")]
    Unreachable(String),
}

pub(super) fn unreachable(error: &reqwest::Error) -> ApiError {
    let why = match () {
        () if error.is_connect() => "the scheduler can't be reached",
        () if error.is_timeout() => "the scheduler does not answer",
        () => "the connection to the scheduler broke",
    };
    ApiError::Unreachable(why.to_owned())
}
