//! What stands behind the question mark.

use std::collections::HashMap;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use service::http::{HttpError, page_limit};

/// The parameters; unknown ones are ignored.
#[derive(Debug)]
pub(crate) struct QueryParameters(HashMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for QueryParameters {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpError> {
        axum::extract::Query::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(parameters)| Self(parameters))
            .map_err(|_| HttpError::malformed("The query can't be read."))
    }
}

impl QueryParameters {
    /// A parameter's text, if it is there.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// How many items a page has, if it says so.
    ///
    /// # Errors
    /// 422 naming `limit`.
    pub(crate) fn limit(&self) -> Result<Option<u32>, HttpError> {
        let limit = self.text("limit").map(|text| page_limit(Some(text)));
        limit
            .transpose()
            .map_err(|error| HttpError::invalid(vec![error]))
    }

    /// How many items a page has.
    ///
    /// # Errors
    /// 422 naming `limit`.
    pub(crate) fn page_limit(&self) -> Result<u32, HttpError> {
        page_limit(self.text("limit")).map_err(|error| HttpError::invalid(vec![error]))
    }

    /// A whole number, not negative.
    ///
    /// # Errors
    /// 422 naming the parameter.
    pub(crate) fn number<N: FromStr>(&self, name: &str) -> Result<Option<N>, HttpError> {
        let number = self.0.get(name).map(|text| text.parse());
        number.transpose().map_err(|_| {
            HttpError::field(name, "wrong_type", "This is a whole number, not negative.")
        })
    }
}
