//! What a statement is given and what a row holds: integers, text, or nothing.

use std::borrow::Cow;

use wire::UnixMs;

use crate::Error;

/// One value. Booleans are integers 0 and 1, times are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// `NULL`: there is no value.
    Null,
    /// A signed integer of 64 bits.
    Integer(i64),
    /// Text in UTF-8.
    Text(Cow<'a, str>),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<i32> for Value<'_> {
    fn from(value: i32) -> Self {
        Self::Integer(i64::from(value))
    }
}

impl From<u32> for Value<'_> {
    fn from(value: u32) -> Self {
        Self::Integer(i64::from(value))
    }
}

/// What is too large for a database becomes the largest that it can hold.
impl From<u64> for Value<'_> {
    fn from(value: u64) -> Self {
        Self::Integer(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Integer(i64::from(value))
    }
}

impl From<UnixMs> for Value<'_> {
    fn from(value: UnixMs) -> Self {
        Self::Integer(value.0)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}

impl<'a, V: Into<Value<'a>>> From<Option<V>> for Value<'a> {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// What a column can be read as.
pub trait FromValue: Sized {
    /// The value as this type.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when it is of another kind or out of range.
    fn from_value(value: Value<'static>) -> Result<Self, Error>;
}

impl FromValue for i64 {
    fn from_value(value: Value<'static>) -> Result<Self, Error> {
        match value {
            Value::Integer(value) => Ok(value),
            other => Err(unexpected("an integer", &other)),
        }
    }
}

impl FromValue for u64 {
    fn from_value(value: Value<'static>) -> Result<Self, Error> {
        Self::try_from(i64::from_value(value)?).map_err(Error::corrupt)
    }
}

impl FromValue for u32 {
    fn from_value(value: Value<'static>) -> Result<Self, Error> {
        Self::try_from(i64::from_value(value)?).map_err(Error::corrupt)
    }
}

impl FromValue for bool {
    fn from_value(value: Value<'static>) -> Result<Self, Error> {
        i64::from_value(value).map(|value| value != 0)
    }
}

impl FromValue for UnixMs {
    fn from_value(value: Value<'static>) -> Result<Self, Error> {
        i64::from_value(value).map(UnixMs)
    }
}

impl FromValue for String {
    fn from_value(value: Value<'static>) -> Result<Self, Error> {
        match value {
            Value::Text(text) => Ok(text.into_owned()),
            other => Err(unexpected("text", &other)),
        }
    }
}

impl<V: FromValue> FromValue for Option<V> {
    fn from_value(value: Value<'static>) -> Result<Self, Error> {
        match value {
            Value::Null => Ok(None),
            value => V::from_value(value).map(Some),
        }
    }
}

/// Says the kind and not the content, which may be somebody's.
fn unexpected(wanted: &str, found: &Value<'_>) -> Error {
    let found = match found {
        Value::Null => "nothing",
        Value::Integer(_) => "an integer",
        Value::Text(_) => "text",
    };
    Error::corrupt(format!("{wanted} was expected, and {found} is stored"))
}
